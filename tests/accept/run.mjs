// Runs the cases of `cases/*.json` against the program, one community for each, and counts.
//
// A case counts as passed only if it was once seen to fail with its defence taken out: `removals.json`
// says which piece of code that was, and it must still stand there. The others are named. With
// `--prove`, defences are taken out one by one (see prove.sh).

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { Community } from "./community.mjs";
import { Names } from "./dns.mjs";
import { Judge } from "./judge.mjs";
import { Strangers } from "./strangers.mjs";

const here = import.meta.dirname;
const root = path.join(here, "../..");
const words = process.argv.slice(2);
const isProving = words[0] === "--prove";
const only = isProving ? words.slice(1) : words;

const read = (file) => JSON.parse(readFileSync(path.join(here, file), "utf8"));
const cases = readdirSync(path.join(here, "cases"))
  .filter((name) => name.endsWith(".json"))
  .sort()
  .flatMap((name) => read(path.join("cases", name)));
const { removals } = read("removals.json");
const isChosen = (name) => only.length === 0 || only.includes(name);

const certificates = process.env.ACCEPT_CERTIFICATES;
const room = process.env.ACCEPT_ROOM;
mkdirSync(room, { recursive: true });
const strangers = await new Strangers(certificates).start();
const dns = await new Names().start();
const community = new Community({ program: process.env.CAREFOLK_BIN, room, certificates });
const names = await community.prepare();

/** What a removal was shown with: its code and the steps of its cases. Another step is another case. */
function fingerprint({ edits, cases: ids }) {
  const shown = JSON.stringify([edits, cases.filter(({ id }) => ids.includes(id))]);
  return createHash("sha256").update(shown).digest("hex").slice(0, 16);
}

/** Runs one case; gives what is wrong, or nothing. */
async function fault(item, settings = {}) {
  strangers.reset();
  dns.reset();
  const care = await community.begin({ ...item.settings, ...settings });
  const judge = new Judge({ care, strangers, names, dns });
  try {
    await judge.run(item);
    return undefined;
  } catch (error) {
    return process.env.ACCEPT_LOG ? `${error.stack}\n${care.report()}` : error.message;
  } finally {
    judge.close();
    await care.stopServer("SIGKILL");
  }
}

const list = (ids) => (ids.length > 0 ? `${ids.length}: ${ids.join(" ")}` : "0");

/** Every case that has steps, against the program as it is. */
async function check() {
  const stands = ({ file, from }) => readFileSync(path.join(root, file), "utf8").includes(from);
  const isShown = (removal) => removal.of === fingerprint(removal) && removal.edits.every(stands);
  const seen = removals.filter((removal) => removal.seen && isShown(removal));
  const proven = new Set(seen.flatMap((removal) => removal.cases));
  const waiting = {};
  const counted = { passed: [], failed: [], unproven: [], open: [] };
  for (const item of cases.filter(({ id }) => isChosen(id))) {
    if (!item.steps) {
      (item.waits ? (waiting[item.waits] ??= []) : counted.open).push(item.id);
      continue;
    }
    const wrong = await fault(item);
    const outcome = wrong ? "failed" : proven.has(item.id) ? "passed" : "unproven";
    counted[outcome].push(item.id);
    const shown = { failed: "FAILED", passed: "passed", unproven: "held, not yet proven" }[outcome];
    console.log(`${item.id} ${shown}: ${item.what}${wrong ? `\n    ${wrong}` : ""}`);
  }
  for (const [what, ids] of Object.entries(waiting).sort()) {
    console.log(`open, because there is nothing to attack yet: ${what}, ${list(ids)}`);
  }
  console.log(`open, no check: ${list(counted.open)}`);
  console.log(`held, not yet proven: ${list(counted.unproven)}`);
  console.log(`${counted.passed.length} passed, ${counted.failed.length} failed`);
  return counted.failed.length === 0;
}

/** Writes the removals, each edit on a line. */
function write() {
  const rows = removals.map(({ edits, ...rest }) => {
    const lines = edits.map((edit) => `    ${JSON.stringify(edit)}`).join(",\n");
    return `  ${JSON.stringify(rest).slice(0, -1)}, "edits": [\n${lines}]}`;
  });
  writeFileSync(path.join(here, "removals.json"), `{"removals": [\n${rows.join(",\n")}\n]}\n`);
}

/** Each removal, against a program that can do without that defence: its cases have to fail. */
async function prove() {
  let good = 0;
  const chosen = removals.filter(({ name }) => isChosen(name));
  for (const removal of chosen) {
    const held = [];
    for (const item of cases.filter(({ id }) => removal.cases.includes(id))) {
      const before = await fault(item);
      const wrong = await fault(item, { CAREFOLK_WITHOUT: removal.name });
      if (before || !wrong) held.push(item.id);
      const first = (text) => text.split("\n")[0].slice(0, 160);
      const said = before ? `failed with it: ${first(before)}` : wrong ? first(wrong) : "HELD";
      console.log(`without ${removal.name}, ${item.id}: ${said}`);
    }
    const day = new Date().toISOString().slice(0, 10);
    Object.assign(removal, held.length === 0 ? { seen: day, of: fingerprint(removal) } : { seen: null });
    good += held.length === 0 ? 1 : 0;
  }
  write();
  console.log(`${good} of ${chosen.length} removals made all their cases fail`);
  return good === chosen.length;
}

const isGood = await (isProving ? prove() : check());
await dns.stop();
await strangers.stop();
process.exit(isGood ? 0 : 1);

// Pictures while something dies: the process that takes them in, or the child that makes them anew.

import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { drawing, wall } from "../../browser/drawing.mjs";
import { must, pause, rowsOf } from "../must.mjs";
import { check } from "../oracle.mjs";
import { soon } from "../queue.mjs";
import { isWell, until } from "../server.mjs";
import { signIn } from "../world.mjs";
import { recover } from "./crash.mjs";

/** At which of its steps it dies in the quick form: every so manieth. */
const STRIDE = { write: 7, sync: 3, say: 3 };
const STEPS_MAX = 400;

/** After this nobody is taking in what was begun before, and the program has looked. */
const OVER_S = 3_700;
const SWEPT_S = 610;

/** All files of pictures below a folder, by name. */
function filesOf(world) {
  const media = path.join(world.folder, "media");
  try {
    const all = readdirSync(media, { recursive: true, withFileTypes: true });
    return all.filter((it) => it.isFile()).map(({ name }) => name).toSorted();
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

const namesOf = ({ key }) => [`${key}-full`, `${key}-small`, `${key}-icon`];

/** What is wrong between posts, pictures and files. */
function misfits(world) {
  const rows = rowsOf(world, "SELECT key, post_id, ready_at, gone_at FROM picture");
  const files = filesOf(world);
  const placed = rows.filter((row) => row.post_id !== null && row.gone_at === null);
  const missing = placed.filter((row) => row.ready_at === null || namesOf(row).some((name) => !files.includes(name)));
  const known = new Set(rows.flatMap(namesOf));
  return {
    missing: missing.map(({ key }) => `a post shows ${key}, which has no file`),
    orphans: files.filter((name) => !known.has(name)),
    begun: rows.filter(({ ready_at: at }) => at === null).map(({ key }) => key),
  };
}

/** killed while a picture is sent, at each write, flush, or word to the database. */
async function whileSent({ make, full }) {
  const kinds = make().database ? ["write", "sync", "say"] : ["write", "sync"];
  const seen = { died: 0, orphans: 0, begun: 0 };
  for (const kind of kinds) {
    for (let at = 1; at <= STEPS_MAX; at += full ? 1 : STRIDE[kind]) {
      const hit = await once(make, kind, at, seen);
      if (!hit) break;
      seen.died += 1;
    }
  }
  must(seen.died > 3, `it died only ${seen.died} times`);
  return `died at ${seen.died} moments, left files that nobody knew at ${seen.orphans}, and what was begun at ${seen.begun}`;
}

async function once(make, kind, at, seen) {
  const world = make();
  world.faults.concern(`${world.folder}/`);
  await world.server.start();
  await world.settle();
  world.faults.killAt(kind, at);
  const posted = world.ledger.add({ what: "post", word: world.word(), edits: [] });
  const send = () => world.picture({ text: `Our garden. ${posted.word}`, picture: drawing(400, 300) });
  await world.ledger.trying(posted, send).catch(() => {});
  const hit = world.faults.get("killed") !== 0;
  const where = `killed at ${kind} ${at}`;
  if (!hit) must(posted.acked, `${where}: nobody died, and it was not taken: ${posted.error?.message} ${posted.error?.text ?? ""}`);
  world.faults.concern(path.join(world.folder, "carefolk.db"));
  await recover(world);
  const first = misfits(world);
  must(first.missing.length === 0, `${where}: ${first.missing.join(", ")}`);
  if (posted.acked) must(rowsOf(world, "SELECT key FROM picture WHERE post_id IS NOT NULL").length === 1, `${where}: it was taken, and shows no picture`);
  seen.orphans += first.orphans.length > 0 ? 1 : 0;
  seen.begun += first.begun.length > 0 ? 1 : 0;
  world.faults.later(OVER_S);
  await soon(`what was left to be taken away, ${where}`, () => {
    world.faults.sooner(SWEPT_S);
    const { orphans, begun } = misfits(world);
    return orphans.length === 0 && begun.length === 0;
  });
  must(misfits(world).missing.length === 0, `${where}: the sweep took a file that a post shows`);
  await world.close();
  return hit;
}

/** A limit of memory for a process and its children, where the machine lets us set one. */
function memoryRoom(mebibytes) {
  const place = "/sys/fs/cgroup/memory/carefolk-faults";
  try {
    mkdirSync(place, { recursive: true });
    writeFileSync(path.join(place, "memory.limit_in_bytes"), String(mebibytes * 1024 * 1024));
    return { place, launcher: ["sh", "-c", `echo $$ > ${place}/tasks && exec "$@"`, "sh"] };
  } catch {
    return undefined;
  }
}

/** The children of a process that look at a picture now. */
function childrenOf(pid) {
  const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return numbers.filter((number) => {
    try {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${number}/status`, "utf8"))[1]);
      return parent === pid && readFileSync(`/proc/${number}/cmdline`, "utf8").includes("look-at-a-picture");
    } catch {
      return false; // it ended meanwhile
    }
  });
}

/** many large pictures at once with little memory, and children that are killed: the server goes on. */
async function storm({ make, full }) {
  const room = memoryRoom(256);
  const world = make({ launcher: room?.launcher });
  await world.server.start();
  const people = [world.names, await signIn("alice")];
  const [rounds, large] = [full ? 25 : 6, wall(5_900, 4_400)];
  const answers = new Map();
  let [killed, busy] = [0, true];
  const sender = async (names) => {
    for (let round = 0; round < rounds; round += 1) {
      const answer = await world.sendPicture({ picture: large }, names);
      answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1);
    }
  };
  const killer = async () => {
    while (busy) {
      const [child] = childrenOf(world.server.child.pid);
      if (child && killed < rounds) {
        try {
          process.kill(Number(child), "SIGKILL");
          killed += 1;
        } catch {
          // It ended by itself.
        }
      }
      await pause(150);
    }
  };
  const killing = killer();
  await Promise.all(people.flatMap((names) => [sender(names), sender(names)]));
  busy = false;
  await killing;
  must(world.server.isRunning && (await isWell()), "the server died with a child");
  must(killed > 0, "no child was there to be killed");
  const strange = [...answers.keys()].filter((status) => ![200, 422, 429, 503].includes(status));
  must(strange.length === 0, `it answered ${strange.join(", ")}`);
  const last = await world.sendPicture({ picture: drawing(400, 300) });
  must(last.status === 200, `when all was over a picture was answered ${last.status}`);
  await world.post("page");
  await world.settle();
  await check(world, { fanOut: 1 });
  await world.close();
  const said = [...answers].toSorted().map(([status, times]) => `${times} × ${status}`).join(", ");
  if (room) await until("its room of memory to be empty", () => removed(room.place));
  return `${room ? "256 MiB for all" : "no limit of memory could be set here"}; ${killed} children were killed by us; ${said}`;
}

function removed(place) {
  try {
    rmdirSync(place);
    return true;
  } catch (error) {
    return error.code === "ENOENT";
  }
}

export const cases = [
  { id: "R-009", what: "large pictures with little memory, and children that are killed", check: storm },
  { id: "R-012", what: "killed while a picture is sent", check: whileSent },
];

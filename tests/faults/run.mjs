// Runs the cases, each in a community of its own, and counts.

import { appendFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import * as clocks from "./cases/clocks.mjs";
import * as crash from "./cases/crash.mjs";
import * as delivery from "./cases/delivery.mjs";
import * as deliveryAnswers from "./cases/delivery-answers.mjs";
import * as deliveryKeys from "./cases/delivery-keys.mjs";
import * as deliveryWithdrawn from "./cases/delivery-withdrawn.mjs";
import * as flood from "./cases/flood.mjs";
import * as inbound from "./cases/inbound.mjs";
import * as inside from "./cases/inside.mjs";
import * as migrations from "./cases/migrations.mjs";
import * as network from "./cases/network.mjs";
import * as order from "./cases/order.mjs";
import * as pictures from "./cases/pictures.mjs";
import * as postgres from "./cases/postgres.mjs";
import * as power from "./cases/power.mjs";
import * as life from "./cases/life.mjs";
import * as peers from "./cases/peers.mjs";
import * as storage from "./cases/storage.mjs";
import { Resolver, way } from "./names.mjs";
import { Databases, Gate } from "./postgres.mjs";
import { selftest } from "./selftest.mjs";
import { ANSWERING, CLOSED, PEERS_MAX, SILENT, Sink } from "./sink.mjs";
import { Template } from "./world.mjs";

/** No case takes longer, whatever hangs. */
const CASE_MS = { quick: 150_000, full: 3_600_000 };

/** Cases of the list that have no program here. */
const NOT_RUN = {
  "R-010": "a panic needs a switch in the program, which the release has not: crates/app/tests/it/poison.rs panics",
  "R-051": "a supervisor is one of systemd; what it is told, crates/server/tests/it/supervised.rs looks at",
  "R-054 to R-056, R-058 to R-060": "no program here",
};

const { values, positionals } = parseArgs({
  options: { full: { type: "boolean" }, postgres: { type: "string" }, on: { type: "string" } },
  allowPositionals: true,
});
const { FAULTS_CERTIFICATES: certificates, FAULTS_ROOM: room, CAREFOLK_BIN: program } = process.env;
const kinds = [
  crash, power, peers, storage, life, delivery, deliveryAnswers, deliveryWithdrawn, deliveryKeys, inbound, inside, order, flood,
  network, migrations, clocks, pictures, postgres,
];

/** All of them; one with `on` is for that database alone, and says why if nothing is done for the other. */
const cases = kinds.flatMap((kind) => kind.cases);

// Where the names of other servers lead: most answer, and some only seem to. The file is ours alone.
const lines = [`${ANSWERING} v.peers.example`];
for (let at = 0; at < PEERS_MAX; at += 1) {
  lines.push(`${ANSWERING} h${at}.peers.example`);
  lines.push(`${SILENT} silent${at}.peers.example`, `${CLOSED} closed${at}.peers.example`);
}
appendFileSync("/etc/hosts", `${lines.join("\n")}\n`);

const sink = await new Sink(certificates).start();
const resolver = await new Resolver().start();
const counted = { passed: [], failed: [], known: [] };

/** Fails when something takes too long. */
function inTime(act) {
  const most = CASE_MS[values.full ? "full" : "quick"];
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`it was not over after ${most / 1000} s`)), most).unref();
  });
  return Promise.race([act, late]);
}

/** Runs one; says what came of it. A fault that is known does not count, until it is gone. */
async function run({ id, what, check, fault }, template, more = {}) {
  const name = more.gate ? `${id} on PostgreSQL` : id;
  const begun = performance.now();
  const worlds = [];
  const make = (options = {}) => {
    const world = template.copy("world", options);
    worlds.push(world);
    return world;
  };
  let [wrong, said] = [undefined, ""];
  try {
    said = await inTime(check({ make, sink, resolver, full: values.full ?? false, ...more }));
    if (fault) wrong = `it holds: it is no fault any more that ${fault.why}`;
  } catch (error) {
    const logs = process.env.FAULTS_LOG ? worlds.map((world) => world.server.report()) : [];
    wrong = [process.env.FAULTS_LOG ? error.stack : error.message, ...logs].join("\n");
    if (fault?.shows.test(error.message)) [said, wrong] = [error.message, undefined];
  }
  for (const world of worlds) await world.close();
  way.mend();
  resolver.reset();
  const took = ((performance.now() - begun) / 1000).toFixed(1);
  const outcome = wrong ? "failed" : fault ? "known" : "passed";
  counted[outcome].push(name);
  const shown = { failed: "FAILED", known: "fails, as is known,", passed: "passed" }[outcome];
  console.log(`${name} ${shown} in ${took} s: ${what}${said ? ` (${said})` : ""}${wrong ? `\n    ${wrong}` : ""}`);
}

const known = cases.map(({ id }) => id);
const strange = positionals.filter((id) => !known.includes(id));
if (strange.length > 0) {
  console.error(`there is no case ${strange.join(" ")}: ${[...new Set(known)].join(" ")}`);
  process.exit(2);
}
const isChosen = ({ id }) => positionals.length === 0 || positionals.includes(id);
const chosenFor = (database) => cases.filter(isChosen).filter(({ on = database }) => on === database);
const common = { program, certificates, sink };
const template = await new Template({ ...common, room: path.join(room, "sqlite") }).make();
await run(selftest, template);
if (values.on !== "postgres") for (const it of chosenFor("sqlite")) await run(it, template);
const there = chosenFor("postgres");
if (values.postgres) {
  const gate = await new Gate(process.env.FAULTS_POSTGRES).start();
  const databases = new Databases(values.postgres, gate);
  const other = await new Template({ ...common, databases, room: path.join(room, "postgres") }).make();
  for (const it of there) await run(it, other, { gate });
  gate.stop();
} else {
  console.log(`without --postgres, not run on PostgreSQL: ${there.map(({ id }) => id).join(" ") || "nothing"}`);
}
for (const { id, why } of chosenFor("sqlite")) if (why) console.log(`${id} is not for PostgreSQL: ${why}`);
for (const [id, why] of Object.entries(NOT_RUN)) if (isChosen({ id })) console.log(`${id} is not run: ${why}`);
console.log(`faults that are known: ${counted.known.join(" ") || "none"}`);
console.log(`${counted.passed.length} passed, ${counted.failed.length} failed`);
await sink.stop();
resolver.stop();
process.exit(counted.failed.length === 0 ? 0 : 1);

// What is different with PostgreSQL: a server of its own, which stands still, cuts, and is shared.

import { cpSync } from "node:fs";
import path from "node:path";

import { afterDeathInFanOut, writtenOut } from "../fan-out.mjs";
import { check } from "../oracle.mjs";
import { load, sayAgain } from "../script.mjs";
import { isWell, Server, until } from "../server.mjs";

const must = (holds, what) => {
  if (!holds) throw new Error(what);
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const twice = ({ arrived }) => arrived.length - new Set(arrived.map(({ id, url }) => `${id} ${url}`)).size;

async function beforeTheRecord({ make, sink, gate, full }) {
  const rounds = full ? 20 : 3;
  const world = make();
  await world.server.start();
  for (let round = 0; round < rounds; round += 1) {
    const known = sink.arrived.length;
    // Nothing can be written down from the moment when it arrives.
    sink.before = () => gate.hold();
    // The answer may need the database, and come never.
    const posted = world.post("page").catch(() => {});
    await until("the delivery", () => sink.arrived.length > known);
    await pause(200);
    await world.server.end("SIGKILL");
    await posted;
    sink.before = () => {};
    gate.letGo();
    await world.startAgain();
    await world.settle();
    const came = sink.arrived.length - known;
    must(came === 2, `it came ${came} times, not twice`);
  }
  await check(world, { fanOut: 1 });
  return `${rounds} times`;
}

/** How much is said to the database from the post to the last delivery that is written out, if nobody dies. */
async function bytesOfFanOut({ make, sink, gate, followers }) {
  const world = make({ followers });
  sink.behave = () => "hang";
  await world.server.start();
  let said = 0;
  gate.hears = (bytes) => {
    said += bytes.length;
    return false;
  };
  await world.post("page");
  await writtenOut(world);
  gate.hears = () => false;
  sink.hangUp();
  await world.close();
  return said;
}

async function duringFanOut({ make, gate, full, sink }) {
  const followers = { count: full ? 10_000 : 1_000, hosts: full ? 500 : 50 };
  const seen = { whole: 0, part: 0, none: 0 };
  const rounds = full ? 10 : 4;
  const all = await bytesOfFanOut({ make, sink, gate, followers });
  for (let round = 0; round < rounds; round += 1) {
    const world = make({ followers });
    sink.behave = () => "hang";
    await world.server.start();
    // Killed after so much of it was said to the database, and at last when it is said to be all.
    let left = Math.round((all * (2 * round + 1)) / (2 * rounds));
    const isLast = round === rounds - 1;
    gate.hears = (bytes) => {
      left -= bytes.length;
      if (isLast ? bytes.length < 200 && bytes.includes("COMMIT") && left < 0 : left < 0) {
        world.server.child.kill("SIGKILL");
        gate.hears = () => false;
      }
      return false;
    };
    await world.post("page").catch(() => {});
    seen[await afterDeathInFanOut({ world, sink, followers })] += 1;
    // What was on its way when it died waits for its lease.
    world.faults.later(150);
    await world.settle({ within: 60_000 + followers.count * 20 });
    await check(world);
    await world.close();
  }
  return `${followers.count} followers: nothing was there ${seen.none} times, a part ${seen.part} times, all ${seen.whole} times`;
}

/** Two servers on one database; one of them dies. */
async function shared({ make, sink }) {
  const world = make({ followers: { count: 20 } });
  const folder = path.join(world.room, "second");
  cpSync(world.folder, folder, { recursive: true });
  await world.server.start();
  const environment = {
    ...world.server.environment,
    CAREFOLK__STORAGE__PATH: folder,
    CAREFOLK__HTTP__LISTEN: "127.0.0.1:8081",
  };
  const second = new Server({ program: world.server.program, folder: world.room, environment });
  second.child = second.launch();
  try {
    await until("the second server", () => second.child.said.includes("ready"));
    const busy = load(world);
    await pause(2_500);
    await busy.stop();
    await world.settle();
    await check(world, { fanOut: 21 });
    must(twice(sink) === 0, `${twice(sink)} deliveries were made twice`);
    const more = load(world);
    await pause(700);
    await second.end("SIGKILL");
    await pause(300);
    await more.stop();
    world.faults.later(150);
    await world.settle();
    await check(world, { fanOut: 21 });
    return `${sink.arrived.length} deliveries by two servers, ${twice(sink)} twice after one died`;
  } finally {
    await second.end("SIGKILL");
  }
}

/** The database stands still for a while. */
async function still({ make, gate, full }) {
  const world = make();
  await world.server.start();
  await world.post("page");
  gate.hold();
  const begun = performance.now();
  const outcomes = Array.from({ length: 20 }, async (_, at) => {
    try {
      await (at % 2 === 0 ? world.post("page") : world.hear(world.note()));
      return [0, performance.now() - begun];
    } catch (error) {
      return [error.status ?? error.message, performance.now() - begun];
    }
  });
  await pause(full ? 20_000 : 12_500);
  gate.letGo();
  const freed = performance.now();
  const all = await Promise.all(outcomes);
  await until("it to be well", isWell, 5_000);
  await until("a post to be taken", () => world.post("page").then(() => true, () => false), 5_000);
  const again = Math.round(performance.now() - freed);
  await sayAgain(world);
  // What was being delivered could not be written down; its lease ends.
  world.faults.later(150);
  await world.settle();
  await check(world, { fanOut: 1 });
  const odd = all.filter(([status]) => ![0, 503].includes(status));
  const late = all.filter(([status, took]) => status === 503 && took > 11_500);
  const said = all.map(([status, took]) => `${status} after ${Math.round(took)}`).join(", ");
  must(odd.length === 0 && late.length === 0, `it answered ${said}; well again ${again} ms after`);
  return `refused ${all.filter(([status]) => status === 503).length} of 20, well again ${again} ms after`;
}

/** Connections to the database are ended, also at the very commit. */
async function cut({ make, gate, full }) {
  const world = make({ followers: { count: 5 } });
  await world.server.start();
  const busy = load(world);
  let cuts = 0;
  for (let storm = 0; storm < (full ? 60 : 5); storm += 1) {
    await pause(300);
    const tables = world.tables();
    tables.all(`SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'carefolk'`);
    let next = 3;
    gate.hears = (bytes) => {
      if (next === 0 || !bytes.includes("COMMIT")) return false;
      [next, cuts] = [next - 1, cuts + 1];
      return true;
    };
    await pause(300);
  }
  gate.hears = () => false;
  await busy.stop();
  await until("it to be well", isWell);
  await sayAgain(world);
  world.faults.later(150);
  await world.settle();
  await check(world, { fanOut: 6 });
  const refused = [...busy.refused].map(([why, count]) => `${why}: ${count}`).join(", ");
  return `${cuts} commits cut off, ${world.ledger.counts()}; refused: ${refused || "nothing"}`;
}

export const cases = [
  { id: "R-005", on: "postgres", what: "killed after a peer took it, before that is written down", check: beforeTheRecord },
  { id: "R-006", on: "postgres", what: "killed while deliveries to all followers are written", check: duringFanOut },
  { id: "R-027", on: "postgres", what: "two servers share the queue, and one dies", check: shared },
  { id: "R-036", on: "postgres", what: "the database stands still", check: still },
  { id: "R-041", on: "postgres", what: "connections to the database are ended, also at the commit", check: cut },
];

// The process dies at an instant of our choice, is started again, and nothing acknowledged is lost.

import { afterDeathInFanOut } from "../fan-out.mjs";
import { check } from "../oracle.mjs";
import { load, sayAgain, script } from "../script.mjs";
import { until } from "../server.mjs";

/** Every so manieth flush in the quick form; of what is said to PostgreSQL much is only read. */
const STRIDE = 9;
const FLUSHES_MAX = 400;
const SAID = { quick: 397, full: 11, most: 6_000 };

/** Ends what is left of the world, starts it again and asks. */
export async function recover(world, options) {
  await world.server.end("SIGKILL");
  await world.startAgain();
  await sayAgain(world);
  await world.settle();
  await check(world, { fanOut: 1, ...options });
}

const everyFlush = (context) =>
  everyMoment(context, { most: FLUSHES_MAX, stride: context.full ? 1 : STRIDE, what: () => "sync" });

/** With PostgreSQL nothing is flushed here: a process dies before it says something, or before it hears the answer. */
const everyWord = (context) =>
  everyMoment(context, {
    most: SAID.most,
    stride: context.full ? SAID.full : SAID.quick,
    what: (at) => (at % 2 === 0 ? "say" : "said"),
  });

async function everyMoment({ make }, { most: last, stride, what }) {
  let [died, most] = [0, 0];
  for (let at = 1; at <= last; at += stride) {
    const world = make();
    world.faults.killAt(what(at), at);
    const started = await world.server.tryStart();
    const done = started ? await script(world) : 0;
    await settleOrDie(world);
    const hit = world.faults.get("killed") !== 0;
    try {
      await recover(world);
    } catch (error) {
      error.message = `killed at ${what(at)} ${at} (${done} acts done): ${error.message}`;
      throw error;
    }
    await world.close();
    if (!hit) {
      if (done < 40) throw new Error(`the script ended after ${done} acts, and nobody died`);
      break;
    }
    [died, most] = [died + 1, at];
  }
  if (most === 0) throw new Error("nobody ever died");
  return `died at ${died} moments, the last was number ${most}`;
}

/** What the script left to do in the background also flushes. */
async function settleOrDie(world) {
  try {
    await until("rest", () => !world.server.isRunning || world.faults.get("killed") || isQuiet(world));
  } catch {
    // It will be seen after the next start.
  }
}

function isQuiet(world) {
  const tables = world.tables();
  try {
    return tables.isSettled(world.now(), true);
  } finally {
    tables.close();
  }
}

async function randomKills({ make, full, sink }) {
  const world = make({ followers: { count: 5, hosts: 5 } });
  const kills = full ? 1000 : 20;
  const pace = full ? 50 : 20;
  await world.server.start();
  for (let kill = 0; kill < kills; kill += 1) {
    const busy = load(world, { posts: pace, notes: pace });
    await pause(Math.random() * 1200);
    await world.server.end("SIGKILL");
    await busy.stop();
    await world.startAgain();
    if (full && kill % 50 === 49) {
      await sayAgain(world);
      await world.settle();
      await check(world, { fanOut: 6 });
    }
  }
  await sayAgain(world);
  await world.settle();
  await check(world, { fanOut: 6 });
  const seen = new Set(sink.arrived.map(({ id, url }) => `${id} ${url}`)).size;
  return `${kills} kills, ${world.ledger.counts()}, ${sink.arrived.length - seen} deliveries came twice`;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function beforeTheAnswer({ make, full }) {
  const rounds = full ? 20 : 3;
  const world = make();
  await world.server.start();
  for (let round = 0; round < rounds; round += 1) {
    world.faults.killAt("answer");
    const acts = [() => world.hear(world.note()), () => world.post("page")];
    await acts[round % 2]().catch(() => {});
    await until("the death before the answer", () => !world.server.isRunning);
    const entry = world.ledger.entries.at(-1);
    if (entry.acked) throw new Error("it was acknowledged, and the process died before the answer");
    await world.startAgain();
    const tables = world.tables();
    const there = entry.what === "heard" ? tables.having("inbound_activity", "uri", entry.id) : 1;
    tables.close();
    if (there !== 1) throw new Error(`it died after the commit, and ${there} rows are there`);
    await sayAgain(world);
  }
  await world.settle();
  await check(world, { fanOut: 1 });
  return `${rounds} times`;
}

async function beforeTheRecord({ make, sink, full }) {
  const rounds = full ? 20 : 3;
  const world = make();
  await world.server.start();
  for (let round = 0; round < rounds; round += 1) {
    const known = sink.arrived.length;
    let armed = true;
    // The peer takes it; the next that is written is what came of it.
    sink.before = () => armed && world.faults.killAt("write");
    const entry = await world.post("page");
    await until("the death before the record", () => !world.server.isRunning);
    armed = false;
    await world.startAgain();
    await world.settle();
    const twice = sink.arrived.slice(known);
    if (twice.length !== 2) throw new Error(`${entry.word} came ${twice.length} times, not twice`);
  }
  await check(world, { fanOut: 1 });
  return `${rounds} times`;
}

async function duringFanOut({ make, full, sink }) {
  const followers = { count: full ? 10_000 : 1_000, hosts: full ? 500 : 50 };
  const rounds = full ? 12 : 3;
  const seen = { whole: 0, part: 0, none: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const world = make({ followers });
    sink.behave = () => "hang"; // only the rows matter, until the end
    await world.server.start();
    // In its middle, while it is written; and in the last round when all of it is.
    if (round === rounds - 1) world.faults.killAt("sync");
    else world.faults.killAt("write", 1 + round * (full ? 40 : 60));
    await world.post("page").catch(() => {});
    seen[await afterDeathInFanOut({ world, sink, followers })] += 1;
    await world.settle();
    await check(world);
    await world.close();
  }
  if (seen.whole + seen.part === 0 || seen.none === 0) throw new Error("it never died on both sides of the commit");
  return `${followers.count} followers: nothing was there ${seen.none} times, a part ${seen.part} times, all ${seen.whole} times`;
}

export const cases = [
  { id: "R-001", on: "sqlite", what: "killed at every flush of forty mixed acts", check: everyFlush },
  { id: "R-001", on: "postgres", what: "killed between any two words to the database", check: everyWord },
  { id: "R-002", what: "killed at random under load", check: randomKills },
  { id: "R-003", what: "killed between commit and answer", check: beforeTheAnswer },
  { id: "R-005", on: "sqlite", what: "killed after a peer took it, before that is written down", check: beforeTheRecord },
  { id: "R-006", on: "sqlite", what: "killed while deliveries to all followers are written", check: duringFanOut },
];

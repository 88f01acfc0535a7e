// Starting, stopping, and what stands still or jumps meanwhile.

import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { check } from "../oracle.mjs";
import { load, sayAgain } from "../script.mjs";
import { isWell, until } from "../server.mjs";
import { refusesToStart } from "./storage.mjs";

const DAY_S = 24 * 3600;
const STOP_MS = 30_000;
const START_MS = 5_000;
const FLUSHES_MAX = 200;
const STRIDE = 7;
const SAID = { quick: 97, full: 5, most: 2_000 };

const must = (holds, what) => {
  if (!holds) throw new Error(what);
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function twice({ make }) {
  const world = make();
  await world.server.start();
  const first = world.server.child;
  await world.post("page");
  const elsewhere = world.server.launch({ CAREFOLK__HTTP__LISTEN: "127.0.0.1:8081" });
  const { code, said } = await elsewhere.ended;
  must(code === 1 && /already using/.test(said), `the second ended with ${code}: ${said}`);
  must(said.trim().split("\n").length === 1, `it said more than a line: ${said}`);
  must(!first.isOver, "the first is gone");
  await world.post("page");
  await world.settle();
  await check(world, { fanOut: 1 });
}

/** With PostgreSQL servers may share a database, but not one whose keys they cannot open. */
async function twiceWithAnotherKey({ make }) {
  const world = make();
  await world.server.start();
  await world.post("page");
  const folder = path.join(world.room, "elsewhere");
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(path.join(folder, "master.key"), randomBytes(32), { mode: 0o600 });
  const elsewhere = { CAREFOLK__HTTP__LISTEN: "127.0.0.1:8081", CAREFOLK__STORAGE__PATH: folder };
  const { code, said } = await world.server.launch(elsewhere).ended;
  must(code === 1 && /not the master key/.test(said), `the second ended with ${code}: ${said}`);
  must(said.trim().split("\n").length === 1, `it said more than a line: ${said}`);
  must(world.server.isRunning, "the first is gone");
  await world.post("page");
  await world.settle();
  await check(world, { fanOut: 1 });
}

/** The wall clock jumps while there is work; in the end it is right again. */
async function clockJumps({ make, sink }) {
  const world = make({ followers: { count: 5 } });
  await world.server.start();
  const busy = load(world, { edits: false });
  for (const days of [0, 10, 0, -10, 0]) {
    world.faults.set({ clockMs: days * DAY_S * 1000 });
    await pause(1_000);
  }
  await busy.stop();
  const sent = sink.arrived.length;
  await sayAgain(world);
  await world.settle();
  must((await world.post("page")) !== undefined, "the session ended");
  await world.hear(world.note());
  await world.settle();
  await check(world, { fanOut: 6 });
  const seen = new Set(sink.arrived.map(({ id, url }) => `${id} ${url}`)).size;
  const again = sink.arrived.length - seen;
  must(again < sent / 10, `${again} of ${sent} deliveries came twice`);
  const refused = [...busy.refused].map(([why, count]) => `${why}: ${count}`).join(", ");
  return `${world.ledger.counts()}; refused meanwhile: ${refused || "nothing"}; ${again} deliveries came twice`;
}

/** Somebody failed while the clock was ten days ahead: he is not left alone for ten days after that. */
async function failedInTheFuture({ make, sink }) {
  const world = make({ followers: { count: 3 } });
  await world.server.start();
  world.faults.set({ clockMs: 10 * DAY_S * 1000 });
  sink.behave = (host) => (host === "h0.peers.example" ? "500" : "202");
  await world.post("page");
  await world.settle({ all: false });
  world.faults.set({ clockMs: 0 });
  sink.behave = () => "202";
  await world.settle({ all: false });
  // The longest wait after one failure is twelve seconds.
  world.faults.later(60);
  await world.settle({ within: 5_000 });
  await check(world, { fanOut: 4 });
}

/** Somebody runs a command right after the clock jumped, or the machine woke. */
async function commandAfterJump({ make }) {
  const world = make();
  await world.server.start();
  world.faults.later(600);
  await world.server.run(["peer", "list"]);
  // The server says again that it is there, as every twenty seconds.
  world.faults.sooner(21);
  const tables = world.tables();
  const isHeld = () => tables.count(`worker_lease WHERE until > ${world.now()}`) > 0;
  await until("the next time that the server says it is there", async () => {
    await isWell();
    return !world.server.isRunning || isHeld();
  });
  tables.close();
  must(world.server.isRunning, "a command took its number for making ids, and it ended");
  await world.post("page");
  await world.settle();
  await check(world, { fanOut: 1 });
}

/** The process stands still for longer than its leases, as when a laptop sleeps. */
async function sleeps({ make, sink, full }) {
  const world = make({ followers: { count: 5 } });
  await world.server.start();
  const rounds = full ? 10 : 2;
  for (let round = 0; round < rounds; round += 1) {
    const busy = load(world);
    await pause(700);
    world.server.child.kill("SIGSTOP");
    await pause(300);
    world.faults.later(600);
    await pause(300);
    world.server.child.kill("SIGCONT");
    await pause(700);
    await busy.stop();
  }
  await sayAgain(world);
  await world.settle();
  await check(world, { fanOut: 6 });
  const seen = new Set(sink.arrived.map(({ id, url }) => `${id} ${url}`)).size;
  return `${rounds} times, ${world.ledger.counts()}, ${sink.arrived.length - seen} deliveries came twice`;
}

async function toldToStop({ make, full, sink }) {
  const world = make({ followers: { count: 5 } });
  const rounds = full ? 100 : 4;
  let slowest = 0;
  await world.server.start();
  for (let round = 0; round < rounds; round += 1) {
    const busy = load(world);
    await pause(300 + Math.random() * 700);
    const begun = performance.now();
    const { code, signal } = await world.server.end("SIGTERM");
    slowest = Math.max(slowest, performance.now() - begun);
    await busy.stop();
    must(code === 0, `it ended with ${code ?? signal}`);
    must(slowest < STOP_MS, `it took ${Math.round(slowest)} ms to stop`);
    await world.server.start();
  }
  await sayAgain(world);
  await world.settle();
  await check(world, { fanOut: 6 });
  const seen = new Set(sink.arrived.map(({ id, url }) => `${id} ${url}`)).size;
  const again = sink.arrived.length - seen;
  must(again === 0, `${again} deliveries came twice although it was told to stop`);
  // Who is told twice does not wait for those who do not answer.
  sink.behave = () => "hang";
  await world.post("page");
  await until("a delivery to hang", () => sink.arrived.at(-1).did === "hang");
  world.server.child.kill("SIGTERM");
  await pause(1_500);
  must(world.server.isRunning, "it did not wait for what is under way");
  const begun = performance.now();
  const { code } = await world.server.end("SIGTERM");
  const took = performance.now() - begun;
  must(took < 2_000, `told twice, it took ${Math.round(took)} ms`);
  sink.behave = () => "202";
  await world.startAgain();
  await world.settle();
  await check(world, { fanOut: 6 });
  return `${rounds} times, the slowest took ${Math.round(slowest)} ms; told twice it ended with ${code} after ${Math.round(took)} ms`;
}

/** It is started and ended again and again, kindly and not; nothing grows. */
async function storm({ make, full }) {
  const world = make({ followers: { count: 2 } });
  const rounds = full ? 200 : 12;
  let slowest = 0;
  const started = async () => {
    const begun = performance.now();
    await world.server.start();
    slowest = Math.max(slowest, performance.now() - begun);
  };
  await started();
  for (let round = 0; round < rounds; round += 1) {
    const busy = load(world);
    await pause(full ? 2_500 : 250);
    await world.server.end(round % 2 === 0 ? "SIGTERM" : "SIGKILL");
    await busy.stop();
    await started();
  }
  must(slowest < START_MS, `a start took ${Math.round(slowest)} ms`);
  world.faults.later(150);
  await sayAgain(world);
  await world.settle();
  await check(world, { fanOut: 3 });
  const tables = world.tables();
  const slots = tables.count("worker_lease");
  tables.close();
  return `${rounds} times, the slowest start took ${Math.round(slowest)} ms, ${slots} places for making ids are taken`;
}

/** It dies right after each start, more often than there are places for making ids. */
/** Each death keeps a place for two minutes, and there are 64: the quick form ends before the last. */
async function crashLoop({ make, full }) {
  const world = make();
  const times = full ? 70 : 60;
  for (let at = 1; at <= times; at += 1) {
    const began = await world.server.tryStart({}, 150_000);
    const { said } = began ? await world.server.end("SIGKILL") : await world.server.child.ended;
    must(began, `start number ${at} failed: ${said.trim()}`);
  }
  await world.server.start();
  return `${times} times`;
}

/** Killed at each flush of its very first start, or between what it says to PostgreSQL then. */
async function firstStart({ make, full, gate }) {
  const [most, stride] = gate ? [SAID.most, full ? SAID.full : SAID.quick] : [FLUSHES_MAX, full ? 1 : STRIDE];
  const moment = (at) => (gate ? (at % 2 === 0 ? "say" : "said") : "sync");
  const shape = (world) => {
    const tables = world.tables();
    const rows = tables.shape();
    const steps = tables.all("SELECT version FROM seaql_migrations ORDER BY version");
    tables.close();
    return JSON.stringify([rows, steps]);
  };
  const whole = make({ empty: true });
  await whole.server.start();
  const wanted = shape(whole);
  await whole.close();
  let died = 0;
  for (let at = 1; at <= most; at += stride) {
    const world = make({ empty: true });
    // Everything in its folder is meant, the master key as well.
    world.faults.concern(world.folder);
    world.faults.killAt(moment(at), at);
    const survived = await world.server.tryStart();
    if (survived) {
      await world.close();
      must(died > 0, "nobody ever died");
      return `died at ${died} moments`;
    }
    died += 1;
    await world.server.child.ended;
    world.faults.set({ dieAt: 0 });
    const { said } = world.server.child;
    must(await world.server.tryStart(), `killed at ${moment(at)} ${at}, it does not start again: ${world.server.child.said || said}`);
    must(shape(world) === wanted, `killed at ${moment(at)} ${at}, the tables are others`);
    const account = ["account", "create", "ada", "--email", "ada@mail.example"];
    await world.server.run([...account, "--password-stdin"], "plum-kettle-otter-seven");
    must(await isWell(), "it is not alive");
    await world.close();
  }
  throw new Error("the first start never ended");
}

async function newerSchema({ make }) {
  const world = make();
  world.change("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_from_the_future', 0)");
  const line = await refusesToStart(world, /newer version/);
  const { code, complained } = await world.server.command(["account", "list"]);
  must(code === 1 && complained.trim().split("\n").length === 1, `a command ended with ${code}: ${complained}`);
  return line.slice(0, 120);
}

export const cases = [
  { id: "R-011", on: "sqlite", what: "two servers on one folder", check: twice },
  { id: "R-011", on: "postgres", what: "two servers with different keys on one database", check: twiceWithAnotherKey },
  { id: "R-046", what: "the clock jumps ten days ahead, back, and ten days behind", check: clockJumps },
  { id: "R-046b", what: "a server failed while the clock was ten days ahead", check: failedInTheFuture },
  { id: "R-046c", what: "a command is run right after the clock jumped", check: commandAfterJump },
  { id: "R-048", what: "the process stands still for longer than its leases", check: sleeps },
  { id: "R-049", what: "told to stop under load, and told twice", check: toldToStop },
  { id: "R-050", what: "started and ended again and again", check: storm },
  { id: "R-050b", what: "it dies again and again, as fast as it starts", check: crashLoop },
  { id: "R-053", what: "killed at any moment of its first start", check: firstStart },
  { id: "R-057", what: "a database of a newer version is refused in one line", check: newerSchema },
];


// The disk is full, fails, lies, or is read only; too few files may be open; others hold the database.

import { readFileSync, statSync, writeFileSync, openSync, writeSync, closeSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

import { crowd } from "../../accept/knock.mjs";
import { check } from "../oracle.mjs";
import { EIO } from "../faults.mjs";
import { filesAfter, readRecord } from "../record.mjs";
import { sayAgain } from "../script.mjs";
import { ask, isWell, until } from "../server.mjs";

const LEASES_MS = 200_000;
const DISK = "24m";
const EROFS = 30;
const TRIES_MAX = 400;
const WAL_MAX_BYTES = 256 * 1024 * 1024;
const WRITE_MS = 5_000;

/** The status with which something was refused, or 0 when it was not. */
async function refusalOf(act) {
  try {
    await act();
    return 0;
  } catch (error) {
    return error.status ?? error.message;
  }
}

const must = (holds, what) => {
  if (!holds) throw new Error(what);
};

/** What is read goes on while nothing can be written; what would write is told to come again. */
async function readsGoOnWritesAreRefused(world) {
  let status = 0;
  for (let at = 0; at < TRIES_MAX && status === 0; at += 1) status = await refusalOf(() => world.post("page"));
  must(status === 503, `a page that writes answered ${status}, not 503`);
  const heard = await refusalOf(() => world.hear(world.note()));
  must(heard === 503, `the inbox answered ${heard}, not 503`);
  for (const page of ["/", "/@hazelbank", new URL(world.names.seeds[0].url).pathname]) {
    const { status: read } = await ask(page);
    must(read === 200, `${page} answered ${read}`);
  }
  must(await isWell(), "it is not alive");
}

/** Everything works again without a new start. */
async function worksAgain(world, mode = {}) {
  await until("a post to be taken again", async () => (await refusalOf(() => world.post("page"))) === 0);
  await sayAgain(world);
  await world.hear(world.note());
  await world.settle();
  await check(world, { fanOut: 1, ...mode });
}

async function diskFull({ make }) {
  const world = make({ disk: DISK });
  await world.server.start();
  await world.post("page");
  const filler = path.join(world.folder, "filler");
  const file = openSync(filler, "w");
  const block = Buffer.alloc(4096);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    must(error.code === "ENOSPC", `the disk did not get full: ${error.message}`);
  }
  closeSync(file);
  await readsGoOnWritesAreRefused(world);
  rmSync(filler);
  await worksAgain(world);
  return world.ledger.counts();
}

async function flushFails({ make, sink }) {
  const world = make();
  const base = { "carefolk.db": readFileSync(world.file) };
  sink.before = (arrival) => (arrival.mark = world.ledger.mark());
  world.faults.set({ records: 1 });
  await world.server.start();
  await world.post("page");
  await world.settle();
  const statuses = [];
  for (const failures of [1, 3]) {
    world.faults.set({ syncError: EIO, syncErrors: failures });
    // A pen whose flush failed is not used again, and the next one flushes as well when it is taken: so
    // there may be fewer posts that fail than flushes. Whether one that was acknowledged is on the disk is
    // seen below.
    const before = statuses.length;
    for (let at = 0; at < failures && world.server.isRunning && world.faults.get("syncErrors") > 0; at += 1) {
      statuses.push(await refusalOf(() => world.post("page")));
    }
    must(statuses.slice(before).some((status) => status !== 0), "no post was refused");
    must(world.faults.get("syncErrors") < failures, "no flush failed");
    world.faults.set({ syncError: 0 });
    if (!world.server.isRunning) await world.startAgain();
    for (let at = 0; at < 3; at += 1) await world.post("page");
  }
  // A claim whose end could not be written down is taken up again when its two minutes are over.
  await world.settle({ within: LEASES_MS });
  await check(world, { fanOut: 1 });
  // And what it said yes to afterwards is on the disk, though the system forgot what it could not write.
  await world.server.end("SIGKILL");
  const steps = readRecord(world.faults.record);
  const files = filesAfter(base, steps, steps.at(-1).end, "dropped");
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(world.folder, name), bytes);
  await world.startAgain();
  await world.settle();
  await check(world, { fanOut: 1 });
  return `it answered ${statuses}`;
}

async function readOnly({ make }) {
  const world = make({ disk: DISK });
  await world.server.start();
  world.faults.set({ writeError: EROFS });
  await readsGoOnWritesAreRefused(world);
  world.faults.set({ writeError: 0 });
  await worksAgain(world);
  await world.server.end("SIGTERM");
  execFileSync("mount", ["-o", "remount,ro", world.folder]);
  await refusesToStart(world);
}

/** It ends by itself, with one line that says why. */
export async function refusesToStart(world, words = /./) {
  const child = world.server.launch();
  const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
  const { code, said } = await child.ended;
  clearTimeout(late);
  must(code === 1, `it ended with ${code}: ${said}`);
  const lines = said.trim().split("\n");
  must(lines.length === 1 && words.test(lines[0]), `it said ${said}`);
  return lines[0];
}

async function fewFiles({ make }) {
  const world = make({ launcher: ["prlimit", "--nofile=96"] });
  await world.server.start();
  const leave = await crowd(200, "GET / HTTP/1.1\r\nhost: care.example\r\n");
  const ticks = () => {
    const fields = readFileSync(`/proc/${world.server.child.pid}/stat`, "utf8").split(") ")[1].split(" ");
    return Number(fields[11]) + Number(fields[12]);
  };
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const [before, begun] = [ticks(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const share = (ticks() - before) / 100 / ((performance.now() - begun) / 1000);
  leave();
  must(share < 0.2, `it took ${Math.round(share * 100)} % of a core for doing nothing`);
  await until("it to answer again", isWell);
  await worksAgain(world);
  return `${Math.round(share * 100)} % of a core while nobody could be let in`;
}

async function longReader({ make, full }) {
  const world = make();
  await world.server.start();
  const reader = new DatabaseSync(world.file, { readOnly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM post").get();
  let slowest = 0;
  for (let round = 0; round < (full ? 40 : 4); round += 1) {
    const writers = Array.from({ length: 50 }, async () => {
      const begun = performance.now();
      await world.post("page");
      slowest = Math.max(slowest, performance.now() - begun);
    });
    await Promise.all(writers);
  }
  const wal = statSync(`${world.file}-wal`).size;
  reader.exec("ROLLBACK");
  reader.close();
  must(slowest < WRITE_MS, `a post took ${Math.round(slowest)} ms`);
  must(wal < WAL_MAX_BYTES, `the log grew to ${wal} bytes`);
  await worksAgain(world);
  return `the slowest of ${world.ledger.entries.length} took ${Math.round(slowest)} ms, the log had ${wal >> 10} KiB`;
}

/** Somebody holds the pen of SQLite for a while. */
async function heldPen({ make, full }) {
  const world = make();
  await world.server.start();
  const holder = new DatabaseSync(world.file);
  holder.exec("PRAGMA busy_timeout = 5000");
  holder.exec("BEGIN IMMEDIATE");
  const begun = performance.now();
  const waiting = [refusalOf(() => world.post("page")), refusalOf(() => world.hear(world.note()))];
  const answered = Promise.all(waiting).then((all) => ({ all, took: performance.now() - begun }));
  await new Promise((resolve) => setTimeout(resolve, full ? 20_000 : 12_000));
  const reading = (await ask("/@hazelbank")).status;
  holder.exec("ROLLBACK");
  holder.close();
  const { all, took } = await answered;
  must(reading === 200, `a page answered ${reading} meanwhile`);
  must(all.every((status) => status === 503), `it answered ${all}, not 503`);
  must(took < 11_500, `the answer took ${Math.round(took)} ms`);
  const freed = performance.now();
  await until("a post to be taken", async () => (await refusalOf(() => world.post("page"))) === 0, 5_000);
  const again = performance.now() - freed;
  await worksAgain(world);
  return `refused after ${Math.round(took)} ms, well again ${Math.round(again)} ms after`;
}

/** Overwrites the first page of a table, in a file that nobody has open. */
function spoil(world, table) {
  const database = new DatabaseSync(world.file);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const { page_size: size } = database.prepare("PRAGMA page_size").get();
  const { rootpage } = database.prepare("SELECT rootpage FROM sqlite_master WHERE name = ?").get(table);
  database.close();
  const file = openSync(world.file, "r+");
  writeSync(file, Buffer.alloc(size, 0x5a), 0, size, (rootpage - 1) * size);
  closeSync(file);
}

/** Bytes on the disk change by themselves: nothing is served as if it were right. */
async function flippedBytes({ make }) {
  const said = [];
  for (const table of ["post", "actor", "rendition"]) {
    const world = make();
    spoil(world, table);
    if (await world.server.tryStart()) {
      // What still can be read may be shown; what cannot be read is no page.
      const { status } = await ask(new URL(world.names.seeds[0].url).pathname);
      must(status >= 500, `a post whose text cannot be read was shown with ${status}`);
      must(await isWell(), "it is not alive");
      const { code, said: doctor } = await world.server.command(["doctor"]);
      said.push(`${table}: ${status}, doctor ends with ${code}${/malformed|damaged/.test(doctor) ? " and names it" : ""}`);
    } else {
      const { code, said: words } = await world.server.child.ended;
      must(code === 1 && words.trim().split("\n").length === 1, `${code}: ${words}`);
      must(/damaged|corrupt|malformed/i.test(words), `it said ${words}`);
      said.push(`${table}: does not start`);
    }
    await world.close();
  }
  return said.join("; ");
}

const disk = { on: "sqlite", why: "its disk is the matter of that server" };

export const cases = [
  { id: "R-036", on: "sqlite", what: "somebody holds the database for a while", check: heldPen },
  { id: "R-037", ...disk, what: "the disk is full, and then not", check: diskFull },
  { id: "R-038", ...disk, what: "a flush fails once, and then three in a row", check: flushFails },
  { id: "R-039", ...disk, what: "nothing can be written", check: readOnly },
  { id: "R-040", what: "few files may be open", check: fewFiles },
  { id: "R-042", on: "sqlite", why: "readers hold up no log there", what: "a long reader and fifty writers", check: longReader },
  { id: "R-043", ...disk, what: "bytes in the database change", check: flippedBytes },
];

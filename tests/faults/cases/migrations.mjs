// The form of the database goes back and forth with everything in it, and whoever does that may be killed.

import { fillHeard, fillQueue } from "../fill.mjs";
import { check } from "../oracle.mjs";
import { must } from "../must.mjs";
import { script } from "../script.mjs";
import { ask, isWell } from "../server.mjs";

/** How many steps are taken back at once: at first none that something acknowledged needs. */
const BACK = { quick: [1, 5, 8, 12], full: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] };
const LOSES_NOTHING = 5;
const STRIDE = 5;
const FLUSHES_MAX = 300;
const SAID = { quick: 41, full: 3, most: 1_000 };

/** Which steps were taken and when is no matter of the tables. */
const HISTORY = "seaql_migrations";

/** A value as text that is the same each time. */
const plain = (value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value);

/** Every table with its columns, and every row of it. */
function dump(world) {
  const tables = world.tables();
  try {
    const all = tables.dump();
    all.delete(HISTORY);
    return all;
  } finally {
    tables.close();
  }
}

/** What two dumps have in common has to be equal. */
function compare(before, after, when) {
  let compared = 0;
  for (const [table, rows] of before) {
    const others = after.get(table);
    if (!others) continue;
    // Without rows nothing says which columns there are.
    const names = others.length > 0 && rows.length > 0 ? Object.keys(rows[0]).filter((name) => name in others[0]).sort() : [];
    const text = (all) => all.map((row) => JSON.stringify(names.map((name) => plain(row[name])))).sort();
    const [was, is] = [text(rows), text(others)];
    must(was.length === is.length, `${when}: ${table} had ${was.length} rows, and has ${is.length}`);
    const at = was.findIndex((row, number) => row !== is[number]);
    must(at < 0, `${when}: ${table} had ${was[at]}, and has ${is[at]}`);
    compared += was.length;
  }
  return compared;
}

const shapeOf = (world) => {
  const tables = world.tables();
  const shape = JSON.stringify(tables.shape());
  tables.close();
  return shape;
};

/** A world with something in most of its tables, which is not running. */
async function filled({ make, full }) {
  const world = make({ followers: { count: full ? 300 : 20 } });
  await world.server.start();
  must((await script(world)) === 40, "the script did not come to its end");
  await world.server.run(["actor", "block", "alice", "vic@v.peers.example"]);
  await world.server.run(["peer", "limit", "odd.example"]);
  await world.settle();
  const { code } = await world.server.end("SIGTERM");
  must(code === 0, "it did not end well");
  if (full) {
    fillQueue(world, { activities: 500, hosts: 500, first: 1_000 });
    // Nobody is to be told while the steps are looked at.
    world.change("UPDATE delivery SET state = 'cancelled', ended_at = created_at WHERE state = 'waiting'");
    fillHeard(world, 200_000);
  }
  return world;
}

/** */
async function backAndForth(context) {
  const world = await filled(context);
  const shape = shapeOf(world);
  let compared = 0;
  for (const back of context.full ? BACK.full : BACK.quick) {
    const before = dump(world);
    const { "taken back": gone } = await world.server.run(["migrate", "down", "--steps", String(back), "--yes"]);
    must(gone.length === back, `${gone.length} steps were taken back, not ${back}`);
    const without = dump(world);
    compared += compare(before, without, `${back} steps back`);
    const refused = await world.server.command(["account", "list"]);
    must(refused.code === 1 && /older/.test(refused.complained), `a command used an older database: ${refused.complained}`);
    const { taken } = await world.server.run(["migrate", "up"]);
    must(taken.length === back, `${taken.length} steps were taken, not ${back}`);
    must(shapeOf(world) === shape, `after ${back} steps back and forth the tables are others`);
    compared += compare(without, dump(world), `${back} steps back and forth`);
    await serves(world, back <= LOSES_NOTHING);
  }
  return `${compared} rows compared`;
}

/** It starts, shows, takes and hears; where nothing that was acknowledged is lost, that is seen as well. */
async function serves(world, isWhole) {
  await world.server.start();
  must((await ask("/@hazelbank")).status === 200, "a page is not shown");
  await world.post("page");
  await world.hear(world.note());
  await world.settle();
  if (isWhole) await check(world);
  must(await isWell(), "it is not alive");
  must((await world.server.end("SIGTERM")).code === 0, "it did not end well");
}

/** R-052b: killed while it goes back, or forth; the next try completes it. */
async function killed(context) {
  const { full, gate } = context;
  const world = await filled({ ...context, full: false });
  const shape = shapeOf(world);
  const down = ["migrate", "down", "--steps", String(LOSES_NOTHING), "--yes"];
  await world.server.run(down);
  const before = dump(world);
  await world.server.run(["migrate", "up"]);
  const [most, stride] = gate ? [SAID.most, full ? SAID.full : SAID.quick] : [FLUSHES_MAX, full ? 1 : STRIDE];
  const moment = (at) => (gate ? (at % 2 === 0 ? "say" : "said") : "sync");
  let died = 0;
  for (const words of [down, ["migrate", "up"]]) {
    for (let at = 1; at <= most; at += stride) {
      world.faults.killAt(moment(at), at);
      const { signal, code, complained } = await world.server.command(words);
      world.faults.set({ dieAt: 0 });
      must(signal === "SIGKILL" || code === 0, `${words.join(" ")}, killed at ${moment(at)} ${at}: ${complained}`);
      const up = await world.server.command(["migrate", "up"]);
      must(up.code === 0, `after ${words.join(" ")} was killed at ${moment(at)} ${at}: ${up.complained}`);
      must(shapeOf(world) === shape, `after ${words.join(" ")} was killed at ${moment(at)} ${at} the tables are others`);
      if (signal !== "SIGKILL") break;
      died += 1;
      if (words.includes("up")) await world.server.run(down);
    }
    // On the way forth it begins where the way back ends.
    if (words.includes("down")) await world.server.run(words);
  }
  must(died > 1, "nobody ever died");
  const { code, complained } = await world.server.command(["migrate", "up"]);
  must(code === 0, complained);
  compare(before, dump(world), "killed again and again");
  await serves(world, true);
  return `died ${died} times`;
}

export const cases = [
  { id: "R-052", what: "steps of the schema are taken back and again, with everything in it", check: backAndForth },
  { id: "R-052b", what: "killed while steps are taken back, and again", check: killed },
];

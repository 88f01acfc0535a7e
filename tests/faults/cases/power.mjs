// The power goes: what was flushed is there, and nothing else can be relied on.

import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

import { faults } from "../oracle.mjs";
import { filesAfter, readRecord, WAYS } from "../record.mjs";
import { load, script } from "../script.mjs";

const NAMES = ["carefolk.db", "carefolk.db-wal"];

/** Runs the program with every write recorded; gives what happened. */
async function recorded({ make, sink }, { lazyLog = 0, seconds }) {
  const world = make();
  const base = Object.fromEntries(
    NAMES.map((name) => path.join(world.folder, name))
      .filter((file) => statSync(file, { throwIfNoEntry: false }))
      .map((file) => [path.basename(file), readFileSync(file)]),
  );
  sink.before = (arrival) => (arrival.mark = world.ledger.mark());
  world.faults.set({ records: 1, lazyLog });
  await world.server.start();
  await script(world);
  const busy = load(world);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  await world.server.end("SIGKILL");
  await busy.stop();
  const steps = readRecord(world.faults.record);
  return { base, steps, ledger: world.ledger, arrived: sink.arrived, elapsed: world.now() };
}

/** Starts what the disk has after the power went at `mark`, and asks. */
async function after(context, { base, steps, ledger, arrived }, mark, how) {
  const world = context.make();
  const files = filesAfter(base, steps, mark, how);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(world.folder, name), bytes);
  world.ledger = ledger.asOf(mark);
  context.sink.arrived = arrived.filter((arrival) => arrival.mark <= mark);
  try {
    if (!(await world.server.tryStart())) return [`it does not start: ${world.server.child.said}`];
    world.faults.later(150);
    await world.settle();
    return await faults(world, { fanOut: 1 });
  } finally {
    await world.close();
  }
}

/** Moments at which the power goes: right after something was acknowledged, and anywhere. */
function marks({ steps, ledger }, count) {
  const acks = ledger.entries.filter(({ acked }) => acked).map(({ mark }) => mark);
  const any = (list) => list[Math.floor(Math.random() * list.length)];
  return Array.from({ length: count }, (_, at) => (at % 2 === 0 ? any(acks) : any(steps).end));
}

async function powerLoss(context) {
  const story = await recorded(context, { seconds: context.full ? 20 : 2 });
  const chosen = marks(story, context.full ? 150 : 9);
  for (const [at, mark] of chosen.entries()) {
    const how = WAYS[at % WAYS.length];
    const found = await after(context, story, mark, how);
    if (found.length > 0) throw new Error(`power lost at ${mark}, the rest ${how}: ${found.slice(0, 5).join("\n    ")}`);
  }
  return `${story.steps.length} writes and flushes, the power went ${chosen.length} times, ${story.ledger.counts()}`;
}

async function lazyLog(context) {
  const story = await recorded(context, { lazyLog: 1, seconds: 1 });
  const found = await after(context, story, story.steps.at(-1).end, "dropped");
  const lost = found.filter((line) => /was acknowledged and is not there/.test(line));
  if (lost.length === 0) throw new Error(`nothing was lost that should be: ${found.slice(0, 3).join("; ")}`);
  return `${lost.length} acknowledged things were seen to be lost`;
}

const on = { on: "sqlite", why: "what reaches its disk is the matter of that server" };

export const cases = [
  { id: "R-007", ...on, what: "the power goes: only what was flushed is there", check: powerLoss },
  {
    id: "R-008",
    ...on,
    what: "control: without flushes of the log (as with synchronous = NORMAL) the loss is seen",
    check: lazyLog,
  },
];

// The way to other servers fails, or who knows their names: what is meant for them waits, and those who can be
// reached notice nothing.

import { readdirSync } from "node:fs";

import { hostOf } from "../crowd.mjs";
import { check } from "../oracle.mjs";
import { must, percentile, rowsOf } from "../must.mjs";
import { way } from "../names.mjs";
import { ask, until } from "../server.mjs";

const DAY_S = 24 * 3600;
/** Longer than any wait after a failure. */
const LATER_S = 10 * 3600;
const FAR = "https://n9.peers.example/users/bea";
/** A place is free when a try before is over: connecting takes five seconds at most, names included. */
const LIVE_MS = 7_000;

const waiting = (world) => rowsOf(world, "SELECT id FROM delivery WHERE state = 'waiting'").length;

/** How often each of the servers has failed that something waits for; nobody is at it any more. */
function failures(world) {
  const rows = rowsOf(world, `SELECT p.failures, max(d.locked_until) AS lease FROM delivery d JOIN peer p ON p.id = d.peer_id
    WHERE d.state = 'waiting' GROUP BY p.id, p.failures`);
  return rows.some(({ lease }) => lease !== null) ? 0 : Math.min(...rows.map((row) => Number(row.failures)));
}

/** What happens to what is said, and how it is when that is over. */
const WAYS = {
  "finds no way": { begin: () => way.end(), end: () => way.mend(), steps: 10 },
  "gets lost": { begin: () => way.lose(), end: () => way.mend(), steps: 1 },
  "arrives, and no answer comes back": {
    begin: (sink) => (sink.behave = () => "reset"),
    end: (sink) => (sink.behave = () => "202"),
    steps: 4,
  },
};

/** */
async function networkDown({ make, sink, full }) {
  const hosts = full ? 200 : 12;
  const said = [];
  for (const [what, { begin, end, steps }] of Object.entries(WAYS)) {
    const world = make({ followers: { count: hosts } });
    await world.server.start();
    const first = await world.post("page");
    await world.settle();
    sink.hangUp();
    begin(sink);
    await world.edit(first, "page");
    const queue = [waiting(world)];
    for (let step = 0; step < steps; step += 1) {
      const post = await world.post("page");
      if (step % 3 === 0) await world.edit(post, "page");
      if (step % 3 === 1) await world.remove(post, "page");
      await until("every server to be tried", () => failures(world) > 0, 30_000);
      world.faults.later(600 / steps);
      queue.push(waiting(world));
    }
    must(queue.every((many, at) => at === 0 || many > queue[at - 1]), `${what}: the queue was ${queue} long`);
    must((await ask("/@hazelbank")).status === 200, "pages wait for the network");
    const shown = await world.server.run(["peer", "show", hostOf(0)]);
    must(Number(shown.waiting) > 0 && shown.last_error && shown.backoff_until, `${what}: it says ${JSON.stringify(shown)}`);
    sink.hangUp();
    end(sink);
    await drain(world);
    await check(world, { fanOut: hosts + 1 });
    said.push(`${what}: ${queue.at(-1)} waited`);
    await world.close();
  }
  return said.join("; ");
}

/** Time goes by until nothing waits. */
async function drain(world) {
  for (let round = 0; round < 6 && waiting(world) > 0; round += 1) {
    world.faults.later(LATER_S);
    await world.settle({ all: false });
  }
  await world.settle();
}

/** names come and go. */
async function flapping({ make, sink, resolver }) {
  const count = 4;
  const world = make({ followers: { count, name: (at) => `n${at}.peers.example` } });
  resolver.knows = () => "here";
  await world.server.start();
  const first = await world.post("page");
  await world.settle();
  must(sink.arrived.length === count + 1, "not everybody was found by name");
  sink.hangUp();
  resolver.knows = () => "nowhere";
  await world.edit(first, "page");
  const second = await world.post("page");
  for (const [at, said] of ["nowhere", "failing", "nowhere", "nowhere"].entries()) {
    resolver.knows = () => said;
    await until("a try in vain", () => failures(world) > at);
    world.faults.later(3 * DAY_S);
  }
  must(waiting(world) === 2 * count, "after twelve days nothing waits any more");
  must((await world.server.run(["delivery", "list", "--failed"])).length === 0, "something was given up within twelve days");
  await world.remove(second, "page");
  sink.hangUp();
  resolver.knows = () => "here";
  await drain(world);
  await check(world, { fanOut: count + 1 });
  return `${resolver.asked} questions`;
}

/** what comes in while names cannot be looked up waits for that, with its sender or with us. */
async function strangersWithoutNames({ make, sink, resolver }) {
  const world = make();
  resolver.knows = () => "here";
  await world.server.start();
  await world.hear({ type: "Like", object: world.names.seeds[0].uri }, FAR);
  await world.settle();
  sink.hangUp();
  const said = [];
  for (const what of ["nowhere", "failing", "silent"]) {
    resolver.knows = () => what;
    const by = `${FAR}${what}`;
    const answer = await world.hear(world.note(undefined, by), by).then(() => 202, ({ status }) => status);
    const { object } = world.note(undefined, FAR);
    const { id } = await world.hear({ type: "Create", object: object.id }, FAR);
    const row = () => rowsOf(world, `SELECT state, outcome, attempts FROM inbound_activity WHERE uri = '${id}'`)[0];
    await until("the first try", () => Number(row().attempts) > 0 && (row().state !== "waiting" || isResting(world)));
    said.push(`${what}: a stranger is answered ${answer}, what has to be read is ${row().state} (${row().outcome ?? "-"})`);
    must(answer === 503 && row().state === "waiting", said.at(-1));
  }
  return said.join("; ");
}

const isResting = (world) =>
  rowsOf(world, "SELECT id FROM inbound_activity WHERE locked_until IS NOT NULL").length === 0;

/** When the last of the live servers had a new post, in milliseconds. */
async function reach(world, sink, live) {
  const known = sink.arrived.length;
  const begun = performance.now();
  await world.post("page");
  const arrived = () => sink.arrived.slice(known).filter(({ host }) => host.startsWith("h"));
  await until("every live server to have it", () => arrived().length >= live, 60_000);
  return percentile(arrived().map(({ at }) => at - begun), 99);
}

/** who knows names says nothing. */
async function silentResolver({ make, sink, resolver, full }) {
  const [live, dead] = full ? [400, 900] : [60, 700];
  const name = (at) => (at < dead ? `n${at}.peers.example` : hostOf(at - dead));
  const world = make({ followers: { count: live + dead, name } });
  resolver.knows = () => "silent";
  resolver.waitAsUsual();
  await world.server.start();
  const first = await reach(world, sink, live);
  const second = await reach(world, sink, live);
  const threads = readdirSync(`/proc/${world.server.child.pid}/task`).length;
  const said = `live servers had it after ${Math.round(first)} and ${Math.round(second)} ms (99 %), and it took ${threads} threads`;
  must((await ask("/@hazelbank")).status === 200, "pages wait for names");
  must(Math.max(first, second) < LIVE_MS, said);
  return said;
}

export const cases = [
  { id: "R-044", what: "names of servers come and go", check: flapping },
  {
    id: "R-044b",
    what: "who knows names says nothing",
    check: silentResolver,
  },
  {
    id: "R-044c",
    what: "strangers speak while names cannot be looked up",
    check: strangersWithoutNames,
  },
  { id: "R-045", what: "the network is down for ten minutes", check: networkDown },
];

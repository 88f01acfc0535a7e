// Servers that are silent for long, and servers that come and go: when they are tried, and what they hear.

import { check } from "../oracle.mjs";
import { load } from "../script.mjs";
import { DAY_S, HOUR_S, isNear, Queue, soon } from "../queue.mjs";

const [FIRST, SECOND] = ["h0.peers.example", "h1.peers.example"];
const OTHER = "v.peers.example";
/** The waits of promise P7, in seconds; then eight hours each. */
const WAITS_S = [10, 60, 300, 900, HOUR_S, 2 * HOUR_S, 4 * HOUR_S];
const EVERY_S = 8 * HOUR_S;
const GIVE_UP_S = 14 * DAY_S;
/** How often what waits behind a dead server is looked through. */
const SWEEP_S = 600;
/** How soon who speaks is told what waits, and how much is on its way to a server at once. */
const WAKE_MS = 5_000;
const WINDOW = 8;
/** The flow of R-018, and how much faster than ours its time runs. */
const PER_SECOND = 5;
const FASTER = 4;
/** How long what hangs is waited for. */
const HANGS_MS = 60_000;

const must = (holds, what) => {
  if (!holds) throw new Error(what);
};

/** How many tries fourteen days have: the first, those of the table, and one in each eight hours. */
const triesWithin = (seconds) => {
  const table = WAITS_S.reduce((sum, wait) => sum + wait, 0);
  return 1 + WAITS_S.length + Math.floor((seconds - table) / EVERY_S);
};

/** One server is silent for 13 days and 23 hours, and another for 15 days. */
async function silent({ make, sink, full }) {
  const world = make({ followers: { count: 2 } });
  const queue = new Queue(world);
  const dead = new Set([FIRST, SECOND]);
  sink.behave = (host) => (dead.has(host) ? "500" : "202");
  await world.server.start();
  const begun = world.now();
  for (let at = 0; at < (full ? 30 : 3); at += 1) await world.post("page");
  const moments = [begun, ...(await queue.stepAll(FIRST, begun + (GIVE_UP_S - HOUR_S) * 1000))];
  const tries = queue.tries(FIRST);
  checkWaits(moments);
  const wanted = triesWithin(GIVE_UP_S - HOUR_S);
  must(tries >= wanted * 0.8 && tries <= wanted * 1.2, `${tries} tries in 13 days and 23 hours, not about ${wanted}`);
  // It is back within the last hour, and hears everything with its next try.
  await queue.until(begun + (GIVE_UP_S - HOUR_S) * 1000);
  dead.delete(FIRST);
  await queue.step(FIRST);
  await soon("all that waited for it", () => queue.to(FIRST).every(({ state }) => state === "done"));
  // Nobody sees the other for fifteen days.
  await queue.until(begun + 15 * DAY_S * 1000);
  await queue.next(SECOND);
  await queue.wake(SWEEP_S);
  await soon("the end of what waits for the other", () => queue.waiting(SECOND).length === 0);
  const given = await queue.shown(SECOND);
  must(given.length === queue.to(SECOND).length, `${given.length} of ${queue.to(SECOND).length} are shown as failed`);
  const odd = given.filter(({ ended, last_error: error }) => !ended || !error);
  must(odd.length === 0, `it is not said why or when: ${JSON.stringify(odd[0])}`);
  // What was given up can be tried again.
  dead.clear();
  await queue.run(["delivery", "retry", "--host", SECOND]);
  await world.settle();
  await check(world);
  queue.close();
  return `${tries} tries in 13 days and 23 hours; ${given.length} were given up after 15 days, seen, and made in the end`;
}

/** Each wait is that of the table. */
function checkWaits(moments) {
  for (let at = 1; at < moments.length; at += 1) {
    const wait = moments[at] - moments[at - 1];
    const wanted = WAITS_S[at - 1] ?? EVERY_S;
    must(isNear(wait, wanted), `wait number ${at} was ${Math.round(wait / 1000)} s, not about ${wanted} s`);
  }
}

/** It is back in the last hour, and before we ask it the next time all that is old is looked through. */
async function backInTime({ make, sink }) {
  const world = make({ followers: { count: 1 } });
  const queue = new Queue(world);
  sink.behave = (host) => (host === FIRST ? "500" : "202");
  await world.server.start();
  const begun = world.now();
  await world.post("page");
  await queue.stepAll(FIRST, begun + 8 * HOUR_S * 1000);
  await queue.until(begun + (GIVE_UP_S - 4 * HOUR_S) * 1000);
  await queue.next(FIRST);
  await queue.until(begun + (GIVE_UP_S - HOUR_S) * 1000);
  sink.behave = () => "202";
  await queue.until(begun + (GIVE_UP_S + 60) * 1000);
  await queue.wake(SWEEP_S);
  // What was taken long ago is forgotten in the same change.
  await soon("a look at what is old", () => queue.to(OTHER).length === 0);
  must(queue.waiting(FIRST).length === 1, "it was given up before it was asked again");
  await queue.step(FIRST);
  await world.settle();
  await check(world);
  queue.close();
}

/** A server that was silent for three days speaks, and is told all that waited for it. */
async function wakes({ make, sink, full }) {
  const world = make({ followers: { count: 1 } });
  const queue = new Queue(world);
  sink.behave = (host) => (host === FIRST ? "reset" : "202");
  await world.server.start();
  const begun = world.now();
  const posts = [];
  for (let at = 0; at < (full ? 500 : 15); at += 1) posts.push(await world.post("page"));
  for (const post of posts) await world.edit(post, "page");
  await queue.stepAll(FIRST, begun + 3 * DAY_S * 1000);
  await queue.step(FIRST);
  const rests = (await queue.next(FIRST)) - world.now();
  must(rests > HOUR_S * 1000, `it would be tried within ${Math.round(rests / 1000)} s anyway`);
  // It is slow enough that we could drown it.
  sink.behave = (host) => (host === FIRST ? "late:100" : "202");
  const waiting = queue.waiting(FIRST).length;
  const known = sink.arrived.length;
  await world.hear({ type: "Like", object: world.names.seeds[0].uri }, `https://${FIRST}/users/u0`);
  const spoke = performance.now();
  const heard = () => sink.arrived.slice(known).filter(({ host }) => host === FIRST);
  await soon("the first of what waited", () => heard().length > 0, WAKE_MS);
  const after = Math.round(heard()[0].at - spoke);
  await world.settle();
  must(heard().length === waiting, `${heard().length} of ${waiting} arrived`);
  const most = atOnce(heard());
  must(most > 1 && most <= WINDOW, `${most} were on their way at once`);
  must(heard()[1].at >= heard()[0].at + heard()[0].took, "the second was sent before it was known whether it listens");
  await check(world, { fanOut: 2 });
  queue.close();
  return `${waiting} waited, the first came after ${after} ms, at most ${most} at once`;
}

/** How many were on their way at the same time, at most. */
function atOnce(arrived) {
  const during = (moment) => arrived.filter(({ at, took }) => at <= moment && at + took > moment).length;
  return Math.max(...arrived.map(({ at }) => during(at)));
}

/** Three in ten fail in one way, never two after each other, while somebody here says five things a second. */
const stumbles = (way) => async ({ make, sink, full }) => {
  const world = make({ followers: { count: 1 } });
  const queue = new Queue(world);
  let came = 0;
  sink.behave = (host) => (host === FIRST && [2, 5, 8].includes((came += 1) % 10) ? way : "202");
  await world.server.start();
  // Time runs faster, all of it: also that in which an answer has to come.
  const clock = setInterval(() => queue.pass(1), 1000 / (FASTER - 1));
  const busy = load(world, { posts: PER_SECOND * FASTER, notes: 0, edits: false });
  const untried = await backlogs(queue, full ? 150 : 9);
  await busy.stop();
  sink.behave = () => "202";
  // What hangs holds its place for up to twenty seconds, while time runs as fast as before.
  await soon("the end of what hangs", () => queue.waiting(FIRST).every(({ lease }) => lease === null), HANGS_MS);
  clearInterval(clock);
  const least = Math.min(...untried.slice(-Math.ceil(untried.length / 2)));
  must(least < PER_SECOND * 4, `what was never tried grew from ${untried[0]} to ${untried.at(-1)}, and never fell below ${least}`);
  await queue.stepAll(FIRST);
  await world.settle();
  await check(world, { fanOut: 2 });
  queue.close();
  return `${world.ledger.counts()}, at most ${Math.max(...untried)} waited for their first try`;
};

/** How much waits for its first try at the server, again and again for so many seconds. */
async function backlogs(queue, seconds) {
  const found = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    found.push(queue.waiting(FIRST).filter(({ attempts }) => attempts === 0).length);
  }
  return found;
}

export const cases = [
  { id: "R-016", what: "a server is silent for 13 days and 23 hours, and another for 15 days", check: silent },
  { id: "R-016b", what: "it is back before fourteen days are over, and asked after that", check: backInTime },
  { id: "R-017", what: "a server that was silent for three days speaks", check: wakes },
  { id: "R-018", what: "a server hangs three times in ten, while there is always more to say", check: stumbles("hang") },
  { id: "R-018b", what: "a server fails three times in ten, while there is always more to say", check: stumbles("504") },
];

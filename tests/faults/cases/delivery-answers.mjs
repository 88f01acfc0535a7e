// What other servers answer, and what becomes of a delivery then.

import { hostOf } from "../crowd.mjs";
import { check } from "../oracle.mjs";
import { DAY_S, HOUR_S, isNear, Queue, soon } from "../queue.mjs";

const [FIRST, SECOND, THIRD, FOURTH] = [0, 1, 2, 3].map(hostOf);
const ELSEWHERE = hostOf(9);
/** What a wait may differ by that is not a fifth more or less: clocks are read at different moments. */
const EXACT_MS = 2_000;
/** How much is on its way to a server at once. */
const WINDOW = 8;

const must = (holds, what) => {
  if (!holds) throw new Error(what);
};
const isAbout = (ms, seconds) => Math.abs(ms - seconds * 1000) <= EXACT_MS;
const seconds = (ms) => `${Math.round(ms / 1000)} s`;
const likes = (world, host) =>
  world.hear({ type: "Like", object: world.names.seeds[0].uri }, `https://${host}/users/u${/^h(\d+)/.exec(host)[1]}`);

/** Servers ask to be left alone for a while, or say something that nobody understands. */
async function asked({ make, sink }) {
  const world = make({ followers: { count: 4 } });
  const queue = new Queue(world);
  const answers = {
    [FIRST]: () => "429:7",
    [SECOND]: () => `503:${new Date(world.now() + 90_000).toUTCString()}`,
    [THIRD]: () => `429:${10 * 365 * DAY_S}`,
    [FOURTH]: () => "503:soon",
  };
  const moments = new Map(Object.keys(answers).map((host) => [host, []]));
  let isOver = false;
  sink.behave = (host) => {
    moments.get(host)?.push(world.now());
    return (!isOver && answers[host]?.()) || "202";
  };
  await world.server.start();
  await world.post("page");
  const waits = new Map();
  for (const host of moments.keys()) {
    await queue.next(host);
    const [{ next_try: next }] = await queue.shown(host, "--waiting");
    // It is shown to the second: this is the middle of it.
    waits.set(host, new Date(next).getTime() + 500 - moments.get(host)[0]);
  }
  must(isNear(waits.get(FOURTH) + 500, 10), `nonsense was a reason to wait for ${seconds(waits.get(FOURTH))}`);
  const wanted = { [FIRST]: 7, [SECOND]: 90, [THIRD]: DAY_S };
  for (const [host, wait] of Object.entries(wanted)) {
    must(isAbout(waits.get(host), wait), `${host} is left alone for ${seconds(waits.get(host))}, not ${wait} s`);
  }
  // They would take everything now, and they speak, and are left alone all the same.
  isOver = true;
  for (const host of [FIRST, SECOND, THIRD]) await likes(world, host);
  for (const [host, wait] of Object.entries(wanted)) {
    await queue.until(moments.get(host)[0] + wait * 1000 - EXACT_MS);
    await world.post("page");
    await world.settle({ all: false });
    await queue.step(host);
    await soon(`all at ${host}`, () => queue.waiting(host).length === 0);
    const [first, second] = moments.get(host);
    must(second - first >= wait * 1000 - EXACT_MS / 2, `${host} was left alone for ${seconds(second - first)}, not ${wait} s`);
  }
  await world.settle();
  await check(world, { fanOut: 5 });
  queue.close();
  return [...waits.values()].map(seconds).join(", ");
}

/** One server does not believe our signature for an hour, and another one thing for ever. */
async function refused({ make, sink }) {
  const world = make({ followers: { count: 2 } });
  const queue = new Queue(world);
  let [isOver, odd] = [false, undefined];
  sink.behave = (host, { object }) => {
    if (host === FIRST && !isOver) return "401";
    if (host === SECOND && object === (odd ??= object)) return "403";
    return "202";
  };
  await world.server.start();
  const begun = world.now();
  await world.post("page");
  await soon("what is refused for ever", () => odd);
  await world.post("page");
  await world.edit(await world.post("page"), "page");
  await queue.stepAll(FIRST, begun + HOUR_S * 1000);
  must(queue.waiting(FIRST).length === 4, `${queue.waiting(FIRST).length} of 4 wait after an hour`);
  isOver = true;
  await queue.stepAll(FIRST);
  must(queue.to(FIRST).every(({ state }) => state === "done"), "not everything arrived");
  await queue.stepAll(SECOND);
  const given = await queue.shown(SECOND);
  must(given.length === 1, `${given.length} were given up, not one`);
  const [{ last_status: status, last_error: error, attempts, since, ended }] = given;
  must(status === 403 && error === "refused", `it is shown as ${status}, ${error}`);
  const days = (new Date(ended) - new Date(since)) / 1000 / DAY_S;
  must(days >= 2 && days <= 2.5, `it was given up after ${days.toFixed(1)} days`);
  must(attempts >= 10 && attempts <= 17, `it was tried ${attempts} times`);
  await world.post("page");
  // A server that refuses is left alone for some minutes.
  await queue.stepAll(SECOND);
  await world.settle();
  await check(world, { fanOut: 3, mayDie: true });
  queue.close();
  return `refused for an hour, all arrived; refused for ever, given up after ${days.toFixed(1)} days and ${attempts} tries`;
}

/** An inbox is gone, one is not found for a while, one for ever, and one has moved, as it says. */
async function gone({ make, sink }) {
  const world = make({ followers: { count: 4 } });
  const queue = new Queue(world);
  const came = new Map();
  const nth = (host) => came.set(host, (came.get(host) ?? 0) + 1).get(host);
  const answers = {
    [FIRST]: () => "410",
    [SECOND]: () => (nth(SECOND) === 1 ? "404" : "202"),
    [THIRD]: () => "404",
    [FOURTH]: () => (nth(FOURTH) < 3 ? `301:https://${ELSEWHERE}/inbox` : "202"),
  };
  sink.behave = (host) => answers[host]?.() ?? "202";
  await world.server.start();
  const begun = world.now();
  await world.post("page");
  await soon("the end of a follow", async () => !(await follows(queue, FIRST)));
  const moved = [begun, ...(await queue.stepAll(FOURTH))];
  must(isNear(moved[1] - moved[0], 10) && isNear(moved[2] - moved[1], 60), `a redirect was tried again after ${moved}`);
  must(!sink.arrived.some(({ host }) => host === ELSEWHERE), "a redirect was followed");
  const [flapped] = await queue.stepAll(SECOND);
  must(isAbout(flapped - begun, 36 * HOUR_S), `404 was tried again after ${seconds(flapped - begun)}`);
  await queue.stepAll(THIRD);
  const tries = queue.tries(THIRD);
  must(tries === 3, `404 was tried ${tries} times`);
  const given = await queue.shown(THIRD);
  must(given.length === 1 && given[0].last_status === 404, `it is shown as ${JSON.stringify(given)}`);
  const days = (new Date(given[0].ended) - new Date(given[0].since)) / 1000 / DAY_S;
  must(Math.abs(days - 3) < 0.01, `404 was given up after ${days} days`);
  // Nobody is written to where the inbox is gone, and everybody else is.
  const before = queue.to(FIRST).length;
  answers[THIRD] = () => "202";
  await world.post("page");
  await world.settle();
  must(queue.to(FIRST).length === before, "something was queued for an inbox that is gone");
  must(queue.to(FIRST).every(({ state, status }) => state === "dead" && Number(status) === 410), "410 was tried again");
  must(await follows(queue, THIRD), "404 ended a follow");
  await check(world, { mayDie: true });
  queue.close();
}

/** Much waits for an inbox of which its server says that it is gone. */
async function goneWithQueue({ make, sink }) {
  const world = make({ followers: { count: 1 } });
  const queue = new Queue(world);
  sink.behave = (host) => (host === FIRST ? "500" : "202");
  await world.server.start();
  for (let at = 0; at < 40; at += 1) await world.post("page");
  await queue.next(FIRST);
  sink.behave = (host) => (host === FIRST ? "410" : "202");
  await queue.step(FIRST);
  await soon("the end of a follow", async () => !(await follows(queue, FIRST)));
  await world.settle();
  const rows = queue.to(FIRST);
  const count = (wanted) => rows.filter(({ state }) => state === wanted).length;
  must(count("waiting") === 0 && count("done") === 0, `${count("waiting")} still wait`);
  must(count("cancelled") > count("dead"), `it was told ${count("dead")} times before that was believed`);
  await check(world, { fanOut: 2, mayDie: true });
  queue.close();
  return `${count("dead")} were tried, ${count("cancelled")} taken back`;
}

/** Whether somebody there follows, as an admin sees it. */
async function follows(queue, host) {
  const all = await queue.run(["follower", "list", "--as", "hazelbank"]);
  return JSON.stringify(all).includes(`@${host}`);
}

/** A hundred wait for a server that comes back, and it never takes one of them. */
async function poison({ make, sink, full }) {
  const said = [];
  for (const status of full ? ["422", "413", "400"] : ["422"]) {
    const world = make({ followers: { count: 1 } });
    const queue = new Queue(world);
    sink.behave = (host) => (host === FIRST ? "500" : "202");
    await world.server.start();
    for (let at = 0; at < 100; at += 1) await world.post("page");
    await queue.next(FIRST);
    let [came, bad] = [0, undefined];
    sink.behave = (host, { object }) => {
      if (host !== FIRST) return "202";
      if ((came += 1) === 50) bad = object;
      return object === bad ? status : "202";
    };
    await queue.step(FIRST);
    await world.settle();
    const given = await queue.shown(FIRST);
    must(given.length === 1 && given[0].last_status === Number(status), `given up: ${JSON.stringify(given)}`);
    const done = queue.to(FIRST).filter(({ state }) => state === "done").length;
    must(done === 99, `${done} arrived, not 99`);
    await check(world, { fanOut: 2, mayDie: true });
    queue.close();
    await world.close();
    said.push(`${status}: ${done} arrived, ${given.length} was given up`);
  }
  return said.join("; ");
}

/** The first of thirty breaks its server each time: the others arrive before long. */
async function breaker({ make, sink, full }) {
  const world = make({ followers: { count: 1 } });
  const queue = new Queue(world);
  let bad;
  sink.behave = (host, { object }) => (host === FIRST && object === (bad ??= object) ? "reset" : "202");
  await world.server.start();
  await world.post("page");
  // Alone at first, so that nothing says but it how its server is.
  await queue.next(FIRST);
  for (let at = 1; at < (full ? 300 : 30); at += 1) await world.post("page");
  let rounds = 0;
  for (; rounds < 5 && queue.waiting(FIRST).length > 1; rounds += 1) {
    await queue.step(FIRST);
    await queue.next(FIRST);
  }
  const behind = queue.waiting(FIRST).length - 1;
  must(behind <= 0, `${behind} still wait behind one that cannot be taken, after it was tried ${queue.tries(FIRST)} times`);
  sink.behave = () => "202";
  await queue.stepAll(FIRST);
  await world.settle();
  await check(world, { fanOut: 2 });
  queue.close();
  return `all others had arrived after ${rounds} rounds`;
}

/** Two of three fail, in several ways, while posts are written, changed and deleted. */
async function flaps({ make, sink, full }) {
  const world = make({ followers: { count: 1 } });
  const queue = new Queue(world);
  let came = 0;
  const ways = ["500", "reset", "202", "503:1", "garbage", "202", "429"];
  sink.behave = (host) => (host === FIRST ? ways[(came += 1) % ways.length] : "202");
  await world.server.start();
  const posts = [];
  for (let at = 0; at < (full ? 60 : 8); at += 1) {
    const post = await world.post("page");
    posts.push(post);
    for (let edit = 0; edit < 3; edit += 1) {
      if ((at + edit) % 2 === 0) await queue.step(FIRST);
      await world.edit(post, "page");
    }
    await queue.step(FIRST);
    if (at % 2 === 0) await world.remove(post, "page");
  }
  await queue.stepAll(FIRST);
  await world.settle();
  const tries = sink.arrived.filter(({ host }) => host === FIRST);
  const early = tries.find(({ type, object }, n) => type === "Update" && !isKnown(tries.slice(0, n), object));
  must(!early, `an ${early?.type} of ${early?.object} was sent before the post was taken`);
  const late = tries.find(({ type, object }, n) => type !== "Delete" && isDeleted(tries.slice(0, n), object));
  must(!late, `a ${late?.type} of ${late?.object} was sent after its deletion`);
  await check(world, { fanOut: 2 });
  queue.close();
  return `${posts.length} posts in ${tries.length} tries, of which ${tries.filter(isTaken).length} were taken`;
}

const isTaken = ({ did }) => did === "202";
const isKnown = (before, post) => before.some((it) => it.type === "Create" && it.object === post && isTaken(it));
const isDeleted = (before, post) => before.some((it) => it.type === "Delete" && it.object === post);

/** A post that a server rejects takes its changes with it, those that wait and those said later; not its deletion. */
async function abandoned({ make, sink }) {
  const world = make({ followers: { count: 1 } });
  const queue = new Queue(world);
  sink.behave = (host) => (host === FIRST ? "500" : "202");
  await world.server.start();
  const post = await world.post("command");
  await world.edit(post, "command");
  await world.edit(post, "command");
  const other = await world.post("page");
  await queue.next(FIRST);
  sink.behave = (host, { object }) => (host === FIRST && object === post.uri ? "422" : "202");
  await queue.step(FIRST);
  await world.settle();
  await world.edit(post, "command");
  await world.edit(other, "page");
  await world.settle();
  await world.remove(post, "command");
  await world.settle();
  const heard = sink.arrived.filter(({ host, object }) => host === FIRST && object === post.uri);
  const kinds = [...new Set(heard.map(({ type }) => type))].join(", ");
  must(kinds === "Create, Delete", `of a post that it rejected it heard ${kinds}`);
  const seen = sink.arrived.filter(({ host, object }) => host === "v.peers.example" && object === post.uri).length;
  must(seen === 5, `another server heard ${seen} of 5 things about it`);
  await check(world, { fanOut: 2, mayDie: true });
  queue.close();
}

/** So many posts are deleted while they are on their way to a slow server. */
const takenBack = (count) => async ({ make, sink }) => {
  const world = make({ followers: { count: 1 } });
  sink.behave = (host, { type }) => (host === FIRST && type === "Create" ? "late:1500" : "202");
  await world.server.start();
  const posts = [];
  for (let at = 0; at < count; at += 1) posts.push(await world.post("page"));
  const heard = (wanted) => sink.arrived.filter(({ host, type }) => host === FIRST && type === wanted);
  await soon("all of them on their way", () => heard("Create").length === count);
  for (const post of posts) await world.remove(post, "page");
  await soon("the end of what is on its way", () => heard("Create").every(({ took }) => took !== undefined));
  for (const { at, object } of heard("Delete")) {
    const create = heard("Create").find((it) => it.object === object);
    must(at >= create.at + create.took, "a deletion overtook its post");
  }
  await soon("the deletions", () => heard("Delete").length === count, 5_000);
  await world.settle();
  await check(world, { fanOut: 2 });
};

export const cases = [
  { id: "R-019", what: "servers ask to be left alone: for 7 seconds, until a date, for ten years, or in riddles", check: asked },
  { id: "R-020", what: "a server refuses our signature for an hour, and another one thing for ever", check: refused },
  { id: "R-021", what: "an inbox is gone, not found for a while or for ever, or somewhere else", check: gone },
  { id: "R-021b", what: "much waits for an inbox that is gone", check: goneWithQueue },
  { id: "R-022", what: "one of a hundred is never taken", check: poison },
  { id: "R-022b", what: "one of many breaks its server each time", check: breaker },
  { id: "R-023", what: "posts, their changes and deletions go to a server that comes and goes", check: flaps },
  { id: "R-023b", what: "a server rejects a post that is changed and deleted", check: abandoned },
  { id: "R-023c", what: "a post is deleted while it is on its way", check: takenBack(1) },
  { id: "R-023d", what: "so many are as may be on their way at once", check: takenBack(WINDOW) },
];

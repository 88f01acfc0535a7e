// Other servers misbehave: who is well hears at once, and the others hold up nobody but themselves.

import { readFileSync } from "node:fs";

import { hostOf } from "../crowd.mjs";
import { check } from "../oracle.mjs";
import { until } from "../server.mjs";

/** Longer than any wait of a server that failed six times. */
const LATER_S = 4 * 3600;
const ROUNDS_MAX = 14;
const LIVE_MS = { quick: 10_000, full: 60_000 };
const SOCKETS_MAX = 600;
const TRY_MS = 24_000;
const TAKEN_MAX_BYTES = 16 * 1024 * 1024;
const MEMORY_MAX_MIB = 400;

const must = (holds, what) => {
  if (!holds) throw new Error(what);
};

const memoryOf = (world) => {
  const status = readFileSync(`/proc/${world.server.child.pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]) / 1024;
};

/** Every server answers by chance at first, and is well in the end. */
async function chance({ make, full, sink }) {
  const hosts = full ? 200 : 40;
  const world = make({ followers: { count: hosts } });
  const ways = ["500", "503:1", "reset", "202", "429", "garbage", ...(full ? ["hang"] : [])];
  const left = new Map();
  sink.behave = (host) => {
    if (!host.startsWith("h")) return "202";
    if (!left.has(host)) left.set(host, Math.floor(Math.random() * 6));
    left.set(host, left.get(host) - 1);
    return left.get(host) < 0 ? "202" : ways[Math.floor(Math.random() * ways.length)];
  };
  await world.server.start();
  const posts = [];
  for (let at = 0; at < 4; at += 1) posts.push(await world.post("page"));
  for (const post of posts.slice(0, 3)) await world.edit(post, "page");
  await world.edit(posts[0], "page");
  let rounds = 0;
  for (; rounds < ROUNDS_MAX; rounds += 1) {
    await world.settle({ all: false });
    if (isAllDelivered(world)) break;
    world.faults.later(LATER_S);
    if (rounds === 1) await world.remove(posts[1], "page");
  }
  await world.settle();
  await check(world, { fanOut: hosts + 1 });
  return `${hosts} servers, ${sink.arrived.length} tries`;
}

function isAllDelivered(world) {
  const tables = world.tables();
  try {
    return tables.isSettled(world.now(), true);
  } finally {
    tables.close();
  }
}

/** When the last of the live servers had a new post, in milliseconds. */
async function reach(world, sink, live) {
  const known = sink.arrived.length;
  const begun = performance.now();
  await world.post("page");
  let sockets = 0;
  const arrived = () => sink.arrived.slice(known).filter(({ host }) => host.startsWith("h"));
  await until(
    "every live server to have it",
    () => {
      sockets = Math.max(sockets, sink.open());
      return arrived().length >= live;
    },
    180_000,
  );
  const took = arrived().map(({ at }) => at - begun).sort((a, b) => a - b);
  return { last: took.at(-1), p99: took[Math.floor((took.length - 1) * 0.99)], sockets };
}

async function deadPeers({ make, full, sink }) {
  const [live, dead] = full ? [2_000, 1_000] : [120, 60];
  const name = (at) => {
    if (at < live) return hostOf(at);
    return at % 2 === 0 ? `silent${at - live}.peers.example` : `closed${at - live}.peers.example`;
  };
  const alone = make({ followers: { count: live } });
  await alone.server.start();
  const before = await reach(alone, sink, live);
  await alone.close();
  const world = make({ followers: { count: live + dead, name } });
  await world.server.start();
  const first = await reach(world, sink, live);
  const second = await reach(world, sink, live);
  const memory = memoryOf(world);
  const most = full ? LIVE_MS.full : LIVE_MS.quick;
  must(first.p99 < most, `the live servers had it after ${Math.round(first.p99)} ms (99 %)`);
  must(first.sockets < SOCKETS_MAX, `${first.sockets} connections were open`);
  must(memory < MEMORY_MAX_MIB, `it held ${Math.round(memory)} MiB`);
  const ms = ({ p99 }) => `${Math.round(p99)} ms`;
  return `99 % of ${live} in ${ms(before)} alone, ${ms(first)} beside ${dead} dead ones, ${ms(second)} with the next post; ${first.sockets} connections`;
}

const ZOO = ["hang", "headers", "drip", "endless", "huge", "garbage", "reset"];

async function zoo({ make, sink }) {
  const name = (at) => [...ZOO.map((_, n) => hostOf(n)), "silent0.peers.example", "closed0.peers.example", "h90.peers.example"][at];
  const count = ZOO.length + 3;
  const world = make({ followers: { count, name } });
  sink.behave = (host) => ZOO[Number(/^h(\d+)\./.exec(host)?.[1] ?? 99)] ?? "202";
  await world.server.start();
  const begun = performance.now();
  await world.post("page");
  await until("the live ones", () => sink.arrived.some(({ host }) => host.startsWith("h90")), 3_000);
  const live = performance.now() - begun;
  const rows = () => {
    const tables = world.tables();
    try {
      return tables.all(
        `SELECT p.host, d.state, d.attempts, d.locked_until AS lease, d.last_error AS why FROM delivery d
           JOIN peer p ON p.id = d.peer_id JOIN outbox_activity o ON o.id = d.activity_id
          WHERE o.created_at > (SELECT max(created_at) - 10000 FROM outbox_activity)`,
      );
    } finally {
      tables.close();
    }
  };
  await until("every try to end", () => rows().every(({ attempts, lease }) => Number(attempts) > 0 && lease === null), TRY_MS);
  const took = performance.now() - begun;
  for (const [host, bytes] of sink.taken) {
    must(bytes < TAKEN_MAX_BYTES, `${bytes} bytes of an endless answer of ${host} were taken`);
  }
  must(memoryOf(world) < MEMORY_MAX_MIB, `it held ${Math.round(memoryOf(world))} MiB`);
  sink.behave = () => "202";
  await check(world, { fanOut: count + 1, all: false });
  const done = rows().filter(({ state }) => state === "done").length;
  return `the live ones had it after ${Math.round(live)} ms, every try was over after ${(took / 1000).toFixed(1)} s; ${done} of ${count + 1} count as delivered`;
}

export const cases = [
  { id: "R-013", what: "servers that fail by chance hear everything, in order", check: chance },
  { id: "R-014", what: "dead servers do not hold up the living", check: deadPeers },
  { id: "R-015", what: "servers that hang, drip, pour and talk nonsense hold a place for 20 s at most", check: zoo },
];

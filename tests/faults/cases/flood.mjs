// Much at once: a long queue at the start, and more coming in than anybody can do.

import { readFileSync } from "node:fs";

import { fillQueue } from "../fill.mjs";
import { bytesOf, send } from "../../accept/knock.mjs";
import { must, pause, percentile, rowsOf } from "../must.mjs";
import { check } from "../oracle.mjs";
import { reader } from "../reader.mjs";
import { until } from "../server.mjs";

const START_MS = 5_000;
const FIRST_MS = 3_000;
/** Long, in the quick form, because what makes the flood works on the same cores, and perhaps others do. */
const PAGE_MS = { quick: 1_500, full: 500 };
const MEMORY_MAX_MIB = 400;

/** How much memory the process held at most, in mebibytes. */
const memoryOf = (world) => {
  const status = readFileSync(`/proc/${world.server.child.pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]) / 1024;
};

/** How long a page took, but for the slowest of twenty; each has to be shown. */
function pagesOf({ pages }) {
  const odd = pages.find(({ status }) => status !== 200);
  must(!odd, `a page answered ${odd?.status}`);
  return percentile(pages.map(({ took }) => took), 95);
}

/** */
async function longQueue({ make, sink, full }) {
  const size = full ? { activities: 1_000, hosts: 1_000 } : { activities: 50, hosts: 400 };
  const enough = full ? 30_000 : 3_000;
  const world = make();
  fillQueue(world, size);
  const begun = performance.now();
  must(await world.server.tryStart({}, 60_000), `it did not start: ${world.server.child.said}`);
  const started = performance.now() - begun;
  const stop = reader();
  await until("the first delivery", () => sink.arrived.length > 0, 30_000);
  const first = performance.now() - begun;
  await until("many deliveries", () => sink.arrived.length >= enough, full ? 600_000 : 60_000);
  const rate = (sink.arrived.length * 1_000) / (performance.now() - begun - first);
  const pages = pagesOf(await stop());
  const memory = memoryOf(world);
  const { code } = await world.server.end("SIGTERM");
  must(code === 0, `it ended with ${code}`);
  const done = rowsOf(world, "SELECT count(*) AS n FROM delivery WHERE id < 100000000 AND state = 'done'")[0].n;
  const keys = new Set(sink.arrived.map(({ id, url }) => `${id} ${url}`));
  must(keys.size === sink.arrived.length, `${sink.arrived.length - keys.size} came twice`);
  must(keys.size === Number(done), `${keys.size} arrived, and ${done} count as done`);
  must(started < START_MS, `it took ${Math.round(started)} ms to start`);
  must(first < started + FIRST_MS, `the first delivery came after ${Math.round(first)} ms`);
  must(pages < PAGE_MS[full ? "full" : "quick"], `a page took ${Math.round(pages)} ms (95 %)`);
  must(memory < MEMORY_MAX_MIB, `it held ${Math.round(memory)} MiB`);
  return `${size.activities * size.hosts} rows: started in ${Math.round(started)} ms, the first went after ${Math.round(first)} ms, ${Math.round(rate)} a second, a page took ${Math.round(pages)} ms (95 %), ${Math.round(memory)} MiB`;
}

const HOSTS = 200;
const AT_ONCE = 200;
const GREEDY = `https://h${HOSTS}.peers.example/users/bea`;
const REFUSED_MS = 100;
const RECOVERED_MS = 30_000;
/** So much is sent in a second at most. */
const RATE = 2_000;
/** So much may one server say at once. */
const ALLOWANCE = 2_000;

/** What a server says, as it goes over the wire; and from which of our addresses. */
function signed(world, by) {
  const entry = world.draft(world.note(world.names.seeds[0].uri, by), by);
  const sign = { key: "bea", keyId: `${by}#main-key` };
  const bytes = bytesOf({ sign }, JSON.stringify(entry.activity), new Date(world.now()).toUTCString());
  const number = Number(/h(\d+)\./.exec(by)[1]);
  return { entry, bytes, from: `127.2.${number >> 8}.${number & 255}` };
}

/** Sends all of these, so many at once; gives what was answered to each. */
async function flood(knocks) {
  const answers = [];
  const begun = performance.now();
  let next = 0;
  const one = async () => {
    while (next < knocks.length) {
      const { entry, bytes, from } = knocks[next];
      next += 1;
      entry.tried = true;
      const { status, text } = await send(bytes, { from });
      if (status === 202) entry.acked = true;
      answers.push({ status, again: /^retry-after: (\d+)/im.exec(text)?.[1] });
      const ahead = (next * 1_000) / RATE - (performance.now() - begun);
      if (ahead > 0) await pause(ahead);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return { answers, took: performance.now() - begun };
}

/** */
async function tooMuch({ make, full }) {
  const [each, times] = full ? [30, 5] : [6, 1];
  const world = make();
  await world.server.start();
  const hosts = Array.from({ length: HOSTS }, (_, at) => `https://h${at}.peers.example/users/bea`);
  const many = hosts.flatMap((by) => Array.from({ length: each }, () => signed(world, by)));
  const few = Array.from({ length: 20 }, () => signed(world, GREEDY));
  // One says the same again and again until it has no more right to; and then all of them at once.
  const first = await flood(Array.from({ length: ALLOWANCE }, (_, at) => few[at % few.length]));
  const knocks = Array.from({ length: times }, () => many).flat().flatMap((it) => [it, few[0], few[1], few[2]]);
  const stop = reader({ knock: few[0].bytes, from: few[0].from });
  const { answers: rest, took } = await flood(knocks);
  const answers = [...first.answers, ...rest];
  const seen = await stop();
  const over = performance.now();
  await world.settle({ within: RECOVERED_MS });
  await world.post("page");
  const recovered = performance.now() - over;
  const statuses = Map.groupBy(answers, ({ status }) => status);
  const odd = answers.find(({ status, again }) => status !== 202 && (![429, 503].includes(status) || !again));
  must(!odd, `one was answered ${JSON.stringify(odd)}`);
  must((statuses.get(429)?.length ?? 0) + (statuses.get(503)?.length ?? 0) > 0, "nobody was told to come again");
  const refused = seen.knocks.filter(({ status }) => [429, 503].includes(status)).map((it) => it.took);
  must(refused.length > 5, `of ${seen.knocks.length} only ${refused.length} were refused`);
  must(percentile(refused, 50) < REFUSED_MS, `a refusal took ${Math.round(percentile(refused, 50))} ms`);
  const [pages, memory] = [pagesOf(seen), memoryOf(world)];
  must(pages < PAGE_MS[full ? "full" : "quick"], `a page took ${Math.round(pages)} ms (95 %)`);
  must(memory < MEMORY_MAX_MIB, `it held ${Math.round(memory)} MiB`);
  must(recovered < RECOVERED_MS, `it was well again after ${Math.round(recovered)} ms`);
  await world.settle();
  await check(world, { fanOut: 1 });
  const said = [...statuses].map(([status, list]) => `${list.length} × ${status}`).join(", ");
  return `${Math.round((rest.length * 1_000) / took)} a second for ${Math.round(took / 1_000)} s: ${said}; a refusal took ${Math.round(percentile(refused, 95))} ms and a page ${Math.round(pages)} ms (95 %), ${Math.round(memory)} MiB, well again after ${Math.round(recovered)} ms`;
}

export const cases = [
  { id: "R-028", what: "it starts with a long queue", check: longQueue },
  { id: "R-035", what: "more comes in than anybody can do", check: tooMuch },
];

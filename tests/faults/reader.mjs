// Somebody who reads a page, and a server that says too much, each one after the other: in a thread of their
// own, so that what they wait for is the program and not whoever makes the flood.

import { parentPort, Worker, workerData } from "node:worker_threads";

import { send } from "../accept/knock.mjs";
import { pause } from "./must.mjs";
import { ask } from "./server.mjs";

const READ_EACH_MS = 20;

if (workerData?.isReader) {
  const seen = { pages: [], knocks: [] };
  let isOver = false;
  parentPort.once("message", () => (isOver = true));
  const timed = async (list, act) => {
    const begun = performance.now();
    const status = await act().catch((error) => error.message);
    list.push({ status, took: performance.now() - begun });
  };
  while (!isOver) {
    await timed(seen.pages, async () => (await ask("/@hazelbank", { from: "127.0.0.9" })).status);
    const { knock, from } = workerData;
    for (let at = 0; knock && at < 3; at += 1) await timed(seen.knocks, async () => (await send(Buffer.from(knock), { from })).status);
    await pause(READ_EACH_MS);
  }
  parentPort.postMessage(seen);
}

/** Begins to read, and to say `knock` if there is one; gives what ends that and tells how long each took. */
export function reader(more = {}) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { isReader: true, ...more } });
  return () =>
    new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.postMessage("stop");
    });
}

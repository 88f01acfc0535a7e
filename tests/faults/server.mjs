// The program under test as a process: it may die at any moment, and is started again.

import { spawn } from "node:child_process";
import http from "node:http";

import { until } from "../interop/wait.mjs";

export const PORT = 8080;
const LOG_LINES = 400;
const COMMAND_MS = 60_000;
const ANSWER_MS = 20_000;
const LOOK_MS = 10;

export class Server {
  #log = [];
  panics = 0;

  constructor({ program, folder, environment, launcher = [] }) {
    Object.assign(this, { program, folder, environment, launcher });
  }

  /** Starts a process and does not wait for it. */
  launch(extra = {}) {
    const [program, ...args] = [...this.launcher, this.program, "serve"];
    const child = spawn(program, args, {
      cwd: this.folder,
      env: { ...this.environment, ...extra },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        child.said = (child.said + text).slice(-20_000);
        this.panics += text.split("panicked").length - 1;
        this.#log.push(...text.trimEnd().split("\n"));
        this.#log.splice(0, Math.max(0, this.#log.length - LOG_LINES));
      });
    }
    child.ended = new Promise((resolve) =>
      child.once("close", (code, signal) => resolve({ code, signal, said: child.said })),
    );
    child.isOver = false;
    child.ended.then(() => (child.isOver = true));
    return child;
  }

  /** Starts it and waits until it answers; gives false if it ended before. */
  async tryStart(extra, patienceMs = ANSWER_MS) {
    this.child = this.launch(extra);
    const deadline = performance.now() + patienceMs;
    while (!this.child.isOver && performance.now() < deadline) {
      if (await isWell()) return true;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return false;
  }

  async start(extra) {
    if (!(await this.tryStart(extra))) throw new Error(`it did not start: ${this.child.said}`);
  }

  get isRunning() {
    return this.child !== undefined && !this.child.isOver;
  }

  /** Ends it; gives how it ended. */
  async end(signal = "SIGKILL") {
    if (!this.child) return undefined;
    if (!this.child.isOver) this.child.kill(signal);
    return await this.child.ended;
  }

  /** Runs a command beside it; gives its JSON, or fails with what it said. */
  async run(args, input = "") {
    const { code, signal, said, complained } = await this.command([...args, "--json"], input);
    if (code !== 0) throw new Error(`carefolk ${args.join(" ")}: ${code ?? signal}: ${complained}`);
    return said.trim() ? JSON.parse(said) : null;
  }

  async command(args, input = "") {
    const environment = { ...this.environment, CAREFOLK__LOG__LEVEL: "warn" };
    const options = { cwd: this.folder, env: environment, timeout: COMMAND_MS };
    const child = spawn(this.program, args, options);
    child.stdin.on("error", () => {}); // it may end before it has read
    child.stdin.end(input);
    let [said, complained] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text) => (said += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (complained += text));
    const ended = new Promise((resolve) => child.once("close", (...how) => resolve(how)));
    const [code, signal] = await ended;
    this.panics += complained.split("panicked").length - 1;
    return { code, signal, said, complained };
  }

  report() {
    return this.#log.map((line) => `    | ${line}`).join("\n");
  }
}

/** One request to it: `{status, headers, text}`; fails when the connection breaks. */
export function ask(target, { method = "GET", headers = {}, body, within = ANSWER_MS, from } = {}) {
  return new Promise((resolve, reject) => {
    const all = { host: "care.example", ...headers };
    if (body !== undefined) all["content-length"] = Buffer.byteLength(body);
    const options = { host: "127.0.0.1", port: PORT, path: target, method, headers: all, agent: false };
    if (from) options.localAddress = from;
    const request = http.request(options, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: answer.statusCode, headers: answer.headers, text });
      });
    });
    request.setTimeout(within, () => request.destroy(new Error(`no answer in ${within} ms`)));
    request.on("error", reject);
    request.end(body);
  });
}

/** Whether it answers and says that it is well. */
export async function isWell() {
  try {
    return (await ask("/healthz", { within: 5_000 })).status === 200;
  } catch {
    return false;
  }
}

export { until };

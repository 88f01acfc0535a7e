// The program under test: its server on loopback behind the TLS proxy, and its command line.

import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

import { forwardTo, listenTls } from "./tls-proxy.mjs";
import { until } from "./wait.mjs";

const PORT = 8080;
const LOG_LINES = 1000;
const COMMAND_MS = 30_000;

/** One community at https://care.example, with no laboratory setting at all. */
export class Carefolk {
  host = "care.example";
  origin = "https://care.example";
  /** What passed through the proxy, oldest first. */
  journal = [];
  #log = [];

  constructor({ program, room, certificates, settings = {} }) {
    this.program = program;
    this.folder = path.join(room, "carefolk");
    mkdirSync(this.folder, { recursive: true });
    this.certificates = certificates;
    this.environment = {
      PATH: process.env.PATH,
      HOME: room,
      SSL_CERT_FILE: path.join(certificates, "authority.pem"),
      CAREFOLK__INSTANCE__URL: this.origin,
      CAREFOLK__INSTANCE__NAME: "Care of the laboratory",
      CAREFOLK__HTTP__LISTEN: `127.0.0.1:${PORT}`,
      CAREFOLK__HTTP__TRUSTED_PROXIES: "1",
      CAREFOLK__STORAGE__PATH: this.folder,
      CAREFOLK__LOG__LEVEL: "debug",
      ...settings,
    };
  }

  async start() {
    await this.startServer();
    this.proxy = await listenTls({ ...this, address: "11.1.0.1" }, forwardTo(PORT, this.journal));
    return this;
  }

  /** Starts the server alone; the proxy and the data stay, as after a crash. */
  async startServer() {
    this.server = spawn(this.program, ["serve"], {
      cwd: this.folder,
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.server.stdout, this.server.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        this.#log.push(...text.trimEnd().split("\n"));
        this.#log.splice(0, Math.max(0, this.#log.length - LOG_LINES));
      });
    }
    await until("carefolk to answer /healthz or to end", async () => {
      if (this.server.exitCode !== null) return true;
      return (await fetch(`http://127.0.0.1:${PORT}/healthz`)).ok;
    });
    if (this.server.exitCode !== null) throw new Error(`carefolk ended: ${this.#log.join("\n")}`);
  }

  /** Ends the server: kindly, or as a power cut would. */
  async stopServer(signal = "SIGTERM") {
    if (this.server && this.server.exitCode === null && this.server.signalCode === null) {
      const ended = new Promise((resolve) => this.server.once("exit", resolve));
      this.server.kill(signal);
      await ended;
    }
  }

  async stop() {
    await this.stopServer();
    this.proxy?.closeAllConnections();
    await new Promise((resolve) => (this.proxy ? this.proxy.close(resolve) : resolve()));
  }

  /** Runs a command beside the server; gives its JSON answer, or fails with what it said. */
  async run(args, input = "") {
    const child = spawn(this.program, [...args, "--json"], {
      cwd: this.folder,
      env: { ...this.environment, CAREFOLK__LOG__LEVEL: "warn" },
      timeout: COMMAND_MS,
    });
    child.stdin.on("error", () => {}); // a command that reads no input may end before we wrote it
    child.stdin.end(input);
    let said = "";
    let complained = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (said += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (complained += text));
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) throw new Error(`carefolk ${args.join(" ")}: ${code}: ${said}${complained}`);
    return said.trim() ? JSON.parse(said) : null;
  }

  /** Brings the end of every poll forward to its beginning: none is shorter than an hour. */
  letPollsEnd() {
    const database = new DatabaseSync(path.join(this.folder, "carefolk.db"));
    database.exec("PRAGMA busy_timeout = 5000");
    const jobs = "name = 'posts.close_poll'";
    database.exec(`UPDATE poll SET closes_at = (SELECT MIN(created_at) FROM job WHERE ${jobs})`);
    database.exec(`UPDATE job SET run_at = created_at WHERE ${jobs}`);
    database.close();
  }

  /** The statuses the proxy saw for this method and path, oldest first. */
  statuses(method, pathname) {
    return this.journal
      .filter((line) => line.method === method && line.url === pathname)
      .map((line) => line.status);
  }

  /** What became of each activity of this kind from this host, as its log says, oldest first. */
  judged(kind, host) {
    const begin = `inbound kind="${kind}" host="${host}" outcome="`;
    const lines = this.#log.filter((line) => line.includes(begin));
    return lines.map((line) => line.slice(line.indexOf(begin) + begin.length, -1));
  }

  report() {
    const passed = this.journal.map((line) => `  ${line.method} ${line.url} ${line.status}`);
    const log = this.#log.map((line) => `  | ${line}`);
    return ["through the proxy:", ...passed, "carefolk said:", ...log].join("\n");
  }
}

// The program under test: a fresh community on loopback, filled by the command line.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const START_MS = 20_000;
const COMMAND_MS = 30_000;

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Program {
  said = "";

  constructor(program) {
    this.program = program;
    this.folder = mkdtempSync(path.join(tmpdir(), "carefolk-browser-"));
  }

  async start() {
    this.port = await freePort();
    this.host = `care.localhost:${this.port}`;
    this.base = `http://${this.host}`;
    this.environment = {
      PATH: process.env.PATH,
      HOME: this.folder,
      CAREFOLK__INSTANCE__URL: this.base,
      CAREFOLK__INSTANCE__NAME: "Alderbrook Care",
      CAREFOLK__HTTP__LISTEN: `127.0.0.1:${this.port}`,
      CAREFOLK__STORAGE__PATH: this.folder,
      // Other servers are played on loopback; names under .localhost lead there.
      CAREFOLK__FEDERATION__LAB_NETWORKS: '["127.0.0.0/8"]',
      CAREFOLK__LOG__LEVEL: "warn",
    };
    this.server = spawn(this.program, ["serve"], {
      cwd: this.folder,
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.server.stdout, this.server.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (this.said += text));
    }
    const deadline = performance.now() + START_MS;
    while (performance.now() < deadline) {
      if (this.server.exitCode !== null) break;
      try {
        if ((await fetch(`http://127.0.0.1:${this.port}/healthz`)).ok) return this;
      } catch {
        // not yet
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`carefolk did not start: ${this.said}`);
  }

  /** The set-up link that the server printed, as a path. */
  setUpLink() {
    return this.said.match(/\/setup\?token=[^\s"]+/)?.[0];
  }

  /** Runs a command beside the server; gives its JSON answer. */
  async run(args, input = "") {
    const child = spawn(this.program, [...args, "--json"], {
      cwd: this.folder,
      env: this.environment,
      timeout: COMMAND_MS,
    });
    child.stdin.on("error", () => {}); // a command may end without reading its input
    child.stdin.end(input);
    let said = "";
    let complained = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (said += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (complained += text));
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) throw new Error(`carefolk ${args.join(" ")}: ${code}: ${said}${complained}`);
    return said.trim() ? JSON.parse(said) : null;
  }

  async stop() {
    if (this.server?.exitCode === null) {
      const ended = new Promise((resolve) => this.server.once("exit", resolve));
      this.server.kill();
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

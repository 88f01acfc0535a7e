// Who is asked for names that the hosts file does not have, and the way to other servers: both can fail.

import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { readFileSync, writeFileSync } from "node:fs";

import { A, answerTo, RESOLVER } from "../accept/dns.mjs";
import { ANSWERING } from "./sink.mjs";

const SETTINGS = "/etc/resolv.conf";
export const SERVER_FAILURE = 2;

export class Resolver {
  asked = 0;

  async start() {
    this.settings = readFileSync(SETTINGS, "utf8");
    this.socket = createSocket("udp4");
    this.socket.on("message", (question, { port, address }) => {
      this.asked += 1;
      const what = this.knows();
      if (what === "silent") return;
      const found = { here: ANSWERING.split(".").map(Number), nowhere: undefined, failing: SERVER_FAILURE }[what];
      const of = (_, kind) => (what === "here" && kind !== A ? null : found);
      this.socket.send(answerTo(question, of), port, address);
    });
    await new Promise((resolve) => this.socket.bind(53, RESOLVER, resolve));
    this.reset();
    return this;
  }

  reset() {
    this.asked = 0;
    /** What is said of every name: "here", "nowhere", "failing"; or nothing is, which is "silent". */
    this.knows = () => "nowhere";
    writeFileSync(SETTINGS, this.settings);
  }

  /** From now on systems wait for it as long as they do where nothing else is set. */
  waitAsUsual() {
    writeFileSync(SETTINGS, `nameserver ${RESOLVER}\n`);
  }

  stop() {
    this.socket.close();
  }
}

const ip = (...words) => execFileSync("ip", words, { stdio: ["ignore", "ignore", "pipe"] });

/** The way to everybody else's servers. */
export const way = {
  /** What is sent finds no way. */
  end() {
    ip("address", "del", `${ANSWERING}/32`, "dev", "lo");
  },

  /** What is sent gets lost, and nobody says so. */
  lose() {
    ip("link", "add", "lost", "type", "veth", "peer", "name", "nowhere");
    for (const name of ["lost", "nowhere"]) ip("link", "set", name, "up");
    ip("neighbour", "add", ANSWERING, "lladdr", "02:00:00:00:00:01", "dev", "lost");
    ip("route", "add", `${ANSWERING}/32`, "dev", "lost");
    this.end();
  },

  /** All is as it was. */
  mend() {
    try {
      ip("link", "del", "lost");
    } catch {
      // There was none.
    }
    try {
      ip("address", "add", `${ANSWERING}/32`, "dev", "lo");
    } catch {
      // It is there.
    }
  },
};

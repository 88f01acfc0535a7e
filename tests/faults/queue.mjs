// What waits for other servers, and time that passes for it: the clock is moved to each next try.

import { isWell } from "./server.mjs";

/** How long a look at the queue may take to find what it waits for. */
const SOON_MS = 20_000;
const LOOK_MS = 5;
/** Longer than workers rest between two looks, and than it takes the program to do anything. */
const REST_S = 1;
/** How often a server says that it needs its number for making ids, and a second. */
const RENEWED_S = 21;

export const HOUR_S = 3600;
export const DAY_S = 24 * HOUR_S;

export class Queue {
  constructor(world) {
    this.world = world;
    this.tables = world.tables();
  }

  close() {
    this.tables.close();
  }

  /** All that was ever meant for a server, oldest first. */
  to(host) {
    const rows = this.tables.all(
      `SELECT CAST(d.id AS text) AS id, o.uri, o.kind, d.order_key AS turn, d.state, d.attempts, d.run_at AS run,
         d.locked_until AS lease, d.last_status AS status, d.last_error AS error, p.backoff_until AS rests,
         p.asked_until AS asked
       FROM delivery d JOIN peer p ON p.id = d.peer_id JOIN outbox_activity o ON o.id = d.activity_id
       WHERE p.host = '${host}' ORDER BY d.id`,
    );
    return rows.map((row) => ({
      ...row,
      attempts: Number(row.attempts),
      next: Math.max(Number(row.run), Number(row.rests ?? 0), Number(row.asked ?? 0)),
    }));
  }

  waiting(host) {
    return this.to(host).filter(({ state }) => state === "waiting");
  }

  /** How often something was tried there. */
  tries(host) {
    return this.to(host).reduce((sum, { attempts }) => sum + attempts, 0);
  }

  /** When a server is tried next, once nothing is in flight to it; nothing when nothing waits. */
  async next(host) {
    let at;
    await soon(`rest at ${host}`, () => {
      const all = this.to(host);
      const waiting = all.filter(({ state }) => state === "waiting");
      if (waiting.some(({ lease }) => lease !== null)) return false;
      // What waits behind another is not tried before it.
      const first = waiting.filter(({ turn }, n) => waiting.findIndex((it) => it.turn === turn) === n);
      at = first.length > 0 ? Math.min(...first.map(({ next }) => next)) : undefined;
      // What was taken back on its way keeps its place until its lease is over (R-023d).
      if (at !== undefined) at = Math.max(at, ...all.map(({ lease }) => Number(lease ?? 0)));
      return at === undefined || at > this.world.now();
    });
    return at;
  }

  /** Lets the time come for the next try, and gives when that was; nothing when it is not before `end`. */
  async step(host, end = Infinity) {
    const at = await this.next(host);
    if (at === undefined || at >= end) return undefined;
    const heard = () => this.world.sink.arrived.filter((arrival) => arrival.host === host).length;
    const before = heard();
    await this.until(at);
    await soon(`a try at ${host}`, () => heard() > before);
    return at;
  }

  /** Makes every try before `end`; gives when they were. */
  async stepAll(host, end = Infinity) {
    const moments = [];
    for (;;) {
      const at = await this.step(host, end);
      if (at === undefined) return moments;
      moments.push(at);
    }
  }

  /** Moves the wall clock on to a moment, and lets workers look. */
  async until(moment) {
    this.world.faults.later(Math.max(0, Math.ceil((moment - this.world.now()) / 1000)));
    await this.wake(REST_S);
  }

  /** So many seconds pass, for everything. */
  pass(seconds) {
    this.world.faults.later(seconds);
    this.world.faults.sooner(seconds);
  }

  /** Lets the rest of whoever rests for so long be over. */
  async wake(seconds) {
    this.world.faults.sooner(seconds);
    await isWell(); // it wakes with a request, and sees then what the clock says
  }

  /** What an admin is shown of deliveries that were given up, or of those that wait for one server. */
  async shown(host, which = "--failed") {
    return await this.run(["delivery", "list", which, "--host", host, "--limit", "100"]);
  }

  /** Runs a command beside the server, also after the clock was moved on. */
  async run(args, input) {
    const isHeld = () => this.tables.count(`worker_lease WHERE until > ${this.world.now()}`) > 0;
    // A server whose number for making ids is free, as the clock says, loses it to a command and ends.
    if (!isHeld()) await this.wake(RENEWED_S);
    await soon("the server to keep its number for making ids", isHeld);
    return await this.world.server.run(args, input);
  }
}

/** As `until`, for what happens at once. */
export async function soon(what, probe, within = SOON_MS) {
  const deadline = performance.now() + within;
  for (;;) {
    const begun = performance.now();
    const found = await probe();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`waited ${within / 1000} s in vain for ${what}`);
    // A look may hold up everything here, the servers of others as well: at most half of the time.
    const rest = Math.max(LOOK_MS, performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, rest));
  }
}

/** By how much a server's rest is shorter, so that what else waits for it comes before what failed. */
const OTHERS_FIRST_MS = 1_000;

/** Whether a wait is as long as it should be: a fifth more or less, and what a look and a second cost. */
export function isNear(ms, seconds) {
  return ms >= seconds * 800 - OTHERS_FIRST_MS && ms <= seconds * 1200 + 3_000;
}

// The record of all writes that faults.c keeps, and the files as the disk would have them after the
// power went: what was flushed is there, and of the rest none, a part, or any sectors of it.

import { readFileSync } from "node:fs";

const HEAD_BYTES = 32;
const MAGIC = 0x544c4146;
const SECTOR_BYTES = 512;
const KINDS = { 1: "wrote", 2: "cut", 3: "synced", 4: "removed", 5: "lost" };

/** The record as steps: `{end, kind, name, at, data}`; `end` is how long the record was after it. */
export function readRecord(file) {
  const bytes = readFileSync(file);
  const steps = [];
  let place = 0;
  while (place + HEAD_BYTES <= bytes.length) {
    if (bytes.readUInt32LE(place) !== MAGIC) throw new Error(`the record is broken at ${place}`);
    const kind = KINDS[bytes.readUInt32LE(place + 4)];
    const at = Number(bytes.readBigUInt64LE(place + 8));
    const nameBytes = bytes.readUInt32LE(place + 16);
    const size = bytes.readUInt32LE(place + 20);
    const from = place + HEAD_BYTES + nameBytes;
    if (from + size > bytes.length) break; // it died while it wrote
    const name = bytes.toString("utf8", place + HEAD_BYTES, from);
    place = from + size;
    steps.push({ end: place, kind, name, at, data: bytes.subarray(from, place) });
  }
  return steps;
}

/** One file: what is on the disk, and what only the system holds. */
class Disk {
  constructor(bytes) {
    this.bytes = Buffer.from(bytes);
    this.pending = [];
  }

  #put(at, data) {
    if (at + data.length > this.bytes.length) {
      this.bytes = Buffer.concat([this.bytes, Buffer.alloc(at + data.length - this.bytes.length)]);
    }
    data.copy(this.bytes, at);
  }

  apply(step) {
    if (step.kind === "wrote") this.#put(step.at, step.data);
    else if (step.at <= this.bytes.length) this.bytes = this.bytes.subarray(0, step.at);
  }

  flush() {
    this.pending.forEach((step) => this.apply(step));
    this.pending = [];
  }

  /** What is found when the power comes back. */
  after(how, chance) {
    if (how === "torn") {
      const [most, torn] = [this.pending.slice(0, -1), this.pending.at(-1)];
      most.forEach((step) => this.apply(step));
      if (torn?.kind === "wrote") this.#put(torn.at, torn.data.subarray(0, torn.data.length >> 1));
    }
    if (how === "mixed") {
      for (const step of this.pending.filter(({ kind }) => kind === "wrote")) {
        for (let from = 0; from < step.data.length; from += SECTOR_BYTES) {
          if (chance() < 0.5) this.#put(step.at + from, step.data.subarray(from, from + SECTOR_BYTES));
        }
      }
    }
    return this.bytes;
  }
}

/** How the disk may treat what was not flushed. */
export const WAYS = ["dropped", "torn", "mixed"];

/** The files at the moment when the record had `mark` bytes: `{name: bytes}`. */
export function filesAfter(base, steps, mark, how, chance = Math.random) {
  const disks = new Map(Object.entries(base).map(([name, bytes]) => [name, new Disk(bytes)]));
  for (const step of steps) {
    if (step.end > mark) break;
    if (!disks.has(step.name)) disks.set(step.name, new Disk(Buffer.alloc(0)));
    const disk = disks.get(step.name);
    if (step.kind === "synced") disk.flush();
    else if (step.kind === "lost") disk.pending = [];
    else if (step.kind === "removed") disks.delete(step.name);
    else disk.pending.push(step);
  }
  return Object.fromEntries([...disks].map(([name, disk]) => [name, disk.after(how, chance)]));
}

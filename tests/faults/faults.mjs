// What goes wrong below the program, told to faults.c through a page that both have open.

import { closeSync, openSync, readSync, writeFileSync, writeSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** Where each thing stands in the page: its offset and its size in bytes. */
const PLACES = {
  clockMs: [0, 8],
  writeError: [8, 4],
  syncError: [12, 4],
  syncErrors: [16, 4],
  records: [20, 4],
  lazyLog: [24, 4],
  dieAt: [28, 4],
  dieIn: [32, 4],
  syncs: [36, 4],
  killed: [40, 4],
  synced: [44, 4],
  runningMs: [128, 8],
};
const PART = [48, 79];
const PAGE_BYTES = 4096;

/**
 * At what a process is to die: before a flush, before a write, before an answer after a flush or a
 * commit, before it says something to PostgreSQL, or right after that.
 */
export const DIE = { sync: 1, write: 2, answer: 3, say: 4, said: 5 };

export const { ENOSPC, EIO } = os.constants.errno;

export class Faults {
  constructor(room, { library = process.env.FAULTS_LIBRARY } = {}) {
    this.place = path.join(room, "faults.page");
    this.record = path.join(room, "faults.record");
    writeFileSync(this.place, Buffer.alloc(PAGE_BYTES));
    this.file = openSync(this.place, "r+");
    this.environment = { LD_PRELOAD: library, FAULTS_PAGE: this.place, FAULTS_RECORD: this.record };
  }

  close() {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  /** Says what goes wrong from now on: `{writeError: ENOSPC}`. */
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      const [offset, size] = PLACES[name];
      const bytes = Buffer.alloc(size);
      if (size === 8) bytes.writeBigInt64LE(BigInt(value));
      else bytes.writeInt32LE(value);
      writeSync(this.file, bytes, 0, size, offset);
    }
  }

  get(name) {
    const [offset, size] = PLACES[name];
    const bytes = Buffer.alloc(size);
    readSync(this.file, bytes, 0, size, offset);
    return size === 8 ? Number(bytes.readBigInt64LE()) : bytes.readInt32LE();
  }

  /** Only files whose path contains this are concerned. */
  concern(part) {
    const bytes = Buffer.alloc(PART[1]);
    bytes.write(part);
    writeSync(this.file, bytes, 0, bytes.length, PART[0]);
  }

  /** Kills whichever process comes to the `number`th flush (or write, or answer) from now. */
  killAt(what, number = 1) {
    this.set({ killed: 0, synced: 0, dieIn: number, dieAt: DIE[what] });
  }

  /** Lets the wall clock run ahead by so many more seconds. */
  later(seconds) {
    this.set({ clockMs: this.get("clockMs") + seconds * 1000 });
  }

  /** Lets what a process measures by how long it runs be over so many seconds sooner, once it is woken. */
  sooner(seconds) {
    this.set({ runningMs: this.get("runningMs") + seconds * 1000 });
  }
}

// Counts checks, says which failed, and goes on.

import { CHECK_MS, within } from "./browser.mjs";

/** What else is wrong in the same place mostly is the same again. */
const SHOWN = 6;

export class Tally {
  passed = 0;
  failed = 0;

  /** Notes one check; `faults` is what is wrong with it, empty when nothing is. */
  note(name, faults) {
    const list = [faults].flat().filter(Boolean);
    if (list.length === 0) {
      this.passed += 1;
      return true;
    }
    this.failed += 1;
    console.log(`FAIL ${name}`);
    for (const fault of list.slice(0, SHOWN)) console.log(`     ${String(fault).slice(0, 400)}`);
    if (list.length > SHOWN) console.log(`     and ${list.length - SHOWN} more`);
    return false;
  }

  /** Runs one check that fails by throwing. */
  async run(name, body) {
    try {
      this.note(name, await within(CHECK_MS, body(), () => "its end"));
    } catch (error) {
      this.note(name, error.message.split("\n").slice(0, 6).join(" "));
    }
  }
}

// Counts checks, says which failed, and goes on.

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
    for (const fault of list) console.log(`     ${String(fault).slice(0, 400)}`);
    return false;
  }

  /** Runs one check that fails by throwing. */
  async run(name, body) {
    try {
      this.note(name, await body());
    } catch (error) {
      this.note(name, error.message.split("\n").slice(0, 6).join(" "));
    }
  }
}

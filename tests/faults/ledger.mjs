// What was asked of the program, and what it said yes to.

export class Ledger {
  entries = [];

  /** `mark` gives how far the record of writes is: what is acknowledged now has to be in it. */
  constructor(mark = () => 0) {
    this.mark = mark;
  }

  add(entry) {
    return this.part(this.entries, entry);
  }

  /** A part of an entry, such as one of its edits. */
  part(list, entry) {
    const whole = { tried: false, acked: false, ...entry };
    list.push(whole);
    return whole;
  }

  /** Does something, and notes whether it was acknowledged. Whether it fails is the caller's matter. */
  async trying(entry, act) {
    entry.tried = true;
    try {
      await act();
    } catch (error) {
      entry.error = error;
      throw error;
    }
    entry.acked = true;
    entry.mark = this.mark();
  }

  /** The ledger as it stood when the record of writes was that long: later things were not said yet. */
  asOf(mark) {
    const ledger = new Ledger();
    const known = (entry) => entry.acked && entry.mark <= mark;
    ledger.entries = this.entries.map((entry) => ({
      ...entry,
      acked: known(entry),
      ...(entry.edits && { edits: entry.edits.map((edit) => ({ ...edit, acked: known(edit) })) }),
      ...(entry.removal && { removal: { ...entry.removal, acked: known(entry.removal) } }),
    }));
    return ledger;
  }

  /** What was said to us and not acknowledged: its sender tries again. */
  unheard() {
    return this.entries.filter((entry) => entry.what === "heard" && !entry.acked);
  }

  counts() {
    const acked = this.entries.filter((entry) => entry.acked).length;
    return `${acked} of ${this.entries.length} acknowledged`;
  }
}

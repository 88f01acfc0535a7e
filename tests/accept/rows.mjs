// What the program knows: every table of its SQLite file, read beside it.

import path from "node:path";
import { DatabaseSync } from "node:sqlite";

/** These belong to processes, or to the schema, and not to what anybody said. */
const NOT_KNOWLEDGE = new Set(["refusal", "worker_lease", "seaql_migrations"]);

/** What is written down about who speaks to us, whatever they say. */
const ABOUT_SPEAKERS = new Set(["actor", "actor_key", "peer", "job"]);

/** When somebody was last read or heard says nothing about what is known. */
const MOMENTS = ["created_at", "updated_at", "fetched_at", "last_ok_at", "last_heard_at"];

export class Rows {
  constructor(folder) {
    this.database = new DatabaseSync(path.join(folder, "carefolk.db"), { readOnly: true });
    const tables = this.database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    this.tables = tables.map(({ name }) => name).filter((name) => !NOT_KNOWLEDGE.has(name));
  }

  close() {
    this.database.close();
  }

  #all(table) {
    const all = this.database.prepare(`SELECT * FROM "${table}"`);
    all.setReadBigInts(true); // ids have 63 bits
    return all.all();
  }

  /** Every table as text, by its name. */
  read() {
    const rows = {};
    for (const table of this.tables) {
      const all = this.#all(table);
      // Who is read again from his own server is written anew: the keys under other numbers.
      if (table === "actor_key") for (const row of all) delete row.id;
      if (ABOUT_SPEAKERS.has(table)) for (const row of all) for (const it of MOMENTS) delete row[it];
      const asText = (_, value) => (typeof value === "bigint" ? String(value) : value);
      rows[table] = all.map((row) => JSON.stringify(row, asText)).sort().join("\n");
    }
    return rows;
  }

  /** How many rows have these values. */
  count(table, where = {}) {
    const fits = (row) => Object.entries(where).every(([name, value]) => row[name] === value);
    return this.#all(table).filter(fits).length;
  }

  /** The number of the row with that ActivityPub id. */
  idOf(table, uri) {
    return String(this.#all(table).find((row) => row.uri === uri)?.id);
  }

  /** The values of a column that are not empty. */
  values(table, field) {
    const values = this.#all(table).map((row) => row[field]);
    return values.filter((value) => value !== null && value !== undefined);
  }

  /** Whether no work that is due is left: what was heard, what is to be sent, what is for later. */
  isSettled() {
    return ["inbound_activity", "delivery", "job"].every((table) => {
      // A row that somebody works on is put off until its lease ends.
      const isOn = (row) => row.locked_until !== null || Number(row.run_at) <= Date.now();
      const isDue = (row) => row.state === "waiting" && isOn(row);
      return !this.#all(table).some(isDue);
    });
  }
}

/** The tables that differ. */
export const changed = (before, after) =>
  Object.keys(after).filter((table) => before[table] !== after[table]);

/** What happened: `nothing`, `learnt` (who somebody is), `heard` (and no more), or `applied`. */
export function effect(before, after) {
  const tables = changed(before, after);
  if (tables.length === 0) return "nothing";
  const others = tables.filter((table) => !ABOUT_SPEAKERS.has(table));
  if (others.some((table) => table !== "inbound_activity")) return "applied";
  return others.length > 0 ? "heard" : "learnt";
}

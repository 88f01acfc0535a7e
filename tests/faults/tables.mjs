// The tables of the program, read beside it: SQLite's file, or PostgreSQL through psql.

import { execFileSync } from "node:child_process";
import { DatabaseSync } from "node:sqlite";

const quoted = (value) => `'${String(value).replaceAll("'", "''")}'`;

class Tables {
  /** One number. */
  count(from) {
    return Number(this.all(`SELECT count(*) AS n FROM ${from}`)[0].n);
  }

  /** How many rows of a table have this value in a column. */
  having(table, column, value) {
    return this.count(`${table} WHERE ${column} = ${quoted(value)}`);
  }

  /** Whether nothing is left that is due; with `all`, whether nothing waits to be delivered. */
  isSettled(now, all) {
    const due = (row = "") => `${row}state = 'waiting' AND (${row}locked_until IS NOT NULL OR ${row}run_at <= ${now}`;
    // What is for a server that is left alone for a while is not due.
    const open = `delivery d JOIN peer p ON p.id = d.peer_id WHERE ${due("d.")}
      AND (p.backoff_until IS NULL OR p.backoff_until <= ${now})
      AND (p.asked_until IS NULL OR p.asked_until <= ${now}))`;
    return (
      this.count(`inbound_activity WHERE ${due()})`) === 0 &&
      this.count(`job WHERE ${due()})`) === 0 &&
      this.count(all ? "delivery WHERE state = 'waiting'" : open) === 0
    );
  }
}

export class Sqlite extends Tables {
  constructor(file) {
    super();
    this.database = new DatabaseSync(file, { readOnly: true });
    this.database.exec("PRAGMA busy_timeout = 5000");
  }

  /** Rows of a query; ids as text, for they have 63 bits. */
  all(query) {
    const statement = this.database.prepare(query);
    statement.setReadBigInts(true);
    const plain = (value) => (typeof value === "bigint" ? String(value) : value);
    return statement.all().map((row) => {
      return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]));
    });
  }

  /** What SQLite itself finds wrong. */
  wrong() {
    const said = this.all("PRAGMA integrity_check").map((row) => row.integrity_check);
    const foreign = this.all("PRAGMA foreign_key_check").map((row) => `${row.table} points to nothing`);
    return [...said.filter((line) => line !== "ok"), ...foreign];
  }

  close() {
    this.database.close();
  }
}

export class Postgres extends Tables {
  constructor(url) {
    super();
    this.url = url;
  }

  all(query) {
    const wrapped = `SELECT coalesce(json_agg(r), '[]') FROM (${query}) r`;
    const args = ["--no-psqlrc", "-qAt", "-d", this.url, "-c", wrapped];
    const said = execFileSync("psql", args, { encoding: "utf8", maxBuffer: 1 << 28 });
    // Numbers as text: ids have 63 bits.
    const rows = JSON.parse(said.replaceAll(/:\s*(-?\d+)(?=[,}])/g, ':"$1"'));
    return rows;
  }

  /** One statement that gives no rows. */
  run(statement) {
    return execFileSync("psql", ["--no-psqlrc", "-qAt", "-d", this.url, "-c", statement], { encoding: "utf8" });
  }

  wrong() {
    return [];
  }

  close() {}
}

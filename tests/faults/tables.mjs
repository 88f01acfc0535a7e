// The tables of the program, read beside it: SQLite's file, or PostgreSQL through psql.

import { execFileSync } from "node:child_process";
import { DatabaseSync } from "node:sqlite";

/** What PostgreSQL knows of its tables and indexes. */
const SHAPE = `
  SELECT 'column' AS kind, table_name || '.' || column_name AS name,
      data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS sql
    FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
  UNION ALL SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
    FROM pg_trigger WHERE NOT tgisinternal`;

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

  /** The names of all tables. */
  names() {
    return [...new Set(this.columns().map(({ table }) => table))].sort();
  }

  /** Every table with all of its rows. */
  dump() {
    return new Map(this.names().map((name) => [name, this.all(`SELECT * FROM "${name}"`)]));
  }

  /** Whether nothing is left that is due; with `all`, whether nothing waits to be delivered. */
  isSettled(now, all) {
    const due = (row = "") => `${row}state = 'waiting' AND (${row}locked_until IS NOT NULL OR ${row}run_at <= ${now}`;
    // What is for a server that is left alone for a while is not due, nor what waits for an earlier one of its
    // object that is not.
    const open = `delivery d JOIN peer p ON p.id = d.peer_id WHERE ${due("d.")}
      AND (p.backoff_until IS NULL OR p.backoff_until <= ${now})
      AND (p.asked_until IS NULL OR p.asked_until <= ${now})
      AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.peer_id = d.peer_id AND e.order_key = d.order_key
        AND e.state = 'waiting' AND e.id < d.id AND e.locked_until IS NULL AND e.run_at > ${now}))`;
    return (
      this.count(`inbound_activity WHERE ${due()})`) === 0 &&
      this.count(`job WHERE ${due()})`) === 0 &&
      this.count("fan_out") === 0 &&
      this.count(all ? "delivery WHERE state = 'waiting'" : open) === 0
    );
  }
}

/** Statements that are one transaction, on a file of SQLite. */
export function change(file, statements) {
  const database = new DatabaseSync(file);
  try {
    database.exec(`PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE; ${statements}; COMMIT`);
  } finally {
    database.close();
  }
}

/** Whether somebody else writes to a file of SQLite, for so long at least. */
export function isHeld(file, ms) {
  const database = new DatabaseSync(file);
  try {
    database.exec(`PRAGMA busy_timeout = ${ms}; BEGIN IMMEDIATE; ROLLBACK`);
    return false;
  } catch (error) {
    if (error.errcode === 5) return true;
    throw error;
  } finally {
    database.close();
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

  columns() {
    return this.all(`SELECT m.name AS "table", c.name AS "column" FROM sqlite_master m, pragma_table_info(m.name) c
      WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`);
  }

  /** How the tables are made. */
  shape() {
    return this.all("SELECT type AS kind, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name, sql");
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
    const said = execFileSync("psql", args, { encoding: "utf8", maxBuffer: 1 << 30 });
    // Numbers as text: ids have 63 bits.
    const rows = JSON.parse(said.replaceAll(/:\s*(-?\d+)(?=[,}])/g, ':"$1"'));
    return rows;
  }

  columns() {
    return this.all(`SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
      WHERE table_schema = 'public'`);
  }

  shape() {
    return this.all(`${SHAPE} ORDER BY kind, name, sql`);
  }

  /** In one question, as each costs a process. */
  dump() {
    const names = this.names();
    const each = names.map((name) => `SELECT '${name}' AS name, row_to_json(t) AS row FROM "${name}" t`);
    const found = Map.groupBy(this.all(each.join(" UNION ALL ")), ({ name }) => name);
    return new Map(names.map((name) => [name, (found.get(name) ?? []).map(({ row }) => row)]));
  }

  /** One statement that gives no rows. */
  run(statement) {
    const args = ["--no-psqlrc", "-qAt", "-d", this.url, "-c", statement];
    return execFileSync("psql", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  /** Statements of any length that are one transaction. */
  change(statements) {
    const args = ["--no-psqlrc", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-d", this.url, "-f", "-"];
    execFileSync("psql", args, { input: statements, stdio: ["pipe", "ignore", "pipe"] });
  }

  wrong() {
    return [];
  }

  close() {}
}

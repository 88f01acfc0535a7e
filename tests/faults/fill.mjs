// Rows by the hundred thousand, put straight into the tables before the program starts, as copies of one.

import { rowsOf } from "./must.mjs";

const FIRST = { peer: 5_000, outbox_activity: 100_000, delivery: 10_000_000, inbound_activity: 20_000_000 };

/** `count` copies of the rows of a table that `where` chooses, each with what `changes` says of its columns; `n` counts. */
function copies(world, table, where, count, changes) {
  const tables = world.tables();
  const names = tables.columns().filter((it) => it.table === table).map(({ column }) => column);
  tables.close();
  const values = names.map((name) => (name in changes ? changes[name] : `t.${name}`));
  return `INSERT INTO ${table} (${names.join(", ")})
    WITH RECURSIVE nums (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM nums WHERE n < ${count - 1})
    SELECT ${values.join(", ")} FROM ${table} t, nums WHERE ${where}`;
}

/** Sixteen bytes that no other row has. */
const hash = (world) => (world.database ? "decode(md5(random()::text || n), 'hex')" : "randomblob(16)");

/** A queue of `activities` for each of `hosts` that nobody knows yet, as a server has that was cut off for long. */
export function fillQueue(world, { activities, hosts, first = 0 }) {
  const [said] = rowsOf(world, "SELECT max(id) AS id FROM outbox_activity WHERE kind = 'Create'");
  const [vic] = rowsOf(world, "SELECT id FROM peer WHERE host = 'v.peers.example'");
  const host = `'h' || (n + ${first}) || '.peers.example'`;
  const uri = "t.uri || '-' || n";
  const delivery = {
    id: `${FIRST.delivery} + n`,
    activity_id: `${FIRST.outbox_activity} + n / ${hosts}`,
    order_key: `${FIRST.outbox_activity} + n / ${hosts}`,
    peer_id: `${FIRST.peer} + n % ${hosts}`,
    inbox_url: `'https://h' || (n % ${hosts} + ${first}) || '.peers.example/inbox'`,
    state: "'waiting'",
    attempts: "0",
    ended_at: "NULL",
    last_status: "NULL",
  };
  world.change([
    copies(world, "peer", `t.id = ${vic.id}`, hosts, { id: `${FIRST.peer} + n`, host }),
    copies(world, "outbox_activity", `t.id = ${said.id}`, activities, {
      id: `${FIRST.outbox_activity} + n`,
      order_key: `${FIRST.outbox_activity} + n`,
      post_id: "NULL",
      uri,
      uri_hash: hash(world),
      slug: "t.slug || n",
      body: `replace(t.body, t.uri, ${uri})`,
      proven_body: "NULL",
      proven_by: "NULL",
    }),
    copies(world, "delivery", `t.id = (SELECT min(id) FROM delivery WHERE activity_id = ${said.id})`, activities * hosts, delivery),
  ].join(";\n"));
}

/** Many things that were heard and are over. */
export function fillHeard(world, count) {
  const [{ id }] = rowsOf(world, "SELECT max(id) AS id FROM inbound_activity WHERE state = 'done'");
  const changes = { id: `${FIRST.inbound_activity} + n`, uri: "t.uri || '-' || n", uri_hash: hash(world) };
  world.change(copies(world, "inbound_activity", `t.id = ${id}`, count, changes));
}

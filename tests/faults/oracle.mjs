// What has to hold after a fault: everything that was acknowledged is there once, nothing is half done,
// and what other servers were told is what stands in the database.
//
// It gives sentences about what is wrong, and nothing when all is well.

import { isWell } from "./server.mjs";

const SHOWN = 8;
const OPEN = "('public', 'quiet')";

/** Everything, of a world that runs and has settled. */
export async function faults(world, { fanOut, all = true, mayDie = false, alive = true } = {}) {
  const tables = world.tables();
  try {
    const found = [
      ...tables.wrong().map((line) => `the database: ${line}`),
      ...ledgerFaults(tables, world.ledger),
      ...halves(tables, fanOut, world.names.seeds),
      ...countFaults(tables),
      ...deliveryFaults(tables, world.sink.arrived, { all, mayDie }),
      ...orderFaults(tables, world.sink.arrived),
    ];
    if (alive && !(await isWell())) found.push("it is not alive");
    if (world.server.panics > 0) found.push(`it panicked ${world.server.panics} times`);
    if (alive) found.push(...(await deepFaults(world)));
    return found;
  } finally {
    tables.close();
  }
}

/** Fails with what is wrong, if anything is. */
export async function check(world, options) {
  const found = await faults(world, options);
  if (found.length === 0) return;
  const more = found.length > SHOWN ? [`and ${found.length - SHOWN} more`] : [];
  throw new Error([...found.slice(0, SHOWN), ...more].join("\n    "));
}

/** Acknowledged things that are not there, or there twice. */
export function ledgerFaults(tables, ledger) {
  const texts = tables.all(
    `SELECT CAST(r.post_id AS text) AS post, coalesce(r.source, r.html) AS words FROM rendition r
       JOIN post p ON p.id = r.post_id WHERE r.kind = 'original' AND p.state = 'published'`,
  );
  const byWord = new Map();
  for (const { post, words } of texts) {
    for (const word of words.match(/word\d{6}x/g) ?? []) {
      byWord.set(word, [...(byWord.get(word) ?? []), post]);
    }
  }
  const found = [];
  const laterDone = laterThings(ledger);
  const there = whatIsThere(tables);
  for (const entry of ledger.entries) {
    if (entry.what === "post") found.push(...postFaults(entry, byWord));
    if (entry.what === "heard") found.push(...heardFaults(there, entry, laterDone));
    if (entry.what === "reaction" && entry.acked) {
      const n = there.of("ours", `${entry.as} ${entry.kind} ${entry.to}`).length;
      if (n !== 1) found.push(`the ${entry.kind} of ${entry.to} is there ${n} times`);
    }
  }
  return found;
}

/** What may be the effect of something, by its id; asked for all at once, as each question may cost a process. */
function whatIsThere(tables) {
  const queries = {
    inbound: "SELECT uri, state, outcome FROM inbound_activity",
    post: "SELECT uri FROM post WHERE state = 'published'",
    reaction: "SELECT activity_uri AS uri FROM reaction WHERE activity_uri IS NOT NULL",
    follow: "SELECT activity_uri AS uri FROM follow",
    ours: `SELECT a.handle || ' ' || r.kind || ' ' || p.uri AS uri FROM reaction r
      JOIN actor a ON a.id = r.actor_id JOIN post p ON p.id = r.post_id WHERE a.domain_id IS NOT NULL`,
  };
  const all = Object.entries(queries).map(([what, query]) => [what, Map.groupBy(tables.all(query), ({ uri }) => uri)]);
  const byKind = Object.fromEntries(all);
  return { of: (what, uri) => byKind[what].get(uri) ?? [] };
}

function postFaults({ word, acked, edits, removal }, byWord) {
  const words = [word, ...edits.filter(({ tried }) => tried).map((edit) => edit.word)];
  const there = words.flatMap((it) => (byWord.get(it) ?? []).map((post) => ({ it, post })));
  if (removal?.acked) return there.length > 0 ? [`${word} was deleted and is there`] : [];
  if (there.length > 1) return [`${word} is there ${there.length} times`];
  if (there.length === 0) return acked && !removal ? [`${word} was acknowledged and is not there`] : [];
  const last = edits.findLastIndex((edit) => edit.acked);
  const now = words.indexOf(there[0].it) - 1;
  return now < last ? [`${word} has an older text than was acknowledged`] : [];
}

/** What was said later about something that was said before: its effect is gone, or may be. */
function laterThings(ledger) {
  const later = new Map();
  for (const { what, activity, acked } of ledger.entries) {
    if (what === "heard" && ["Undo", "Delete"].includes(activity.type)) {
      later.set(activity.object.id ?? activity.object, acked);
    }
  }
  return later;
}

function heardFaults(there, { id, acked, activity }, later) {
  const rows = there.of("inbound", id);
  if (rows.length > 1) return [`${id} was stored ${rows.length} times`];
  if (rows.length === 0 && acked) return [`${id} was acknowledged and is not there`];
  const state = rows[0]?.state;
  if (state === "failed" || state === "refused") return [`${id} ended as ${state}`];
  const effects = {
    Create: () => ["post", activity.object.id ?? activity.object],
    Like: () => ["reaction", id],
    Announce: () => ["reaction", id],
    Follow: () => ["follow", id],
  };
  if (!effects[activity.type]) return [];
  const [table, value] = effects[activity.type]();
  const n = there.of(table, value).length;
  const taken = later.get(activity.type === "Create" ? value : id);
  // A post may have been read where it lives before its author told us of it.
  const isThere = state === "done" || rows[0]?.outcome === "we have it already";
  const most = isThere && taken !== true ? 1 : 0;
  const least = taken === undefined ? most : 0;
  if (n >= least && n <= most) return [];
  return [`${id} (${state ?? "not stored"}) has its effect ${n} times`];
}

/** Things of which one half is there and the other is not. */
function halves(tables, fanOut, seeds = []) {
  const found = [];
  const posts = tables.all(
    `SELECT p.uri, p.state, p.edited_at,
       (SELECT count(*) FROM outbox_activity o WHERE o.post_id = p.id AND o.kind = 'Create') AS creates,
       (SELECT count(*) FROM outbox_activity o WHERE o.post_id = p.id AND o.kind = 'Delete') AS deletes,
       (SELECT count(*) FROM outbox_activity o WHERE o.post_id = p.id AND o.kind = 'Update') AS updates,
       (SELECT count(*) FROM revision v WHERE v.post_id = p.id) AS revisions,
       (SELECT count(*) FROM rendition v WHERE v.post_id = p.id AND v.kind = 'original') AS originals
     FROM post p WHERE p.slug IS NOT NULL AND p.audience = 'public'`,
  );
  for (const { uri, state, edited_at: edited, ...n } of posts) {
    const gone = state === "deleted";
    if (Number(n.creates) !== 1) found.push(`${uri} was said ${n.creates} times`);
    if (Number(n.deletes) !== (gone ? 1 : 0)) found.push(`${uri} is ${state}: ${n.deletes} Deletes`);
    if (Number(n.originals) !== (gone ? 0 : 1)) found.push(`${uri} is ${state}: ${n.originals} texts`);
    if (!gone && (edited !== null) !== Number(n.updates) > 0) found.push(`${uri}: edited, ${n.updates} Updates`);
    if (!gone && Number(n.revisions) !== Number(n.updates) + 1) {
      found.push(`${uri}: ${n.revisions} texts in its history, ${n.updates} Updates`);
    }
  }
  if (fanOut !== undefined) {
    const sent = tables.all(
      `SELECT o.uri, p.uri AS post, (SELECT count(*) FROM delivery d WHERE d.activity_id = o.id) AS n
         FROM outbox_activity o JOIN actor a ON a.id = o.actor_id JOIN post p ON p.id = o.post_id
        WHERE a.handle = 'hazelbank'`,
    );
    const old = new Set(seeds.map(({ uri }) => uri));
    for (const { uri, post, n } of sent) {
      if (!old.has(post) && Number(n) !== fanOut) found.push(`${uri} goes to ${n} inboxes, not ${fanOut}`);
    }
  }
  return found;
}

/** Counts that are kept in rows, against what they count. */
export function countFaults(tables) {
  // What is counted is grouped first: asked for each post anew, it would take the square of their number.
  const counted = (column, grouped) =>
    `SELECT p.uri, p.${column} AS said, coalesce(g.n, 0) AS n FROM post p LEFT JOIN (${grouped}) g ON g.post_id = p.id
      WHERE p.slug IS NOT NULL`;
  const reactions = (kind) =>
    counted(`${kind}_count`, `SELECT post_id, count(*) AS n FROM reaction WHERE kind = '${kind}' GROUP BY post_id`);
  const queries = {
    likes: reactions("like"),
    boosts: reactions("boost"),
    replies: counted("reply_count", `SELECT in_reply_to_id AS post_id, count(*) AS n FROM post
        WHERE state = 'published' AND audience IN ${OPEN} AND in_reply_to_id IS NOT NULL GROUP BY in_reply_to_id`),
    posts: `SELECT a.uri, a.note_count AS said, (SELECT count(*) FROM post p
        WHERE p.actor_id = a.id AND p.state = 'published' AND p.audience IN ${OPEN}) AS n
      FROM actor a WHERE a.domain_id IS NOT NULL`,
    followers: `SELECT a.uri, a.follower_count AS said, (SELECT count(*) FROM follow f
        WHERE f.followee_id = a.id AND f.state = 'accepted') AS n
      FROM actor a WHERE a.domain_id IS NOT NULL`,
  };
  const found = [];
  for (const [what, query] of Object.entries(queries)) {
    for (const { uri, said, n } of tables.all(query)) {
      if (Number(said) !== Number(n)) found.push(`${uri} counts ${said} ${what}, and has ${n}`);
    }
  }
  return found;
}

/** Deliveries that did not come to an end that anybody can see, and what arrived otherwise. */
export function deliveryFaults(tables, arrived, { all, mayDie }) {
  const found = [];
  const bodies = new Map();
  const got = new Set();
  for (const { id, url, sha } of arrived) {
    got.add(`${id} ${url}`);
    if (bodies.has(id) && bodies.get(id) !== sha) found.push(`${id} arrived with two bodies`);
    bodies.set(id, sha);
  }
  const rows = tables.all(
    `SELECT o.uri, d.inbox_url AS inbox, d.state FROM delivery d JOIN outbox_activity o ON o.id = d.activity_id`,
  );
  const unheard = new Set();
  for (const { uri, inbox, state } of rows) {
    if (state === "done" && !got.has(`${uri} ${inbox}`)) unheard.add(`${uri} ${inbox}`);
    if (all && state === "waiting") found.push(`${uri} still waits for ${inbox}`);
    if (!mayDie && state === "dead") found.push(`${uri} was given up for ${inbox}`);
  }
  const known = new Set(tables.all("SELECT uri FROM outbox_activity").map(({ uri }) => uri));
  for (const id of bodies.keys()) if (!known.has(id)) found.push(`${id} was sent, and is not known here`);
  const before = beforeTheWorld(tables);
  for (const key of unheard) if (!before.has(key.split(" ")[0])) found.push(`done, and never arrived: ${key}`);
  return found;
}

/** What was delivered when the template was made was taken by a sink that has forgotten it. */
function beforeTheWorld(tables) {
  const rows = tables.all(
    `SELECT o.uri FROM outbox_activity o LEFT JOIN rendition r ON r.post_id = o.post_id
      WHERE r.source IN ('Any questions?', 'Who brings cake?') OR o.kind = 'Accept'`,
  );
  return new Set(rows.map(({ uri }) => uri));
}

/** What was said of one object reaches each host in the order in which it was said. */
export function orderFaults(tables, arrived) {
  const rows = tables.all("SELECT CAST(id AS text) AS id, uri FROM outbox_activity");
  const place = new Map(rows.map(({ id, uri }) => [uri, BigInt(id)]));
  const last = new Map();
  const found = [];
  for (const { host, object, id, type } of arrived) {
    if (!["Create", "Update", "Delete"].includes(type) || !place.has(id)) continue;
    const key = `${host} ${object}`;
    if (last.has(key) && place.get(id) < last.get(key)) found.push(`${type} of ${object} came late to ${host}`);
    last.set(key, place.get(id));
  }
  return found;
}

let hasDeep;

/** What the program itself finds when it looks deep, and does not find otherwise. */
async function deepFaults(world) {
  hasDeep ??= (await world.server.command(["doctor", "--help"])).said.includes("--deep");
  if (!hasDeep) return [];
  const usual = new Set((await problems(world, [])).map(({ what }) => what));
  const deep = await problems(world, ["--deep"]);
  return deep.filter(({ what }) => !usual.has(what)).map(({ what, says }) => `doctor --deep: ${what}: ${says}`);
}

async function problems(world, more) {
  const { said, code, signal, complained } = await world.server.command(["doctor", ...more, "--json"]);
  // It ends with 1 where something is wrong, and says what; saying nothing is another matter.
  if (!said.trim()) throw new Error(`carefolk doctor ${more.join(" ")}: ${code ?? signal}: ${complained}`);
  const found = [];
  JSON.parse(said, (_, value) => {
    if (value?.state === "problem") found.push(value);
    return value;
  });
  return found;
}

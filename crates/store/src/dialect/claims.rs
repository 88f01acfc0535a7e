//! The claim of deliveries: which of them a worker may send now, and who comes first.

use carefolk_domain::{Moment, PeerId, backoff};
use sea_orm::{ConnectionTrait, EntityTrait, Value};

use super::sql::Sql;
use crate::db::DbKind;
use crate::entity::delivery::{Entity, Model};
use crate::error::StoreError;
use crate::tx::WriteTx;

/// What a worker asks for.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryClaim<'a> {
    /// Now.
    pub now: Moment,
    /// Until when the worker has what it gets.
    pub lease_until: Moment,
    /// The worker's name.
    pub holder: &'a str,
    /// How many may be in flight to one server.
    pub window_per_host: u32,
    /// How many it takes at most.
    pub limit: u32,
    /// The server that had the last turn: those after it come first.
    pub after: PeerId,
}

/// What a worker gets.
#[derive(Clone, Debug, Default)]
pub struct Claimed {
    /// The deliveries, oldest first.
    pub rows: Vec<Model>,
    /// The last server that had a turn, if one had.
    pub upto: Option<PeerId>,
}

/// Takes deliveries that may be sent now, and counts the start in their `attempts`.
///
/// - Nothing for a server that is suspended, backing off, or asked to be left alone.
/// - What waits until later than anybody is ever made to wait is due: that was written down while
///   the clock was ahead.
/// - At most `window_per_host` in flight to one server, and one alone while it is failing.
/// - A delivery waits while an earlier one with its server and `order_key` is not over, or is on its way although
///   somebody took it back.
/// - Servers take turns, from the one after `after` on: every server's first comes before any server's
///   second, so a long queue delays only itself.
///
/// Commit at once: on PostgreSQL, claims of other workers wait for the end of the transaction.
///
/// # Errors
///
/// As any statement.
pub async fn claim_deliveries(
    tx: &WriteTx,
    claim: &DeliveryClaim<'_>,
) -> Result<Claimed, StoreError> {
    if tx.kind() == DbKind::Postgres {
        // Two claims at once would each see room in the same window. Row locks cannot help: what
        // is counted is other rows. The number is only ours in this database; it spells "care".
        const CLAIM_LOCK: i64 = 0x6361_7265;
        let lock = Sql::new("SELECT pg_advisory_xact_lock($1)", [CLAIM_LOCK.into()]);
        tx.conn().query_one_raw(lock.on(tx.conn())).await?;
    }
    // The first of each server is enough while many servers wait: to look at the queues of all of them for each
    // claim would cost more than sending what is chosen.
    let mut claimed = Claimed::default();
    for half in [Half::After, Half::UpTo] {
        let wanted = claim.less(&claimed.rows);
        if wanted.limit > 0 {
            let rows = read(tx, turns_sql(tx.kind(), &wanted, half, "")).await?;
            claimed.upto = rows.iter().map(|row| row.peer_id).max().or(claimed.upto);
            claimed.rows.extend(rows);
        }
    }
    let rest = claim.less(&claimed.rows);
    if rest.limit > 0 && !claimed.rows.is_empty() {
        let sql = claim_sql(tx.kind(), &rest, claim.window_per_host, "");
        claimed.rows.extend(read(tx, sql).await?);
    }
    claimed.rows.sort_unstable_by_key(|row| row.id);
    Ok(claimed)
}

impl DeliveryClaim<'_> {
    /// The same with so many fewer.
    fn less(&self, got: &[Model]) -> Self {
        let got = u32::try_from(got.len()).unwrap_or(u32::MAX);
        Self { limit: self.limit.saturating_sub(got), ..*self }
    }
}

async fn read(tx: &WriteTx, sql: Sql) -> Result<Vec<Model>, StoreError> {
    Ok(Entity::find().from_raw_sql(sql.on(tx.conn())).all(tx.conn()).await?)
}

/// How the database would run [`claim_deliveries`], line by line: for tests and for the curious.
///
/// # Errors
///
/// As any statement.
pub async fn explain_claim_deliveries(
    tx: &WriteTx,
    claim: &DeliveryClaim<'_>,
) -> Result<Vec<String>, StoreError> {
    let (explain, column) = match tx.kind() {
        DbKind::Sqlite => ("EXPLAIN QUERY PLAN ", 3),
        DbKind::Postgres => ("EXPLAIN ", 0),
    };
    let kind = tx.kind();
    let mut lines = Vec::new();
    for sql in [
        turns_sql(kind, claim, Half::After, explain),
        claim_sql(kind, claim, claim.window_per_host, explain),
    ] {
        for row in tx.conn().query_all_raw(sql.on(tx.conn())).await? {
            lines.push(row.try_get_by_index(column)?);
        }
    }
    Ok(lines)
}

/// Which servers are looked at, of those in the order of their ids.
#[derive(Clone, Copy)]
enum Half {
    /// Those after the one that had the last turn.
    After,
    /// The others.
    UpTo,
}

/// How many more may be in flight to `p`.
fn room(window: u32) -> String {
    format!(
        "(CASE WHEN p.failures > 0 THEN 1 ELSE {window} END) \
         - (SELECT count(*) FROM delivery f \
            WHERE f.peer_id = p.id AND f.locked_until > $1 AND f.locked_until <= $4)"
    )
}

/// Whether `p` may be sent anything now.
const OPEN: &str = "p.effective <> 'suspended' \
    AND (p.backoff_until IS NULL OR p.backoff_until <= $1 OR p.backoff_until > $4) \
    AND (p.asked_until IS NULL OR p.asked_until <= $1 OR p.asked_until > $4)";

/// Gives one delivery to each of the next servers that have room, and looks at no further one once that is enough.
fn turns_sql(kind: DbKind, claim: &DeliveryClaim<'_>, half: Half, prefix: &str) -> Sql {
    let DeliveryClaim { limit, window_per_host, after, .. } = *claim;
    let (join, lock) = next_join(kind, 1);
    let half = match half {
        Half::After => ">",
        Half::UpTo => "<=",
    };
    let text = format!(
        "{prefix}WITH chosen AS MATERIALIZED ( \
           SELECT next.id FROM (SELECT p.id AS peer_id, 'waiting' AS wanted FROM peer p \
             WHERE p.id {half} $5 AND {OPEN} AND {room} > 0) ready {join} \
           ORDER BY ready.peer_id LIMIT {limit} \
         ), {take}",
        room = room(window_per_host),
        take = take(lock),
    );
    let mut values = values(claim).to_vec();
    values.push(after.into());
    Sql::of(text, values)
}

/// The end of a claim: of what was `chosen`, what nobody else has just then.
fn take(lock: &str) -> String {
    format!(
        "due AS MATERIALIZED ( \
           SELECT d.id FROM delivery d WHERE d.id IN (SELECT id FROM chosen) {lock} \
         ) \
         UPDATE delivery SET attempts = attempts + 1, locked_until = $2, locked_by = $3 \
         WHERE id IN (SELECT id FROM due) RETURNING *"
    )
}

fn values(claim: &DeliveryClaim<'_>) -> [Value; 4] {
    let never = claim.now + backoff::WAIT_MAX;
    [claim.now.into(), claim.lease_until.into(), claim.holder.into(), never.into()]
}

/// Joins the next `depth` deliveries of each server of `ready`, and says how what is taken is locked.
fn next_join(kind: DbKind, depth: u32) -> (String, &'static str) {
    // SQLite has no LATERAL: there the sub-select gives row numbers, and they give the rows. It
    // also has to be told the index: left alone it walks over everything that is due, once for
    // each server.
    match kind {
        DbKind::Sqlite => {
            let index = "INDEXED BY delivery__peer_id__state__order_key__id";
            let next = next_of_server("d.id", index, ["'waiting'"; 2], depth);
            (format!("CROSS JOIN delivery next ON next.id IN ({next})"), "")
        }
        DbKind::Postgres => {
            // What a column holds cannot be guessed, and 'waiting' can: counted when little waited, it
            // was taken for rare, and all that waits was read once for each server.
            let states = ["ready.wanted", "d.state"];
            let next = next_of_server("d.id, d.run_at, d.order_key", "", states, depth);
            (format!("CROSS JOIN LATERAL ({next}) next"), "FOR UPDATE SKIP LOCKED")
        }
    }
}

/// One statement, in four steps: servers with room; the next few of each; turns; the lease.
///
/// It walks over the servers, a few thousand, and never over the queue, which may be millions: a
/// server's queue is read from its head (`depth` rows of it) through the index (`peer_id`, `state`, `order_key`, `id`),
/// and what is in flight is counted through an index that holds nothing else.
fn claim_sql(kind: DbKind, claim: &DeliveryClaim<'_>, depth: u32, prefix: &str) -> Sql {
    let DeliveryClaim { window_per_host, limit, .. } = *claim;
    let (join, lock) = next_join(kind, depth);
    let text = format!(
        "{prefix}WITH ready AS MATERIALIZED ( \
           SELECT p.id AS peer_id, 'waiting' AS wanted, {room} AS room FROM peer p WHERE {OPEN} \
         ), turns AS MATERIALIZED ( \
           SELECT next.id, next.run_at, ready.room, row_number() OVER \
             (PARTITION BY ready.peer_id ORDER BY next.order_key, next.id) AS turn \
           FROM ready {join} WHERE ready.room > 0 \
         ), chosen AS MATERIALIZED ( \
           SELECT id FROM turns WHERE turn <= room ORDER BY turn, run_at, id LIMIT {limit} \
         ), {take}",
        room = room(window_per_host),
        take = take(lock),
    );
    Sql::new(text, values(claim))
}

/// The first `depth` deliveries to the server of `ready` that could go now, were there room.
///
/// The earliest of each order is looked up row by row, on purpose: as NOT EXISTS, PostgreSQL may
/// turn it into a join over the whole queue.
///
/// `states` are two names for the state of what waits: of the one that is looked for, and of those before it.
fn next_of_server(columns: &str, index: &str, states: [&str; 2], depth: u32) -> String {
    let [own, earlier] = states;
    format!(
        "SELECT {columns} FROM delivery d {index} \
         WHERE d.peer_id = ready.peer_id AND d.state = {own} \
           AND (d.run_at <= $1 OR d.run_at > $4) \
           AND (d.locked_until IS NULL OR d.locked_until <= $1 OR d.locked_until > $4) \
           AND d.id = (SELECT min(e.id) FROM delivery e WHERE e.peer_id = d.peer_id \
                       AND e.state = {earlier} AND e.order_key = d.order_key) \
           AND (SELECT count(*) FROM delivery f WHERE f.peer_id = d.peer_id AND f.id < d.id \
                  AND f.locked_until > $1 AND f.locked_until <= $4 \
                  AND f.order_key = d.order_key) = 0 \
         ORDER BY d.order_key, d.id LIMIT {depth}"
    )
}

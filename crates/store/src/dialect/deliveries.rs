//! Activities on their way out: a fair claim by server, in order, and group writes.

use carefolk_domain::{DeliveryId, Moment, OutboxId, PeerId, backoff};
use sea_orm::{ActiveEnum, ConnectionTrait, EntityTrait};

use super::sql::{Sql, sized};
use crate::db::DbKind;
use crate::entity::delivery::{DeliveryState, Entity, Model};
use crate::error::StoreError;
use crate::tx::WriteTx;

/// A delivery to put into the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// What is sent.
    pub activity_id: OutboxId,
    /// The server that it goes to.
    pub peer_id: PeerId,
    /// The inbox.
    pub inbox_url: String,
    /// What must arrive in order shares this number.
    pub order_key: i64,
    /// Not before.
    pub run_at: Moment,
    /// Now.
    pub created_at: Moment,
}

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
}

/// How one try at a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryEnd {
    /// Which one.
    pub id: DeliveryId,
    /// What became of it; [`DeliveryState::Waiting`] to try again.
    pub state: DeliveryState,
    /// When to try again; of no matter in the other states.
    pub run_at: Moment,
    /// What the server answered.
    pub last_status: Option<i32>,
    /// What went wrong.
    pub last_error: Option<String>,
    /// When it was over; nothing while it waits.
    pub ended_at: Option<Moment>,
    /// Since when the server answers and says no.
    pub refused_since: Option<Moment>,
}

/// Puts deliveries into the queue.
///
/// # Errors
///
/// As any statement; [`StoreError::Conflict`] if an id is taken.
pub async fn insert_deliveries_batch(tx: &WriteTx, rows: &[NewDelivery]) -> Result<(), StoreError> {
    const INSERT: &str = "INSERT INTO delivery (id, activity_id, peer_id, inbox_url, order_key, \
        state, attempts, run_at, created_at) VALUES ";
    for chunk in sized(rows) {
        let values = chunk.iter().map(|row| {
            [
                row.id.into(),
                row.activity_id.into(),
                row.peer_id.into(),
                row.inbox_url.clone().into(),
                row.order_key.into(),
                DeliveryState::Waiting.to_value().into(),
                0_i32.into(),
                row.run_at.into(),
                row.created_at.into(),
            ]
        });
        tx.conn().execute_raw(Sql::new(INSERT, []).rows(values).on(tx.conn())).await?;
    }
    Ok(())
}

/// Chooses on SQLite which deliveries [`claim_deliveries`] is to take, while others may write: to look at every
/// server takes long, and there is one writer. `None` on PostgreSQL, where the claim itself chooses.
///
/// Nobody else may claim between the two: on SQLite one process delivers, and one task of it claims.
///
/// # Errors
///
/// As any statement.
pub async fn choose_deliveries(
    conn: &impl ConnectionTrait,
    claim: &DeliveryClaim<'_>,
) -> Result<Option<Vec<DeliveryId>>, StoreError> {
    if DbKind::of(conn.get_database_backend()) == DbKind::Postgres {
        return Ok(None);
    }
    let first = chosen(conn, claim, 1).await?;
    let is_enough = u32::try_from(first.len()).unwrap_or(u32::MAX) >= claim.limit;
    if is_enough || first.is_empty() {
        return Ok(Some(first));
    }
    Ok(Some(chosen(conn, claim, claim.window_per_host).await?))
}

async fn chosen(
    conn: &impl ConnectionTrait,
    claim: &DeliveryClaim<'_>,
    depth: u32,
) -> Result<Vec<DeliveryId>, StoreError> {
    let statement = claim_sql(DbKind::Sqlite, claim, depth, ("", Claim::Chooses)).on(conn);
    let rows = conn.query_all_raw(statement).await?;
    rows.iter().map(|row| Ok(DeliveryId(row.try_get_by_index(0)?))).collect()
}

/// Takes deliveries that may be sent now, and counts the start in their `attempts`; of those in `chosen` alone, if
/// they were chosen before.
///
/// - Nothing for a server that is suspended, backing off, or asked to be left alone.
/// - What waits until later than anybody is ever made to wait is due: that was written down while
///   the clock was ahead.
/// - At most `window_per_host` in flight to one server, and one alone while it is failing.
/// - A delivery waits while an earlier one with its server and `order_key` is not over, or is on its way although
///   somebody took it back.
/// - Every server's first comes before any server's second, so a long queue delays only itself.
///
/// Commit at once: on PostgreSQL, claims of other workers wait for the end of the transaction.
///
/// # Errors
///
/// As any statement.
pub async fn claim_deliveries(
    tx: &WriteTx,
    claim: &DeliveryClaim<'_>,
    chosen: Option<&[DeliveryId]>,
) -> Result<Vec<Model>, StoreError> {
    let mut claimed = match chosen {
        Some(chosen) => take(tx, claim, chosen).await?,
        None => claim_at_once(tx, claim).await?,
    };
    claimed.sort_unstable_by_key(|row| row.id);
    Ok(claimed)
}

/// Those of `chosen` that still wait for nobody: one may have been cancelled, and its server suspended, meanwhile.
async fn take(
    tx: &WriteTx,
    claim: &DeliveryClaim<'_>,
    chosen: &[DeliveryId],
) -> Result<Vec<Model>, StoreError> {
    const TAKE: &str = "UPDATE delivery SET attempts = attempts + 1, locked_until = $2, locked_by = $3 \
        WHERE state = 'waiting' \
          AND (locked_until IS NULL OR locked_until <= $1 OR locked_until > $4) \
          AND peer_id NOT IN (SELECT id FROM peer WHERE effective = 'suspended') \
          AND id IN (VALUES ";
    let DeliveryClaim { now, lease_until, holder, .. } = *claim;
    let never = now + backoff::WAIT_MAX;
    let mut claimed = Vec::with_capacity(chosen.len());
    for chunk in sized(chosen) {
        let values = [now.into(), lease_until.into(), holder.into(), never.into()];
        let rows = chunk.iter().map(|id| [(*id).into()]);
        let statement = Sql::new(TAKE, values).rows(rows).text(") RETURNING *").on(tx.conn());
        claimed.extend(Entity::find().from_raw_sql(statement).all(tx.conn()).await?);
    }
    Ok(claimed)
}

async fn claim_at_once(tx: &WriteTx, claim: &DeliveryClaim<'_>) -> Result<Vec<Model>, StoreError> {
    if tx.kind() == DbKind::Postgres {
        // Two claims at once would each see room in the same window. Row locks cannot help: what
        // is counted is other rows. The number is only ours in this database; it spells "care".
        const CLAIM_LOCK: i64 = 0x6361_7265;
        let lock = Sql::new("SELECT pg_advisory_xact_lock($1)", [CLAIM_LOCK.into()]);
        tx.conn().query_one_raw(lock.on(tx.conn())).await?;
    }
    // The first of each server is enough while many servers wait; to look up the first eight of
    // each of them would cost more than sending what is chosen.
    let mut claimed = claim_some(tx, claim, 1).await?;
    let missing = claim.limit.saturating_sub(u32::try_from(claimed.len()).unwrap_or(u32::MAX));
    if missing > 0 && !claimed.is_empty() {
        let rest = DeliveryClaim { limit: missing, ..*claim };
        claimed.extend(claim_some(tx, &rest, claim.window_per_host).await?);
    }
    Ok(claimed)
}

async fn claim_some(
    tx: &WriteTx,
    claim: &DeliveryClaim<'_>,
    depth: u32,
) -> Result<Vec<Model>, StoreError> {
    let statement = claim_sql(tx.kind(), claim, depth, ("", Claim::Takes)).on(tx.conn());
    Ok(Entity::find().from_raw_sql(statement).all(tx.conn()).await?)
}

/// What a statement does about the deliveries that may be sent.
#[derive(Clone, Copy)]
enum Claim {
    /// Says which they are.
    Chooses,
    /// Takes them.
    Takes,
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
    let how = (explain, Claim::Takes);
    let statement = claim_sql(tx.kind(), claim, claim.window_per_host, how).on(tx.conn());
    let rows = tx.conn().query_all_raw(statement).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(column)?)).collect()
}

/// One statement, in four steps: servers with room; the next few of each; turns; the lease.
///
/// It walks over the servers, a few thousand, and never over the queue, which may be millions: a
/// server's queue is read from its head (`depth` rows of it) through the index (`peer_id`, `state`, `order_key`, `id`),
/// and what is in flight is counted through an index that holds nothing else.
fn claim_sql(
    kind: DbKind,
    claim: &DeliveryClaim<'_>,
    depth: u32,
    (prefix, what): (&str, Claim),
) -> Sql {
    let DeliveryClaim { now, lease_until, holder, window_per_host: window, limit } = *claim;
    // SQLite has no LATERAL: there the sub-select gives row numbers, and they give the rows. It
    // also has to be told the index: left alone it walks over everything that is due, once for
    // each server.
    let (join, lock) = match kind {
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
    };
    let end = match what {
        Claim::Chooses => "SELECT id FROM chosen".to_owned(),
        Claim::Takes => format!(
            ", due AS MATERIALIZED ( \
               SELECT d.id FROM delivery d WHERE d.id IN (SELECT id FROM chosen) {lock} \
             ) \
             UPDATE delivery SET attempts = attempts + 1, locked_until = $2, locked_by = $3 \
             WHERE id IN (SELECT id FROM due) RETURNING *"
        ),
    };
    let text = format!(
        "{prefix}WITH ready AS MATERIALIZED ( \
           SELECT p.id AS peer_id, 'waiting' AS wanted, (CASE WHEN p.failures > 0 THEN 1 ELSE {window} END) \
             - (SELECT count(*) FROM delivery f \
                WHERE f.peer_id = p.id AND f.locked_until > $1 AND f.locked_until <= $4) AS room \
           FROM peer p WHERE p.effective <> 'suspended' \
             AND (p.backoff_until IS NULL OR p.backoff_until <= $1 OR p.backoff_until > $4) \
             AND (p.asked_until IS NULL OR p.asked_until <= $1 OR p.asked_until > $4) \
         ), turns AS MATERIALIZED ( \
           SELECT next.id, next.run_at, ready.room, row_number() OVER \
             (PARTITION BY ready.peer_id ORDER BY next.order_key, next.id) AS turn \
           FROM ready {join} WHERE ready.room > 0 \
         ), chosen AS MATERIALIZED ( \
           SELECT id FROM turns WHERE turn <= room ORDER BY turn, run_at, id LIMIT {limit} \
         ) {end}"
    );
    let never = now + backoff::WAIT_MAX;
    Sql::new(text, [now.into(), lease_until.into(), holder.into(), never.into()])
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

/// Writes down how tries at deliveries ended; none may stand there twice. Returns how many counted.
///
/// One does not count when its lease ran out and another worker has it now, or when somebody
/// cancelled it meanwhile. The latter gives its place back.
///
/// # Errors
///
/// As any statement.
pub async fn finish_deliveries(
    tx: &WriteTx,
    holder: &str,
    ends: &[DeliveryEnd],
) -> Result<u64, StoreError> {
    // The rows are found by their ids and by nothing else: `|| ''` hides the rest from the planner. PostgreSQL
    // counted few that wait, where nearly all did, and read them all for each lot of results.
    const COLUMNS: &str = "WITH ended (id, state, run_at, last_status, last_error, ended_at, \
        refused_since) AS (VALUES ";
    const UPDATE: &str = ") UPDATE delivery SET state = ended.state, run_at = ended.run_at, \
        last_status = ended.last_status, last_error = ended.last_error, \
        ended_at = ended.ended_at, refused_since = ended.refused_since, \
        locked_until = NULL, locked_by = NULL \
        FROM ended WHERE delivery.id = ended.id AND delivery.state || '' = 'waiting' \
        AND delivery.locked_by || '' = ";
    let mut finished = 0;
    for chunk in sized(ends) {
        let values = chunk.iter().map(|end| {
            [
                end.id.into(),
                end.state.to_value().into(),
                end.run_at.into(),
                end.last_status.into(),
                end.last_error.clone().into(),
                end.ended_at.into(),
                end.refused_since.into(),
            ]
        });
        let statement =
            Sql::new(COLUMNS, []).rows(values).text(UPDATE).value(holder.into()).on(tx.conn());
        finished += tx.conn().execute_raw(statement).await?.rows_affected();
        give_back_cancelled(tx, holder, chunk).await?;
    }
    Ok(finished)
}

/// What was taken back on its way is in flight no more.
async fn give_back_cancelled(
    tx: &WriteTx,
    holder: &str,
    ends: &[DeliveryEnd],
) -> Result<(), StoreError> {
    const UPDATE: &str = "UPDATE delivery SET locked_until = NULL, locked_by = NULL \
        WHERE locked_by || '' = $1 AND state <> 'waiting' AND id IN (VALUES ";
    let rows = ends.iter().map(|end| [end.id.into()]);
    let statement = Sql::new(UPDATE, [holder.into()]).rows(rows).text(")").on(tx.conn());
    tx.conn().execute_raw(statement).await?;
    Ok(())
}

//! Who mints ids with which worker bits, and above which id.

use std::collections::HashMap;

use carefolk_domain::Moment;
use carefolk_domain::ids::ID_WORKERS;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::sql::Sql;
use crate::entity::worker_lease;
use crate::error::StoreError;
use crate::mint::Worker;
use crate::tx::WriteTx;

/// Every table whose ids we mint. A test compares it with the schema.
const MINTED: &[&str] = &[
    "account",
    "actor",
    "actor_key",
    "audit",
    "delivery",
    "domain",
    "follow",
    "hashtag",
    "held_post",
    "inbound_activity",
    "job",
    "notification",
    "outbox_activity",
    "peer",
    "picture",
    "post",
    "reaction",
    "block",
    "care_group",
    "report",
    "quote_stamp",
    "revision",
    "session",
];

/// Gives `holder` a worker slot that is free at `now`, until `until`; `None` if all are taken.
///
/// The lowest that nobody has, and only if there is none, the one whose lease ran out first: its process may be
/// alive, and the clock may have jumped or the machine slept.
///
/// # Errors
///
/// As any statement.
pub async fn lease_worker(
    tx: &WriteTx,
    holder: &str,
    now: Moment,
    until: Moment,
) -> Result<Option<Worker>, StoreError> {
    const TAKE: &str = "INSERT INTO worker_lease (slot, holder, until) VALUES ($1, $2, $3) \
        ON CONFLICT (slot) DO UPDATE SET holder = $2, until = $3 WHERE worker_lease.until <= $4";
    let leases = worker_lease::Entity::find().all(tx.conn()).await?;
    let leased: HashMap<i32, Moment> =
        leases.into_iter().map(|lease| (lease.slot, lease.until)).collect();
    let mut free: Vec<(Option<Moment>, Worker)> = (0..ID_WORKERS)
        .filter_map(Worker::new)
        .map(|worker| (leased.get(&i32::from(worker.slot())).copied(), worker))
        .filter(|(until, _)| until.is_none_or(|until| until <= now))
        .collect();
    // `None` comes first.
    free.sort_by_key(|(until, _)| *until);
    for (_, worker) in free {
        let slot = i32::from(worker.slot());
        let values = [slot.into(), holder.into(), until.into(), now.into()];
        let took = tx.conn().execute_raw(Sql::new(TAKE, values).on(tx.conn())).await?;
        // Nothing changed: another process was faster. On to the next one.
        if took.rows_affected() > 0 {
            return Ok(Some(worker));
        }
    }
    Ok(None)
}

/// Prolongs a lease. `false` if `holder` lost it: then it must mint no more ids.
///
/// # Errors
///
/// As any statement.
pub async fn renew_worker(
    tx: &WriteTx,
    worker: Worker,
    holder: &str,
    until: Moment,
) -> Result<bool, StoreError> {
    const RENEW: &str = "UPDATE worker_lease SET until = $3 WHERE slot = $1 AND holder = $2";
    let values = [i32::from(worker.slot()).into(), holder.into(), until.into()];
    let renewed = tx.conn().execute_raw(Sql::new(RENEW, values).on(tx.conn())).await?;
    Ok(renewed.rows_affected() > 0)
}

/// How many processes have a lease at `now`; one that was killed still has its own.
///
/// # Errors
///
/// As any statement.
pub async fn live_workers(conn: &impl ConnectionTrait, now: Moment) -> Result<u64, StoreError> {
    let live = worker_lease::Entity::find().filter(worker_lease::Column::Until.gt(now));
    Ok(live.count(conn).await?)
}

/// Gives a lease back before its end, if `holder` still has it.
///
/// # Errors
///
/// As any statement.
pub async fn release_worker(tx: &WriteTx, worker: Worker, holder: &str) -> Result<(), StoreError> {
    const RELEASE: &str = "DELETE FROM worker_lease WHERE slot = $1 AND holder = $2";
    let values = [i32::from(worker.slot()).into(), holder.into()];
    tx.conn().execute_raw(Sql::new(RELEASE, values).on(tx.conn())).await?;
    Ok(())
}

/// The highest id in any table, or 0: no mint goes below it.
///
/// # Errors
///
/// As any statement.
pub async fn highest_id(conn: &impl ConnectionTrait) -> Result<i64, StoreError> {
    let each: Vec<String> =
        MINTED.iter().map(|table| format!("SELECT max(id) AS id FROM {table}")).collect();
    let text =
        format!("SELECT coalesce(max(id), 0) FROM ({}) each_table", each.join(" UNION ALL "));
    let row = conn.query_one_raw(Sql::new(text, []).on(conn)).await?;
    row.map_or(Ok(0), |row| Ok(row.try_get_by_index(0)?))
}

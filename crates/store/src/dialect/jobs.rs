//! Work for later: put there once, claimed in order, finished in groups.

use carefolk_domain::{JobId, Moment};
use sea_orm::{ActiveEnum, ConnectionTrait, EntityTrait, Value};

use super::Insertion;
use super::sql::{Sql, sized};
use crate::db::DbKind;
use crate::entity::job::{Entity, JobState, Model};
use crate::error::StoreError;
use crate::tx::WriteTx;

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobEnd {
    /// Which one.
    pub id: JobId,
    /// What became of it; [`JobState::Waiting`] to try again.
    pub state: JobState,
    /// When to try again; of no matter in the other states.
    pub run_at: Moment,
    /// What went wrong.
    pub last_error: Option<String>,
    /// Whether it was not even begun, because there was no room.
    pub unbegun: bool,
}

/// Stores `job`, unless an unfinished one has the same `unique_key`.
///
/// # Errors
///
/// As any statement.
pub async fn insert_job(tx: &WriteTx, job: &Model) -> Result<Insertion, StoreError> {
    const INSERT: &str = "INSERT INTO job (id, name, payload, unique_key, state, attempts, \
        run_at, locked_until, last_error, created_at) VALUES ";
    let row = [
        job.id.into(),
        job.name.clone().into(),
        job.payload.clone().into(),
        job.unique_key.clone().into(),
        job.state.to_value().into(),
        job.attempts.into(),
        job.run_at.into(),
        job.locked_until.into(),
        job.last_error.clone().into(),
        job.created_at.into(),
    ];
    let statement = Sql::new(INSERT, [])
        .rows(std::iter::once(row))
        .text(" ON CONFLICT (unique_key) DO NOTHING")
        .on(tx.conn());
    let stored = tx.conn().execute_raw(statement).await?.rows_affected();
    Ok(if stored > 0 { Insertion::New } else { Insertion::Known })
}

/// Takes at most `limit` jobs that are due, oldest first, until `lease_until`.
///
/// Each one's `attempts` counts this start. It becomes due again when the lease ends without
/// [`finish_jobs`].
///
/// # Errors
///
/// As any statement.
pub async fn claim_jobs(
    tx: &WriteTx,
    now: Moment,
    lease_until: Moment,
    limit: u32,
) -> Result<Vec<Model>, StoreError> {
    let claim = claim_due(tx, "job", "", limit);
    let statement = Sql::new(claim, [now.into(), lease_until.into()]).on(tx.conn());
    let mut claimed = Entity::find().from_raw_sql(statement).all(tx.conn()).await?;
    claimed.sort_unstable_by_key(|row| row.id);
    Ok(claimed)
}

/// Keeps these jobs, as far as they are in work, until `lease_until`.
///
/// # Errors
///
/// As any statement.
pub async fn renew_jobs(
    tx: &WriteTx,
    jobs: &[JobId],
    lease_until: Moment,
) -> Result<u64, StoreError> {
    renew(tx, "job", jobs, lease_until).await
}

/// The same for a table with the columns of the plain queues.
pub(super) async fn renew<Id: Copy + Into<Value>>(
    tx: &WriteTx,
    table: &str,
    ids: &[Id],
    lease_until: Moment,
) -> Result<u64, StoreError> {
    let update = format!(
        "UPDATE {table} SET run_at = $1, locked_until = $1 WHERE state || '' = 'waiting' \
         AND locked_until IS NOT NULL AND id IN (VALUES "
    );
    let mut renewed = 0;
    for chunk in sized(ids) {
        let rows = chunk.iter().map(|id| [(*id).into()]);
        let sql = Sql::new(update.clone(), [lease_until.into()]);
        let statement = sql.rows(rows).text(")").on(tx.conn());
        renewed += tx.conn().execute_raw(statement).await?.rows_affected();
    }
    Ok(renewed)
}

/// Makes due at `now` what waits in the plain queues until after `never`, which is later than
/// anybody is made to wait: it was put off while the clock was ahead. A job may have been
/// put there for a day far ahead, so of those only what was claimed counts.
///
/// # Errors
///
/// As any statement.
pub async fn mend_waits(tx: &WriteTx, never: Moment, now: Moment) -> Result<u64, StoreError> {
    let mut mended = 0;
    for (table, which) in [
        ("job", "AND (locked_until IS NOT NULL OR last_error IS NOT NULL)"),
        ("inbound_activity", ""),
    ] {
        let update = format!(
            "UPDATE {table} SET run_at = $1, locked_until = NULL \
             WHERE state = 'waiting' AND run_at > $2 {which}"
        );
        let statement = Sql::new(update, [now.into(), never.into()]).on(tx.conn());
        mended += tx.conn().execute_raw(statement).await?.rows_affected();
    }
    Ok(mended)
}

/// Writes down how these jobs ended; none may stand there twice. A job that is over gives its
/// `unique_key` free; one that went well begins to count its tries anew.
///
/// # Errors
///
/// As any statement.
pub async fn finish_jobs(tx: &WriteTx, ends: &[JobEnd]) -> Result<(), StoreError> {
    const UPDATE: &str = ") UPDATE job SET state = ended.state, run_at = ended.run_at, \
        last_error = ended.last_error, locked_until = NULL, \
        attempts = CASE WHEN ended.unbegun = 1 THEN job.attempts - 1 \
          WHEN ended.last_error IS NULL THEN 0 ELSE job.attempts END, \
        unique_key = CASE WHEN ended.state = 'waiting' THEN job.unique_key ELSE NULL END \
        FROM ended WHERE job.id = ended.id AND job.state || '' = 'waiting'";
    for chunk in sized(ends) {
        let values = chunk.iter().map(|end| {
            [
                end.id.into(),
                end.state.to_value().into(),
                end.run_at.into(),
                end.last_error.clone().into(),
                i32::from(end.unbegun).into(),
            ]
        });
        let ended = "WITH ended (id, state, run_at, last_error, unbegun) AS (VALUES ";
        let statement = Sql::new(ended, []).rows(values).text(UPDATE).on(tx.conn());
        tx.conn().execute_raw(statement).await?;
    }
    Ok(())
}

/// The claim of a plain queue: `$1` is now, `$2` the end of the lease.
///
/// A claimed row's `run_at` becomes the end of its lease. So the next claim does not walk over
/// what is in work, and a lease that ran out is simply due.
pub(super) fn claim_due(tx: &WriteTx, table: &str, which: &str, limit: u32) -> String {
    let lock = match tx.kind() {
        DbKind::Sqlite => "",
        DbKind::Postgres => "FOR UPDATE SKIP LOCKED",
    };
    format!(
        "WITH due AS MATERIALIZED ( \
           SELECT id FROM {table} WHERE state = 'waiting' AND run_at <= $1 {which} \
           ORDER BY run_at, id LIMIT {limit} {lock} \
         ) \
         UPDATE {table} SET attempts = attempts + 1, run_at = $2, locked_until = $2 \
         WHERE id IN (SELECT id FROM due) RETURNING *"
    )
}

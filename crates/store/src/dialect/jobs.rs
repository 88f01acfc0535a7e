//! Work for later: put there once, claimed in order, finished in groups.

use carefolk_domain::{JobId, Moment};
use sea_orm::{ActiveEnum, ConnectionTrait, EntityTrait};

use super::Insertion;
use super::sql::{ROWS_MAX, Sql};
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
    let claim = claim_due(tx, "job", limit);
    let statement = Sql::new(claim, [now.into(), lease_until.into()]).on(tx.conn());
    let mut claimed = Entity::find().from_raw_sql(statement).all(tx.conn()).await?;
    claimed.sort_unstable_by_key(|row| row.id);
    Ok(claimed)
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
        attempts = CASE WHEN ended.last_error IS NULL THEN 0 ELSE job.attempts END, \
        unique_key = CASE WHEN ended.state = 'waiting' THEN job.unique_key ELSE NULL END \
        FROM ended WHERE job.id = ended.id AND job.state = 'waiting'";
    for chunk in ends.chunks(ROWS_MAX) {
        let values = chunk.iter().map(|end| {
            [
                end.id.into(),
                end.state.to_value().into(),
                end.run_at.into(),
                end.last_error.clone().into(),
            ]
        });
        let statement = Sql::new("WITH ended (id, state, run_at, last_error) AS (VALUES ", [])
            .rows(values)
            .text(UPDATE)
            .on(tx.conn());
        tx.conn().execute_raw(statement).await?;
    }
    Ok(())
}

/// Prolongs the lease of jobs that are still in work.
///
/// # Errors
///
/// As any statement.
pub async fn prolong_jobs(tx: &WriteTx, ids: &[JobId], until: Moment) -> Result<(), StoreError> {
    const UPDATE: &str =
        "UPDATE job SET run_at = $1, locked_until = $1 WHERE state = 'waiting' AND id IN (VALUES ";
    for chunk in ids.chunks(ROWS_MAX) {
        let statement = Sql::new(UPDATE, [until.into()])
            .rows(chunk.iter().map(|id| [(*id).into()]))
            .text(")")
            .on(tx.conn());
        tx.conn().execute_raw(statement).await?;
    }
    Ok(())
}

/// The claim of a plain queue: `$1` is now, `$2` the end of the lease.
///
/// A claimed row's `run_at` becomes the end of its lease. So the next claim does not walk over
/// what is in work, and a lease that ran out is simply due.
pub(super) fn claim_due(tx: &WriteTx, table: &str, limit: u32) -> String {
    let lock = match tx.kind() {
        DbKind::Sqlite => "",
        DbKind::Postgres => "FOR UPDATE SKIP LOCKED",
    };
    format!(
        "WITH due AS MATERIALIZED ( \
           SELECT id FROM {table} WHERE state = 'waiting' AND run_at <= $1 \
           ORDER BY run_at, id LIMIT {limit} {lock} \
         ) \
         UPDATE {table} SET attempts = attempts + 1, run_at = $2, locked_until = $2 \
         WHERE id IN (SELECT id FROM due) RETURNING *"
    )
}

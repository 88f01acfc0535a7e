//! Activities on their way out: a fair claim by server, in order, and group writes.

use carefolk_domain::{DeliveryId, Moment, OutboxId, PeerId};
use sea_orm::{ActiveEnum, ConnectionTrait};

use super::sql::{Sql, sized};
use crate::entity::delivery::DeliveryState;
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

//! What other servers tell us: stored in groups, claimed in order, finished in groups.

use std::collections::HashSet;

use carefolk_domain::{InboundId, Moment};
use sea_orm::{ActiveEnum, ConnectionTrait, EntityTrait};

use super::Insertion;
use super::sql::{ROWS_MAX, Sql};
use crate::entity::inbound_activity::{Entity, InboundState, Model};
use crate::error::StoreError;
use crate::tx::WriteTx;

/// How work on one inbound activity ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundEnd {
    /// Which one.
    pub id: InboundId,
    /// What became of it; [`InboundState::Waiting`] to try again.
    pub state: InboundState,
    /// When to try again; of no matter in the other states.
    pub run_at: Moment,
    /// What it did, or why it did nothing.
    pub outcome: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
}

/// Stores what is new among `rows`, and says for each row whether it was.
///
/// Of two rows with one `uri_hash`, the first is stored.
///
/// # Errors
///
/// As any statement.
pub async fn insert_inbound_batch(
    tx: &WriteTx,
    rows: &[Model],
) -> Result<Vec<Insertion>, StoreError> {
    const INSERT: &str = "INSERT INTO inbound_activity (id, uri, uri_hash, actor_uri, host, kind, \
        body, received_at, state, attempts, run_at, locked_until, outcome, error) VALUES ";
    let mut new = HashSet::with_capacity(rows.len());
    for chunk in rows.chunks(ROWS_MAX) {
        let values = chunk.iter().map(|row| {
            [
                row.id.into(),
                row.uri.clone().into(),
                row.uri_hash.clone().into(),
                row.actor_uri.clone().into(),
                row.host.clone().into(),
                row.kind.clone().into(),
                row.body.clone().into(),
                row.received_at.into(),
                row.state.to_value().into(),
                row.attempts.into(),
                row.run_at.into(),
                row.locked_until.into(),
                row.outcome.clone().into(),
                row.error.clone().into(),
            ]
        });
        let statement = Sql::new(INSERT, [])
            .rows(values)
            .text(" ON CONFLICT (uri_hash) DO NOTHING RETURNING id")
            .on(tx.conn());
        for stored in tx.conn().query_all_raw(statement).await? {
            new.insert(stored.try_get_by_index::<i64>(0)?);
        }
    }
    let of = |row: &Model| if new.contains(&row.id.0) { Insertion::New } else { Insertion::Known };
    Ok(rows.iter().map(of).collect())
}

/// Takes at most `limit` activities that are due, oldest first, until `lease_until`.
///
/// Each one's `attempts` counts this start, so that one which kills its worker ends some day. It
/// becomes due again when the lease ends without [`finish_inbound`].
///
/// # Errors
///
/// As any statement.
pub async fn claim_inbound(
    tx: &WriteTx,
    now: Moment,
    lease_until: Moment,
    limit: u32,
) -> Result<Vec<Model>, StoreError> {
    let claim = super::jobs::claim_due(tx, "inbound_activity", limit);
    let statement = Sql::new(claim, [now.into(), lease_until.into()]).on(tx.conn());
    let mut claimed = Entity::find().from_raw_sql(statement).all(tx.conn()).await?;
    claimed.sort_unstable_by_key(|row| row.id);
    Ok(claimed)
}

/// Writes down how work on these activities ended; none may stand there twice.
///
/// # Errors
///
/// As any statement.
pub async fn finish_inbound(tx: &WriteTx, ends: &[InboundEnd]) -> Result<(), StoreError> {
    const UPDATE: &str = ") UPDATE inbound_activity SET state = ended.state, \
        run_at = ended.run_at, outcome = ended.outcome, error = ended.error, locked_until = NULL \
        FROM ended WHERE inbound_activity.id = ended.id AND inbound_activity.state = 'waiting'";
    for chunk in ends.chunks(ROWS_MAX) {
        let values = chunk.iter().map(|end| {
            [
                end.id.into(),
                end.state.to_value().into(),
                end.run_at.into(),
                end.outcome.clone().into(),
                end.error.clone().into(),
            ]
        });
        let statement = Sql::new("WITH ended (id, state, run_at, outcome, error) AS (VALUES ", [])
            .rows(values)
            .text(UPDATE)
            .on(tx.conn());
        tx.conn().execute_raw(statement).await?;
    }
    Ok(())
}

//! What other servers tell us: stored in groups, claimed in order, finished in groups.

use std::collections::HashSet;

use carefolk_domain::{InboundId, Moment};
use sea_orm::{ActiveEnum, ConnectionTrait, EntityTrait};

use super::Insertion;
use super::sql::{Sql, sized};
use crate::db::DbKind;
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
    /// Who is to blame if it has to be tried again.
    pub blame: Blame,
    /// What it did, or why it did nothing.
    pub outcome: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// Whether its text is kept although it is over.
    pub keep: bool,
}

/// Why work on an activity did not end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// We failed.
    Ours,
    /// Another server did not answer.
    Theirs,
    /// It was not even begun: there was no room.
    NoRoom,
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
        body, synchronization, received_at, state, attempts, waits, run_at, locked_until, outcome, error) VALUES ";
    let mut new = HashSet::with_capacity(rows.len());
    for chunk in sized(rows) {
        let values = chunk.iter().map(|row| {
            [
                row.id.into(),
                row.uri.clone().into(),
                row.uri_hash.clone().into(),
                row.actor_uri.clone().into(),
                row.host.clone().into(),
                row.kind.clone().into(),
                row.body.clone().into(),
                row.synchronization.clone().into(),
                row.received_at.into(),
                row.state.to_value().into(),
                row.attempts.into(),
                row.waits.into(),
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

/// How often an activity was begun before, without those times when another server had no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starts {
    /// Less often.
    Below(i32),
    /// So often, or more often.
    From(i32),
}

/// Takes at most `limit` activities that are due and were begun so often, oldest first, until `lease_until`.
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
    starts: Starts,
    limit: u32,
) -> Result<Vec<Model>, StoreError> {
    let which = match starts {
        Starts::Below(count) => format!("AND attempts - waits < {count}"),
        Starts::From(count) => format!("AND attempts - waits >= {count}"),
    };
    let claim = super::jobs::claim_due(tx, "inbound_activity", &which, limit);
    let statement = Sql::new(claim, [now.into(), lease_until.into()]).on(tx.conn());
    let mut claimed = Entity::find().from_raw_sql(statement).all(tx.conn()).await?;
    claimed.sort_unstable_by_key(|row| row.id);
    Ok(claimed)
}

/// Keeps these activities, as far as they are in work, until `lease_until`.
///
/// # Errors
///
/// As any statement.
pub async fn renew_inbound(
    tx: &WriteTx,
    ids: &[InboundId],
    lease_until: Moment,
) -> Result<u64, StoreError> {
    super::jobs::renew(tx, "inbound_activity", ids, lease_until).await
}

/// Which of `ids` are still to be worked on; nobody else ends one of them before `tx` does.
///
/// # Errors
///
/// As any statement.
pub async fn waiting_inbound(
    tx: &WriteTx,
    ids: &[InboundId],
) -> Result<HashSet<InboundId>, StoreError> {
    let lock = if tx.kind() == DbKind::Postgres { " FOR UPDATE" } else { "" };
    let mut waiting = HashSet::with_capacity(ids.len());
    for chunk in sized(ids) {
        const SELECT: &str =
            "SELECT id FROM inbound_activity WHERE state || '' = 'waiting' AND id IN (VALUES ";
        let statement = Sql::new(SELECT, [])
            .rows(chunk.iter().map(|id| [(*id).into()]))
            .text(&format!("){lock}"))
            .on(tx.conn());
        for row in tx.conn().query_all_raw(statement).await? {
            waiting.insert(InboundId(row.try_get_by_index(0)?));
        }
    }
    Ok(waiting)
}

/// Writes down how work on these activities ended; none may stand there twice.
///
/// # Errors
///
/// As any statement.
pub async fn finish_inbound(tx: &WriteTx, ends: &[InboundEnd]) -> Result<(), StoreError> {
    // Found by their ids and by nothing else, as in `finish_deliveries`.
    // The words of what is over are not kept: its id is enough to know it again.
    const UPDATE: &str = ") UPDATE inbound_activity SET state = ended.state, \
        run_at = ended.run_at, attempts = attempts - ended.unbegun, \
        waits = waits + ended.waited, outcome = ended.outcome, \
        error = ended.error, locked_until = NULL, \
        body = CASE WHEN ended.state IN ('waiting', 'failed') OR ended.kept = 1 THEN body ELSE '' END, \
        synchronization = CASE WHEN ended.state = 'waiting' THEN synchronization END \
        FROM ended WHERE inbound_activity.id = ended.id AND inbound_activity.state || '' = 'waiting'";
    for chunk in sized(ends) {
        let values = chunk.iter().map(|end| {
            [
                end.id.into(),
                end.state.to_value().into(),
                end.run_at.into(),
                i32::from(end.blame == Blame::NoRoom).into(),
                i32::from(end.blame == Blame::Theirs).into(),
                end.outcome.clone().into(),
                end.error.clone().into(),
                i32::from(end.keep).into(),
            ]
        });
        let statement = Sql::new(
            "WITH ended (id, state, run_at, unbegun, waited, outcome, error, kept) AS (VALUES ",
            [],
        )
        .rows(values)
        .text(UPDATE)
        .on(tx.conn());
        tx.conn().execute_raw(statement).await?;
    }
    Ok(())
}

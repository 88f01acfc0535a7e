//! Deliveries that are not tried one by one: those that are woken, buried or dropped together.

use carefolk_domain::{DeliveryId, Moment, PeerId};
use sea_orm::ConnectionTrait;

use super::sql::{Sql, sized};
use crate::db::DbKind;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// What happens to a delivery that is dropped.
const DROP: &str = "UPDATE delivery SET state = 'dead', ended_at = $1, locked_until = NULL, \
    locked_by = NULL, last_error = 'what it changes was given up' WHERE state || '' = 'waiting' AND ";

/// The states of a `Create` with which the edits that follow it are dropped. A deletion never is: the
/// post may have come there another way, or the answer was lost, and somebody wants it gone.
const GIVEN_UP: &str = "('dead', 'cancelled')";

/// Makes due at `now` what waits for these servers because they did not answer. What one of them
/// said no to keeps its own time.
///
/// It reads what is put off, which is little: of a silent server one delivery at a time is tried.
///
/// # Errors
///
/// As any statement.
pub async fn wake_deliveries(
    tx: &WriteTx,
    peers: &[PeerId],
    now: Moment,
) -> Result<u64, StoreError> {
    let index = match tx.kind() {
        DbKind::Sqlite => "INDEXED BY delivery__state__run_at__id",
        DbKind::Postgres => "",
    };
    let mut woken = 0;
    for chunk in sized(peers) {
        let update = format!(
            "UPDATE delivery {index} SET run_at = $1 WHERE state = 'waiting' AND run_at > $1 \
             AND (locked_until IS NULL OR locked_until <= $1) \
             AND (last_status IS NULL OR last_status < 400 OR last_status >= 500 \
               OR last_status IN (408, 425)) AND peer_id IN (VALUES "
        );
        let rows = chunk.iter().map(|peer| [(*peer).into()]);
        let statement = Sql::new(update, [now.into()]).rows(rows).text(")").on(tx.conn());
        woken += tx.conn().execute_raw(statement).await?.rows_affected();
    }
    Ok(woken)
}

/// Gives up what was said before `said_before` to servers that have failed ever since: they are tried
/// with one delivery at a time, and the others would wait for a turn that never comes. At most
/// `limit`; returns which.
///
/// It walks over the servers and reads the queues of the dead alone: on SQLite CROSS JOIN keeps that
/// order.
///
/// # Errors
///
/// As any statement.
pub async fn bury_overdue(
    tx: &WriteTx,
    said_before: Moment,
    now: Moment,
    limit: u64,
) -> Result<Vec<DeliveryId>, StoreError> {
    let statement = Sql::new(
        format!(
            "UPDATE delivery SET state = 'dead', ended_at = $1, locked_until = NULL, \
               locked_by = NULL, last_error = coalesce(last_error, 'its turn never came') \
             WHERE id IN (SELECT d.id FROM peer p CROSS JOIN delivery d \
               WHERE d.peer_id = p.id AND d.state = 'waiting' AND p.failures > 0 \
                 AND p.failing_since <= $2 AND d.created_at <= $2 \
                 AND (d.locked_until IS NULL OR d.locked_until <= $1) LIMIT {limit}) \
               AND state = 'waiting' AND (locked_until IS NULL OR locked_until <= $1) \
             RETURNING id"
        ),
        [now.into(), said_before.into()],
    );
    let rows = tx.conn().query_all_raw(statement.on(tx.conn())).await?;
    rows.iter().map(|row| Ok(DeliveryId(row.try_get_by_index(0)?))).collect()
}

/// Drops what changes a post whose `Create` is among `given_up`, where it waits for the
/// same inbox. Returns how many.
///
/// # Errors
///
/// As any statement.
pub async fn drop_after_abandoned(
    tx: &WriteTx,
    given_up: &[DeliveryId],
    now: Moment,
) -> Result<u64, StoreError> {
    let mut dropped = 0;
    for chunk in sized(given_up) {
        let update = format!(
            "{DROP} id IN (SELECT d.id FROM delivery first \
               JOIN outbox_activity made ON made.id = first.activity_id AND made.kind = 'Create' \
               JOIN delivery d ON d.peer_id = first.peer_id AND d.state = 'waiting' \
                 AND d.order_key = first.order_key AND d.inbox_url = first.inbox_url \
                 AND d.id > first.id \
               JOIN outbox_activity said ON said.id = d.activity_id \
               WHERE said.kind = 'Update' AND first.state IN {GIVEN_UP} \
               AND first.id IN (VALUES "
        );
        let rows = chunk.iter().map(|id| [(*id).into()]);
        let statement = Sql::new(update, [now.into()]).rows(rows).text("))").on(tx.conn());
        dropped += tx.conn().execute_raw(statement).await?.rows_affected();
    }
    Ok(dropped)
}

/// Drops those of `edits`, deliveries of an `Update` that were just written, whose inbox the `Create` of the
/// same post was given up for. Returns how many.
///
/// Each is looked up among what its server was told of that post, a few rows: an edit may go to ten thousand.
///
/// # Errors
///
/// As any statement.
pub async fn drop_edits_after_abandoned(
    tx: &WriteTx,
    edits: &[DeliveryId],
    now: Moment,
) -> Result<u64, StoreError> {
    // SQLite would rather read all that was ever given up, and either of them all that waits.
    let index = match tx.kind() {
        DbKind::Sqlite => "INDEXED BY delivery__peer_id__state__order_key__id",
        DbKind::Postgres => "",
    };
    let mut dropped = 0;
    for chunk in sized(edits) {
        let update = format!(
            "{DROP} EXISTS (SELECT 1 FROM delivery first {index} \
               JOIN outbox_activity made ON made.id = first.activity_id AND made.kind = 'Create' \
               WHERE first.peer_id = delivery.peer_id AND first.state IN {GIVEN_UP} \
                 AND first.order_key = delivery.order_key AND first.inbox_url = delivery.inbox_url) \
             AND id IN (VALUES "
        );
        let rows = chunk.iter().map(|id| [(*id).into()]);
        let statement = Sql::new(update, [now.into()]).rows(rows).text(")").on(tx.conn());
        dropped += tx.conn().execute_raw(statement).await?.rows_affected();
    }
    Ok(dropped)
}

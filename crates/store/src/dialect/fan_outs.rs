//! Who hears what is said to many, page by page.

use carefolk_domain::{ActorId, FollowId, OutboxId, PeerId};
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::sql::{Sql, padded};
use crate::db::DbKind;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// How a follower elsewhere is reached.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct FollowerAt {
    /// The follow.
    pub follow: FollowId,
    /// The shared inbox of their server, or else the follower's own.
    pub inbox: String,
    /// The host of their address.
    pub host: String,
    /// The row of their server, when there is one.
    pub peer: Option<PeerId>,
}

/// The next accepted followers of `followee` on other servers, in the order of their rows, without servers
/// and actors that are suspended here. One inbox may be there several times.
///
/// On PostgreSQL nobody of them stops following until this change is made: who then takes back what waits for
/// them finds it.
///
/// # Errors
///
/// As any statement.
pub async fn followers_after(
    tx: &WriteTx,
    followee: ActorId,
    after: FollowId,
    limit: u32,
) -> Result<Vec<FollowerAt>, StoreError> {
    const SELECT: &str = "SELECT f.id AS follow, coalesce(a.shared_inbox, a.inbox) AS inbox, \
          a.host AS host, p.id AS peer \
        FROM follow f JOIN actor a ON a.id = f.follower_id LEFT JOIN peer p ON p.host = a.host \
        WHERE f.followee_id = $1 AND f.state = 'accepted' AND f.id > $2 AND a.domain_id IS NULL \
          AND a.state NOT IN ('suspended', 'deleted') \
          AND (p.effective IS NULL OR p.effective <> 'suspended') \
        ORDER BY f.id LIMIT $3";
    let lock = match tx.kind() {
        DbKind::Sqlite => "",
        DbKind::Postgres => " FOR SHARE OF f",
    };
    let values = [followee.into(), after.into(), limit.into()];
    let statement = Sql::new(SELECT, values).text(lock).on(tx.conn());
    Ok(FollowerAt::find_by_statement(statement).all(tx.conn()).await?)
}

/// The inboxes at `peers` for which `activity` is written out already, whatever became of it.
///
/// # Errors
///
/// As any statement.
pub async fn told_inboxes(
    tx: &WriteTx,
    activity: OutboxId,
    order_key: i64,
    peers: &[PeerId],
) -> Result<Vec<String>, StoreError> {
    const TOLD: &str = "d.order_key = $2 AND d.activity_id + 0 = $1 \
        AND d.state IN ('waiting', 'done', 'dead', 'cancelled')";
    if peers.is_empty() {
        return Ok(Vec::new());
    }
    // Left alone, either may read all deliveries of the activity for each page of them. So SQLite is told the
    // index, and PostgreSQL looks up each server by itself: what is behind OFFSET is not mixed with the rest.
    let (before, after) = match tx.kind() {
        DbKind::Sqlite => (
            format!(
                "SELECT d.inbox_url FROM delivery d INDEXED BY delivery__peer_id__state__order_key__id \
                   WHERE {TOLD} AND d.peer_id IN (VALUES "
            ),
            ")".to_owned(),
        ),
        DbKind::Postgres => (
            "SELECT DISTINCT told.inbox_url FROM (VALUES ".to_owned(),
            format!(
                ") peers (id) CROSS JOIN LATERAL ( \
                   SELECT d.inbox_url FROM delivery d WHERE d.peer_id = peers.id AND {TOLD} OFFSET 0) told"
            ),
        ),
    };
    let rows = padded(peers.iter().copied()).into_iter().map(|peer| [peer.into()]);
    let statement =
        Sql::new(before, [activity.into(), order_key.into()]).rows(rows).text(&after).on(tx.conn());
    let found = tx.conn().query_all_raw(statement).await?;
    found.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// The highest id of a delivery; 0 where there is none.
///
/// # Errors
///
/// As any statement.
pub async fn last_delivery(conn: &impl ConnectionTrait) -> Result<i64, StoreError> {
    let last = Sql::new("SELECT coalesce(max(id), 0) FROM delivery", []).on(conn);
    conn.query_one_raw(last).await?.map_or(Ok(0), |row| Ok(row.try_get_by_index(0)?))
}

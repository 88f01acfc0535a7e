//! Other servers, as far as many of them are needed at once.

use std::collections::HashMap;

use carefolk_domain::{ActorId, Health, Moment, PeerId, Standing};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
};

use super::sql::{ROWS_MAX, Sql};
use crate::entity::peer;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// An inbox that followers of somebody share.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct FollowerInbox {
    /// The shared inbox of their server, or else the follower's own.
    pub inbox: String,
    /// The host of their addresses.
    pub host: String,
    /// The row of their server, when there is one.
    pub peer: Option<PeerId>,
}

/// A server that there may be no row for yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPeer {
    /// The id to give it.
    pub id: PeerId,
    /// Its name, small letters.
    pub host: String,
}

/// Every inbox once that reaches the accepted followers of `followee` on other servers, without
/// servers and actors that are suspended here.
///
/// # Errors
///
/// As any statement.
pub async fn follower_inboxes(
    conn: &impl ConnectionTrait,
    followee: ActorId,
) -> Result<Vec<FollowerInbox>, StoreError> {
    const SELECT: &str = "SELECT coalesce(a.shared_inbox, a.inbox) AS inbox, \
          min(a.host) AS host, min(p.id) AS peer \
        FROM follow f JOIN actor a ON a.id = f.follower_id LEFT JOIN peer p ON p.host = a.host \
        WHERE f.followee_id = $1 AND f.state = 'accepted' AND a.domain_id IS NULL \
          AND a.state NOT IN ('suspended', 'deleted') \
          AND (p.standing IS NULL OR p.standing <> 'suspended') \
        GROUP BY coalesce(a.shared_inbox, a.inbox) ORDER BY 1";
    let statement = Sql::new(SELECT, [followee.into()]).on(conn);
    Ok(FollowerInbox::find_by_statement(statement).all(conn).await?)
}

/// The row ids of these servers, by name; rows that are missing are made.
///
/// # Errors
///
/// As any statement.
pub async fn ensure_peers(
    tx: &WriteTx,
    now: Moment,
    peers: &[NewPeer],
) -> Result<HashMap<String, PeerId>, StoreError> {
    const INSERT: &str = "INSERT INTO peer (id, host, standing, health, failures, created_at, \
        updated_at) VALUES ";
    let mut ids = HashMap::with_capacity(peers.len());
    for chunk in peers.chunks(ROWS_MAX) {
        let rows = chunk.iter().map(|peer| {
            [
                peer.id.into(),
                peer.host.clone().into(),
                Standing::Unknown.to_value().into(),
                Health::Ok.to_value().into(),
                0_i32.into(),
                now.into(),
                now.into(),
            ]
        });
        let statement =
            Sql::new(INSERT, []).rows(rows).text(" ON CONFLICT (host) DO NOTHING").on(tx.conn());
        tx.conn().execute_raw(statement).await?;
        let hosts = chunk.iter().map(|peer| peer.host.clone());
        let found = peer::Entity::find().filter(peer::Column::Host.is_in(hosts));
        ids.extend(found.all(tx.conn()).await?.into_iter().map(|row| (row.host, row.id)));
    }
    Ok(ids)
}

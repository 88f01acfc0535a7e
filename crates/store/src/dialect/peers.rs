//! Other servers, as far as many of them are needed at once.

use std::collections::HashMap;

use carefolk_domain::{ActorId, Health, Moment, PeerId, Standing};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
};

use super::sql::{Sql, padded, sized};
use crate::db::DbKind;
use crate::entity::peer;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// What holds for a server is what was decided about it, or about the nearest domain above it.
const SETTLE: &str = "UPDATE peer SET effective = coalesce((SELECT rule.standing FROM peer rule \
    WHERE rule.standing IN ('allowed', 'limited', 'suspended') AND (rule.host = peer.host \
      OR substr(peer.host, length(peer.host) - length(rule.host)) = '.' || rule.host) \
    ORDER BY length(rule.host) DESC LIMIT 1), 'unknown') WHERE ";

/// Works out anew what holds for `host` and all servers below it, after a decision about it.
///
/// # Errors
///
/// As any statement.
pub async fn settle_standings(tx: &WriteTx, host: &str) -> Result<(), StoreError> {
    const WITHIN: &str =
        "(peer.host = $1 OR substr(peer.host, length(peer.host) - length($1)) = '.' || $1)";
    let statement = Sql::new(format!("{SETTLE}{WITHIN}"), [host.into()]);
    tx.conn().execute_raw(statement.on(tx.conn())).await?;
    Ok(())
}

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
          AND (p.effective IS NULL OR p.effective <> 'suspended') \
        GROUP BY coalesce(a.shared_inbox, a.inbox) ORDER BY 1";
    let statement = Sql::new(SELECT, [followee.into()]).on(conn);
    Ok(FollowerInbox::find_by_statement(statement).all(conn).await?)
}

/// The inboxes that reach the accepted followers of `followee` on servers that run one of `software` (names in small
/// letters, as NodeInfo has them), each once, without servers and actors that are suspended here.
///
/// # Errors
///
/// As any statement.
pub async fn follower_inboxes_at(
    conn: &impl ConnectionTrait,
    followee: ActorId,
    software: &[&str],
) -> Result<Vec<String>, StoreError> {
    const ANY: &str = "SELECT 1 FROM peer p WHERE p.effective <> 'suspended' \
        AND lower(p.software) IN (VALUES ";
    const SELECT: &str = "SELECT DISTINCT coalesce(a.shared_inbox, a.inbox) \
        FROM follow f JOIN actor a ON a.id = f.follower_id \
        WHERE f.followee_id = $1 AND f.state = 'accepted' AND a.domain_id IS NULL \
          AND a.state NOT IN ('suspended', 'deleted') \
          AND a.host IN (SELECT p.host FROM peer p WHERE p.effective <> 'suspended' \
            AND lower(p.software) IN (VALUES ";
    let names = || software.iter().map(|name| [(*name).into()]);
    // Most know of no such server, and need not look at who follows.
    let any = Sql::new(ANY, []).rows(names()).text(") LIMIT 1").on(conn);
    if conn.query_one_raw(any).await?.is_none() {
        return Ok(Vec::new());
    }
    let statement =
        Sql::new(SELECT, [followee.into()]).rows(names()).text(")) ORDER BY 1").on(conn);
    let rows = conn.query_all_raw(statement).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// Takes the rows of these servers for this change, in one order in every process: two that write of the
/// same servers then wait, and never for each other. Nothing on SQLite, where one change is made at a time.
///
/// # Errors
///
/// As any statement.
pub async fn hold_peers(tx: &WriteTx, peers: &[PeerId]) -> Result<(), StoreError> {
    if tx.kind() == DbKind::Sqlite {
        return Ok(());
    }
    let mut peers = peers.to_vec();
    peers.sort_unstable();
    for chunk in sized(&peers) {
        let rows = chunk.iter().map(|peer| [(*peer).into()]);
        let hold = Sql::new("SELECT id FROM peer WHERE id IN (VALUES ", [])
            .rows(rows)
            .text(") ORDER BY id FOR UPDATE")
            .on(tx.conn());
        tx.conn().query_all_raw(hold).await?;
    }
    Ok(())
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
    const INSERT: &str = "INSERT INTO peer (id, host, standing, effective, health, failures, \
        created_at, updated_at) VALUES ";
    let mut ids = HashMap::with_capacity(peers.len());
    for chunk in sized(peers) {
        let rows = chunk.iter().map(|peer| {
            [
                peer.id.into(),
                peer.host.clone().into(),
                Standing::Unknown.to_value().into(),
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
        let new = chunk.iter().map(|peer| [peer.id.into()]);
        let settled = Sql::new(SETTLE, []).text("peer.id IN (VALUES ").rows(new).text(")");
        tx.conn().execute_raw(settled.on(tx.conn())).await?;
        let hosts = padded(chunk.iter().map(|peer| peer.host.clone()));
        let found = peer::Entity::find().filter(peer::Column::Host.is_in(hosts));
        ids.extend(found.all(tx.conn()).await?.into_iter().map(|row| (row.host, row.id)));
    }
    Ok(ids)
}

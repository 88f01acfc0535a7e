//! Likes and boosts, many at a time.

use carefolk_domain::{ActorId, PostId, ReactionKind};
use sea_orm::{ActiveEnum, ConnectionTrait, QueryResult};

use super::sql::{Sql, padded};
use crate::db::DbKind;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// Which of these there are: whose, of which post, and what.
///
/// Each is looked up by all three: asked for actors and posts apart, it would be every one of these with every
/// one of those.
///
/// # Errors
///
/// As any statement.
pub async fn reactions_among(
    tx: &WriteTx,
    asked: &[(ActorId, PostId, ReactionKind)],
) -> Result<Vec<(ActorId, PostId, ReactionKind)>, StoreError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    // SQLite takes the tables of a CROSS JOIN in their order; PostgreSQL has it for something else.
    let join = match tx.kind() {
        DbKind::Sqlite => "CROSS JOIN",
        DbKind::Postgres => "JOIN",
    };
    let rows = padded(asked.iter().copied());
    let rows = rows
        .iter()
        .map(|(actor, post, kind)| [(*actor).into(), (*post).into(), kind.to_value().into()]);
    let found = format!(
        ") SELECT DISTINCT r.actor_id, r.post_id, r.kind FROM asked {join} reaction r \
         ON r.actor_id = asked.actor AND r.post_id = asked.post AND r.kind = asked.kind"
    );
    let statement = Sql::new("WITH asked (actor, post, kind) AS (VALUES ", [])
        .rows(rows)
        .text(&found)
        .on(tx.conn());
    let found = tx.conn().query_all_raw(statement).await?;
    let key = |row: &QueryResult| {
        let kind: String = row.try_get_by_index(2)?;
        let kind = ReactionKind::try_from_value(&kind)?;
        Ok((ActorId(row.try_get_by_index(0)?), PostId(row.try_get_by_index(1)?), kind))
    };
    found.iter().map(key).collect()
}

//! Posts that came before what they answer.

use carefolk_domain::{Audience, GroupId, PostId, PostState, UriHash};
use carefolk_store::dialect::{self, padded};
use carefolk_store::entity::post;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use super::counts;
use crate::kernel::{error::Error, tx::Tx};
use crate::taken_in;

/// How many posts that came before what they answer are joined to it, and how many below each of
/// them: chains that come from the end would cost the square of their length (S-100).
const ORPHANS_MAX: u64 = 100;
const BELOW_ORPHAN_MAX: u64 = 500;

/// Posts that answered one of these before it came are joined to it now.
pub(super) async fn adopt_orphans(tx: &Tx, rows: &[post::Model]) -> Result<(), Error> {
    let hashes = rows.iter().map(|row| row.uri_hash.clone());
    let missed: Vec<Option<UriHash>> = post::Entity::find()
        .select_only()
        .distinct()
        .column(post::Column::InReplyToHash)
        .filter(post::Column::InReplyToHash.is_in(padded(hashes)))
        .filter(post::Column::InReplyToId.is_null())
        .into_tuple()
        .all(tx.conn())
        .await?;
    for row in rows.iter().filter(|row| missed.iter().flatten().any(|hash| *hash == row.uri_hash)) {
        adopt(tx, row).await?;
    }
    Ok(())
}

async fn adopt(tx: &Tx, row: &post::Model) -> Result<(), Error> {
    let orphans = post::Entity::find()
        .filter(post::Column::InReplyToHash.eq(row.uri_hash.clone()))
        .filter(post::Column::InReplyToId.is_null())
        .limit(ORPHANS_MAX)
        .all(tx.conn())
        .await?;
    let root = row.root_id.unwrap_or(row.id);
    let unwanted = taken_in::unwanted_among(tx, row, &orphans).await?;
    for orphan in orphans.into_iter().filter(|orphan| !unwanted.contains(&orphan.id)) {
        let id = orphan.id;
        let is_counted =
            orphan.state == PostState::Published && counts::is_counted(tx, &orphan, row.id).await?;
        let orphan_has_no_context = orphan.context_uri.is_none();
        // It belongs to the group of what it answers: its moderators must find it.
        let is_open = orphan.audience.is_open() && row.audience.is_open();
        let group = orphan.group_id.or(row.group_id.filter(|_| is_open));
        let mut changed = orphan.into_active_model();
        changed.group_id = Set(group);
        changed.in_reply_to_id = Set(Some(row.id));
        changed.root_id = Set(Some(root));
        if orphan_has_no_context {
            changed.context_uri = Set(row.context_uri.clone());
        }
        changed.update(tx.conn()).await?;
        if is_counted {
            dialect::bump_reply_count(tx.store(), row.id, 1).await?;
        }
        adopt_below(tx, row, id, (root, group)).await?;
    }
    Ok(())
}

/// What stood below `orphan`, which stands below `row` now, comes along; but for what may not stand there, which answers
/// nothing that is here any more.
async fn adopt_below(
    tx: &Tx,
    row: &post::Model,
    orphan: PostId,
    (root, group): (PostId, Option<GroupId>),
) -> Result<(), Error> {
    let below = post::Entity::find()
        .filter(post::Column::RootId.eq(orphan))
        .limit(BELOW_ORPHAN_MAX)
        .all(tx.conn())
        .await?;
    let unwanted = taken_in::unwanted_among(tx, row, &below).await?;
    let wanted = below.iter().map(|post| post.id).filter(|id| !unwanted.contains(id));
    let wanted: Vec<PostId> = wanted.collect();
    let among =
        |ids: Vec<PostId>| post::Entity::update_many().filter(post::Column::Id.is_in(padded(ids)));
    if !unwanted.is_empty() {
        let counted =
            |post: &&post::Model| unwanted.contains(&post.id) && post.state == PostState::Published;
        counts::count_answers(tx, below.iter().filter(counted), -1).await?;
        among(unwanted.into_iter().collect())
            .col_expr(post::Column::RootId, Expr::value(Option::<PostId>::None))
            .col_expr(post::Column::InReplyToId, Expr::value(Option::<PostId>::None))
            .exec(tx.conn())
            .await?;
    }
    if wanted.is_empty() {
        return Ok(());
    }
    among(wanted.clone()).col_expr(post::Column::RootId, Expr::value(root)).exec(tx.conn()).await?;
    if group.is_some() {
        among(wanted)
            .col_expr(post::Column::GroupId, Expr::value(group))
            .filter(post::Column::GroupId.is_null())
            .filter(post::Column::Audience.is_in([Audience::Public, Audience::Quiet]))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// Whether a post that is not here is still answered by one that is.
pub(crate) async fn is_wanted(conn: &impl ConnectionTrait, uri: &str) -> Result<bool, Error> {
    let answer = post::Entity::find()
        .filter(post::Column::InReplyToHash.eq(UriHash::of(uri)))
        .filter(post::Column::State.eq(PostState::Published))
        .one(conn)
        .await?;
    Ok(answer.is_some())
}

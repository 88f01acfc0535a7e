//! Posts and actors of other servers that are deleted there.

use carefolk_domain::{ActorId, ActorState, Html, PostState, UriHash};
use carefolk_store::entity::{actor, follow, post, tombstone};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, Set,
    sea_query::Expr,
};

use super::{change, queries};
use crate::actors::is_tombstone;
use crate::inbound::Outcome;
use crate::kernel::{error::Error, tx::Tx};

/// `Delete` of a post, ours or unknown ones refused or remembered.
pub(crate) async fn delete(tx: &Tx, author: &actor::Model, object: &str) -> Result<Outcome, Error> {
    if !carefolk_domain::uri::same_origin(object, &author.uri) {
        return Ok(Outcome::Refused("it deletes what lives elsewhere"));
    }
    let Some(row) = queries::by_uri(tx.conn(), object).await? else {
        bury(tx, object).await?;
        return Ok(Outcome::Applied);
    };
    if row.actor_id != author.id || row.slug.is_some() {
        return Ok(Outcome::Refused("it deletes somebody else's post"));
    }
    if row.state != PostState::Deleted {
        change::erase(tx, &row, PostState::Deleted).await?;
        bury(tx, object).await?;
    }
    Ok(Outcome::Applied)
}

/// Remembers that an id is gone, so that a late Create brings nothing back.
async fn bury(tx: &Tx, uri: &str) -> Result<(), Error> {
    if !is_tombstone(tx, uri).await? {
        tombstone::ActiveModel {
            uri_hash: Set(UriHash::of(uri)),
            uri: Set(uri.to_owned()),
            at: Set(tx.now()),
        }
        .insert(tx.conn())
        .await?;
    }
    Ok(())
}

/// How many posts of a deleted actor are erased in one transaction.
const ERASE_MAX: u64 = 1_000;

/// `Delete` of an actor whose server confirmed it: its posts and follows go with it.
pub(crate) async fn delete_actor(tx: &Tx, author: &actor::Model) -> Result<Outcome, Error> {
    let posts = post::Entity::find()
        .filter(post::Column::ActorId.eq(author.id))
        .filter(post::Column::State.eq(PostState::Published))
        .limit(ERASE_MAX)
        .all(tx.conn())
        .await?;
    for row in posts {
        change::erase(tx, &row, PostState::Deleted).await?;
    }
    for row in follows_of(tx, author.id).await? {
        crate::follows::receive::drop_follow(tx, &row).await?;
    }
    actor::Entity::update_many()
        .col_expr(actor::Column::State, Expr::value(ActorState::Deleted))
        .col_expr(actor::Column::Name, Expr::value(""))
        .col_expr(actor::Column::SummaryHtml, Expr::value(Html::default()))
        .filter(actor::Column::Id.eq(author.id))
        .exec(tx.conn())
        .await?;
    Ok(Outcome::Applied)
}

async fn follows_of(tx: &Tx, actor: ActorId) -> Result<Vec<follow::Model>, Error> {
    Ok(follow::Entity::find()
        .filter(
            Condition::any()
                .add(follow::Column::FollowerId.eq(actor))
                .add(follow::Column::FolloweeId.eq(actor)),
        )
        .all(tx.conn())
        .await?)
}

//! Posts and actors of other servers that are deleted there.

use carefolk_domain::{ActorId, ActorState, Html, PostState};
use carefolk_store::entity::{actor, follow, post};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::Expr,
};

use super::{change, polls, queries};
use crate::actors::{bury, let_icon_go};
use crate::kernel::{error::Error, outcome::Outcome, tx::Tx};
use crate::portraits::{self, Sitter};
use crate::{App, grouped, insiders, waiting};

/// `Delete` of a post, ours or unknown ones refused or remembered.
pub(crate) async fn delete(
    app: &App,
    tx: &Tx,
    author: &actor::Model,
    object: &str,
) -> Result<Outcome, Error> {
    if !carefolk_domain::uri::same_origin(object, &author.uri) {
        return Ok(Outcome::Refused("it deletes what lives elsewhere"));
    }
    let Some(row) = queries::by_uri(tx.conn(), object).await? else {
        bury(tx, object, &author.uri).await?;
        return Ok(Outcome::Applied);
    };
    if row.actor_id != author.id || row.slug.is_some() {
        return Ok(Outcome::Refused("it deletes somebody else's post"));
    }
    if row.state == PostState::Deleted {
        return Ok(Outcome::Ignored("it was deleted"));
    }
    // Held from here on: moderators may be taking it into their group at this moment.
    let there = [PostState::Published, PostState::Removed];
    let row = match queries::held_in(tx, row.id, &there).await {
        Err(Error::NotFound(_)) => return Ok(Outcome::Ignored("it was deleted")),
        held => held?,
    };
    grouped::take_back(app, tx, &row).await?;
    change::erase(tx, &row, PostState::Deleted).await?;
    bury(tx, object, &author.uri).await?;
    Ok(Outcome::Applied)
}

/// How many posts of deleted actors are erased in one transaction; the rest is hidden at once and
/// erased by the sweep.
const ERASE_MAX: u64 = 500;

/// `Delete` of an actor whose server confirmed it: its posts and follows go with it.
pub(crate) async fn delete_actor(tx: &Tx, author: &actor::Model) -> Result<Outcome, Error> {
    for row in follows_of(tx, author.id).await? {
        crate::follows::receive::drop_follow(tx, &row, author).await?;
    }
    actor::Entity::update_many()
        .col_expr(actor::Column::State, Expr::value(ActorState::Deleted))
        .col_expr(actor::Column::Name, Expr::value(""))
        .col_expr(actor::Column::SummaryHtml, Expr::value(Html::default()))
        .col_expr(actor::Column::PortraitKey, Expr::value(Option::<String>::None))
        .col_expr(actor::Column::IconUrl, Expr::value(Option::<String>::None))
        .filter(actor::Column::Id.eq(author.id))
        .exec(tx.conn())
        .await?;
    let_icon_go(tx, author).await?;
    portraits::take_down(tx, Sitter::Actor(author.id)).await?;
    polls::forget(tx, author.id).await?;
    insiders::forget(tx, author.id).await?;
    waiting::forget(tx, author.id).await?;
    erase_of_deleted(tx).await?;
    Ok(Outcome::Applied)
}

/// Erases some posts of actors that are gone; returns how many.
pub(crate) async fn erase_of_deleted(tx: &Tx) -> Result<u64, Error> {
    let gone = actor::Entity::find()
        .select_only()
        .column(actor::Column::Id)
        .filter(actor::Column::State.eq(ActorState::Deleted))
        .into_query();
    let posts = post::Entity::find()
        .filter(post::Column::ActorId.in_subquery(gone))
        // What moderators took away has its words still.
        .filter(post::Column::State.is_in([PostState::Published, PostState::Removed]))
        .limit(ERASE_MAX)
        .all(tx.conn())
        .await?;
    let count = posts.len();
    for row in posts {
        change::erase(tx, &row, PostState::Deleted).await?;
    }
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
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

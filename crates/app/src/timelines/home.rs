//! Writing home timelines.

use carefolk_domain::{AccountId, ActorId, Moment, PostId, PostState, ReactionKind, Span};
use carefolk_store::dialect;
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{account, follow, home, post, reaction};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

use crate::App;
use crate::kernel::{error::Error, tx::Tx};
use crate::posts::visible::followees;

/// How long after its last visit an account's home is still written.
const WRITTEN_FOR: Span = Span::days(14);

/// How many posts a home holds.
const HOME_ROWS: u32 = 800;

/// How many posts of a newly followed actor come into the home at once.
const FIRST_POSTS: u64 = 20;

/// Writes `row` into the homes of its author's account and of all that follow the author.
pub(crate) async fn spread(tx: &Tx, row: &post::Model) -> Result<(), Error> {
    let rows = readers(tx, row.id, row.actor_id).await?;
    if !rows.is_empty() {
        dialect::insert_home_batch(tx.store(), &rows, None).await?;
    }
    Ok(())
}

/// Writes a post that `by` passed on into the homes of all that follow `by`.
pub(crate) async fn pass_on(tx: &Tx, post: &post::Model, by: ActorId) -> Result<(), Error> {
    let rows = readers(tx, post.id, by).await?;
    if !rows.is_empty() {
        dialect::insert_home_batch(tx.store(), &rows, Some(by)).await?;
    }
    Ok(())
}

/// How many others are asked whether they brought it, too, when one takes it back.
const OTHERS_MAX: u64 = 20;

/// Takes it out again where `by` is why it is there, and nobody else is.
pub(crate) async fn take_back(tx: &Tx, post: PostId, by: ActorId) -> Result<(), Error> {
    let gone = home::Entity::delete_many()
        .filter(home::Column::PostId.eq(post))
        .filter(home::Column::BoostedBy.eq(by))
        .exec(tx.conn())
        .await?;
    if gone.rows_affected == 0 {
        return Ok(());
    }
    let found = post::Entity::find_by_id(post).one(tx.conn()).await?;
    let Some(post) = found.filter(|post| post.state == PostState::Published) else {
        return Ok(());
    };
    if post.fetched_at.is_none() {
        spread(tx, &post).await?;
    }
    let others: Vec<ActorId> = reaction::Entity::find()
        .select_only()
        .column(reaction::Column::ActorId)
        .filter(reaction::Column::PostId.eq(post.id))
        .filter(reaction::Column::Kind.eq(ReactionKind::Boost))
        .filter(reaction::Column::ActorId.ne(by))
        .order_by_desc(reaction::Column::Id)
        .limit(OTHERS_MAX)
        .into_tuple()
        .all(tx.conn())
        .await?;
    for other in others {
        pass_on(tx, &post, other).await?;
    }
    Ok(())
}

/// The homes of the account behind `actor` and of all that follow it, with `post`.
async fn readers(tx: &Tx, post: PostId, actor: ActorId) -> Result<Vec<(AccountId, PostId)>, Error> {
    let followers = follow::Entity::find()
        .select_only()
        .column(follow::Column::FollowerId)
        .filter(follow::Column::FolloweeId.eq(actor))
        .filter(follow::Column::State.eq(FollowState::Accepted))
        .into_query();
    let accounts: Vec<AccountId> = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::LastSeenAt.gte(tx.now() - WRITTEN_FOR))
        .filter(
            Condition::any()
                .add(account::Column::ActorId.in_subquery(followers))
                .add(account::Column::ActorId.eq(actor)),
        )
        .into_tuple()
        .all(tx.conn())
        .await?;
    Ok(accounts.into_iter().map(|id| (id, post)).collect())
}

/// Writes the latest posts of a newly followed actor into a home.
pub(crate) async fn add_author(tx: &Tx, follower: ActorId, author: ActorId) -> Result<(), Error> {
    let Some(account) = account_of(tx.conn(), follower).await? else { return Ok(()) };
    let ids: Vec<PostId> = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(post::Column::ActorId.eq(author))
        .filter(post::Column::State.eq(PostState::Published))
        .order_by_desc(post::Column::Id)
        .limit(FIRST_POSTS)
        .into_tuple()
        .all(tx.conn())
        .await?;
    write(tx, account.id, ids).await
}

/// Takes the posts of somebody no longer followed out of a home.
pub(crate) async fn drop_author(tx: &Tx, follower: ActorId, author: ActorId) -> Result<(), Error> {
    let Some(account) = account_of(tx.conn(), follower).await? else { return Ok(()) };
    let theirs = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(post::Column::ActorId.eq(author))
        .into_query();
    home::Entity::delete_many()
        .filter(home::Column::AccountId.eq(account.id))
        .filter(
            Condition::any()
                .add(home::Column::BoostedBy.eq(author))
                .add(home::Column::PostId.in_subquery(theirs)),
        )
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Writes the home of somebody who was away so long that it was not kept.
pub(crate) async fn rebuild_home_if_stale(
    _app: &App,
    tx: &Tx,
    account: &account::Model,
) -> Result<(), Error> {
    if !is_stale(account.last_seen_at, tx.now()) {
        return Ok(());
    }
    let ids: Vec<PostId> = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(post::Column::State.eq(PostState::Published))
        .filter(
            Condition::any()
                .add(post::Column::ActorId.in_subquery(followees(account.actor_id)))
                .add(post::Column::ActorId.eq(account.actor_id)),
        )
        .order_by_desc(post::Column::Id)
        .limit(u64::from(HOME_ROWS))
        .into_tuple()
        .all(tx.conn())
        .await?;
    home::Entity::delete_many()
        .filter(home::Column::AccountId.eq(account.id))
        .exec(tx.conn())
        .await?;
    write(tx, account.id, ids).await
}

fn is_stale(last_seen: Option<Moment>, now: Moment) -> bool {
    last_seen.is_none_or(|seen| now - seen > WRITTEN_FOR)
}

async fn write(tx: &Tx, account: AccountId, ids: Vec<PostId>) -> Result<(), Error> {
    let rows: Vec<(AccountId, PostId)> = ids.into_iter().map(|id| (account, id)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    dialect::insert_home_batch(tx.store(), &rows, None).await?;
    dialect::trim_home(tx.store(), account, HOME_ROWS).await?;
    Ok(())
}

async fn account_of(
    conn: &impl ConnectionTrait,
    actor: ActorId,
) -> Result<Option<account::Model>, Error> {
    Ok(account::Entity::find().filter(account::Column::ActorId.eq(actor)).one(conn).await?)
}

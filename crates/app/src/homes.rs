//! Writing home timelines.

use std::collections::{BTreeSet, HashMap};

use carefolk_domain::{
    AccountId, ActorId, Audience, GroupId, Moment, PostId, PostState, ReactionKind, Span,
};
use carefolk_store::dialect;
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{account, follow, group, home, notification, post, reaction};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

use crate::kernel::{error::Error, tx::Tx};
use crate::{App, insiders};

/// How long after its last visit an account's home is still written.
const WRITTEN_FOR: Span = Span::days(14);

/// How many posts a home holds.
const HOME_ROWS: u32 = 800;

/// How many posts of a newly followed actor come into the home at once.
const FIRST_POSTS: u64 = 20;

/// Of how many posts the rows for all their readers are in memory at once.
const POSTS_AT_ONCE: usize = 16;

/// Whom `follower` follows, as far as they agreed.
pub(crate) fn followees(follower: ActorId) -> SelectStatement {
    follow::Entity::find()
        .select_only()
        .column(follow::Column::FolloweeId)
        .filter(follow::Column::FollowerId.eq(follower))
        .filter(follow::Column::State.eq(FollowState::Accepted))
        .into_query()
}

/// Writes posts into the homes of their authors' accounts and of all that follow the authors.
pub(crate) async fn spread(tx: &Tx, posts: &[&post::Model]) -> Result<(), Error> {
    let readers = readers_by_actor(tx, posts.iter().map(|post| post.actor_id).collect()).await?;
    for some in posts.chunks(POSTS_AT_ONCE) {
        let of = |post: &&post::Model| readers.get(&post.actor_id).into_iter().flatten();
        let rows = some.iter().flat_map(|post| of(post).map(|account| (*account, post.id, None)));
        let rows: Vec<(AccountId, PostId, Option<ActorId>)> = rows.collect();
        dialect::insert_home_batch(tx.store(), &rows).await?;
    }
    Ok(())
}

/// Writes what begins a conversation in a group that stays here into the homes of who is in it.
pub(crate) async fn spread_inside(
    tx: &Tx,
    post: &post::Model,
    group: GroupId,
) -> Result<(), Error> {
    if post.in_reply_to_uri.is_some() {
        return Ok(());
    }
    let readers: Vec<AccountId> = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::ActorId.in_subquery(insiders::of(group)))
        .filter(account::Column::LastSeenAt.gte(tx.now() - WRITTEN_FOR))
        .into_tuple()
        .all(tx.conn())
        .await?;
    let rows: Vec<(AccountId, PostId, Option<ActorId>)> =
        readers.into_iter().map(|account| (account, post.id, None)).collect();
    Ok(dialect::insert_home_batch(tx.store(), &rows).await?)
}

/// Writes the latest conversations of a group that stays here into the home of somebody who is in it now.
pub(crate) async fn add_group(tx: &Tx, who: ActorId, group: GroupId) -> Result<(), Error> {
    let Some(account) = account_of(tx.conn(), who).await? else { return Ok(()) };
    let said = began_in(Condition::all().add(post::Column::GroupId.eq(group)));
    write(tx, account.id, latest(tx, said).await?).await
}

/// Takes them out again, but for one's own words, which one must find to delete them; and what one was told of there.
pub(crate) async fn drop_group(tx: &Tx, who: ActorId, group: GroupId) -> Result<(), Error> {
    let Some(account) = account_of(tx.conn(), who).await? else { return Ok(()) };
    let said = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(post::Column::GroupId.eq(group))
        .into_query();
    notification::Entity::delete_many()
        .filter(notification::Column::AccountId.eq(account.id))
        .filter(
            Condition::any()
                .add(notification::Column::PostId.in_subquery(said.clone()))
                .add(notification::Column::GroupId.eq(group)),
        )
        .exec(tx.conn())
        .await?;
    let own = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(post::Column::GroupId.eq(group))
        .filter(post::Column::ActorId.eq(who))
        .into_query();
    home::Entity::delete_many()
        .filter(home::Column::AccountId.eq(account.id))
        .filter(home::Column::PostId.in_subquery(said))
        .filter(home::Column::PostId.not_in_subquery(own))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The latest of these posts that a home begins with.
async fn latest(tx: &Tx, said: Condition) -> Result<Vec<PostId>, Error> {
    Ok(post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(said)
        .filter(post::Column::State.eq(PostState::Published))
        .order_by_desc(post::Column::Id)
        .limit(FIRST_POSTS)
        .into_tuple()
        .all(tx.conn())
        .await?)
}

/// Posts that are not for the members of one group alone: those come by the group, not by who wrote them.
fn outside_groups() -> Condition {
    Condition::all().add(post::Column::Audience.ne(Audience::Group))
}

/// Writes posts into the homes of all that follow whoever passed each on. Of two who passed on the same
/// the first stands with it.
pub(crate) async fn pass_on(tx: &Tx, boosts: &[(PostId, ActorId)]) -> Result<(), Error> {
    let readers = readers_by_actor(tx, boosts.iter().map(|(_, by)| *by).collect()).await?;
    for some in boosts.chunks(POSTS_AT_ONCE) {
        let of = |by: ActorId| readers.get(&by).into_iter().flatten();
        let rows =
            some.iter().flat_map(|(post, by)| of(*by).map(|account| (*account, *post, Some(*by))));
        let rows: Vec<(AccountId, PostId, Option<ActorId>)> = rows.collect();
        dialect::insert_home_batch(tx.store(), &rows).await?;
    }
    Ok(())
}

/// Whose homes what these say belongs into.
async fn readers_by_actor(
    tx: &Tx,
    actors: BTreeSet<ActorId>,
) -> Result<HashMap<ActorId, Vec<AccountId>>, Error> {
    let actors: Vec<ActorId> = actors.into_iter().collect();
    let found = dialect::home_readers(tx.store(), &actors, tx.now() - WRITTEN_FOR).await?;
    let mut readers: HashMap<ActorId, Vec<AccountId>> = HashMap::new();
    for (actor, account) in found {
        readers.entry(actor).or_default().push(account);
    }
    Ok(readers)
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
        spread(tx, &[&post]).await?;
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
    let boosts: Vec<(PostId, ActorId)> = others.into_iter().map(|by| (post.id, by)).collect();
    pass_on(tx, &boosts).await
}

/// Writes the latest posts of a newly followed actor into a home.
pub(crate) async fn add_author(tx: &Tx, follower: ActorId, author: ActorId) -> Result<(), Error> {
    let Some(account) = account_of(tx.conn(), follower).await? else { return Ok(()) };
    // One or the other: each has an index in this order, and both together have none.
    let group = group::Entity::find().filter(group::Column::ActorId.eq(author));
    let said = match group.one(tx.conn()).await? {
        Some(group) => began_in(Condition::all().add(post::Column::GroupId.eq(group.id))),
        None => outside_groups().add(post::Column::ActorId.eq(author)),
    };
    write(tx, account.id, latest(tx, said).await?).await
}

/// Takes the posts of somebody no longer followed out of a home.
pub(crate) async fn drop_author(tx: &Tx, follower: ActorId, author: ActorId) -> Result<(), Error> {
    let Some(account) = account_of(tx.conn(), follower).await? else { return Ok(()) };
    let theirs = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(outside_groups().add(post::Column::ActorId.eq(author)))
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
                .add(outside_groups().add(said_by_or_known_to(account.actor_id)))
                .add(began_in(in_groups_inside(account.actor_id))),
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

/// What somebody said, what those said whom they follow, and what began in groups that they follow.
fn said_by_or_known_to(who: ActorId) -> Condition {
    Condition::any()
        .add(post::Column::ActorId.in_subquery(followees(who)))
        .add(post::Column::ActorId.eq(who))
        .add(began_in(in_groups_of(followees(who))))
}

/// Posts in groups that stay here and that somebody is in.
fn in_groups_inside(who: ActorId) -> Condition {
    Condition::all()
        .add(post::Column::Audience.eq(Audience::Group))
        .add(post::Column::GroupId.in_subquery(insiders::groups_of(who)))
}

/// Conversations that began there: who follows a group reads them, whoever began them.
fn began_in(groups: Condition) -> Condition {
    groups.add(post::Column::InReplyToUri.is_null())
}

/// Posts in groups whose actors these are.
fn in_groups_of(actors: SelectStatement) -> Condition {
    let groups = group::Entity::find()
        .select_only()
        .column(group::Column::Id)
        .filter(group::Column::ActorId.in_subquery(actors))
        .into_query();
    Condition::all().add(post::Column::GroupId.in_subquery(groups))
}

fn is_stale(last_seen: Option<Moment>, now: Moment) -> bool {
    last_seen.is_none_or(|seen| now - seen > WRITTEN_FOR)
}

async fn write(tx: &Tx, account: AccountId, ids: Vec<PostId>) -> Result<(), Error> {
    let rows: Vec<_> = ids.into_iter().map(|id| (account, id, None)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    dialect::insert_home_batch(tx.store(), &rows).await?;
    dialect::trim_home(tx.store(), account, HOME_ROWS).await?;
    Ok(())
}

async fn account_of(
    conn: &impl ConnectionTrait,
    actor: ActorId,
) -> Result<Option<account::Model>, Error> {
    Ok(account::Entity::find().filter(account::Column::ActorId.eq(actor)).one(conn).await?)
}

//! Groups and servers that know groups (FEP-1b12). What is done in a group of ours it says to them: the activity itself,
//! inside an `Announce` of the group. And which group elsewhere a conversation is in, so that it hears what we say.
//!
//! Invariant: only servers whose software knows groups are told in this way. Others would show each answer as a
//! boost, and flood whoever follows the group; they hear of what begins a conversation alone (`grouped::pass_on`).

use carefolk_domain::{ActorId, ActorKind, Audience, GroupRole, PostId, ReactionKind, Span, uri};
use carefolk_store::dialect;
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{actor, follow, mention, post, reaction};
use carefolk_wire::PUBLIC;
use carefolk_wire::read;
use carefolk_wire::write::Activity;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};

use crate::actors::queries as actors;
use crate::grouped::{self, Place};
use crate::kernel::{error::Error, tx::Tx};
use crate::outbox::{self, Recipients, Saying};
use crate::{App, blocked};

/// The software that knows groups, as NodeInfo names it.
pub(crate) const GROUP_SOFTWARE: [&str; 5] = ["kbin", "lemmy", "mbin", "nodebb", "piefed"];

/// The longest activity that is passed on whole, in bytes; bodies of a quarter of a megabyte are what the strictest take.
pub(crate) const RELAYED_MAX_BYTES: usize = 200 * 1024;

/// How many posts one person has in a group in an hour of which the group says what is done to them; more are read
/// here. Ends are always said.
pub(crate) const GROUP_RELAYED_AN_HOUR: u64 = 60;

/// What is said of a post.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Words, new or changed.
    Words,
    /// That it is gone.
    End,
}

/// The group says what was done to `post`, which is in it: `activity` is the exact JSON of it. Of somebody whom its
/// moderators do not want, or who is limited here, it says no more words.
pub(crate) async fn tell(
    app: &App,
    tx: &Tx,
    place: &Place,
    post: &post::Model,
    (what, activity): (What, &str),
) -> Result<(), Error> {
    let Some(group) = place.actor.as_ref().filter(|_| post.audience.is_open()) else {
        return Ok(());
    };
    if activity.len() > RELAYED_MAX_BYTES {
        return Ok(());
    }
    if what == What::Words && !may_be_said(app, tx, place, post).await? {
        return Ok(());
    }
    let inboxes = dialect::follower_inboxes_at(tx.conn(), group.id, &GROUP_SOFTWARE).await?;
    if inboxes.is_empty() {
        return Ok(());
    }
    let Ok(document) = read::parse(activity.as_bytes()) else {
        return Err(Error::Bug("an activity that was said cannot be read"));
    };
    let slug = app.slug();
    let said = Activity::announce_activity(
        outbox::activity_uri(app, &slug),
        group.uri.clone(),
        document,
        tx.now().0,
    );
    let said = said.addressed(vec![PUBLIC.to_owned()], followers(group));
    let saying = Saying {
        actor: group.id,
        uri: said.id.clone(),
        slug,
        kind: "Announce",
        post: Some(post.id),
        // After what it is about, and before what comes of it later (P5).
        order_key: post.id.0,
        // Nobody finds it by its address: who does not know groups would take it for a boost.
        audience: Audience::Direct,
        body: said.to_json(),
    };
    // What somebody elsewhere sets off must not hold up the batch in which it came.
    let later = post.slug.is_none();
    outbox::say(app, tx, saying, Recipients { inboxes, later, ..Recipients::default() }).await
}

async fn may_be_said(app: &App, tx: &Tx, place: &Place, post: &post::Model) -> Result<bool, Error> {
    let author = actors::by_id(tx.conn(), post.actor_id).await?;
    if grouped::role(tx.conn(), &place.row, &author).await? == Some(GroupRole::Banned)
        || grouped::is_limited(app, &author).await?
    {
        return Ok(false);
    }
    let lately = post::Entity::find()
        .filter(post::Column::ActorId.eq(author.id))
        .filter(post::Column::GroupId.eq(place.row.id))
        .filter(post::Column::CreatedAt.gt(tx.now() - Span::hours(1)))
        .count(tx.conn());
    Ok(lately.await? <= GROUP_RELAYED_AN_HOUR)
}

/// The same, where the post is in a group of ours at all.
pub(crate) async fn tell_of(
    app: &App,
    tx: &Tx,
    post: &post::Model,
    said: (What, &str),
) -> Result<(), Error> {
    match grouped::of_post(tx.conn(), post).await? {
        Some(place) => tell(app, tx, &place, post, said).await,
        None => Ok(()),
    }
}

/// The group elsewhere that a conversation is in, by any post of it: one that somebody here follows and that passed
/// on what began it, best of its own server; or the one that somebody here named when they began it. Anybody else's
/// word for it would put a stranger into what `by` says.
pub(crate) async fn elsewhere(
    conn: &impl ConnectionTrait,
    post: &post::Model,
    by: ActorId,
) -> Result<Option<actor::Model>, Error> {
    let root = match post.root_id {
        Some(root) => post::Entity::find_by_id(root).one(conn).await?,
        None => Some(post.clone()),
    };
    let Some(root) = root else { return Ok(None) };
    let boosts = reaction::Entity::find()
        .select_only()
        .column(reaction::Column::ActorId)
        .filter(reaction::Column::PostId.eq(root.id))
        .filter(reaction::Column::Kind.eq(ReactionKind::Boost))
        .into_query();
    let followed = follow::Entity::find()
        .select_only()
        .column(follow::Column::FolloweeId)
        .filter(follow::Column::State.eq(FollowState::Accepted))
        .filter(follow::Column::FollowerId.in_subquery(actors::local_ids()))
        .into_query();
    let mut found = groups_among(boosts).filter(actor::Column::Id.in_subquery(followed));
    found = found.limit(GROUPS_MAX);
    let mut found: Vec<actor::Model> = found.all(conn).await?;
    found.retain(actors::is_shown);
    found.sort_by_key(|group| !uri::same_origin(&group.uri, &root.uri));
    if root.slug.is_some() {
        found.extend(named_in(conn, root.id).await?);
    }
    for group in found {
        if !blocked::is_blocked(conn, by, group.id).await? {
            return Ok(Some(group));
        }
    }
    Ok(None)
}

/// How many groups that passed on one post are looked at.
const GROUPS_MAX: u64 = 10;

/// The group elsewhere that a post names.
pub(crate) async fn named_in(
    conn: &impl ConnectionTrait,
    post: PostId,
) -> Result<Option<actor::Model>, Error> {
    let named = mention::Entity::find()
        .select_only()
        .column(mention::Column::ActorId)
        .filter(mention::Column::PostId.eq(post))
        .into_query();
    let found = groups_among(named).one(conn).await?;
    Ok(found.filter(actors::is_shown))
}

/// Groups of other servers among these actors.
fn groups_among(among: SelectStatement) -> Select<actor::Entity> {
    actor::Entity::find()
        .filter(actor::Column::Id.in_subquery(among))
        .filter(actor::Column::Kind.eq(ActorKind::Group))
        .filter(actor::Column::DomainId.is_null())
        .order_by_asc(actor::Column::Id)
}

fn followers(group: &actor::Model) -> Vec<String> {
    group.followers_uri.iter().cloned().collect()
}

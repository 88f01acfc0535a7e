//! Groups and servers that know groups (FEP-1b12). What is done in a group of ours it says to them: the activity itself,
//! inside an `Announce` of the group. And which group elsewhere a conversation is in, so that it hears what we say.
//!
//! Invariant: only servers whose software knows groups are told in this way. Others would show each answer as a
//! boost, and flood whoever follows the group; they hear of what begins a conversation alone (`grouped::pass_on`).

use carefolk_domain::{ActorKind, Audience, PostId, ReactionKind};
use carefolk_store::dialect;
use carefolk_store::entity::{actor, mention, post, reaction};
use carefolk_wire::PUBLIC;
use carefolk_wire::read;
use carefolk_wire::write::Activity;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::App;
use crate::actors::queries as actors;
use crate::grouped::{self, Place};
use crate::kernel::{error::Error, tx::Tx};
use crate::outbox::{self, Recipients, Saying};

/// The software that knows groups, as NodeInfo names it.
pub(crate) const GROUP_SOFTWARE: [&str; 5] = ["kbin", "lemmy", "mbin", "nodebb", "piefed"];

/// The longest activity that is passed on whole, in bytes; bodies of a quarter of a megabyte are what the strictest take.
pub(crate) const RELAYED_MAX_BYTES: usize = 200 * 1024;

/// The group says what was done to `post`, which is in it: `activity` is the exact JSON of it.
pub(crate) async fn tell(
    app: &App,
    tx: &Tx,
    place: &Place,
    post: &post::Model,
    activity: &str,
) -> Result<(), Error> {
    let Some(group) = place.actor.as_ref().filter(|_| post.audience.is_open()) else {
        return Ok(());
    };
    if activity.len() > RELAYED_MAX_BYTES {
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
    outbox::say(app, tx, saying, Recipients { inboxes, ..Recipients::default() }).await
}

/// The same, where the post is in a group of ours at all.
pub(crate) async fn tell_of(
    app: &App,
    tx: &Tx,
    post: &post::Model,
    activity: &str,
) -> Result<(), Error> {
    match grouped::of_post(tx.conn(), post).await? {
        Some(place) => tell(app, tx, &place, post, activity).await,
        None => Ok(()),
    }
}

/// The group elsewhere that a conversation is in, by any post of it: the one that passed on what began it, or that
/// is named there.
pub(crate) async fn elsewhere(
    conn: &impl ConnectionTrait,
    post: &post::Model,
) -> Result<Option<actor::Model>, Error> {
    let root = post.root_id.unwrap_or(post.id);
    let boosts = reaction::Entity::find()
        .select_only()
        .column(reaction::Column::ActorId)
        .filter(reaction::Column::PostId.eq(root))
        .filter(reaction::Column::Kind.eq(ReactionKind::Boost))
        .into_query();
    match group_among(conn, boosts).await? {
        Some(group) => Ok(Some(group)),
        None => named_in(conn, root).await,
    }
}

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
    group_among(conn, named).await
}

async fn group_among(
    conn: &impl ConnectionTrait,
    among: SelectStatement,
) -> Result<Option<actor::Model>, Error> {
    let found = actor::Entity::find()
        .filter(actor::Column::Id.in_subquery(among))
        .filter(actor::Column::Kind.eq(ActorKind::Group))
        .filter(actor::Column::DomainId.is_null())
        .order_by_asc(actor::Column::Id);
    Ok(found.one(conn).await?.filter(actors::is_shown))
}

fn followers(group: &actor::Model) -> Vec<String> {
    group.followers_uri.iter().cloned().collect()
}

//! What a group of ours says of what is done in it to servers that know groups (FEP-1b12): the activity itself, inside
//! an `Announce` of the group.
//!
//! Invariant: only servers whose software knows groups are told in this way. Others would show each answer as a
//! boost, and flood whoever follows the group; they hear of what begins a conversation alone (`grouped::pass_on`).

use carefolk_domain::{Audience, GroupRole, PostId, Span, Standing};
use carefolk_store::dialect;
use carefolk_store::entity::{actor, peer, post};
use carefolk_wire::PUBLIC;
use carefolk_wire::read;
use carefolk_wire::write::Activity;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::App;
use crate::actors::queries as actors;
use crate::grouped::{self, Place};
use crate::kernel::{error::Error, tx::Tx};
use crate::outbox::{self, Recipients, Saying};

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
    if what == What::Words && !may_be_said(app, tx, place, post).await? {
        return Ok(());
    }
    // What somebody elsewhere sets off must not hold up the batch in which it came.
    let later = post.slug.is_none();
    let about = About { later, ..About::post(post.id) };
    pass_on(app, tx, group, about, activity).await
}

/// What something is about that a group passes on.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    /// The post that it was done to.
    pub post: Option<PostId>,
    /// Who it was done to: then their server hears of it, and no other.
    pub who: Option<&'a actor::Model>,
    /// Whether the rows of deliveries are written later.
    pub later: bool,
}

impl<'a> About<'a> {
    /// Something done to a post.
    pub(crate) fn post(id: PostId) -> Self {
        Self { post: Some(id), who: None, later: false }
    }

    /// Something done to somebody.
    pub(crate) fn person(who: &'a actor::Model) -> Self {
        Self { post: None, who: Some(who), later: false }
    }
}

/// The group says that `activity` was done in it.
pub(crate) async fn pass_on(
    app: &App,
    tx: &Tx,
    group: &actor::Model,
    about: About<'_>,
    activity: &str,
) -> Result<(), Error> {
    if activity.len() > RELAYED_MAX_BYTES {
        return Ok(());
    }
    let About { post, who, later } = about;
    let inboxes = match who {
        Some(who) => inbox_of(tx, who).await?.into_iter().collect(),
        None => dialect::follower_inboxes_at(tx.conn(), group.id, &GROUP_SOFTWARE).await?,
    };
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
        post,
        // After what it is about, and before what comes of it later (P5).
        order_key: post.map_or(group.id.0, |post| post.0),
        // Nobody finds it by its address: who does not know groups would take it for a boost.
        audience: Audience::Direct,
        body: said.to_json(),
    };
    outbox::say(app, tx, saying, Recipients { inboxes, later, ..Recipients::default() }).await
}

/// Where somebody elsewhere hears, if their server knows groups.
async fn inbox_of(tx: &Tx, who: &actor::Model) -> Result<Option<String>, Error> {
    if who.domain_id.is_some() {
        return Ok(None);
    }
    let server = peer::Entity::find()
        .filter(peer::Column::Host.eq(&who.host))
        .filter(peer::Column::Effective.ne(Standing::Suspended))
        .one(tx.conn())
        .await?;
    let software = server.and_then(|server| server.software).unwrap_or_default();
    let knows = GROUP_SOFTWARE.contains(&software.to_ascii_lowercase().as_str());
    let inbox = who.shared_inbox.as_ref().unwrap_or(&who.inbox);
    Ok(knows.then(|| inbox.clone()))
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

fn followers(group: &actor::Model) -> Vec<String> {
    group.followers_uri.iter().cloned().collect()
}

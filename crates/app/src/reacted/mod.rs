//! The rows of likes and boosts, and what is said of those that somebody here makes: what everybody who likes or
//! passes on has in common, people and groups alike.

mod rows;
mod wire_map;

use carefolk_domain::ReactionKind;
use carefolk_store::entity::{actor, post, reaction};

use carefolk_wire::write::Activity;
pub(crate) use rows::{New, delete, find, insert, taken};
use wire_map::Whole;

use crate::App;
use crate::kernel::{error::Error, tx::Tx};
use crate::outbox::{self, Recipients};

/// `actor`, who is here, passes on a post that anybody may read. Twice is once. Of a post from elsewhere
/// nobody waits until it is written out.
pub(crate) async fn boost(
    app: &App,
    tx: &Tx,
    actor: &actor::Model,
    post: &post::Model,
    author: &actor::Model,
) -> Result<(), Error> {
    if find(tx, actor, post, ReactionKind::Boost).await?.is_some() {
        return Ok(());
    }
    let later = post.slug.is_none();
    write_with(app, tx, [actor, author], (post, ReactionKind::Boost, None), later).await
}

/// `actor`, who is here, takes that back, if it did.
pub(crate) async fn unboost(
    app: &App,
    tx: &Tx,
    actor: &actor::Model,
    post: &post::Model,
    author: &actor::Model,
) -> Result<(), Error> {
    match find(tx, actor, post, ReactionKind::Boost).await? {
        Some(row) => unwrite(app, tx, [actor, author], post, (&row, None)).await,
        None => Ok(()),
    }
}

/// Writes a like or a boost by `actor`, who is here, and says it.
pub(crate) async fn write(
    app: &App,
    tx: &Tx,
    [actor, author]: [&actor::Model; 2],
    post: &post::Model,
    (kind, group): (ReactionKind, Option<&actor::Model>),
) -> Result<(), Error> {
    write_with(app, tx, [actor, author], (post, kind, group), false).await
}

async fn write_with(
    app: &App,
    tx: &Tx,
    [actor, author]: [&actor::Model; 2],
    (post, kind, group): (&post::Model, ReactionKind, Option<&actor::Model>),
    later: bool,
) -> Result<(), Error> {
    let slug = app.slug();
    let uri = outbox::activity_uri(app, &slug);
    let written = insert(app, tx, vec![New { actor, post, kind, uri }]).await?;
    let row = written.first().ok_or(Error::NotFound("post"))?;
    let whole = Whole { row, actor, post, author, group };
    say(app, tx, whole, later, |whole| whole.said(slug)).await
}

/// A like or a boost by `actor`, as it was said.
pub(crate) fn activity(
    row: &reaction::Model,
    actor: &actor::Model,
    post: &post::Model,
    author: &actor::Model,
) -> Activity {
    Whole { row, actor, post, author, group: None }.activity()
}

/// Takes it back, and says so.
pub(crate) async fn unwrite(
    app: &App,
    tx: &Tx,
    [actor, author]: [&actor::Model; 2],
    post: &post::Model,
    (row, group): (&reaction::Model, Option<&actor::Model>),
) -> Result<(), Error> {
    delete(tx, row).await?;
    let slug = app.slug();
    let uri = outbox::activity_uri(app, &slug);
    let whole = Whole { row, actor, post, author, group };
    say(app, tx, whole, false, |whole| whole.undone(uri, slug)).await
}

/// Queues it for who is to hear of it: of a like the author and the group elsewhere that the post is in, of a boost one's followers, too.
async fn say(
    app: &App,
    tx: &Tx,
    whole: Whole<'_>,
    later: bool,
    saying: impl FnOnce(Whole<'_>) -> outbox::Saying,
) -> Result<(), Error> {
    let remote = whole.author.domain_id.is_none().then(|| whole.author.inbox.clone());
    let group = whole.group.map(|group| group.inbox.clone());
    let boost = whole.row.kind == ReactionKind::Boost;
    let inboxes: Vec<String> = remote.into_iter().chain(group).collect();
    if inboxes.is_empty() && !boost {
        return Ok(());
    }
    let to = Recipients { followers_of: boost.then_some(whole.actor.id), inboxes, later };
    outbox::say(app, tx, saying(whole), to).await
}

//! Posts that come from other servers.
//!
//! Invariants: a stranger's post is kept only where somebody here follows, is named or is
//! answered (ADR-0008); what was deleted stays deleted (S-042); only its author changes a post,
//! and never its author, its id, or to a wider audience (S-037).

use std::collections::{BTreeSet, HashSet};

use carefolk_domain::post::MENTIONS_MAX;
use carefolk_domain::text::fold_hashtag;
use carefolk_domain::{ActorId, Audience, Moment, PostId, PostState, UriHash};
use carefolk_store::entity::{actor, addressed, mention, post};
use carefolk_wire::ObjectKind;
use carefolk_wire::read::{Note, Tag};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, Set,
};

use super::concern::{Surroundings, people};
use super::policy::{self, Policies};
use super::visible::may_see;
use super::words::{self, Words};
use super::{attachments, orphans, polls, publish, queries, text, votes};
use crate::actors::{is_tombstone, queries as actors};
use crate::kernel::jobs::{self, Climb, Job};
use crate::kernel::{error::Error, outcome::Outcome, tx::Tx};
use crate::{App, blocked, timelines};

/// How many hashtags of one remote post count.
const HASHTAGS_MAX: usize = 30;

/// Who a note from elsewhere is for (docs/federation/peers.md).
pub(crate) fn audience(note: &Note, author: &actor::Model) -> Audience {
    let public = |list: &[String]| list.iter().any(|to| to == carefolk_wire::PUBLIC);
    let followers = author.followers_uri.as_deref();
    if public(&note.to) {
        Audience::Public
    } else if public(&note.cc) {
        Audience::Quiet
    } else if note.to.iter().chain(&note.cc).any(|to| Some(to.as_str()) == followers) {
        Audience::Followers
    } else {
        Audience::Direct
    }
}

/// As what a thing is kept, if it is kept at all.
pub(crate) fn kept_as(note: &Note) -> Option<&'static str> {
    Some(match note.kind {
        ObjectKind::Note | ObjectKind::Question => polls::kind_of(note),
        ObjectKind::Article => "article",
        ObjectKind::Page => "page",
        ObjectKind::Event => "event",
        ObjectKind::Video => "video",
        _ => return None,
    })
}

/// A note from elsewhere with what it means here.
struct Heard {
    audience: Audience,
    parent: Option<post::Model>,
    locals: Vec<actor::Model>,
}

/// `Create{Note}`.
pub(crate) async fn create(
    app: &App,
    tx: &Tx,
    author: &actor::Model,
    note: Note,
    words: Words,
    climb: Climb,
) -> Result<Outcome, Error> {
    if let Some(known) = queries::by_uri(tx.conn(), &note.id).await? {
        if climb == Climb::START && known.fetched_at.is_some() {
            return said_after_all(app, tx, author, &note, known).await;
        }
        return Ok(Outcome::Ignored("we have it already"));
    }
    if is_tombstone(tx, &note.id, &author.uri).await? {
        return Ok(Outcome::Ignored("it was deleted"));
    }
    if votes::is_vote(tx.conn(), &note).await? {
        return Ok(Outcome::Ignored("a vote is no post"));
    }
    let heard = hear(tx.conn(), author, &note).await?;
    if is_unwanted(tx, author, &heard).await? {
        return Ok(Outcome::Refused("its author may not answer that"));
    }
    let row = insert(app, tx, author, &note, &heard, climb).await?;
    polls::keep(tx, row.id, &note).await?;
    words::write(app, tx, row.id, words, row.published.unwrap_or(tx.now())).await?;
    attachments::write(tx, row.id, &note).await?;
    attach(app, tx, row.id, &note, &heard).await?;
    publish::count(tx, &row, 1).await?;
    // What was looked for is news to nobody: it only completes a conversation.
    if climb == Climb::START {
        bring_news(app, tx, &row, &heard).await?;
    }
    orphans::adopt_orphans(tx, &row).await?;
    if heard.parent.is_none()
        && let (Some(uri), Some(climb)) = (note.in_reply_to, climb.up())
    {
        jobs::later(app, tx, &Job::FetchParent { uri, climb }).await?;
    }
    Ok(Outcome::Applied)
}

/// Nothing becomes something else (S-037), but for a note to which its author adds a poll.
fn stays_what_it_is(row: &post::Model, note: &Note) -> bool {
    let may_ask = row.kind == polls::NOTE || row.kind == polls::QUESTION;
    kept_as(note) == Some(row.kind.as_str()) || (may_ask && note.kind == ObjectKind::Question)
}

/// Whether it is folded behind its warning.
fn is_folded(note: &Note) -> bool {
    note.sensitive || (note.kind == ObjectKind::Note && note.summary.is_some())
}

async fn hear(
    conn: &impl ConnectionTrait,
    author: &actor::Model,
    note: &Note,
) -> Result<Heard, Error> {
    let parent = match &note.in_reply_to {
        Some(uri) => queries::by_uri(conn, uri).await?,
        None => None,
    };
    let parent = parent.filter(|parent| parent.state == PostState::Published);
    let locals = locals(conn, note, author.id).await?;
    Ok(Heard { audience: audience(note, author), parent, locals })
}

/// Whether it answers somebody here who blocks its author, or a post that they may not answer or
/// not even see.
async fn is_unwanted(tx: &Tx, author: &actor::Model, heard: &Heard) -> Result<bool, Error> {
    let answered = heard.parent.as_ref().filter(|parent| parent.slug.is_some());
    let Some(parent) = answered else { return Ok(false) };
    // What is guessed is not answered (S-051).
    Ok(!may_see(tx, author, parent).await?
        || blocked::is_blocked(tx.conn(), parent.actor_id, author.id).await?
        || !policy::may_answer(tx.conn(), parent, author).await?)
}

/// Whom of ours a note is addressed to or names, without those who block its author.
async fn locals(
    conn: &impl ConnectionTrait,
    note: &Note,
    author: ActorId,
) -> Result<Vec<actor::Model>, Error> {
    Ok(actor::Entity::find()
        .filter(actor::Column::UriHash.is_in(people(note)))
        .filter(actor::Column::DomainId.is_not_null())
        .filter(actor::Column::Id.not_in_subquery(blocked::blockers_of(author)))
        .limit(u64::try_from(MENTIONS_MAX).unwrap_or(u64::MAX))
        .all(conn)
        .await?)
}

async fn insert(
    app: &App,
    tx: &Tx,
    author: &actor::Model,
    note: &Note,
    heard: &Heard,
    climb: Climb,
) -> Result<post::Model, Error> {
    // A post from the future would stay on top of every list (S-096).
    let published = note.published.map_or(tx.now(), |at| Moment(at).min(tx.now()));
    let policies = Policies::heard(note, author);
    let parent = heard.parent.as_ref();
    let fresh = tx.now() - published < carefolk_domain::Span::minutes(1);
    let id = if fresh { app.id() } else { publish::past_id(app, tx, published).await? };
    let own = |url: &Option<String>| {
        url.clone().filter(|url| carefolk_domain::uri::same_origin(url, &note.id))
    };
    Ok(post::ActiveModel {
        id: Set(PostId(id)),
        actor_id: Set(author.id),
        uri: Set(note.id.clone()),
        uri_hash: Set(UriHash::of(&note.id)),
        slug: Set(None),
        url: Set(own(&note.url).unwrap_or_else(|| note.id.clone())),
        kind: Set(kept_as(note).unwrap_or("note").to_owned()),
        reply_policy: Set(policies.replies),
        quote_policy: Set(policies.quotes),
        starts_at: Set(note.start_time.map(Moment)),
        ends_at: Set(note.end_time.map(Moment)),
        place: Set(note.place.clone()),
        audience: Set(heard.audience),
        group_id: Set(None),
        state: Set(PostState::Published),
        state_reason: Set(None),
        state_by: Set(None),
        in_reply_to_uri: Set(note.in_reply_to.clone()),
        in_reply_to_id: Set(parent.map(|parent| parent.id)),
        in_reply_to_hash: Set(note.in_reply_to.as_deref().map(UriHash::of)),
        root_id: Set(parent.map(|parent| parent.root_id.unwrap_or(parent.id))),
        // Who does not say belongs to the conversation it answers (FEP-7888).
        context_uri: Set(note
            .context
            .clone()
            .or_else(|| parent.and_then(|p| p.context_uri.clone()))),
        sensitive: Set(is_folded(note)),
        publish_at: Set(None),
        published: Set(Some(published)),
        edited_at: Set(note.updated.map(|at| Moment(at).min(tx.now()))),
        created_at: Set(tx.now()),
        reply_count: Set(0),
        like_count: Set(0),
        boost_count: Set(0),
        fetched_at: Set((climb != Climb::START).then(|| tx.now())),
        asked_at: Set(None),
    }
    .insert(tx.conn())
    .await?)
}

async fn attach(app: &App, tx: &Tx, post: PostId, note: &Note, heard: &Heard) -> Result<(), Error> {
    let mut named = BTreeSet::new();
    let mut tags = BTreeSet::new();
    for tag in &note.tags {
        match tag {
            Tag::Mention { href, name } if named.len() < MENTIONS_MAX && named.insert(href) => {
                write_mention(tx, post, href, name, heard).await?;
            }
            Tag::Hashtag { name, .. } if tags.len() < HASHTAGS_MAX => {
                let name = fold_hashtag(name.trim_start_matches('#'));
                if !name.is_empty() && name.chars().count() <= 100 {
                    tags.insert(name);
                }
            }
            _ => {}
        }
    }
    for local in &heard.locals {
        addressed::ActiveModel { post_id: Set(post), actor_id: Set(local.id) }
            .insert(tx.conn())
            .await?;
    }
    text::attach_hashtags(app, tx, post, &tags).await
}

async fn write_mention(
    tx: &Tx,
    post: PostId,
    href: &str,
    name: &str,
    heard: &Heard,
) -> Result<(), Error> {
    let local = heard.locals.iter().find(|actor| actor.uri == href);
    mention::ActiveModel {
        post_id: Set(post),
        href: Set(href.to_owned()),
        href_hash: Set(UriHash::of(href)),
        name: Set(name.chars().take(200).collect()),
        actor_id: Set(local.map(|actor| actor.id)),
    }
    .insert(tx.conn())
    .await?;
    Ok(())
}

/// Puts it where it is read, and tells whom it concerns.
async fn bring_news(app: &App, tx: &Tx, row: &post::Model, heard: &Heard) -> Result<(), Error> {
    timelines::spread(tx, row).await?;
    let mut named: Vec<&actor::Model> = heard.locals.iter().collect();
    let parent_author = match &heard.parent {
        Some(parent) => Some(actors::by_id(tx.conn(), parent.actor_id).await?),
        None => None,
    };
    named.extend(parent_author.as_ref());
    publish::notify(app, tx, row, &named).await
}

/// A post comes that was found before its author's server brought it: now it is news.
async fn said_after_all(
    app: &App,
    tx: &Tx,
    author: &actor::Model,
    note: &Note,
    known: post::Model,
) -> Result<Outcome, Error> {
    if known.actor_id != author.id || known.state != PostState::Published {
        return Ok(Outcome::Ignored("we have it already"));
    }
    let heard = hear(tx.conn(), author, note).await?;
    let mut changed = known.into_active_model();
    changed.fetched_at = Set(None);
    let row = changed.update(tx.conn()).await?;
    bring_news(app, tx, &row, &heard).await?;
    Ok(Outcome::Applied)
}

fn width(audience: Audience) -> u8 {
    match audience {
        Audience::Public => 3,
        Audience::Quiet => 2,
        Audience::Followers | Audience::Local => 1,
        Audience::Group | Audience::Direct => 0,
    }
}

/// `Update{Note}`. One that overtook its `Create` takes its place.
pub(crate) async fn update(
    app: &App,
    tx: &Tx,
    author: &actor::Model,
    note: Note,
    words: Words,
) -> Result<Outcome, Error> {
    let Some(row) = queries::by_uri(tx.conn(), &note.id).await? else {
        let around = Surroundings::of(tx.conn(), &[(author.id, &note)]).await?;
        if around.concern(author.id, &note) {
            return create(app, tx, author, note, words, Climb::START).await;
        }
        return Ok(Outcome::Ignored("we do not have it"));
    };
    if row.actor_id != author.id || row.slug.is_some() {
        return Ok(Outcome::Refused("it changes somebody else's post"));
    }
    if row.state != PostState::Published {
        return Ok(Outcome::Ignored("it was deleted"));
    }
    if !stays_what_it_is(&row, &note) {
        return Ok(Outcome::Refused("it would be something else"));
    }
    if width(audience(&note, author)) > width(row.audience) {
        return Ok(Outcome::Refused("it would make the post wider"));
    }
    if let Some(outcome) = polls::update(tx, &row, &note).await? {
        return Ok(outcome);
    }
    let said = note.updated.map_or(tx.now(), |at| Moment(at).min(tx.now()));
    if row.edited_at.is_some_and(|known| said <= known) {
        return Ok(Outcome::Ignored("we know a later text"));
    }
    let mut heard = hear(tx.conn(), author, &note).await?;
    if !row.audience.is_open() {
        // Whoever was not addressed at first must not be let in by a change (S-037).
        let addressed = addressed_in(tx, row.id).await?;
        heard.locals.retain(|local| addressed.contains(&local.id));
    }
    let mut changed = row.into_active_model();
    changed.edited_at = Set(Some(said));
    changed.sensitive = Set(is_folded(&note));
    let policies = Policies::heard(&note, author);
    changed.reply_policy = Set(policies.replies);
    changed.quote_policy = Set(policies.quotes);
    changed.starts_at = Set(note.start_time.map(Moment));
    changed.ends_at = Set(note.end_time.map(Moment));
    changed.place = Set(note.place.clone());
    let row = changed.update(tx.conn()).await?;
    words::write(app, tx, row.id, words, said).await?;
    attachments::write(tx, row.id, &note).await?;
    text::detach(tx, row.id).await?;
    attach(app, tx, row.id, &note, &heard).await?;
    Ok(Outcome::Applied)
}

/// Whom of ours a post was addressed to so far.
async fn addressed_in(tx: &Tx, post: PostId) -> Result<HashSet<ActorId>, Error> {
    let rows =
        addressed::Entity::find().filter(addressed::Column::PostId.eq(post)).all(tx.conn()).await?;
    Ok(rows.into_iter().map(|row| row.actor_id).collect())
}

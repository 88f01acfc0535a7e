//! What a group of another server passes on (FEP-1b12): an activity inside an `Announce` of the group.
//!
//! Invariants: what stands inside says what happened, and never what was written, but where the group's own
//! server speaks of what lives there: everything else is read where it lives (S-043). An answer comes into its
//! conversation and is no boost: a group passes on each one. Nothing that a group passes on is passed on again.

use carefolk_domain::{ActorKind, PostState, uri};
use carefolk_store::entity::{actor, post};
use carefolk_wire::read::{Activity, Document, Network, Node, Note};
use carefolk_wire::{ActivityKind as Kind, Kind as ObjectKind};

use super::Outcome;
use super::todo::Plan;
use crate::App;
use crate::actors::queries as actors;
use crate::follows::receive as follows;
use crate::kernel::error::Error;
use crate::kernel::ports::PortError;
use crate::posts::fetch::{Fetched, Found, open_post};
use crate::posts::receive::{audience, kept_as};
use crate::posts::words::Words;

/// The activity that stands inside what `group` passes on, if it is a group and does so.
pub(super) fn inside<'a>(group: &actor::Model, object: &'a Node) -> Option<&'a Document> {
    let document = object.document().filter(|_| group.kind == ActorKind::Group)?;
    matches!(document.kind(), Ok(ObjectKind::Activity(_))).then_some(document)
}

/// What is to be done because `group` passed on `inside`; `uri` is the id of its `Announce`.
///
/// # Errors
///
/// What may be different next time: a server that does not answer, a busy database.
pub(super) async fn plan(
    app: &App,
    uri: String,
    group: actor::Model,
    inside: &Document,
    network: Network,
) -> Result<Plan, Error> {
    let Ok(activity) = Activity::read(inside.clone(), network) else {
        return Ok(refused("what it passes on cannot be read"));
    };
    let is_followed = app.follows().is_followed_here(group.id).await?;
    if !is_followed && activity.kind != Kind::Undo {
        return Ok(ignored("nobody here follows who passes it on"));
    }
    let Some(object) = &activity.object else { return Ok(ignored("it passes on no post")) };
    let Ok(Some(id)) = object.id(network) else { return Ok(ignored("it passes on no post")) };
    match activity.kind {
        Kind::Create => created(app, uri, group, object, id, network).await,
        Kind::Update => updated(app, &group, object, id, network).await,
        Kind::Delete => deleted(app, group, id).await,
        Kind::Announce => Ok(refused("it passes on what another passes on")),
        Kind::Lock => Ok(Plan::Lock { group, object: id, is_locked: true }),
        Kind::Undo => Ok(undone(group, object, network)),
        // Votes of others are theirs to send us; who keeps order there, and how, is not ours.
        _ => Ok(ignored("a vote or an order of a group elsewhere")),
    }
}

/// What the group takes back: that it closed a conversation.
fn undone(group: actor::Model, object: &Node, network: Network) -> Plan {
    let said = object.document().and_then(|said| Activity::read(said.clone(), network).ok());
    let said = said.filter(|said| said.kind == Kind::Lock).and_then(|said| said.object);
    match said.and_then(|object| object.id(network).ok().flatten()) {
        Some(object) => Plan::Lock { group, object, is_locked: false },
        None => ignored("a vote or an order of a group elsewhere"),
    }
}

/// What begins a conversation is a boost of the group, as where the group passes it on by itself; an answer only
/// comes into its conversation.
async fn created(
    app: &App,
    uri: String,
    group: actor::Model,
    object: &Node,
    id: String,
    network: Network,
) -> Result<Plan, Error> {
    if let Some(row) = crate::posts::by_uri(app.read(), &id).await? {
        if row.in_reply_to_uri.is_some() {
            return Ok(ignored("we have it already"));
        }
        return Ok(super::plan::react(group, uri, id, carefolk_domain::ReactionKind::Boost));
    }
    Ok(match read(app, &group, object, &id, network).await? {
        Fetched::Found(found) if found.note.in_reply_to.is_some() => Plan::Find { found },
        Fetched::Found(found) => Plan::PassOn { actor: group, uri, found },
        Fetched::Not(outcome) => Plan::Nothing(outcome),
    })
}

/// A change of a post that is here.
async fn updated(
    app: &App,
    group: &actor::Model,
    object: &Node,
    id: String,
    network: Network,
) -> Result<Plan, Error> {
    if elsewhere(app, &id).await?.is_none() {
        return Ok(ignored("we do not have it"));
    }
    Ok(match read(app, group, object, &id, network).await? {
        Fetched::Found(found) => {
            let Found { author, note, words } = *found;
            Plan::Update { actor: author, note: Box::new(note), words }
        }
        Fetched::Not(outcome) => Plan::Nothing(outcome),
    })
}

/// The end of a post that is here: if its own server says so as well, with 410, it is gone; else the group alone took
/// it away, and no longer passes it on. A 404 says nothing: what only some may see is answered so, too.
async fn deleted(app: &App, group: actor::Model, id: String) -> Result<Plan, Error> {
    let Some(row) = elsewhere(app, &id).await? else { return Ok(ignored("we do not have it")) };
    match app.remote().fetch(&id).await {
        Err(PortError::Gone) => {
            let actor = actors::by_id(app.read(), row.actor_id).await?;
            Ok(Plan::Delete { actor, object: id })
        }
        Err(error @ PortError::Unavailable(_)) => Err(error.into()),
        Ok(_) | Err(_) => {
            let what = follows::Named::boost(&group, id);
            Ok(Plan::Undo { actor: group, what })
        }
    }
}

/// A post of another server that is here, and that anybody may read.
async fn elsewhere(app: &App, id: &str) -> Result<Option<post::Model>, Error> {
    let row = crate::posts::by_uri(app.read(), id).await?;
    let there = [PostState::Published, PostState::Removed];
    let is_there = |row: &post::Model| there.contains(&row.state) && row.audience.is_open();
    Ok(row.filter(|row| row.slug.is_none() && is_there(row)))
}

/// The post, as the group's server has it if it lives there, else as it reads where it lives.
async fn read(
    app: &App,
    group: &actor::Model,
    object: &Node,
    id: &str,
    network: Network,
) -> Result<Fetched, Error> {
    let Some(document) = object.document().filter(|_| uri::same_origin(id, &group.uri)) else {
        return open_post(app, id).await;
    };
    let Ok(note) = Note::read(document, network) else {
        return Ok(Fetched::Not(Outcome::Refused("its object cannot be read")));
    };
    if kept_as(&note).is_none() {
        return Ok(Fetched::Not(Outcome::Ignored("we do nothing about its object's type")));
    }
    if note.id != id || !uri::same_origin(&note.attributed_to, id) {
        return Ok(Fetched::Not(Outcome::Refused("its object speaks for somebody else")));
    }
    let author = match actors::by_uri(app.read(), &note.attributed_to).await? {
        Some(author) => author,
        None => match app.actors().fetch(&note.attributed_to).await {
            Ok(author) => author,
            Err(error @ (Error::Upstream(PortError::Unavailable(_)) | Error::Busy)) => {
                return Err(error);
            }
            Err(error @ Error::Store(_)) => return Err(error),
            Err(_) => {
                return Ok(Fetched::Not(Outcome::Refused("its object's author is gone")));
            }
        },
    };
    if !audience(&note, &author).is_open() || !actors::is_shown(&author) {
        return Ok(Fetched::Not(Outcome::Refused("its object is not for everybody")));
    }
    let words = Words::of(&note);
    Ok(Fetched::Found(Box::new(Found { author, note, words })))
}

fn ignored(why: &'static str) -> Plan {
    Plan::Nothing(Outcome::Ignored(why))
}

fn refused(why: &'static str) -> Plan {
    Plan::Nothing(Outcome::Refused(why))
}

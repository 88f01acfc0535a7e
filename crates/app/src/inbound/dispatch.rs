//! From a stored activity to what it does: first what needs no transaction, then the effects.

use carefolk_domain::{Audience, uri};
use carefolk_store::entity::{actor, inbound_activity};
use carefolk_wire::ActivityKind as Kind;
use carefolk_wire::ObjectKind;
use carefolk_wire::read::{self, Activity, Network, Node, Note};

use super::Outcome;
use crate::App;
use crate::actors::{self, queries};
use crate::follows::receive as follows;
use crate::kernel::ports::PortError;
use crate::kernel::{error::Error, tx::Tx};
use crate::posts::{bury, receive as posts};

/// What is to be done, with everything fetched that had to be.
pub(super) enum Plan {
    Nothing(Outcome),
    Follow {
        actor: actor::Model,
        uri: String,
        object: String,
    },
    Answer {
        actor: actor::Model,
        follow: follows::Named,
        accepted: bool,
    },
    Unfollow {
        actor: actor::Model,
        follow: follows::Named,
    },
    Create {
        actor: actor::Model,
        note: Box<Note>,
    },
    /// As far as is known before what stands beside it in the batch is applied.
    CreateForNobody {
        actor: actor::Model,
        note: Box<Note>,
    },
    Update {
        actor: actor::Model,
        note: Box<Note>,
    },
    UpdateActor {
        described: Box<actors::Described>,
    },
    Delete {
        actor: actor::Model,
        object: String,
    },
    DeleteActor {
        actor: actor::Model,
    },
}

/// Why a post is not kept.
const FOR_NOBODY: Outcome = Outcome::Ignored("nobody here follows, is named or is answered");

impl Plan {
    /// What comes of it without any effect, if `beside`, the plans of its batch that have one,
    /// change nothing about that: a follow that is accepted by its host, a post that it answers.
    pub(super) fn without_effect<'a>(
        &self,
        host: &str,
        mut beside: impl Iterator<Item = &'a str>,
    ) -> Option<Outcome> {
        match self {
            Self::Nothing(outcome) => Some(*outcome),
            Self::CreateForNobody { note, .. } => {
                let depends = beside.any(|other| other == host || note.in_reply_to.is_some());
                (!depends).then_some(FOR_NOBODY)
            }
            _ => None,
        }
    }

    /// Whether it may change something.
    pub(super) fn has_effect(&self) -> bool {
        !matches!(self, Self::Nothing(_) | Self::CreateForNobody { .. })
    }
}

/// Reads the activity and fetches what is missing. No transaction is open.
///
/// # Errors
///
/// What may be different next time: a server that does not answer, a busy database.
pub(super) async fn plan(app: &App, row: &inbound_activity::Model) -> Result<Plan, Error> {
    let network = app.actors().network();
    if !app.peers().is_open_to(&row.host).await? {
        return Ok(refused("the peer is refused"));
    }
    let read = read::parse(row.body.as_bytes()).and_then(|d| Activity::read(d, network));
    let Ok(activity) = read else { return Ok(refused("it cannot be read")) };
    if activity.actor != row.actor_uri || !uri::same_origin(&activity.id, &activity.actor) {
        return Ok(refused("id and actor have different origins"));
    }
    let actor = match queries::by_uri(app.read(), &activity.actor).await? {
        Some(actor) => actor,
        None => match app.actors().fetch(&activity.actor).await {
            Ok(actor) => actor,
            Err(error) => return gone_or(error, "its actor is gone"),
        },
    };
    if actor.domain_id.is_some() || !queries::is_shown(&actor) {
        return Ok(refused("its actor may not speak"));
    }
    sort(app, activity, actor, network).await
}

async fn sort(
    app: &App,
    activity: Activity,
    actor: actor::Model,
    network: Network,
) -> Result<Plan, Error> {
    let Some(object) = activity.object.clone() else { return Ok(ignored("it has no object")) };
    let Ok(object_id) = object.id(network) else { return Ok(refused("its object has no good id")) };
    let named = || follows::Named::read(&object, network);
    Ok(match activity.kind {
        Kind::Follow => match object_id {
            Some(object) => Plan::Follow { actor, uri: activity.id, object },
            None => refused("it follows nobody"),
        },
        Kind::Accept => Plan::Answer { actor, follow: named(), accepted: true },
        Kind::Reject => Plan::Answer { actor, follow: named(), accepted: false },
        Kind::Undo => Plan::Unfollow { actor, follow: named() },
        Kind::Create => match note(app, &object, &actor, network).await? {
            Ok(note) if posts::concerns_us(app.read(), &actor, &note).await? => {
                Plan::Create { actor, note }
            }
            Ok(note) => Plan::CreateForNobody { actor, note },
            Err(nothing) => nothing,
        },
        Kind::Update if object_id.as_deref() == Some(actor.uri.as_str()) => {
            update_actor(app, &actor).await?
        }
        Kind::Update => match note(app, &object, &actor, network).await? {
            Ok(note) => Plan::Update { actor, note },
            Err(nothing) => nothing,
        },
        Kind::Delete => match object_id {
            Some(id) if id == actor.uri => delete_actor(app, actor).await?,
            Some(object) => Plan::Delete { actor, object },
            None => refused("it deletes nothing"),
        },
        _ => ignored("we do nothing about its type"),
    })
}

/// The note of a Create or Update: taken from inside only if the sender may speak for it, else
/// fetched from where it lives (S-032).
async fn note(
    app: &App,
    object: &Node,
    actor: &actor::Model,
    network: Network,
) -> Result<Result<Box<Note>, Plan>, Error> {
    let fetched;
    let document = match object {
        Node::Object(document) => document,
        Node::Iri(id) if !uri::same_origin(id, &actor.uri) => {
            return Ok(Err(refused("its object lives elsewhere")));
        }
        Node::Iri(id) => match app.remote().fetch(id).await {
            Ok(found) => match read::parse(&found.body) {
                Ok(document) => {
                    fetched = document;
                    &fetched
                }
                Err(_bad) => return Ok(Err(refused("its object cannot be read"))),
            },
            Err(error) => return gone_or(error.into(), "its object is gone").map(Err),
        },
    };
    let note = match Note::read(document, network) {
        Ok(note) => note,
        Err(_bad) => return Ok(Err(refused("its object cannot be read"))),
    };
    if note.kind != ObjectKind::Note {
        return Ok(Err(ignored("we do nothing about its object's type")));
    }
    let own = note.attributed_to == actor.uri && uri::same_origin(&note.id, &actor.uri);
    if !own || matches!(object, Node::Iri(id) if *id != note.id) {
        return Ok(Err(refused("it speaks for somebody else")));
    }
    Ok(Ok(Box::new(note)))
}

/// An actor that changed is read again from where it lives: the copy inside may be anybody's.
async fn update_actor(app: &App, actor: &actor::Model) -> Result<Plan, Error> {
    match app.actors().describe_anew(&actor.uri).await {
        Ok(described) => Ok(Plan::UpdateActor { described: Box::new(described) }),
        Err(error) => gone_or(error, "its actor is gone"),
    }
}

/// An actor is deleted only when its own server says so as well (S-021).
async fn delete_actor(app: &App, actor: actor::Model) -> Result<Plan, Error> {
    match app.remote().fetch(&actor.uri).await {
        Err(PortError::Gone | PortError::NotFound) => Ok(Plan::DeleteActor { actor }),
        Err(error @ PortError::Unavailable(_)) => Err(error.into()),
        Ok(_) | Err(_) => Ok(refused("its actor is still there")),
    }
}

/// What is gone for good ends here; what is only away is tried again.
fn gone_or(error: Error, why: &'static str) -> Result<Plan, Error> {
    match error {
        Error::Upstream(PortError::Unavailable(_)) | Error::Busy | Error::Store(_) => Err(error),
        _ => Ok(refused(why)),
    }
}

fn ignored(why: &'static str) -> Plan {
    Plan::Nothing(Outcome::Ignored(why))
}

fn refused(why: &'static str) -> Plan {
    Plan::Nothing(Outcome::Refused(why))
}

/// The effects, in one transaction with the mark that they were made.
pub(super) async fn apply(app: &App, tx: &mut Tx, plan: Plan) -> Result<Outcome, Error> {
    match plan {
        Plan::Nothing(outcome) => Ok(outcome),
        Plan::Follow { actor, uri, object } => {
            follows::follow(app, tx, &actor, &uri, &object).await
        }
        Plan::Answer { actor, follow, accepted } => {
            follows::answer(tx, &actor, &follow, accepted).await
        }
        Plan::Unfollow { actor, follow } => follows::undo(tx, &actor, &follow).await,
        Plan::Create { actor, note } => posts::create(app, tx, &actor, *note).await,
        Plan::CreateForNobody { actor, note } => {
            if posts::concerns_us(tx.conn(), &actor, &note).await? {
                posts::create(app, tx, &actor, *note).await
            } else {
                Ok(FOR_NOBODY)
            }
        }
        Plan::Update { actor, note } => posts::update(app, tx, &actor, *note).await,
        Plan::UpdateActor { described } => {
            actors::upsert(app, tx, &described).await.map(|_| Outcome::Applied)
        }
        Plan::Delete { actor, object } => bury::delete(tx, &actor, &object).await,
        Plan::DeleteActor { actor } => bury::delete_actor(tx, &actor).await,
    }
}

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

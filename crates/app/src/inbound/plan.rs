//! From stored activities to what they do, with everything fetched that is missing. No transaction
//! is open meanwhile.

use carefolk_domain::{ActorId, ReactionKind, uri};
use carefolk_store::entity::{actor, inbound_activity};
use carefolk_wire::ActivityKind as Kind;
use carefolk_wire::read::{self, Activity, Network, Node, Note};
use futures_util::{StreamExt, stream};

use super::Outcome;
use super::by_group;
use super::hear::{Heard, Said};
use super::todo::{FOR_NOBODY, Plan, UNKNOWN};
use crate::App;
use crate::actors::queries;
use crate::follows::receive as follows;
use crate::kernel::error::Error;
use crate::kernel::guard::guarded;
use crate::kernel::ports::PortError;
use crate::posts::concern::Surroundings;
use crate::posts::fetch::{Fetched, UNPROVEN, open_post};
use crate::posts::quotes::Asked;
use crate::posts::receive::kept_as;
use crate::posts::votes;
use crate::posts::words::Words;
use crate::profiles::receive::Destination;
use crate::reactions::receive::Reacting;
use crate::reports::receive::Flag;

/// How many activities are planned at once: planning may fetch from other servers.
pub(super) const PLANS_AT_ONCE: usize = 32;

/// A claimed activity and what is to be done about it.
pub(super) type Planned = (inbound_activity::Model, Result<Plan, Error>);

/// Plans all of these. What may be different next time is an error of its own activity: a server
/// that does not answer, a busy database.
///
/// # Errors
///
/// [`Error::Store`] when nothing can be asked.
pub(super) async fn plan_all(app: &App, heard: Vec<Heard>) -> Result<Vec<Planned>, Error> {
    let mut planned: Vec<Planned> = stream::iter(heard)
        .map(|Heard { row, said, speaker, .. }| async move {
            let plan = match said {
                Ok(Said::Activity(activity)) => {
                    guarded(Box::pin(plan(app, *activity, speaker))).await
                }
                Ok(Said::Nothing(outcome)) => Ok(Plan::Nothing(outcome)),
                Err(error) => Err(error),
            };
            (row, plan)
        })
        .buffered(PLANS_AT_ONCE)
        .collect()
        .await;
    find_concerned(app, &mut planned).await?;
    Ok(planned)
}

/// Fetches what is missing, and says what is to be done.
async fn plan(app: &App, activity: Activity, speaker: Option<actor::Model>) -> Result<Plan, Error> {
    let actor = match speaker {
        Some(actor) => actor,
        None => match app.actors().fetch(&activity.actor).await {
            Ok(actor) => actor,
            Err(error) => return gone_or(error, "its actor is gone"),
        },
    };
    if actor.domain_id.is_some() || !queries::is_shown(&actor) {
        return Ok(refused("its actor may not speak"));
    }
    let network = app.actors().network();
    sort(app, activity, actor, network).await
}

/// Tells the posts that concern somebody here from those that do not, as far as the database knows
/// before any of the batch is applied.
async fn find_concerned(app: &App, planned: &mut [Planned]) -> Result<(), Error> {
    let posts: Vec<(ActorId, &Note)> = planned
        .iter()
        .filter_map(|(_, plan)| match plan {
            Ok(Plan::CreateForNobody { actor, note }) => Some((actor.id, note.as_ref())),
            _ => None,
        })
        .collect();
    let around = Surroundings::of(app.read(), &posts).await?;
    for (_, plan) in planned {
        *plan = match std::mem::replace(plan, Ok(Plan::Nothing(FOR_NOBODY))) {
            Ok(Plan::CreateForNobody { actor, note }) if around.concern(actor.id, &note) => {
                Ok(Plan::Create { actor, words: Words::of(&note), note })
            }
            other => other,
        };
    }
    Ok(())
}

async fn sort(
    app: &App,
    activity: Activity,
    actor: actor::Model,
    network: Network,
) -> Result<Plan, Error> {
    if activity.kind == Kind::Flag {
        return Ok(Plan::Flag { actor, flag: read_flag(activity, network) });
    }
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
        Kind::Undo => Plan::Undo { actor, what: named() },
        Kind::Like => match object_id {
            Some(object) => react(actor, activity.id, object, ReactionKind::Like),
            None => refused("it likes nothing"),
        },
        Kind::Announce => match (by_group::inside(&actor, &object), object_id) {
            (Some(said), _) => by_group::plan(app, activity.id, actor, said, network).await?,
            (None, Some(object)) => pass_on(app, activity.id, actor, object).await?,
            (None, None) => refused("it passes nothing on"),
        },
        Kind::Move if object_id.as_deref() == Some(actor.uri.as_str()) => {
            moved(app, &activity, actor, network).await?
        }
        Kind::Create => create(app, &activity.id, &object, actor, network).await?,
        Kind::Update if object_id.as_deref() == Some(actor.uri.as_str()) => {
            update_actor(app, &actor).await?
        }
        Kind::Update => match note(app, &object, &actor, network).await? {
            Ok(note) => update(app, actor, note).await?,
            Err(nothing) => nothing,
        },
        Kind::Delete => match object_id {
            Some(id) if id == actor.uri => delete_actor(app, actor).await?,
            Some(object) => Plan::Delete { actor, object },
            None => refused("it deletes nothing"),
        },
        _ => dealing(activity, actor, object_id, (network, app.settings().uri_base())),
    })
}

/// A change: its words are read only if the post is here, or would be.
async fn update(app: &App, actor: actor::Model, note: Box<Note>) -> Result<Plan, Error> {
    if crate::posts::by_uri(app.read(), &note.id).await?.is_none() {
        let around = Surroundings::of(app.read(), &[(actor.id, &note)]).await?;
        if !around.concern(actor.id, &note) {
            return Ok(ignored("we do not have it"));
        }
    }
    Ok(Plan::Update { words: Words::of(&note), actor, note })
}

/// What is only written down, and needs nothing that could be missing.
fn dealing(
    activity: Activity,
    actor: actor::Model,
    object_id: Option<String>,
    (network, ours): (Network, &str),
) -> Plan {
    match activity.kind {
        Kind::QuoteRequest => match (object_id, instrument(&activity, network)) {
            (Some(object), Some(instrument)) => {
                Plan::Quote { actor, asked: Asked { uri: activity.id, object, instrument } }
            }
            _ => refused("it does not say what quotes what"),
        },
        Kind::Block if bans(&activity, object_id.as_deref(), network) => {
            ignored("it bans somebody from a group or a server")
        }
        Kind::Block => match object_id {
            Some(object) => Plan::Block { actor, uri: activity.id, object },
            None => refused("it blocks nobody"),
        },
        Kind::Dislike => ignored("a dislike"),
        Kind::Add | Kind::Remove => match object_id {
            Some(object) if is_featured(&activity, &actor, network) => {
                Plan::Pin { actor, object, pinned: activity.kind == Kind::Add }
            }
            _ if target(&activity, network)
                .is_some_and(|target| uri::same_origin(&target, ours)) =>
            {
                refused("it keeps order in a group of ours, and may not")
            }
            _ => ignored("it is not about pinned posts"),
        },
        Kind::Lock => refused("it keeps order where its actor does not"),
        _ => Plan::Nothing(UNKNOWN),
    }
}

/// A new post, or a vote, which has the shape of one.
async fn create(
    app: &App,
    uri: &str,
    object: &Node,
    actor: actor::Model,
    network: Network,
) -> Result<Plan, Error> {
    match votes::heard(app, uri, object, &actor, network).await? {
        Some(Ok(ballot)) => return Ok(Plan::Vote { actor, ballot }),
        Some(Err(why)) => return Ok(Plan::Nothing(why)),
        None => {}
    }
    Ok(match note(app, object, &actor, network).await? {
        // Its words are read once it is known to concern somebody.
        Ok(note) => Plan::CreateForNobody { actor, note },
        Err(nothing) => nothing,
    })
}

pub(super) fn react(actor: actor::Model, uri: String, object: String, kind: ReactionKind) -> Plan {
    Plan::React(Reacting { actor, uri, object, kind })
}

/// A boost: of a post that is here, or of one that is fetched because somebody here follows who
/// passes it on. What stands inside is never taken from there (S-043).
async fn pass_on(
    app: &App,
    uri: String,
    actor: actor::Model,
    object: String,
) -> Result<Plan, Error> {
    if crate::posts::by_uri(app.read(), &object).await?.is_some() {
        return Ok(react(actor, uri, object, ReactionKind::Boost));
    }
    if !app.follows().is_followed_here(actor.id).await? {
        return Ok(ignored("nobody here follows who passes it on"));
    }
    Ok(match open_post(app, &object).await? {
        Fetched::Found(found) => Plan::PassOn { actor, uri, found },
        Fetched::Not(outcome) => Plan::Nothing(outcome),
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
    if kept_as(&note).is_none() {
        return Ok(Err(ignored("we do nothing about its object's type")));
    }
    let own = note.attributed_to == actor.uri && uri::same_origin(&note.id, &actor.uri);
    if !own || matches!(object, Node::Iri(id) if *id != note.id) {
        return Ok(Err(refused("it speaks for somebody else")));
    }
    Ok(Ok(Box::new(note)))
}

/// The post that would quote, named or given whole.
fn instrument(activity: &Activity, network: Network) -> Option<String> {
    match activity.raw.list("instrument").first()? {
        read::Value::Text(text) => read::canonical_id_in(text, network).ok(),
        read::Value::Object(document) => document.id(network).ok().flatten(),
        _ => None,
    }
}

/// A report: its reason stands in `content`, or in `summary`.
fn read_flag(activity: Activity, network: Network) -> Flag {
    let text = |name: &str| activity.raw.text(name).map(str::to_owned);
    let comment = text("content").or_else(|| text("summary")).unwrap_or_default();
    // One alone stands in `object`.
    let nodes = activity.object.iter().chain(&activity.objects);
    let objects = nodes.filter_map(|node| node.id(network).ok().flatten());
    Flag { objects: objects.collect(), comment, uri: activity.id }
}

/// Whether it is about the collection of pinned posts of who says it, and nobody else's (S-049).
fn is_featured(activity: &Activity, actor: &actor::Model, network: Network) -> bool {
    let target = target(activity, network);
    target.is_some() && target == actor.featured_uri
}

/// Where to something is done.
fn target(activity: &Activity, network: Network) -> Option<String> {
    activity.target.as_ref().and_then(|target| target.id(network).ok().flatten())
}

/// Whether a `Block` is about a place that somebody may not be in, as Lemmy says it, and not about its actor.
fn bans(activity: &Activity, object: Option<&str>, network: Network) -> bool {
    target(activity, network).is_some_and(|target| Some(target.as_str()) != object)
}

/// A move: only if who lives at the destination, read there now, says that it is the same (S-053).
async fn moved(
    app: &App,
    activity: &Activity,
    actor: actor::Model,
    network: Network,
) -> Result<Plan, Error> {
    let target = activity.target.as_ref().and_then(|target| target.id(network).ok().flatten());
    let Some(target) = target.filter(|target| *target != actor.uri) else {
        return Ok(refused("it moves nowhere"));
    };
    let to = if uri::same_origin(&target, app.settings().uri_base()) {
        let found = queries::by_uri(app.read(), &target).await?;
        let Some(here) = found.filter(|row| row.domain_id.is_some() && queries::is_shown(row))
        else {
            return Ok(refused("it moves to nobody"));
        };
        Destination::Here(Box::new(here))
    } else {
        match app.actors().describe_anew(&target).await {
            Ok(described) => Destination::Elsewhere(Box::new(described)),
            Err(error) => return gone_or(error, "where it moves to is nobody"),
        }
    };
    if to.is(&actor.uri) {
        Ok(Plan::Move { actor, to })
    } else {
        Ok(refused("where it moves to does not know it"))
    }
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
        Err(PortError::Gone) => Ok(Plan::DeleteActor { actor }),
        Err(error @ PortError::Unavailable(_)) => Err(error.into()),
        Ok(_) | Err(_) => Ok(refused("its actor is still there")),
    }
}

/// What is gone for good ends here; what is only away is tried again.
fn gone_or(error: Error, why: &'static str) -> Result<Plan, Error> {
    match error {
        Error::Upstream(PortError::Unavailable(_)) | Error::Busy | Error::Store(_) => Err(error),
        Error::Upstream(PortError::Unproven(_)) => Ok(refused(UNPROVEN)),
        _ => Ok(refused(why)),
    }
}

fn ignored(why: &'static str) -> Plan {
    Plan::Nothing(Outcome::Ignored(why))
}

fn refused(why: &'static str) -> Plan {
    Plan::Nothing(Outcome::Refused(why))
}

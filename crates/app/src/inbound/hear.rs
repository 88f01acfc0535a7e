//! What stored activities say, and who says them.
//!
//! What is asked of the database is asked for all of them together: by itself each would take five
//! questions, and a busy server is told thousands of things a second.

use std::collections::{HashMap, HashSet};

use carefolk_domain::{UriHash, uri};
use carefolk_store::entity::{actor, inbound_activity};
use carefolk_wire::ActivityKind as Kind;
use carefolk_wire::read::{self, Activity, Network, Node};

use super::Outcome;
use crate::App;
use crate::actors::queries;
use crate::kernel::error::Error;
use crate::kernel::guard::guarded;

/// What one activity says, and who says it, as far as that is known here.
pub(super) struct Heard {
    pub(super) row: inbound_activity::Model,
    pub(super) said: Result<Said, Error>,
    pub(super) speaker: Option<actor::Model>,
    knows_object: bool,
}

/// What it says, or why that is nothing.
pub(super) enum Said {
    Activity(Box<Activity>),
    Nothing(Outcome),
}

impl Heard {
    /// What it passes on, if that is what it does.
    fn passed_on(&self, network: Network) -> Option<UriHash> {
        let Ok(Said::Activity(activity)) = &self.said else { return None };
        let object = activity.object.as_ref().filter(|_| activity.kind == Kind::Announce)?;
        object.id(network).ok().flatten().map(|id| UriHash::of(&id))
    }

    /// Whether it can be planned without asking another server.
    pub(super) fn is_near(&self, network: Network) -> bool {
        let Ok(Said::Activity(activity)) = &self.said else { return true };
        let Some(speaker) = &self.speaker else { return false };
        let Some(object) = &activity.object else { return true };
        let about_itself = object.id(network).ok().flatten() == Some(speaker.uri.clone());
        match activity.kind {
            Kind::Create | Kind::Update => matches!(object, Node::Object(_)) && !about_itself,
            Kind::Delete => !about_itself,
            // What is passed on may have to be fetched.
            Kind::Announce => self.knows_object && matches!(object, Node::Iri(_)),
            // Where it leads is read anew.
            Kind::Move => false,
            _ => true,
        }
    }
}

/// Reads all of these, and looks for who says them.
///
/// # Errors
///
/// [`Error::Store`] when nothing can be asked.
pub(super) async fn hear_all(
    app: &App,
    rows: Vec<inbound_activity::Model>,
) -> Result<Vec<Heard>, Error> {
    let network = app.actors().network();
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let said = guarded(hear(app, &row)).await;
        all.push(Heard { row, said, speaker: None, knows_object: false });
    }
    let speakers: HashSet<UriHash> =
        all.iter().map(|heard| UriHash::of(&heard.row.actor_uri)).collect();
    let known = queries::by_uri_hashes(app.read(), speakers).await?;
    let passed_on: Vec<Option<UriHash>> =
        all.iter().map(|heard| heard.passed_on(network)).collect();
    let here = crate::posts::known(app.read(), passed_on.iter().flatten().cloned()).await?;
    for (heard, object) in all.iter_mut().zip(passed_on) {
        heard.knows_object = object.is_some_and(|object| here.contains(&object));
        heard.speaker = known.get(&UriHash::of(&heard.row.actor_uri)).cloned();
    }
    Ok(all)
}

/// Heeds what senders said beside these about their followers here (FEP-8fcf). It is said again with
/// what comes next, so that nothing is lost where it cannot be heeded now.
pub(super) async fn heed_announcements(app: &App, heard: &[Heard]) {
    // The last of each sender: what came before it is out of date.
    let said: HashMap<&str, &str> = heard
        .iter()
        .filter(|heard| matches!(heard.said, Ok(Said::Activity(_))))
        .filter_map(|Heard { row, .. }| {
            Some((row.actor_uri.as_str(), row.synchronization.as_deref()?))
        })
        .collect();
    for (actor, header) in said {
        if let Err(error) = app.follows().announced(actor, header).await {
            tracing::debug!(%error, "followers are not compared");
        }
    }
}

/// Reads an activity, unless it is not to be heard.
async fn hear(app: &App, row: &inbound_activity::Model) -> Result<Said, Error> {
    let nothing = |why| Ok(Said::Nothing(Outcome::Refused(why)));
    if !app.peers().is_open_to(&row.host).await? {
        return nothing("the peer is refused");
    }
    let network = app.actors().network();
    let read = read::parse(row.body.as_bytes()).and_then(|d| Activity::read(d, network));
    let Ok(activity) = read else { return nothing("it cannot be read") };
    if activity.actor != row.actor_uri || !uri::same_origin(&activity.id, &activity.actor) {
        return nothing("id and actor have different origins");
    }
    Ok(Said::Activity(Box::new(activity)))
}

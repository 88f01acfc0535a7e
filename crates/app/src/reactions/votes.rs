//! Votes of people on servers that know groups, which a group of ours passes on to the others that do (FEP-1b12).
//!
//! Invariant: what somebody here likes is told to its author and to the group elsewhere that it is in, and to nobody
//! else; nor is what people of other kinds of server like, who did not vote.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use carefolk_domain::{GroupId, GroupRole, Standing};
use carefolk_store::entity::{actor, peer, post};
use carefolk_wire::write::Activity;
use moka::sync::Cache;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::App;
use crate::grouped::{self, Place};
use crate::kernel::{error::Error, tx::Tx};
use crate::relayed::{self, About, GROUP_SOFTWARE};

/// How many votes of one server a group passes on in an hour; more count here alone.
pub(crate) const GROUP_VOTES_AN_HOUR: u32 = 600;
const AN_HOUR: Duration = Duration::from_hours(1);

/// How many pairs of a group and a server are counted.
const COUNTED_MAX: u64 = 10_000;

/// How many votes were passed on lately, by group and server.
pub(crate) struct Votes(Cache<(GroupId, String), Arc<AtomicU32>>);

impl Default for Votes {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(COUNTED_MAX).time_to_live(AN_HOUR).build())
    }
}

impl Votes {
    fn may_pass(&self, group: GroupId, host: &str) -> bool {
        let count = self.0.get_with((group, host.to_owned()), Arc::default);
        count.fetch_add(1, Ordering::Relaxed) < GROUP_VOTES_AN_HOUR
    }
}

/// A like of somebody elsewhere, made or taken back.
pub(super) struct Vote<'a> {
    pub actor: &'a actor::Model,
    pub post: &'a post::Model,
    /// The id of the like.
    pub uri: &'a str,
    /// The id of what takes it back.
    pub undo: Option<&'a str>,
}

/// Passes these on, where a group of ours does; of most there is nothing to be asked.
pub(super) async fn pass_on(app: &App, tx: &Tx, votes: Vec<Vote<'_>>) -> Result<(), Error> {
    let is_inside = |vote: &Vote<'_>| vote.post.group_id.is_some() && vote.post.audience.is_open();
    let votes: Vec<Vote<'_>> = votes.into_iter().filter(is_inside).collect();
    if votes.is_empty() {
        return Ok(());
    }
    let hosts = hosts_that_vote(tx, votes.iter().map(|vote| vote.actor.host.as_str())).await?;
    let mut places: HashMap<GroupId, Option<Place>> = HashMap::new();
    for vote in votes.iter().filter(|vote| hosts.contains(&vote.actor.host)) {
        let Some(group) = vote.post.group_id else { continue };
        let place = match places.entry(group) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(grouped::of_post(tx.conn(), vote.post).await?),
        };
        let Some(place) = place else { continue };
        let Some(actor) = &place.actor else { continue };
        let role = grouped::role(tx.conn(), &place.row, vote.actor).await?;
        if role == Some(GroupRole::Banned) || !app.votes().may_pass(group, &vote.actor.host) {
            continue;
        }
        let about = About { later: true, ..About::post(vote.post.id) };
        relayed::pass_on(app, tx, actor, about, &said(vote, &actor.uri).to_json()).await?;
    }
    Ok(())
}

/// What they said, in as many words as it needs.
fn said(vote: &Vote<'_>, group: &str) -> Activity {
    let (actor, object) = (vote.actor.uri.clone(), vote.post.uri.clone());
    let like = Activity::like(vote.uri, actor, object, group.to_owned());
    let like = Activity { audience: Some(group.to_owned()), ..like };
    match vote.undo {
        Some(id) => Activity::undo_activity(id, like),
        None => like,
    }
}

/// Those of these hosts whose software knows groups: there, to like something is to vote for it.
async fn hosts_that_vote<'a>(
    tx: &Tx,
    hosts: impl Iterator<Item = &'a str>,
) -> Result<HashSet<String>, Error> {
    let hosts: BTreeSet<&str> = hosts.collect();
    let found = peer::Entity::find()
        .filter(peer::Column::Host.is_in(hosts))
        .filter(peer::Column::Effective.ne(Standing::Suspended))
        .all(tx.conn())
        .await?;
    let knows = |peer: &peer::Model| {
        let software = peer.software.as_deref().unwrap_or_default().to_ascii_lowercase();
        GROUP_SOFTWARE.contains(&software.as_str())
    };
    Ok(found.into_iter().filter(knows).map(|peer| peer.host).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_does_not_make_a_group_say_more_than_so_much_in_an_hour() {
        let votes = Votes::default();
        let group = GroupId(1);
        for _ in 0..GROUP_VOTES_AN_HOUR {
            assert!(votes.may_pass(group, "lemmy.example"));
        }
        assert!(!votes.may_pass(group, "lemmy.example"));
        assert!(
            votes.may_pass(group, "other.example") && votes.may_pass(GroupId(2), "lemmy.example")
        );
    }
}

//! What another server is told of a report (docs/federation/flag.md).

use carefolk_store::entity::actor;
use carefolk_wire::write::Activity;

use crate::outbox::Saying;

/// `Flag`, said by the instance: it names who (the first of `told`) and what it is about, and never who
/// reported.
pub(super) fn flag(
    instance: &actor::Model,
    told: &[&actor::Model],
    posts: Vec<String>,
    comment: String,
    uri: String,
    slug: String,
) -> Saying {
    let who = told.first().copied().unwrap_or(instance);
    let objects = [who.uri.clone()].into_iter().chain(posts).collect();
    let to = told.iter().map(|actor| actor.uri.clone()).collect();
    let activity =
        Activity::flag(uri, instance.uri.clone(), objects, comment).addressed(to, Vec::new());
    Saying::direct(instance.id, "Flag", who.id.0, slug, &activity)
}

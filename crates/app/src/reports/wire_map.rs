//! What another server is told of a report (docs/federation/flag.md).

use carefolk_store::entity::actor;
use carefolk_wire::write::Activity;

use crate::outbox::Saying;

/// `Flag`, said by the instance: it names who and what it is about, and never who reported.
pub(super) fn flag(
    instance: &actor::Model,
    about: &actor::Model,
    posts: Vec<String>,
    comment: String,
    uri: String,
    slug: String,
) -> Saying {
    let objects = [about.uri.clone()].into_iter().chain(posts).collect();
    let activity = Activity::flag(uri, instance.uri.clone(), objects, comment)
        .addressed(vec![about.uri.clone()], Vec::new());
    Saying::direct(instance.id, "Flag", about.id.0, slug, &activity)
}

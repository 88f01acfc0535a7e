//! What other servers are told of follows (docs/federation/follow.md).

use carefolk_domain::Audience;
use carefolk_store::entity::{actor, follow};
use carefolk_wire::write::{Activity, Follow};

use crate::outbox::Saying;

fn saying(
    actor: &actor::Model,
    kind: &'static str,
    order_key: i64,
    slug: String,
    activity: &Activity,
) -> Saying {
    Saying {
        actor: actor.id,
        uri: activity.id.clone(),
        slug,
        kind,
        post: None,
        order_key,
        audience: Audience::Direct,
        body: activity.to_json(),
    }
}

fn ours(follower: &actor::Model, followee: &actor::Model, row: &follow::Model) -> Follow {
    Follow {
        id: row.activity_uri.clone(),
        actor: follower.uri.clone(),
        object: followee.uri.clone(),
    }
}

/// One key for all that is said about the follow of two actors, so that it stays in order (P5).
pub(super) fn order_key(follower: &actor::Model, followee: &actor::Model) -> i64 {
    follower.id.0 ^ followee.id.0.rotate_left(17)
}

/// `Follow`.
pub(super) fn follow(
    follower: &actor::Model,
    followee: &actor::Model,
    row: &follow::Model,
    slug: String,
) -> Saying {
    let activity = Activity::follow(ours(follower, followee, row));
    saying(follower, "Follow", order_key(follower, followee), slug, &activity)
}

/// `Undo{Follow}`, with the whole Follow in it.
pub(super) fn undo_follow(
    follower: &actor::Model,
    followee: &actor::Model,
    row: &follow::Model,
    uri: String,
    slug: String,
) -> Saying {
    let activity = Activity::undo(uri, ours(follower, followee, row));
    saying(follower, "Undo", order_key(follower, followee), slug, &activity)
}

/// `Accept{Follow}`: echoes the whole Follow with the id its sender gave it (docs/federation/peers.md).
pub(super) fn accept(
    followee: &actor::Model,
    follower: &actor::Model,
    follow_id: &str,
    uri: String,
    slug: String,
) -> Saying {
    let activity = Activity::accept(uri, theirs(followee, follower, follow_id));
    saying(followee, "Accept", order_key(follower, followee), slug, &activity)
}

/// `Reject{Follow}`: no, or no longer; echoes it as an Accept does.
pub(super) fn reject(
    followee: &actor::Model,
    follower: &actor::Model,
    follow_id: &str,
    uri: String,
    slug: String,
) -> Saying {
    let activity = Activity::reject(uri, theirs(followee, follower, follow_id));
    saying(followee, "Reject", order_key(follower, followee), slug, &activity)
}

fn theirs(followee: &actor::Model, follower: &actor::Model, follow_id: &str) -> Follow {
    Follow { id: follow_id.to_owned(), actor: follower.uri.clone(), object: followee.uri.clone() }
}

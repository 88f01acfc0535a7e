//! What other servers are told of follows (docs/federation/follow.md).

use carefolk_store::entity::{actor, follow};
use carefolk_wire::write::{Activity, Follow};

use crate::outbox::{Saying, order_between};

fn ours(follower: &actor::Model, followee: &actor::Model, row: &follow::Model) -> Follow {
    Follow {
        id: row.activity_uri.clone(),
        actor: follower.uri.clone(),
        object: followee.uri.clone(),
    }
}

/// One key for all that is said about the follow of two actors, so that it stays in order (P5).
pub(super) fn order_key(follower: &actor::Model, followee: &actor::Model) -> i64 {
    order_between(follower.id.0, followee.id.0)
}

/// `Follow`.
pub(super) fn follow(
    follower: &actor::Model,
    followee: &actor::Model,
    row: &follow::Model,
    slug: String,
) -> Saying {
    let activity = Activity::follow(ours(follower, followee, row));
    Saying::direct(follower.id, "Follow", order_key(follower, followee), slug, &activity)
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
    Saying::direct(follower.id, "Undo", order_key(follower, followee), slug, &activity)
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
    Saying::direct(followee.id, "Accept", order_key(follower, followee), slug, &activity)
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
    Saying::direct(followee.id, "Reject", order_key(follower, followee), slug, &activity)
}

/// `Undo{Accept}` or `Undo{Reject}`: that answer counts no longer, and they wait for another. It holds
/// the whole of it: others find it by what is inside (docs/federation/peers.md).
pub(super) fn undo_answer(
    followee: &actor::Model,
    follower: &actor::Model,
    answer: Answer,
    uri: String,
    slug: String,
) -> Saying {
    let follow = theirs(followee, follower, &answer.follow_id);
    let answer = if answer.accepted {
        Activity::accept(answer.id, follow)
    } else {
        Activity::reject(answer.id, follow)
    };
    let activity = Activity::undo_activity(uri, answer);
    Saying::direct(followee.id, "Undo", order_key(follower, followee), slug, &activity)
}

/// An answer that was given to a follow.
pub(super) struct Answer {
    /// The id of the `Accept` or `Reject`.
    pub id: String,
    /// Which of them.
    pub accepted: bool,
    /// The id of the `Follow`.
    pub follow_id: String,
}

fn theirs(followee: &actor::Model, follower: &actor::Model, follow_id: &str) -> Follow {
    Follow { id: follow_id.to_owned(), actor: follower.uri.clone(), object: followee.uri.clone() }
}

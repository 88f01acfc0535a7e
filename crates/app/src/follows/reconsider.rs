//! Answers to follows that are taken back: who was approved or refused waits again.
//!
//! Invariant: an answer is taken back by who gave it, and by nobody else; whoever loses access by that
//! hears it, and gets nothing from that moment on.

use carefolk_domain::{Address, Span};
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{actor, follow, outbox_activity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::Follows;
use super::commands::turn;
use super::followers::Held;
use super::receive::{Named, find};
use super::wire_map::{self, Answer};
use crate::audit;
use crate::kernel::caller::Caller;
use crate::kernel::{error::Error, outcome::Outcome, tx::Tx};
use crate::outbox::{self, Recipients};

/// How long it is remembered who was refused, here and by others.
pub(crate) const REFUSED_KEPT: Span = Span::days(30);

impl Follows<'_> {
    /// Lets a follower of `handle`, or somebody who was refused lately, wait for an answer again, and
    /// tells them. Who waits already goes on waiting.
    ///
    /// # Errors
    ///
    /// As [`Follows::followers_of_mine`]; [`Error::NotFound`] if they neither follow nor were refused.
    pub async fn reconsider(
        &self,
        caller: &Caller,
        handle: &str,
        follower: &Address,
    ) -> Result<(), Error> {
        let Held { tx, followee, follower, row } = self.hold(caller, handle, follower).await?;
        if row.state == FollowState::Pending {
            return Ok(());
        }
        if !turn(&tx, &row, FollowState::Pending).await? {
            return Ok(());
        }
        outbox::cancel_for(&tx, &followee, &follower).await?;
        self.tell_undone(&tx, &followee, &follower, &row).await?;
        audit::record_operator(self.0, &tx, caller, "follower.reconsider", &follower.uri).await?;
        tx.commit().await
    }

    /// Queues the `Undo` of the answer that stands in `row`; who is here needs no letter.
    async fn tell_undone(
        &self,
        tx: &Tx,
        followee: &actor::Model,
        follower: &actor::Model,
        row: &follow::Model,
    ) -> Result<(), Error> {
        if follower.domain_id.is_some() {
            return Ok(());
        }
        let accepted = row.state == FollowState::Accepted;
        let known = said(tx, followee, follower, accepted).await?;
        // An answer of which we know no id any more is found by what is inside.
        let id = known.unwrap_or_else(|| outbox::activity_uri(self.0, &self.0.slug()));
        let answer = Answer { id, accepted, follow_id: row.activity_uri.clone() };
        let slug = self.0.slug();
        let uri = outbox::activity_uri(self.0, &slug);
        let saying = wire_map::undo_answer(followee, follower, answer, uri, slug);
        let to = Recipients::one(follower);
        outbox::say(self.0, tx, saying, to).await
    }
}

/// The id of the last `Accept` or `Reject` that was said about a follow.
async fn said(
    tx: &Tx,
    followee: &actor::Model,
    follower: &actor::Model,
    accepted: bool,
) -> Result<Option<String>, Error> {
    let kind = if accepted { "Accept" } else { "Reject" };
    let found = outbox_activity::Entity::find()
        .filter(outbox_activity::Column::ActorId.eq(followee.id))
        .filter(outbox_activity::Column::OrderKey.eq(wire_map::order_key(follower, followee)))
        .filter(outbox_activity::Column::Kind.eq(kind))
        .order_by_desc(outbox_activity::Column::Id)
        .one(tx.conn())
        .await?;
    Ok(found.map(|row| row.uri))
}

/// Somebody elsewhere takes an answer to a follow of ours back: it waits again. Only who answered can
/// (S-046).
pub(crate) async fn undone(tx: &Tx, from: &actor::Model, named: &Named) -> Result<Outcome, Error> {
    if !named.is_by(from) {
        return Ok(Outcome::Refused("it takes somebody else's answer back"));
    }
    let about = named.answered.as_deref().filter(|about| about.may_be_a_follow());
    let Some(about) = about else {
        return Ok(Outcome::Ignored("it undoes something we never did"));
    };
    let undone = if named.kind.as_deref() == Some("Accept") {
        FollowState::Accepted
    } else {
        FollowState::Rejected
    };
    let row = find(tx, about, |row| row.followee_id == from.id).await?;
    let Some(row) = row.filter(|row| row.state == undone) else {
        return Ok(Outcome::Ignored("it undoes nothing here"));
    };
    turn(tx, &row, FollowState::Pending).await?;
    Ok(Outcome::Applied)
}

/// Forgets who was refused long ago.
pub(crate) async fn forget_refused(tx: &Tx) -> Result<u64, Error> {
    let gone = follow::Entity::delete_many()
        .filter(follow::Column::State.eq(FollowState::Rejected))
        .filter(follow::Column::AnsweredAt.lt(tx.now() - REFUSED_KEPT))
        .exec(tx.conn())
        .await?;
    Ok(gone.rows_affected)
}

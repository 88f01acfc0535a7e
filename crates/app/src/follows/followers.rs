//! Saying yes or no to who follows: approving, refusing, removing.
//!
//! Invariant: whoever loses access hears it (`Reject`), and gets nothing from that moment on.

use carefolk_domain::{Address, Moment};
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{actor, follow};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};

use super::commands::{between, end, turn};
use super::queries::before;
use super::{Follows, wire_map};
use crate::actors::{ActorView, queries as actors};
use crate::audit;
use crate::kernel::caller::Caller;
use crate::kernel::{error::Error, page::Page, tx::Tx};
use crate::outbox::{self, Recipients};

/// A follow, from the side of who is followed.
#[derive(Clone, Debug)]
pub struct FollowerView {
    /// Who follows, or asks to.
    pub follower: ActorView,
    /// Whether it was approved, or refused.
    pub state: FollowState,
    /// Since when.
    pub created: Moment,
}

/// What happens to who wants to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// They follow at once.
    Open,
    /// Each has to be approved.
    AskFirst,
}

/// A follow that is about to be answered, or its answer taken back.
pub(super) struct Held {
    pub(super) tx: Tx,
    pub(super) followee: actor::Model,
    pub(super) follower: actor::Model,
    pub(super) row: follow::Model,
}

impl Follows<'_> {
    /// Who follows `handle`, who asks to and who was refused lately, the newest first: for who may speak
    /// as `handle`.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn followers_of_mine(
        &self,
        caller: &Caller,
        handle: &str,
        page: Page,
    ) -> Result<Vec<FollowerView>, Error> {
        let followee = self.voice(caller, handle).await?;
        let query = follow::Entity::find().filter(follow::Column::FolloweeId.eq(followee.id));
        let mut out = Vec::new();
        for row in before(query, page).all(self.0.read()).await? {
            let follower = actors::by_id(self.0.read(), row.follower_id).await?;
            let follower = actors::view(follower);
            out.push(FollowerView { follower, state: row.state, created: row.created_at });
        }
        Ok(out)
    }

    /// Sets whether who wants to follow `handle` has to be approved first. Who follows already
    /// stays.
    ///
    /// # Errors
    ///
    /// As [`Follows::followers_of_mine`].
    pub async fn set_approval(
        &self,
        caller: &Caller,
        handle: &str,
        approval: Approval,
    ) -> Result<(), Error> {
        let followee = self.voice(caller, handle).await?;
        let tx = self.0.begin().await?;
        let changed = actor::ActiveModel {
            id: Set(followee.id),
            manually_approves: Set(approval == Approval::AskFirst),
            ..Default::default()
        };
        changed.update(tx.conn()).await?;
        audit::record_operator(self.0, &tx, caller, "follower.approval", handle).await?;
        tx.commit().await
    }

    /// Approves who asked to follow `handle`, and tells them. Approving twice is no error.
    ///
    /// # Errors
    ///
    /// As [`Follows::followers_of_mine`]; [`Error::NotFound`] if they did not ask.
    pub async fn approve(
        &self,
        caller: &Caller,
        handle: &str,
        follower: &Address,
    ) -> Result<(), Error> {
        let Held { tx, followee, follower, row } = self.hold(caller, handle, follower).await?;
        if row.state == FollowState::Accepted {
            return Ok(());
        }
        if row.state == FollowState::Rejected {
            return Err(Error::Conflict("they were refused; let them wait again first"));
        }
        if !turn(&tx, &row, FollowState::Accepted).await? {
            return Ok(());
        }
        self.tell(&tx, &followee, &follower, &row, true).await?;
        audit::record_operator(self.0, &tx, caller, "follower.approve", &follower.uri).await?;
        tx.commit().await
    }

    /// Refuses who asked to follow `handle`, or removes who follows, and tells them. That they were
    /// refused is remembered for a while, so that it can be reconsidered.
    ///
    /// # Errors
    ///
    /// As [`Follows::approve`].
    pub async fn refuse(
        &self,
        caller: &Caller,
        handle: &str,
        follower: &Address,
    ) -> Result<(), Error> {
        let Held { tx, followee, follower, row } = self.hold(caller, handle, follower).await?;
        if row.state == FollowState::Rejected {
            return Err(Error::NotFound("follower"));
        }
        if !turn(&tx, &row, FollowState::Rejected).await? {
            return Ok(());
        }
        self.tell_refused(&tx, &followee, &follower, &row).await?;
        audit::record_operator(self.0, &tx, caller, "follower.refuse", &follower.uri).await?;
        tx.commit().await
    }

    /// Ends the follow of `followee`, who is here, by `follower`, and tells them; says whether there
    /// was one.
    pub(crate) async fn turn_away(
        &self,
        tx: &Tx,
        followee: &actor::Model,
        follower: &actor::Model,
    ) -> Result<bool, Error> {
        let Some(row) = between(tx.conn(), follower, followee).await? else { return Ok(false) };
        end(tx, &row).await?;
        if row.state == FollowState::Rejected {
            return Ok(false);
        }
        self.tell_refused(tx, followee, follower, &row).await?;
        Ok(true)
    }

    /// Takes back what waits for them, and queues the `Reject`.
    async fn tell_refused(
        &self,
        tx: &Tx,
        followee: &actor::Model,
        follower: &actor::Model,
        row: &follow::Model,
    ) -> Result<(), Error> {
        outbox::cancel_for(tx, followee, follower).await?;
        self.tell(tx, followee, follower, row, false).await
    }

    /// The follow of `handle` by `follower`, in the change that is about to answer it.
    pub(super) async fn hold(
        &self,
        caller: &Caller,
        handle: &str,
        follower: &Address,
    ) -> Result<Held, Error> {
        let followee = self.voice(caller, handle).await?;
        let follower = self.0.actors().known_or_local(follower).await?;
        let follower = follower.ok_or(Error::NotFound("follower"))?;
        let tx = self.0.begin().await?;
        let row = between(tx.conn(), &follower, &followee).await?;
        let row = row.ok_or(Error::NotFound("follower"))?;
        Ok(Held { tx, followee, follower, row })
    }

    /// Queues the `Accept` or `Reject`; who is here needs no letter.
    async fn tell(
        &self,
        tx: &Tx,
        followee: &actor::Model,
        follower: &actor::Model,
        row: &follow::Model,
        accepted: bool,
    ) -> Result<(), Error> {
        if follower.domain_id.is_some() {
            return Ok(());
        }
        let slug = self.0.slug();
        let id = outbox::activity_uri(self.0, &slug);
        let answer = if accepted { wire_map::accept } else { wire_map::reject };
        let said = answer(followee, follower, &row.activity_uri, id, slug);
        let to = Recipients::one(follower);
        outbox::say(self.0, tx, said, to).await?;
        Ok(())
    }
}

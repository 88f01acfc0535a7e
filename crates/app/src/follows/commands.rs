//! Following and unfollowing.

use carefolk_domain::authorise::Act;
use carefolk_domain::{Address, Denial, FollowId, UriHash};
use carefolk_store::dialect::{self, ActorCounts};
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{actor, follow};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set, sea_query::Expr,
};

use super::{FollowView, Follows, wire_map};
use crate::actors::queries as actors;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::outbox::{self, Recipients};
use crate::{App, audit, blocked, homes};

/// The follow between two actors.
pub(super) async fn between(
    conn: &impl ConnectionTrait,
    follower: &actor::Model,
    followee: &actor::Model,
) -> Result<Option<follow::Model>, Error> {
    Ok(follow::Entity::find()
        .filter(follow::Column::FollowerId.eq(follower.id))
        .filter(follow::Column::FolloweeId.eq(followee.id))
        .one(conn)
        .await?)
}

/// Counts a follow in (`by` is 1) or out (-1) on both sides.
pub(super) async fn count(tx: &Tx, row: &follow::Model, by: i64) -> Result<(), Error> {
    let follower = ActorCounts { following: by, ..ActorCounts::default() };
    let followee = ActorCounts { followers: by, ..ActorCounts::default() };
    dialect::bump_actor_counts(tx.store(), row.follower_id, follower).await?;
    dialect::bump_actor_counts(tx.store(), row.followee_id, followee).await?;
    Ok(())
}

impl Follows<'_> {
    /// Lets the local actor `handle` follow whoever `address` is. Looks strangers up itself;
    /// the `Follow` is delivered by the workers.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] if the caller may not speak as `handle` or the peer is refused;
    /// [`Error::Upstream`] if the look-up fails; [`Error::Conflict`] for oneself.
    pub async fn follow(
        &self,
        caller: &Caller,
        handle: &str,
        address: &Address,
    ) -> Result<FollowView, Error> {
        let follower = self.voice(caller, handle).await?;
        let followee = self.0.actors().find_confirmed(address).await?;
        if follower.id == followee.id {
            return Err(Error::Conflict("an actor does not follow itself"));
        }
        let conn = self.0.read();
        if blocked::is_blocked(conn, follower.id, followee.id).await? {
            return Err(Error::Conflict("they are blocked; unblock them first"));
        }
        if blocked::is_blocked(conn, followee.id, follower.id).await? {
            return Err(Denial::Blocked.into());
        }
        let tx = self.0.begin().await?;
        let row = match between(tx.conn(), &follower, &followee).await? {
            Some(row) if row.state != FollowState::Rejected => row,
            Some(old) => {
                follow::Entity::delete_by_id(old.id).exec(tx.conn()).await?;
                self.write(&tx, &follower, &followee).await?
            }
            None => self.write(&tx, &follower, &followee).await?,
        };
        audit::record_operator(self.0, &tx, caller, "follow", &followee.uri).await?;
        tx.commit().await?;
        let created = row.created_at;
        Ok(FollowView { followee: actors::view(followee), state: row.state, created })
    }

    /// Writes a follow by somebody here, and asks for it where that is needed; one that is there
    /// already stays as it is, unless it was refused.
    pub(crate) async fn begin(
        &self,
        tx: &Tx,
        follower: &actor::Model,
        followee: &actor::Model,
    ) -> Result<(), Error> {
        match between(tx.conn(), follower, followee).await? {
            Some(row) if row.state != FollowState::Rejected => return Ok(()),
            Some(old) => end(tx, &old).await?,
            None => {}
        }
        self.write(tx, follower, followee).await.map(|_row| ())
    }

    async fn write(
        &self,
        tx: &Tx,
        follower: &actor::Model,
        followee: &actor::Model,
    ) -> Result<follow::Model, Error> {
        let is_local = followee.domain_id.is_some();
        let state = if is_local && !followee.manually_approves {
            FollowState::Accepted
        } else {
            FollowState::Pending
        };
        let slug = self.0.slug();
        let uri = outbox::activity_uri(self.0, &slug);
        let row = insert(self.0, tx, follower, followee, uri, state).await?;
        if !is_local {
            let said = wire_map::follow(follower, followee, &row, slug);
            let to = Recipients::one(followee);
            outbox::say(self.0, tx, said, to).await?;
        }
        Ok(row)
    }

    /// Ends a follow; one that does not exist is no error.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`], [`Error::NotFound`] if nobody has that address.
    pub async fn unfollow(
        &self,
        caller: &Caller,
        handle: &str,
        address: &Address,
    ) -> Result<(), Error> {
        let follower = self.voice(caller, handle).await?;
        let followee = self.0.actors().known_or_local(address).await?;
        let followee = followee.ok_or(Error::NotFound("actor"))?;
        let tx = self.0.begin().await?;
        if !self.leave(&tx, &follower, &followee).await? {
            return Ok(());
        }
        audit::record_operator(self.0, &tx, caller, "unfollow", &followee.uri).await?;
        tx.commit().await
    }

    /// Ends the follow of `followee` by `follower`, who is here, and tells them; says whether there
    /// was one.
    pub(crate) async fn leave(
        &self,
        tx: &Tx,
        follower: &actor::Model,
        followee: &actor::Model,
    ) -> Result<bool, Error> {
        let Some(row) = between(tx.conn(), follower, followee).await? else { return Ok(false) };
        end(tx, &row).await?;
        // Who refused has nothing to hear of.
        if followee.domain_id.is_none() && row.state != FollowState::Rejected {
            let slug = self.0.slug();
            let uri = outbox::activity_uri(self.0, &slug);
            let said = wire_map::undo_follow(follower, followee, &row, uri, slug);
            let to = Recipients::one(followee);
            outbox::say(self.0, tx, said, to).await?;
        }
        Ok(true)
    }

    /// The local actor that the caller may speak as.
    pub(crate) async fn voice(&self, caller: &Caller, handle: &str) -> Result<actor::Model, Error> {
        let row = actors::by_handle(self.0.read(), handle)
            .await?
            .filter(actors::is_shown)
            .ok_or(Error::NotFound("actor"))?;
        if let Caller::Member(member) = caller {
            if row.id == member.actor {
                caller.may(Act::WriteAsSelf)?;
            } else {
                let conn = self.0.read();
                let role = crate::providers::team_role(conn, row.id, member.account).await?;
                caller.may(Act::WriteAsProvider(role))?;
            }
        } else {
            caller.may(Act::WriteAsSelf)?;
        }
        Ok(row)
    }
}

/// Writes a follow, and what follows from it if it holds at once.
pub(super) async fn insert(
    app: &App,
    tx: &Tx,
    follower: &actor::Model,
    followee: &actor::Model,
    uri: String,
    state: FollowState,
) -> Result<follow::Model, Error> {
    let accepted = state == FollowState::Accepted;
    let row = follow::ActiveModel {
        id: Set(FollowId(app.id())),
        follower_id: Set(follower.id),
        followee_id: Set(followee.id),
        state: Set(state),
        activity_hash: Set(UriHash::of(&uri)),
        activity_uri: Set(uri),
        created_at: Set(tx.now()),
        answered_at: Set(accepted.then_some(tx.now())),
    }
    .insert(tx.conn())
    .await?;
    if accepted {
        count(tx, &row, 1).await?;
        homes::add_author(tx, follower.id, followee.id).await?;
    }
    Ok(row)
}

/// Gives a follow another state, with what follows from that; says whether it was still as in `row`, for
/// another process may have been faster.
pub(super) async fn turn(tx: &Tx, row: &follow::Model, state: FollowState) -> Result<bool, Error> {
    // That an answer was taken back does not make it one that never was.
    let answered = Some(tx.now()).filter(|_| state != FollowState::Pending).or(row.answered_at);
    let turned = follow::Entity::update_many()
        .col_expr(follow::Column::State, Expr::value(state))
        .col_expr(follow::Column::AnsweredAt, Expr::value(answered))
        .filter(follow::Column::Id.eq(row.id))
        .filter(follow::Column::State.eq(row.state))
        .exec(tx.conn())
        .await?;
    if turned.rows_affected == 0 {
        return Ok(false);
    }
    match (row.state == FollowState::Accepted, state == FollowState::Accepted) {
        (false, true) => {
            count(tx, row, 1).await?;
            homes::add_author(tx, row.follower_id, row.followee_id).await?;
        }
        (true, false) => {
            count(tx, row, -1).await?;
            homes::drop_author(tx, row.follower_id, row.followee_id).await?;
        }
        _ => {}
    }
    Ok(true)
}

/// Takes a follow away, with what followed from it.
pub(super) async fn end(tx: &Tx, row: &follow::Model) -> Result<(), Error> {
    let gone = follow::Entity::delete_by_id(row.id).exec(tx.conn()).await?;
    // Another process may have been faster; then it has counted.
    if gone.rows_affected > 0 && row.state == FollowState::Accepted {
        count(tx, row, -1).await?;
        homes::drop_author(tx, row.follower_id, row.followee_id).await?;
    }
    Ok(())
}

//! Following somebody to where they moved: for everybody here who followed them, a few at a time.

use carefolk_domain::ActorId;
use carefolk_store::entity::follow::{self, FollowState};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Profiles;
use crate::actors::queries as actors;
use crate::blocked;
use crate::kernel::error::Error;

/// How many follows go over in one transaction.
const AT_ONCE: u64 = 50;

/// How many go over in one run of the job.
const RUNS: usize = 20;

impl Profiles<'_> {
    /// Lets those of ours who follow `from` follow `to` instead; says whether all of them do.
    pub(crate) async fn follow_on(&self, from: ActorId, to: ActorId) -> Result<bool, Error> {
        for _ in 0..RUNS {
            if self.some_follow_on(from, to).await? == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn some_follow_on(&self, from: ActorId, to: ActorId) -> Result<usize, Error> {
        let tx = self.0.begin().await?;
        let old = actors::by_id(tx.conn(), from).await?;
        let new = actors::by_id(tx.conn(), to).await?;
        if !actors::is_shown(&new) || old.moved_to.as_deref() != Some(new.uri.as_str()) {
            return Ok(0);
        }
        let rows = follow::Entity::find()
            .filter(follow::Column::FolloweeId.eq(from))
            .filter(follow::Column::State.eq(FollowState::Accepted))
            .filter(follow::Column::FollowerId.in_subquery(actors::local_ids()))
            .order_by_asc(follow::Column::Id)
            .limit(AT_ONCE)
            .all(tx.conn())
            .await?;
        for row in &rows {
            let follower = actors::by_id(tx.conn(), row.follower_id).await?;
            self.0.follows().leave(&tx, &follower, &old).await?;
            let apart = follower.id == new.id
                || blocked::is_blocked(tx.conn(), follower.id, new.id).await?
                || blocked::is_blocked(tx.conn(), new.id, follower.id).await?;
            if !apart {
                self.0.follows().begin(&tx, &follower, &new).await?;
            }
        }
        tx.commit().await?;
        Ok(rows.len())
    }
}

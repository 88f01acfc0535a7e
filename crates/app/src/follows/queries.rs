//! Reading follows.

use carefolk_domain::{ActorId, FollowId};
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{actor, follow};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{FollowView, Follows};
use crate::actors::{ActorView, queries as actors};
use crate::kernel::caller::Caller;
use crate::kernel::{error::Error, page::Page};

impl Follows<'_> {
    /// Whom the local actor `handle` follows, the newest first.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn following(
        &self,
        _viewer: &Caller,
        handle: &str,
        page: Page,
    ) -> Result<Vec<FollowView>, Error> {
        let row = self.local(handle).await?;
        let query = follow::Entity::find().filter(follow::Column::FollowerId.eq(row.id));
        let mut out = Vec::new();
        for follow in before(query, page).all(self.0.read()).await? {
            let followee = actors::by_id(self.0.read(), follow.followee_id).await?;
            let created = follow.created_at;
            out.push(FollowView { followee: actors::view(followee), state: follow.state, created });
        }
        Ok(out)
    }

    /// Who follows the local actor `handle`, the newest first.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn followers(
        &self,
        _viewer: &Caller,
        handle: &str,
        page: Page,
    ) -> Result<Vec<ActorView>, Error> {
        let row = self.local(handle).await?;
        let query = follow::Entity::find()
            .filter(follow::Column::FolloweeId.eq(row.id))
            .filter(follow::Column::State.eq(FollowState::Accepted));
        let mut out = Vec::new();
        for follow in before(query, page).all(self.0.read()).await? {
            out.push(actors::view(actors::by_id(self.0.read(), follow.follower_id).await?));
        }
        Ok(out)
    }

    /// The follow of a member's actor towards somebody, if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn state(
        &self,
        follower: ActorId,
        followee: ActorId,
    ) -> Result<Option<FollowState>, Error> {
        let row = follow::Entity::find()
            .filter(follow::Column::FollowerId.eq(follower))
            .filter(follow::Column::FolloweeId.eq(followee))
            .one(self.0.read())
            .await?;
        Ok(row.map(|row| row.state))
    }

    /// Whether anybody here follows `followee`.
    pub(crate) async fn is_followed_here(&self, followee: ActorId) -> Result<bool, Error> {
        is_followed_on(self.0.read(), followee).await
    }

    async fn local(&self, handle: &str) -> Result<actor::Model, Error> {
        actors::by_handle(self.0.read(), handle).await?.ok_or(Error::NotFound("actor"))
    }
}

/// Whether anybody here follows `followee`, as `conn` sees it.
pub(crate) async fn is_followed_on(
    conn: &impl ConnectionTrait,
    followee: ActorId,
) -> Result<bool, Error> {
    let found = follow::Entity::find()
        .filter(follow::Column::FolloweeId.eq(followee))
        .filter(follow::Column::State.eq(FollowState::Accepted))
        .filter(follow::Column::FollowerId.in_subquery(actors::local_ids()))
        .one(conn)
        .await?;
    Ok(found.is_some())
}

pub(super) fn before(
    query: sea_orm::Select<follow::Entity>,
    page: Page,
) -> sea_orm::Select<follow::Entity> {
    let query = match page.before {
        Some(id) => query.filter(follow::Column::Id.lt(FollowId(id))),
        None => query,
    };
    query.order_by_desc(follow::Column::Id).limit(page.rows())
}

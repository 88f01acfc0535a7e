//! What somebody likes.

use std::collections::HashSet;

use carefolk_domain::{PostId, ReactionKind};
use carefolk_store::dialect::padded;
use carefolk_store::entity::reaction;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::Reactions;
use crate::kernel::caller::Member;
use crate::kernel::error::Error;

impl Reactions<'_> {
    /// Which of these a member likes.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn liked(
        &self,
        member: &Member,
        posts: Vec<PostId>,
    ) -> Result<HashSet<PostId>, Error> {
        if posts.is_empty() {
            return Ok(HashSet::new());
        }
        let found: Vec<PostId> = reaction::Entity::find()
            .select_only()
            .column(reaction::Column::PostId)
            .filter(reaction::Column::ActorId.eq(member.actor))
            .filter(reaction::Column::Kind.eq(ReactionKind::Like))
            .filter(reaction::Column::PostId.is_in(padded(posts)))
            .into_tuple()
            .all(self.0.read())
            .await?;
        Ok(found.into_iter().collect())
    }
}

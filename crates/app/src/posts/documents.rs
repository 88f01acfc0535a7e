//! The documents behind the addresses of posts, for anybody who asks unsigned.

use carefolk_domain::{Audience, PostState};
use carefolk_store::entity::post;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Posts, wire_map};
use crate::actors::queries as actors;
use crate::kernel::error::Error;

/// What stands at the address of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostDocument {
    /// The post, as JSON.
    Note(String),
    /// What is left of it, as JSON.
    Tombstone(String),
}

impl Posts<'_> {
    /// The document of a local post that anybody may read.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], also for posts that are not for anybody.
    pub async fn document(&self, slug: &str) -> Result<PostDocument, Error> {
        let row = self.open_row(slug).await?;
        if wire_map::is_gone(&row) {
            return Ok(PostDocument::Tombstone(wire_map::Loaded::tombstone(&row).to_json()));
        }
        let loaded = wire_map::load(self.0, self.0.read(), &row).await?;
        Ok(PostDocument::Note(loaded.note().to_json()))
    }

    /// The row of a local post that anybody may know of; its tombstone counts.
    pub(super) async fn open_row(&self, slug: &str) -> Result<post::Model, Error> {
        let row = post::Entity::find()
            .filter(post::Column::Slug.eq(slug))
            .filter(post::Column::Audience.is_in([Audience::Public, Audience::Quiet]))
            .filter(post::Column::State.is_in([
                PostState::Published,
                PostState::Deleted,
                PostState::Removed,
            ]))
            .one(self.0.read())
            .await?
            .ok_or(Error::NotFound("post"))?;
        let author = actors::by_id(self.0.read(), row.actor_id).await?;
        if actors::is_shown(&author) { Ok(row) } else { Err(Error::NotFound("post")) }
    }
}

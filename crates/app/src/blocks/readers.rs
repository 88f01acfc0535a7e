//! What is not shown to somebody elsewhere because its author blocks them.

use carefolk_domain::{ActorId, UriHash};
use carefolk_store::entity::{outbox_activity, post};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::Blocks;
use crate::actors::queries as actors;
use crate::kernel::error::Error;
use crate::{blocked, outbox};

/// What another server asks for, by the last part of its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked<'a> {
    /// A post, or a list that hangs on it.
    Post(&'a str),
    /// An activity.
    Activity(&'a str),
    /// A list of what an actor said.
    PostsOf(&'a str),
}

impl Blocks<'_> {
    /// Whether the author of `asked` blocks the actor with the id `reader`.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn hides(&self, asked: Asked<'_>, reader: &str) -> Result<bool, Error> {
        let conn = self.0.read();
        let Some(author) = self.author(asked).await? else { return Ok(false) };
        let Some(reader) = actors::by_uri(conn, reader).await? else { return Ok(false) };
        blocked::is_blocked(conn, author, reader.id).await
    }

    async fn author(&self, asked: Asked<'_>) -> Result<Option<ActorId>, Error> {
        let conn = self.0.read();
        Ok(match asked {
            Asked::Post(slug) => {
                let row = post::Entity::find().filter(post::Column::Slug.eq(slug)).one(conn);
                row.await?.map(|row| row.actor_id)
            }
            Asked::Activity(slug) => {
                let hash = UriHash::of(&outbox::activity_uri(self.0, slug));
                let row = outbox_activity::Entity::find()
                    .filter(outbox_activity::Column::UriHash.eq(hash))
                    .one(conn);
                row.await?.map(|row| row.actor_id)
            }
            Asked::PostsOf(slug) => match self.0.actors().by_slug(slug).await {
                Ok(row) => Some(row.id),
                Err(Error::NotFound(_)) => None,
                Err(other) => return Err(other),
            },
        })
    }
}

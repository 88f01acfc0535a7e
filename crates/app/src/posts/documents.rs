//! The documents behind the addresses of posts, for anybody who asks unsigned.

use carefolk_domain::{Audience, PostState};
use carefolk_store::entity::post;
use carefolk_wire::write::{Object, OrderedCollection, OrderedCollectionPage};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::visible::visible_to;
use super::{Posts, wire_map};
use crate::actors::queries as actors;
use crate::kernel::{caller::Caller, error::Error};

/// How many posts one page of an outbox holds; PieFed reads ten (docs/federation/peers.md).
const OUTBOX_PAGE: u64 = 20;

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

    /// The outbox of a local actor: how many posts, or one page of them.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn outbox_document(
        &self,
        actor_slug: &str,
        page: Option<crate::Page>,
    ) -> Result<String, Error> {
        let author = self.0.actors().by_slug(actor_slug).await?;
        let outbox = author.outbox.clone().unwrap_or_default();
        let public = post::Entity::find()
            .filter(visible_to(&Caller::Visitor))
            .filter(post::Column::Audience.eq(Audience::Public))
            .filter(post::Column::ActorId.eq(author.id));
        let Some(page) = page else {
            let total = public.count(self.0.read()).await?;
            let first = format!("{outbox}?page=true");
            return Ok(OrderedCollection::paged(outbox, total, first).to_json());
        };
        let query = match page.before {
            Some(id) => public.filter(post::Column::Id.lt(carefolk_domain::PostId(id))),
            None => public,
        };
        let rows =
            query.order_by_desc(post::Column::Id).limit(OUTBOX_PAGE).all(self.0.read()).await?;
        let full = u64::try_from(rows.len()).unwrap_or(0) == OUTBOX_PAGE;
        let next =
            rows.last().filter(|_| full).map(|r| format!("{outbox}?page=true&before={}", r.id));
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            let loaded = wire_map::load(self.0, self.0.read(), row).await?;
            items.push(Object::Activity(Box::new(loaded.create_activity())));
        }
        let id = match page.before {
            Some(before) => format!("{outbox}?page=true&before={before}"),
            None => format!("{outbox}?page=true"),
        };
        Ok(OrderedCollectionPage::new(id, outbox, next, items).to_json())
    }
}

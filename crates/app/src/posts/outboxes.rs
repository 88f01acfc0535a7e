//! The outboxes of local actors, for anybody who asks: what people and providers published, and what groups passed
//! on.

use std::collections::HashMap;

use carefolk_domain::{ActorId, ActorKind, Audience, PostId, ReactionKind};
use carefolk_store::dialect::padded;
use carefolk_store::entity::{actor, post, reaction};
use carefolk_wire::write::{Object, OrderedCollection, OrderedCollectionPage};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};

use super::visible::visible_to;
use super::{Posts, wire_map};
use crate::kernel::{caller::Caller, error::Error};
use crate::{Page, reacted};

/// How much one page of an outbox holds; PieFed reads ten (docs/federation/peers.md).
const OUTBOX_PAGE: u64 = 20;

/// One page: what is on it, and where the next begins.
type Items = (Vec<Object>, Option<i64>);

impl Posts<'_> {
    /// The outbox of a local actor: how much there is, or one page of it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn outbox_document(
        &self,
        actor_slug: &str,
        page: Option<Page>,
    ) -> Result<String, Error> {
        let whose = self.0.actors().by_slug(actor_slug).await?;
        let outbox = whose.outbox.clone().unwrap_or_default();
        let is_group = whose.kind == ActorKind::Group;
        let Some(page) = page else {
            let total = if is_group {
                passed_on_by(whose.id).count(self.0.read()).await?
            } else {
                published_by(whose.id).count(self.0.read()).await?
            };
            let first = format!("{outbox}?page=true");
            return Ok(OrderedCollection::paged(outbox, total, first).to_json());
        };
        let (items, next) = if is_group {
            self.passed_on(&whose, &page).await?
        } else {
            self.published(whose.id, &page).await?
        };
        let id = match page.before {
            Some(before) => format!("{outbox}?page=true&before={before}"),
            None => format!("{outbox}?page=true"),
        };
        let next = next.map(|before| format!("{outbox}?page=true&before={before}"));
        Ok(OrderedCollectionPage::new(id, outbox, next, items).to_json())
    }

    async fn published(&self, author: ActorId, page: &Page) -> Result<Items, Error> {
        let query = match page.before {
            Some(id) => published_by(author).filter(post::Column::Id.lt(PostId(id))),
            None => published_by(author),
        };
        let rows =
            query.order_by_desc(post::Column::Id).limit(OUTBOX_PAGE).all(self.0.read()).await?;
        let next = rows.last().filter(|_| is_full(rows.len())).map(|row| row.id.0);
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            let loaded = wire_map::load(self.0, self.0.read(), row).await?;
            items.push(Object::Activity(Box::new(loaded.create_activity())));
        }
        Ok((items, next))
    }

    async fn passed_on(&self, group: &actor::Model, page: &Page) -> Result<Items, Error> {
        let query = match page.before {
            Some(id) => passed_on_by(group.id).filter(reaction::Column::PostId.lt(PostId(id))),
            None => passed_on_by(group.id),
        };
        // By the posts, for which there is an index: what it passed on stands in their order.
        let by_post = query.order_by_desc(reaction::Column::PostId).limit(OUTBOX_PAGE);
        let rows = by_post.all(self.0.read()).await?;
        let next = rows.last().filter(|_| is_full(rows.len())).map(|row| row.post_id.0);
        let ids = padded(rows.iter().map(|row| row.post_id));
        let posts =
            post::Entity::find().filter(post::Column::Id.is_in(ids)).all(self.0.read()).await?;
        let ids = padded(posts.iter().map(|post| post.actor_id));
        let authors =
            actor::Entity::find().filter(actor::Column::Id.is_in(ids)).all(self.0.read()).await?;
        let posts: HashMap<PostId, &post::Model> =
            posts.iter().map(|post| (post.id, post)).collect();
        let authors: HashMap<ActorId, &actor::Model> =
            authors.iter().map(|author| (author.id, author)).collect();
        let announce = |row: &reaction::Model| {
            let post = posts.get(&row.post_id)?;
            let author = authors.get(&post.actor_id)?;
            Some(Object::Activity(Box::new(reacted::activity(row, group, post, author))))
        };
        Ok((rows.iter().filter_map(announce).collect(), next))
    }
}

fn is_full(count: usize) -> bool {
    u64::try_from(count).unwrap_or(0) == OUTBOX_PAGE
}

/// What anybody may read of what they published.
fn published_by(author: ActorId) -> Select<post::Entity> {
    post::Entity::find()
        .filter(visible_to(&Caller::Visitor))
        .filter(post::Column::Audience.eq(Audience::Public))
        .filter(post::Column::ActorId.eq(author))
}

/// What anybody may read of what they passed on.
fn passed_on_by(group: ActorId) -> Select<reaction::Entity> {
    let open = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(visible_to(&Caller::Visitor))
        .into_query();
    reaction::Entity::find()
        .filter(reaction::Column::ActorId.eq(group))
        .filter(reaction::Column::Kind.eq(ReactionKind::Boost))
        .filter(reaction::Column::PostId.in_subquery(open))
}

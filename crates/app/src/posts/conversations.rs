//! The collections of ids that hang on a post: what answers it, and the conversation it began.
//!
//! Invariant: they hold what [`visible_to`] shows a visitor and nothing else, and count nothing else:
//! a number would tell that a private reply is there (S-173).

use carefolk_domain::PostId;
use carefolk_store::entity::post;
use carefolk_wire::write::{OrderedCollection, OrderedCollectionPage};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::visible::visible_to;
use super::{Posts, wire_map};
use crate::actors::queries as actors;
use crate::kernel::{caller::Caller, error::Error};

/// How many ids a page of `replies` or `context` holds. Mastodon reads five hundred pages at most,
/// and fetches each id by itself (docs/federation/peers.md): small pages cost it nothing.
const CONVERSATION_PAGE: u64 = 50;

/// Which part of a list of ids is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The list, with its first page inside.
    Whole,
    /// The page after the post with that row, or the first one.
    Page {
        /// The row; nothing for the first page.
        after: Option<i64>,
    },
}

impl Posts<'_> {
    /// The ids of what answers a local post directly, the oldest first.
    ///
    /// # Errors
    ///
    /// As [`Posts::document`].
    pub async fn replies_document(&self, slug: &str, part: Part) -> Result<String, Error> {
        let row = self.open_row(slug).await?;
        let id = format!("{}/replies", row.uri);
        let which = post::Column::InReplyToId.eq(row.id).into_condition();
        self.ids(id, which, None, part).await
    }

    /// The ids of a conversation whose id is ours, the oldest first (FEP-7888, FEP-f228).
    ///
    /// # Errors
    ///
    /// As [`Posts::document`]; [`Error::NotFound`] also for a post whose conversation has another
    /// id than the post's own `context`.
    pub async fn context_document(&self, slug: &str, part: Part) -> Result<String, Error> {
        let row = self.open_row(slug).await?;
        let id = format!("{}/context", row.uri);
        if row.context_uri.as_ref() != Some(&id) {
            return Err(Error::NotFound("context"));
        }
        let owner = actors::by_id(self.0.read(), row.actor_id).await?.uri;
        // It may have begun with a post from elsewhere that named no conversation.
        let root = row.root_id.unwrap_or(row.id);
        let which =
            Condition::any().add(post::Column::RootId.eq(root)).add(post::Column::Id.eq(root));
        self.ids(id, which, Some(owner), part).await
    }

    async fn ids(
        &self,
        id: String,
        which: Condition,
        owner: Option<String>,
        part: Part,
    ) -> Result<String, Error> {
        let all = post::Entity::find().filter(visible_to(&Caller::Visitor)).filter(which);
        let after = match part {
            Part::Whole => None,
            Part::Page { after } => after,
        };
        let query = match after {
            Some(after) => all.clone().filter(post::Column::Id.gt(PostId(after))),
            None => all.clone(),
        };
        let mut rows = query
            .order_by_asc(post::Column::Id)
            .limit(CONVERSATION_PAGE + 1)
            .all(self.0.read())
            .await?;
        let more = u64::try_from(rows.len()).unwrap_or(0) > CONVERSATION_PAGE;
        if more {
            rows.pop();
        }
        let next =
            rows.last().filter(|_| more).map(|row| format!("{id}?page=true&after={}", row.id));
        let page_id = match after {
            Some(after) => format!("{id}?page=true&after={after}"),
            None => format!("{id}?page=true"),
        };
        let page = OrderedCollectionPage::new(page_id, id.clone(), next, wire_map::ids(&rows));
        if part != Part::Whole {
            return Ok(page.to_json());
        }
        let total = all.count(self.0.read()).await?;
        let list = OrderedCollection::begun(id, total, page);
        Ok(match owner {
            Some(owner) => list.attributed_to(owner).to_json(),
            None => list.to_json(),
        })
    }
}

//! What is looked for because somebody reads a conversation: its answers elsewhere, and how posts
//! that were found read by now.
//!
//! Invariant: only reading by a member asks other servers, each post at most once in a while. A
//! visitor, or a robot that follows every link, makes us fetch nothing.

use carefolk_domain::{Moment, PostId, Span};
use carefolk_store::entity::post;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Posts;
use super::visible::visible_to;
use crate::kernel::jobs::{self, Job};
use crate::kernel::{caller::Caller, error::Error};

/// How long after it was asked the server of a post is asked again (Mastodon waits as long).
const ASK_EACH: Span = Span::minutes(15);

/// How old a post must be: what is younger has few answers yet, and those come by themselves.
const ASK_AFTER: Span = Span::minutes(5);

/// How long what was found is taken for true. Its server does not tell us of changes.
const FOUND_HOLDS_FOR: Span = Span::days(1);

/// How many posts that were found are read again because one conversation is read.
const READ_AGAIN_MAX: u64 = 20;

impl Posts<'_> {
    /// Looks later, and in the background, for what is missing of a conversation that `reader`
    /// reads: what answers the post elsewhere, and changes of posts that were found.
    ///
    /// Best effort: a page is shown whether this works or not.
    pub async fn read_by(&self, reader: &Caller, post: PostId) {
        if let Err(error) = self.complete(reader, post).await {
            tracing::debug!(%error, "a conversation is not completed");
        }
    }

    async fn complete(&self, reader: &Caller, post: PostId) -> Result<(), Error> {
        if !matches!(reader, Caller::Member(_)) || !self.0.settings().federates() {
            return Ok(());
        }
        let mine = post::Entity::find()
            .filter(visible_to(&Caller::Visitor))
            .filter(post::Column::Id.eq(post));
        let Some(row) = mine.one(self.0.read()).await? else { return Ok(()) };
        let now = self.0.now();
        let is_old = row.published.is_some_and(|at| now - at >= ASK_AFTER);
        let is_due = row.asked_at.is_none_or(|at| now - at > ASK_EACH);
        let looks_below = row.slug.is_none() && is_old && is_due;
        let mut asked: Vec<(PostId, Job)> = Vec::new();
        if looks_below {
            asked.push((row.id, Job::FetchReplies { uri: row.uri.clone() }));
        }
        // What answers it is read together with the post itself.
        let stale = self.stale(&row, now - FOUND_HOLDS_FOR).await?;
        let others = stale.into_iter().filter(|found| !(looks_below && found.id == row.id));
        asked.extend(
            others.map(|found| {
                (found.id, Job::FetchFound { uri: found.uri, beside: row.uri.clone() })
            }),
        );
        if asked.is_empty() {
            return Ok(());
        }
        let tx = self.0.begin().await?;
        for (id, job) in asked {
            // Asked again inside: many may read it at once.
            let first = post::Entity::update_many()
                .col_expr(post::Column::AskedAt, Expr::value(tx.now()))
                .filter(post::Column::Id.eq(id))
                .filter(not_asked_since(tx.now() - ASK_EACH))
                .exec(tx.conn())
                .await?;
            if first.rows_affected > 0 {
                jobs::later(self.0, &tx, &job).await?;
            }
        }
        tx.commit().await
    }

    /// Posts of one conversation that were found, and not looked at since `moment`.
    async fn stale(&self, row: &post::Model, moment: Moment) -> Result<Vec<post::Model>, Error> {
        let root = row.root_id.unwrap_or(row.id);
        let conversation =
            Condition::any().add(post::Column::RootId.eq(root)).add(post::Column::Id.eq(root));
        Ok(post::Entity::find()
            .filter(visible_to(&Caller::Visitor))
            .filter(conversation)
            .filter(post::Column::FetchedAt.lt(moment))
            .filter(not_asked_since(moment))
            .order_by_asc(post::Column::Id)
            .limit(READ_AGAIN_MAX)
            .all(self.0.read())
            .await?)
    }
}

fn not_asked_since(moment: Moment) -> Condition {
    Condition::any().add(post::Column::AskedAt.is_null()).add(post::Column::AskedAt.lt(moment))
}

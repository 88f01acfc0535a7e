//! Followers whose inbox is gone.

use carefolk_store::entity::{actor, follow};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::Expr};

use super::Follows;
use super::commands::end;
use crate::kernel::error::Error;
use crate::outbox;

/// How many actors are looked at in one run.
const GONE_MAX: u64 = 200;

impl Follows<'_> {
    /// Nobody follows anybody here any more through `inbox`, which its server says is gone for ever
    /// . Whoever only shared it is written to at their own inbox from now on, and goes when
    /// that is gone, too: one word about a whole server is not enough to lose all its people.
    /// Says whether that is all.
    pub(crate) async fn drop_inbox(&self, inbox: &str) -> Result<bool, Error> {
        let following =
            follow::Entity::find().select_only().column(follow::Column::FollowerId).into_query();
        let gone = actor::Entity::find()
            .filter(actor::Column::DomainId.is_null())
            .filter(actor::Column::Inbox.eq(inbox))
            .filter(actor::Column::Id.in_subquery(following));
        let shared = actor::Entity::find()
            .filter(actor::Column::DomainId.is_null())
            .filter(actor::Column::SharedInbox.eq(inbox));
        // Looked for outside the transaction: actors are not found by their inbox in an instant.
        let ids = |found: sea_orm::Select<actor::Entity>| {
            found.select_only().column(actor::Column::Id).limit(GONE_MAX).into_tuple()
        };
        let gone: Vec<carefolk_domain::ActorId> = ids(gone).all(self.0.read()).await?;
        let shared: Vec<carefolk_domain::ActorId> = ids(shared).all(self.0.read()).await?;
        let tx = self.0.begin().await?;
        let follows = follow::Entity::find()
            .filter(follow::Column::FollowerId.is_in(gone))
            .limit(GONE_MAX)
            .all(tx.conn())
            .await?;
        for row in &follows {
            end(&tx, row).await?;
        }
        let rest = u64::try_from(follows.len().max(shared.len())).unwrap_or(u64::MAX);
        if follows.is_empty() {
            actor::Entity::update_many()
                .col_expr(actor::Column::SharedInbox, Expr::value(Option::<String>::None))
                .filter(actor::Column::Id.is_in(shared))
                .exec(tx.conn())
                .await?;
        }
        outbox::cancel_to(&tx, inbox).await?;
        tx.commit().await?;
        tracing::info!(inbox, follows = follows.len(), "an inbox is gone");
        Ok(rest < GONE_MAX)
    }
}

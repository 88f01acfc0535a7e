//! Followers whose inbox is gone.

use carefolk_domain::ActorId;
use carefolk_store::entity::{actor, follow};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::Follows;
use super::commands::end;
use crate::kernel::error::Error;
use crate::outbox;

/// How many actors are looked at in one run.
const GONE_MAX: u64 = 200;

impl Follows<'_> {
    /// Nobody follows anybody here any more through `inbox`, which its server says is gone for ever
    /// . An inbox that somebody shares is left as it is: one word about a whole server is not
    /// enough to lose all its people. Says whether that is all.
    ///
    /// # Errors
    ///
    /// [`Error::Store`], [`Error::Busy`]; what is left goes at the next try.
    pub(crate) async fn drop_inbox(&self, inbox: &str) -> Result<bool, Error> {
        // Looked for outside the transaction: actors are not found by their inbox in an instant.
        let shared = actor::Entity::find()
            .filter(actor::Column::DomainId.is_null())
            .filter(actor::Column::SharedInbox.eq(inbox));
        if shared.one(self.0.read()).await?.is_some() {
            return Ok(true);
        }
        let following =
            follow::Entity::find().select_only().column(follow::Column::FollowerId).into_query();
        let gone: Vec<ActorId> = actor::Entity::find()
            .select_only()
            .column(actor::Column::Id)
            .filter(actor::Column::DomainId.is_null())
            .filter(actor::Column::Inbox.eq(inbox))
            .filter(actor::Column::Id.in_subquery(following))
            .limit(GONE_MAX)
            .into_tuple()
            .all(self.0.read())
            .await?;
        let tx = self.0.begin().await?;
        let follows = follow::Entity::find()
            .filter(follow::Column::FollowerId.is_in(gone))
            .limit(GONE_MAX)
            .all(tx.conn())
            .await?;
        for row in &follows {
            end(&tx, row).await?;
        }
        outbox::cancel_to(&tx, inbox).await?;
        tx.commit().await?;
        tracing::info!(inbox, follows = follows.len(), "an inbox is gone");
        Ok(u64::try_from(follows.len()).unwrap_or(u64::MAX) < GONE_MAX)
    }
}

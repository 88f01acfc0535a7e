//! Closing an actor of ours for ever.

use std::collections::BTreeSet;

use carefolk_domain::authorise::Act;
use carefolk_domain::{ActorKind, ActorState};
use carefolk_store::entity::{actor, mention, post};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{Profiles, wire_map};
use crate::actors::queries as actors;
use crate::actors::told;
use crate::kernel::{caller::Caller, error::Error};
use crate::outbox;
use crate::posts::bury;
use crate::{accounts, audit, grouped, insiders};

/// How many of those whom its posts named are told, besides its followers.
const NAMED_MAX: u64 = 1_000;

impl Profiles<'_> {
    /// Closes an actor for ever: its posts and follows go, nobody signs in to it, other servers are
    /// asked to forget it, and its handle is never given to anybody else.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance; [`Error::NotFound`];
    /// [`Error::Conflict`] for the instance itself, for the last admin, and for the last who keeps order in a group.
    pub async fn close(&self, caller: &Caller, handle: &str) -> Result<(), Error> {
        caller.may(Act::RunInstance)?;
        let row = actors::by_handle(self.0.read(), handle).await?;
        let row = row.filter(|row| row.state != ActorState::Deleted);
        let row = row.ok_or(Error::NotFound("actor"))?;
        if row.kind == ActorKind::Application {
            return Err(Error::Conflict("the instance cannot be closed in this way"));
        }
        let tx = self.0.begin().await?;
        accounts::close(&tx, &row).await?;
        insiders::keep_order_without(&tx, row.id).await?;
        let named: BTreeSet<String> = self.named_by(&tx, &row).await?;
        let said = wire_map::delete(self.0, &row);
        let mut to = told::followers(&row);
        to.inboxes.extend(named);
        // Who follows a group has what they began in it.
        to.inboxes.extend(grouped::inboxes_of_author(tx.conn(), row.id).await?);
        outbox::say(self.0, &tx, said, to).await?;
        bury::delete_actor(&tx, &row).await?;
        audit::record(self.0, &tx, caller, "actor.delete", &row.handle, &row.uri).await?;
        tx.commit().await?;
        self.0.0.open_inboxes.forget();
        Ok(())
    }

    /// The inboxes of those elsewhere whom its posts named: they were sent something (S-175).
    async fn named_by(
        &self,
        tx: &crate::kernel::tx::Tx,
        row: &actor::Model,
    ) -> Result<BTreeSet<String>, Error> {
        let posts = post::Entity::find()
            .select_only()
            .column(post::Column::Id)
            .filter(post::Column::ActorId.eq(row.id))
            .into_query();
        let named = mention::Entity::find()
            .select_only()
            .column(mention::Column::ActorId)
            .filter(mention::Column::PostId.in_subquery(posts))
            .filter(mention::Column::ActorId.is_not_null())
            .into_query();
        let found = actor::Entity::find()
            .filter(actor::Column::Id.in_subquery(named))
            .filter(actor::Column::DomainId.is_null())
            .limit(NAMED_MAX)
            .all(tx.conn())
            .await?;
        Ok(found.into_iter().map(|row| row.shared_inbox.unwrap_or(row.inbox)).collect())
    }
}

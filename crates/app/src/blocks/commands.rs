//! Blocking and unblocking.

use carefolk_domain::{ActorId, Address};
use carefolk_store::entity::{account, actor, block, notification};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::{BlockView, Blocks, row, wire_map};
use crate::actors::queries as actors;
use crate::blocked::find;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::outbox::{self, Recipients};
use crate::{App, audit};

/// How many blocks are listed.
const LISTED: u64 = 1_000;

impl Blocks<'_> {
    /// Lets the local actor `handle` block whoever `address` is. With `tell` their server hears of
    /// it. Twice is no error.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`], [`Error::NotFound`]; [`Error::Upstream`] if a stranger cannot be looked up;
    /// [`Error::Conflict`] for oneself.
    pub async fn block(
        &self,
        caller: &Caller,
        handle: &str,
        address: &Address,
        tell: bool,
    ) -> Result<(), Error> {
        let actor = self.0.follows().voice(caller, handle).await?;
        let target = match self.0.actors().known_or_local(address).await? {
            Some(target) => target,
            None => self.0.actors().find_or_look_up(address).await?,
        };
        if actor.id == target.id {
            return Err(Error::Conflict("nobody blocks themselves"));
        }
        let tell = tell && target.domain_id.is_none();
        let tx = self.0.begin().await?;
        let slug = self.0.slug();
        let known = find(tx.conn(), actor.id, target.id).await?;
        if known.as_ref().is_some_and(|row| row.told || !tell) {
            return Ok(());
        }
        if let Some(old) = known {
            block::Entity::delete_by_id(old.id).exec(tx.conn()).await?;
        }
        let uri = outbox::activity_uri(self.0, &slug);
        let made = row(self.0, &actor, &target, uri, tell, tx.now());
        made.clone().into_active_model().reset_all().insert(tx.conn()).await?;
        part(self.0, &tx, &actor, &target).await?;
        if tell {
            let said = wire_map::block(&actor, &target, &made, slug);
            outbox::say(self.0, &tx, said, Recipients::one(&target)).await?;
        }
        audit::record_operator(self.0, &tx, caller, "actor.block", &target.uri).await?;
        tx.commit().await
    }

    /// Takes it back; taking back what is not there is no error.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn unblock(
        &self,
        caller: &Caller,
        handle: &str,
        address: &Address,
    ) -> Result<(), Error> {
        let actor = self.0.follows().voice(caller, handle).await?;
        let target = self.0.actors().known_or_local(address).await?;
        let target = target.ok_or(Error::NotFound("actor"))?;
        let tx = self.0.begin().await?;
        let Some(row) = find(tx.conn(), actor.id, target.id).await? else { return Ok(()) };
        block::Entity::delete_by_id(row.id).exec(tx.conn()).await?;
        if row.told {
            let slug = self.0.slug();
            let uri = outbox::activity_uri(self.0, &slug);
            let said = wire_map::undo(&actor, &target, &row, uri, slug);
            outbox::say(self.0, &tx, said, Recipients::one(&target)).await?;
        }
        audit::record_operator(self.0, &tx, caller, "actor.unblock", &target.uri).await?;
        tx.commit().await
    }

    /// Whom `handle` blocks, the last first: for who may speak as `handle`.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn list(&self, caller: &Caller, handle: &str) -> Result<Vec<BlockView>, Error> {
        let actor = self.0.follows().voice(caller, handle).await?;
        let rows = block::Entity::find()
            .filter(block::Column::ActorId.eq(actor.id))
            .order_by_desc(block::Column::Id)
            .limit(LISTED)
            .all(self.0.read())
            .await?;
        let targets = actor::Entity::find()
            .filter(actor::Column::Id.is_in(rows.iter().map(|row| row.target_id)))
            .all(self.0.read())
            .await?;
        let target = |row: &block::Model| targets.iter().find(|target| target.id == row.target_id);
        let view = |row: &block::Model| {
            let target = actors::view(target(row)?.clone());
            Some(BlockView { target, told: row.told, created: row.created_at })
        };
        Ok(rows.iter().filter_map(view).collect())
    }
}

/// Takes away what ties the two together.
async fn part(
    app: &App,
    tx: &Tx,
    actor: &actor::Model,
    target: &actor::Model,
) -> Result<(), Error> {
    app.follows().leave(tx, actor, target).await?;
    app.follows().turn_away(tx, actor, target).await?;
    forget_news(tx, actor.id, target.id).await
}

/// What `by` did is no news to `actor` any more.
pub(super) async fn forget_news(tx: &Tx, actor: ActorId, by: ActorId) -> Result<(), Error> {
    let account =
        account::Entity::find().filter(account::Column::ActorId.eq(actor)).one(tx.conn()).await?;
    let Some(account) = account else { return Ok(()) };
    notification::Entity::delete_many()
        .filter(notification::Column::AccountId.eq(account.id))
        .filter(notification::Column::ActorId.eq(by))
        .exec(tx.conn())
        .await?;
    Ok(())
}

//! Deciding about deliveries that were given up.

use carefolk_domain::authorise::Act;
use carefolk_domain::{DeliveryId, Moment};
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::peer;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, UpdateMany};

use super::Outbox;
use crate::audit;
use crate::kernel::{caller::Caller, error::Error};

/// Which deliveries that were given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// This one.
    One(DeliveryId),
    /// All to one server.
    To(String),
}

impl Failed {
    fn words(&self) -> String {
        match self {
            Self::One(id) => format!("delivery {id}"),
            Self::To(host) => host.clone(),
        }
    }

    fn of(&self, update: UpdateMany<delivery::Entity>) -> UpdateMany<delivery::Entity> {
        let update = update.filter(delivery::Column::State.eq(DeliveryState::Dead));
        match self {
            Self::One(id) => update.filter(delivery::Column::Id.eq(*id)),
            Self::To(host) => {
                let peer = peer::Entity::find()
                    .select_only()
                    .column(peer::Column::Id)
                    .filter(peer::Column::Host.eq(host.to_ascii_lowercase()))
                    .into_query();
                update.filter(delivery::Column::PeerId.in_subquery(peer))
            }
        }
    }
}

impl Outbox<'_> {
    /// Tries again what was given up, as if it were new; returns how many.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance; [`Error::NotFound`] if there are none.
    pub async fn retry(&self, caller: &Caller, which: &Failed) -> Result<u64, Error> {
        caller.may(Act::RunInstance)?;
        let mut tx = self.0.begin().await?;
        let again = delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Waiting))
            .col_expr(delivery::Column::Attempts, Expr::value(0))
            .col_expr(delivery::Column::RunAt, Expr::value(tx.now()))
            // How long it is tried counts from when it was asked for.
            .col_expr(delivery::Column::CreatedAt, Expr::value(tx.now()))
            .col_expr(delivery::Column::EndedAt, Expr::value(Option::<Moment>::None));
        let count = which.of(again).exec(tx.conn()).await?.rows_affected;
        if count == 0 {
            return Err(Error::NotFound("failed delivery"));
        }
        tx.ring_deliveries();
        audit::record(self.0, &tx, caller, "delivery.retry", &which.words(), "").await?;
        tx.commit().await?;
        Ok(count)
    }

    /// Forgets what was given up; returns how many.
    ///
    /// # Errors
    ///
    /// As [`Outbox::retry`].
    pub async fn discard(&self, caller: &Caller, which: &Failed) -> Result<u64, Error> {
        caller.may(Act::RunInstance)?;
        let tx = self.0.begin().await?;
        let gone = delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Cancelled))
            .col_expr(delivery::Column::EndedAt, Expr::value(tx.now()));
        let count = which.of(gone).exec(tx.conn()).await?.rows_affected;
        if count == 0 {
            return Err(Error::NotFound("failed delivery"));
        }
        audit::record(self.0, &tx, caller, "delivery.discard", &which.words(), "").await?;
        tx.commit().await?;
        Ok(count)
    }
}

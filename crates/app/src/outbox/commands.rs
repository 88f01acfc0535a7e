//! Deciding about deliveries that were given up.

use carefolk_domain::authorise::Act;
use carefolk_domain::{DeliveryId, Moment};
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::peer;
use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::Outbox;
use crate::audit::{self, Decision};
use crate::kernel::{caller::Caller, error::Error};

/// What they are called where there are none.
const OF: &str = "failed delivery";

/// Which deliveries that were given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// This one.
    One(DeliveryId),
    /// All to one server.
    To(String),
    /// All of them.
    All,
}

impl Failed {
    fn words(&self) -> String {
        match self {
            Self::One(id) => format!("delivery {id}"),
            Self::To(host) => host.clone(),
            Self::All => "all".to_owned(),
        }
    }

    fn condition(&self) -> Condition {
        let dead = Condition::all().add(delivery::Column::State.eq(DeliveryState::Dead));
        match self {
            Self::One(id) => dead.add(delivery::Column::Id.eq(*id)),
            Self::To(host) => dead.add(delivery::Column::PeerId.in_subquery(peer_called(host))),
            Self::All => dead,
        }
    }
}

/// The row of the server with that name.
pub(super) fn peer_called(host: &str) -> SelectStatement {
    peer::Entity::find()
        .select_only()
        .column(peer::Column::Id)
        .filter(peer::Column::Host.eq(host.to_ascii_lowercase()))
        .into_query()
}

impl Outbox<'_> {
    /// Tries again what was given up, as if it were new, and at once, whatever its server asked for or
    /// how long it rests; returns how many.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance; [`Error::NotFound`] if there are none.
    pub async fn retry(&self, caller: &Caller, which: &Failed) -> Result<u64, Error> {
        caller.may(Act::RunInstance)?;
        let tx = self.0.begin().await?;
        let peers = delivery::Entity::find()
            .select_only()
            .column(delivery::Column::PeerId)
            .filter(which.condition())
            .into_query();
        peer::Entity::update_many()
            .col_expr(peer::Column::BackoffUntil, Expr::value(Option::<Moment>::None))
            .col_expr(peer::Column::AskedUntil, Expr::value(Option::<Moment>::None))
            .filter(peer::Column::Id.in_subquery(peers))
            .exec(tx.conn())
            .await?;
        let again = delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Waiting))
            .col_expr(delivery::Column::Attempts, Expr::value(0))
            .col_expr(delivery::Column::RunAt, Expr::value(tx.now()))
            // How long it is tried counts from when it was asked for.
            .col_expr(delivery::Column::CreatedAt, Expr::value(tx.now()))
            .col_expr(delivery::Column::RefusedSince, Expr::value(Option::<Moment>::None))
            .col_expr(delivery::Column::EndedAt, Expr::value(Option::<Moment>::None))
            .filter(which.condition());
        let count = again.exec(tx.conn()).await?.rows_affected;
        tx.ring_deliveries();
        let decision = Decision { act: "delivery.retry", target: which.words(), of: OF, count };
        audit::decided(self.0, tx, caller, decision).await
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
            .col_expr(delivery::Column::EndedAt, Expr::value(tx.now()))
            .filter(which.condition());
        let count = gone.exec(tx.conn()).await?.rows_affected;
        let decision = Decision { act: "delivery.discard", target: which.words(), of: OF, count };
        audit::decided(self.0, tx, caller, decision).await
    }
}

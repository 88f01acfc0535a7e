//! Applying what was stored: claim a batch, apply each in a transaction of its own.

use carefolk_domain::{Moment, Span, backoff};
use carefolk_store::dialect::{self, InboundEnd};
use carefolk_store::entity::inbound_activity::{self, InboundState};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{Inbound, Outcome, dispatch};
use crate::kernel::{error::Error, tx::Tx};
use crate::peers;

/// How many activities are claimed at once.
const BATCH: u32 = 64;

/// How long a worker may take for a batch before another may take it over.
const LEASE: Span = Span::minutes(2);

/// How often an activity may fail for reasons of our own before it is parked (P11).
const TRIES: i32 = 5;

impl Inbound<'_> {
    /// Claims and applies what waits; returns how many were looked at.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if nothing could be claimed. What goes wrong with one activity is
    /// recorded with it and stops no other.
    pub async fn process_due(&self) -> Result<usize, Error> {
        let tx = self.0.begin().await?;
        let now = tx.now();
        let claimed = dialect::claim_inbound(tx.store(), now, now + LEASE, BATCH).await?;
        tx.commit().await?;
        let count = claimed.len();
        for row in claimed {
            if let Err(error) = self.process(&row).await {
                self.put_back(&row, &error).await?;
            }
        }
        Ok(count)
    }

    async fn process(&self, row: &inbound_activity::Model) -> Result<(), Error> {
        let plan = dispatch::plan(self.0, row).await?;
        let mut tx = self.0.begin().await?;
        if !still_waits(&tx, row).await? {
            return Ok(());
        }
        let outcome = dispatch::apply(self.0, &mut tx, plan).await?;
        mark(&tx, row, outcome).await?;
        peers::heard_from(tx.conn(), &row.host, tx.now()).await?;
        tx.commit().await?;
        self.0.0.bells.deliveries.notify_one();
        tracing::debug!(kind = %row.kind, host = %row.host, outcome = outcome.words(), "inbound");
        Ok(())
    }

    async fn put_back(&self, row: &inbound_activity::Model, error: &Error) -> Result<(), Error> {
        let failures = u32::try_from(row.attempts).unwrap_or(1);
        let parked = row.attempts >= TRIES;
        tracing::warn!(kind = %row.kind, host = %row.host, parked, %error, "inbound failed");
        let tx = self.0.begin().await?;
        let end = InboundEnd {
            id: row.id,
            state: if parked { InboundState::Failed } else { InboundState::Waiting },
            run_at: tx.now() + backoff::delay(failures),
            outcome: None,
            error: Some(error.to_string()),
        };
        dialect::finish_inbound(tx.store(), &[end]).await?;
        tx.commit().await
    }
}

/// Whether nobody else applied it meanwhile: asked in the transaction of the effects.
async fn still_waits(tx: &Tx, row: &inbound_activity::Model) -> Result<bool, Error> {
    let found = inbound_activity::Entity::update_many()
        .col_expr(inbound_activity::Column::State, Expr::value(InboundState::Done))
        .filter(inbound_activity::Column::Id.eq(row.id))
        .filter(inbound_activity::Column::State.eq(InboundState::Waiting))
        .exec(tx.conn())
        .await?;
    Ok(found.rows_affected == 1)
}

async fn mark(tx: &Tx, row: &inbound_activity::Model, outcome: Outcome) -> Result<(), Error> {
    inbound_activity::Entity::update_many()
        .col_expr(inbound_activity::Column::State, Expr::value(outcome.state()))
        .col_expr(inbound_activity::Column::Outcome, Expr::value(outcome.words()))
        .col_expr(inbound_activity::Column::LockedUntil, Expr::value(Option::<Moment>::None))
        .filter(inbound_activity::Column::Id.eq(row.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

//! Applying what was stored: claim a batch, plan it without a transaction, apply it in one.

use std::collections::BTreeSet;

use carefolk_domain::{Moment, Span, backoff};
use carefolk_store::dialect::{self, InboundEnd};
use carefolk_store::entity::inbound_activity::{self, InboundState};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::plan::{self, Heard, Plan, Planned};
use super::{Inbound, Outcome, apply};
use crate::kernel::{
    error::{Error, chain},
    tx::Tx,
};
use crate::peers;

/// How many activities are claimed at once: each batch costs two commits, and what is asked of the
/// database is asked for all of it together.
const BATCH: u32 = 256;

/// How long a worker may take for a batch before another may take it over.
const LEASE: Span = Span::minutes(2);

/// How often an activity may fail for reasons of our own before it is parked (P11).
const TRIES: i32 = 5;

/// Activities that can be planned only with the help of other servers.
pub(crate) struct Far(Vec<Heard>);

impl Far {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Inbound<'_> {
    /// Claims and applies what waits; returns how many were looked at.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if nothing could be claimed. What goes wrong with one activity is
    /// recorded with it and stops no other.
    pub async fn process_due(&self) -> Result<usize, Error> {
        let (count, far) = self.process_near().await?;
        self.process_far(far).await?;
        Ok(count)
    }

    /// Claims what waits and applies what needs no other server; returns how many were looked at,
    /// and those that do: nobody may wait for a server that does not answer (P6).
    pub(crate) async fn process_near(&self) -> Result<(usize, Far), Error> {
        let tx = self.0.begin().await?;
        let now = tx.now();
        let claimed = dialect::claim_inbound(tx.store(), now, now + LEASE, BATCH).await?;
        tx.commit().await?;
        let count = claimed.len();
        let heard = plan::hear_all(self.0, claimed).await?;
        let network = self.0.actors().network();
        let (near, far) = heard.into_iter().partition(|heard| heard.is_near(network));
        self.plan_and_apply(near).await?;
        Ok((count, Far(far)))
    }

    /// Applies what needs other servers, some at a time.
    pub(crate) async fn process_far(&self, far: Far) -> Result<(), Error> {
        let mut rest = far.0.into_iter();
        loop {
            let some: Vec<Heard> = rest.by_ref().take(plan::PLANS_AT_ONCE).collect();
            if some.is_empty() {
                return Ok(());
            }
            self.plan_and_apply(some).await?;
        }
    }

    async fn plan_and_apply(&self, heard: Vec<Heard>) -> Result<(), Error> {
        if heard.is_empty() {
            return Ok(());
        }
        let planned = plan::plan_all(self.0, heard).await?;
        self.apply_all(planned).await?;
        self.0.0.bells.deliveries.notify_one();
        Ok(())
    }

    /// One transaction for the batch, and a savepoint for each: one commit to the disk for many
    /// activities, and one that fails takes nothing else with it.
    async fn apply_all(&self, planned: Vec<Planned>) -> Result<(), Error> {
        let batch = self.0.begin().await?;
        let hosts: BTreeSet<String> = planned.iter().map(|(row, _)| row.host.clone()).collect();
        let (ends, something) = split(planned);
        dialect::finish_inbound(batch.store(), &ends).await?;
        for (row, plan) in something {
            let mut tx = batch.part().await?;
            let applied = match plan {
                Ok(plan) => self.apply(&mut tx, &row, plan).await,
                Err(error) => Err(error),
            };
            match applied {
                Ok(()) => tx.commit().await?,
                Err(error) => {
                    drop(tx);
                    put_back(&batch, &row, &error).await?;
                }
            }
        }
        peers::heard_from(self.0, &batch, &hosts).await?;
        batch.commit().await
    }

    async fn apply(
        &self,
        tx: &mut Tx,
        row: &inbound_activity::Model,
        plan: Plan,
    ) -> Result<(), Error> {
        if !still_waits(tx, row).await? {
            return Ok(());
        }
        let outcome = apply::apply(self.0, tx, plan).await?;
        tracing::debug!(kind = %row.kind, host = %row.host, outcome = outcome.words(), "inbound");
        mark(tx, row, outcome).await
    }
}

/// Takes out what has no effect: it ends in one statement, because most of what a busy server is
/// told concerns nobody there.
fn split(planned: Vec<Planned>) -> (Vec<InboundEnd>, Vec<Planned>) {
    let effective: BTreeSet<String> = planned
        .iter()
        .filter(|(_, plan)| plan.as_ref().is_ok_and(Plan::has_effect))
        .map(|(row, _)| row.host.clone())
        .collect();
    let (mut ends, mut something) = (Vec::new(), Vec::new());
    for (row, plan) in planned {
        let beside = effective.iter().map(String::as_str);
        match plan.as_ref().ok().and_then(|plan| plan.without_effect(&row.host, beside)) {
            Some(outcome) => ends.push(end_of_nothing(&row, outcome)),
            None => something.push((row, plan)),
        }
    }
    (ends, something)
}

fn end_of_nothing(row: &inbound_activity::Model, outcome: Outcome) -> InboundEnd {
    tracing::debug!(kind = %row.kind, host = %row.host, outcome = outcome.words(), "inbound");
    InboundEnd {
        id: row.id,
        state: outcome.state(),
        run_at: row.run_at,
        outcome: Some(outcome.words().to_owned()),
        error: None,
    }
}

/// Writes down that an activity failed: it is tried again, or parked when trying is no use (P11).
/// A server that does not answer is waited for much longer than a fault of ours.
async fn put_back(tx: &Tx, row: &inbound_activity::Model, error: &Error) -> Result<(), Error> {
    let failures = u32::try_from(row.attempts).unwrap_or(1);
    let theirs = matches!(error, Error::Upstream(_) | Error::Busy);
    let parked = if theirs {
        tx.now() - row.received_at >= backoff::GIVE_UP_AFTER
    } else {
        row.attempts >= TRIES
    };
    let error = chain(error);
    tracing::warn!(kind = %row.kind, host = %row.host, parked, error, "inbound failed");
    let end = InboundEnd {
        id: row.id,
        state: if parked { InboundState::Failed } else { InboundState::Waiting },
        run_at: tx.now() + backoff::delay(failures),
        outcome: None,
        error: Some(error),
    };
    dialect::finish_inbound(tx.store(), &[end]).await?;
    Ok(())
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

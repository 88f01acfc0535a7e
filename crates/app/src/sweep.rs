//! Taking away rows that nobody needs any more, so that the database does not grow for ever.

mod old_news;
mod strangers;

use std::time::Duration;

use carefolk_domain::{GroupRole, Span, backoff};
use carefolk_store::dialect;
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::inbound_activity::{self, InboundState};
use carefolk_store::entity::job::{self, JobState};
use carefolk_store::entity::{fan_out, group_member, refusal, session, sign_in_try, tombstone};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::follows::reconsider;
use crate::inbound::unknown;
use crate::kernel::error::Error;
use crate::kernel::tx::Tx;
use crate::{App, accounts, outbox, pictures, posts, waiting};

/// How long the id of an activity is remembered: peers send again after days (docs/federation/peers.md).
const INBOUND_KEPT: Span = Span::days(30);

/// How long a delivery that was taken or cancelled is kept, for who wonders.
const DELIVERIES_KEPT: Span = Span::days(7);

/// How long an activity that we failed to apply, and a delivery that was given up, is kept for an admin to
/// look at.
const FAILED_KEPT: Span = Span::days(90);

/// How long the id of something that we never had, or that was deleted, is remembered (S-042).
const TOMBSTONES_KEPT: Span = Span::days(400);

/// How long after the last time it is remembered that something of a host was refused.
const REFUSALS_KEPT: Span = Span::days(90);

/// How many rows go in one transaction: a writer must not wait for a sweep.
const SWEEP_ROWS: u64 = 2_000;

/// How long writers have the database for themselves between two sweeps.
const PAUSE: Duration = Duration::from_millis(200);

impl App {
    /// Sweeps until nothing is left to be swept: a busy server is told more in ten minutes than goes
    /// at once, and would grow for ever (S-104).
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; what is left goes at the next sweep.
    pub async fn sweep_all(&self) -> Result<u64, Error> {
        let mut all = 0;
        loop {
            let rows = self.sweep().await?;
            all += rows;
            if rows < SWEEP_ROWS {
                return Ok(all);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Takes away old arrivals, ended deliveries and sessions, and whom nothing here is about, gives up
    /// what waits behind dead servers, and mends what waits for a clock that was wrong; returns how many
    /// rows went.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; what is left goes at the next sweep.
    pub async fn sweep(&self) -> Result<u64, Error> {
        let old = self.sweep_old().await?;
        old_news::forget_proven(self).await?;
        let old = old + pictures::forget(self).await? + pictures::forget_copies(self).await?;
        Ok(old + old_news::forget(self).await? + strangers::forget(self).await?)
    }

    async fn sweep_old(&self) -> Result<u64, Error> {
        let tx = self.begin().await?;
        let (now, conn) = (tx.now(), tx.conn());
        let mended = dialect::mend_waits(tx.store(), now + backoff::WAIT_MAX, now).await?;
        let overdue = outbox::give_up_overdue(self, &tx, SWEEP_ROWS).await?;
        let old = inbound_activity::Entity::find()
            .select_only()
            .column(inbound_activity::Column::Id)
            .filter(inbound_activity::Column::State.is_in([
                InboundState::Done,
                InboundState::Ignored,
                InboundState::Refused,
            ]))
            .filter(inbound_activity::Column::ReceivedAt.lt(now - INBOUND_KEPT))
            .limit(SWEEP_ROWS)
            .into_query();
        let arrivals = inbound_activity::Entity::delete_many()
            .filter(inbound_activity::Column::Id.in_subquery(old))
            .exec(conn)
            .await?;
        let deliveries = ended_deliveries(&tx).await?;
        let sign_ins = forget_sign_ins(&tx).await?;
        let jobs = job::Entity::delete_many()
            .filter(job::Column::State.ne(JobState::Waiting))
            .filter(job::Column::CreatedAt.lt(now - DELIVERIES_KEPT))
            .exec(conn)
            .await?;
        let erased = posts::bury::erase_of_deleted(&tx).await?;
        // A ban has a job that ends it. One that failed must not make it last.
        let bans = group_member::Entity::delete_many()
            .filter(group_member::Column::Role.eq(GroupRole::Banned))
            .filter(group_member::Column::Until.lte(now))
            .exec(conn)
            .await?;
        let failed = inbound_activity::Entity::delete_many()
            .filter(inbound_activity::Column::State.eq(InboundState::Failed))
            .filter(inbound_activity::Column::ReceivedAt.lt(now - FAILED_KEPT))
            .exec(conn)
            .await?;
        let tombstones = tombstone::Entity::delete_many()
            .filter(tombstone::Column::At.lt(now - TOMBSTONES_KEPT))
            .exec(conn)
            .await?;
        let forgotten = waiting::forget_old(&tx).await?
            + unknown::forget_old(&tx).await?
            + reconsider::forget_refused(&tx).await?;
        let refusals = refusal::Entity::delete_many()
            .filter(refusal::Column::LastAt.lt(now - REFUSALS_KEPT))
            .exec(conn)
            .await?;
        tx.commit().await?;
        let rows = [refusals, arrivals, jobs, failed, tombstones, bans];
        let ours = mended + overdue + deliveries + erased + forgotten + sign_ins;
        Ok(ours + rows.into_iter().map(|done| done.rows_affected).sum::<u64>())
    }
}

/// Takes away sessions that are over, and tries to sign in that no longer count.
async fn forget_sign_ins(tx: &Tx) -> Result<u64, Error> {
    let sessions = session::Entity::delete_many()
        .filter(session::Column::ExpiresAt.lt(tx.now()))
        .exec(tx.conn())
        .await?;
    let over = sign_in_try::Entity::find()
        .select_only()
        .column(sign_in_try::Column::WhoHash)
        .filter(sign_in_try::Column::Since.lt(tx.now() - accounts::SIGN_IN_WINDOW))
        .limit(SWEEP_ROWS)
        .into_query();
    let tries = sign_in_try::Entity::delete_many()
        .filter(sign_in_try::Column::WhoHash.in_subquery(over))
        .exec(tx.conn())
        .await?;
    Ok(sessions.rows_affected + tries.rows_affected)
}

/// Takes away deliveries that ended long ago.
async fn ended_deliveries(tx: &Tx) -> Result<u64, Error> {
    use DeliveryState::{Cancelled, Dead, Done};
    let unwritten =
        fan_out::Entity::find().select_only().column(fan_out::Column::ActivityId).into_query();
    let mut gone = 0;
    for (states, kept) in [(&[Done, Cancelled][..], DELIVERIES_KEPT), (&[Dead], FAILED_KEPT)] {
        let old = delivery::Entity::find()
            .select_only()
            .column(delivery::Column::Id)
            .filter(delivery::Column::State.is_in(states.iter().copied()))
            .filter(delivery::Column::EndedAt.lt(tx.now() - kept))
            // Who is told already is seen by them.
            .filter(delivery::Column::ActivityId.not_in_subquery(unwritten.clone()))
            .limit(SWEEP_ROWS)
            .into_query();
        let old = delivery::Column::Id.in_subquery(old);
        gone += delivery::Entity::delete_many().filter(old).exec(tx.conn()).await?.rows_affected;
    }
    Ok(gone)
}

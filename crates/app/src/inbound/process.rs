//! Applying what was stored: claim a batch, plan it without a transaction, apply it in one.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use carefolk_domain::{InboundId, Moment, Span, backoff};
use carefolk_store::dialect::{self, Blame, InboundEnd, Starts};
use carefolk_store::entity::inbound_activity::{self, InboundState};

use super::hear::{self, Heard};
use super::plan::{self, Planned};
use super::todo::{Plan, UNKNOWN};
use super::together::{Parts, take_apart};
use super::{Inbound, Outcome, apply};
use crate::kernel::error::{Error, chain};
use crate::kernel::guard::guarded;
use crate::kernel::tx::{Bell, Tx};
use crate::posts::arrive::{self, Arriving};
use crate::reactions::receive::{self, Reacting};
use crate::{App, peers};

/// How many activities are claimed at once: each batch costs two commits, and what is asked of the
/// database is asked for all of it together.
const BATCH: u32 = 256;

/// How long a worker may take for a batch before another may take it over, unless it says that it is
/// still at it. One that takes longer is applied once all the same.
pub(super) const LEASE: Span = Span::minutes(1);

/// How often an activity may fail for reasons of our own before it is parked (P11).
const TRIES: i32 = 5;

/// After how many starts an activity is claimed and worked on alone: so often the work on it, or on what it
/// was claimed with, was not ended. If it kills the process, it takes nobody with it from then on; and
/// what others kill does not count against it.
const ALONE_AFTER: i32 = 2;

/// While batches are full, one of those has its turn after so many.
const ALONE_EVERY: u32 = 16;

/// The longest text of an unknown type that is kept: others of its kind will be shorter.
const UNKNOWN_MAX_BYTES: usize = 16 * 1024;

/// What is said of an activity whose work never ended.
const NEVER_ENDED: &str = "the work on it was broken off each time";

/// How long an activity rests that needs another server while too many do.
const PUT_OFF_FOR: Span = Span::seconds(5);

impl Inbound<'_> {
    /// Claims and applies what waits; returns how many were looked at.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if nothing could be claimed. What goes wrong with one activity is
    /// recorded with it and stops no other.
    pub async fn process_due(&self) -> Result<usize, Error> {
        let (count, far) = self.process_near().await?;
        self.plan_and_apply(far).await?;
        Ok(count)
    }

    /// Claims what waits and applies what needs no other server; returns how many were looked at,
    /// and those that do: nobody may wait for a server that does not answer (P6).
    pub(super) async fn process_near(&self) -> Result<(usize, Vec<Heard>), Error> {
        let usual = self.claim(Starts::Below(ALONE_AFTER), BATCH).await?;
        let is_full = usual.len() == usize::try_from(BATCH).unwrap_or(usize::MAX);
        let mut count = usual.len();
        let mut far = self.apply_near(usual).await?;
        let round = self.0.0.rounds.fetch_add(1, Ordering::Relaxed);
        if !is_full || round.is_multiple_of(ALONE_EVERY) {
            let alone = self.claim(Starts::From(ALONE_AFTER), 1).await?;
            count += alone.len();
            far.extend(self.apply_alone(alone).await?);
        }
        Ok((count, far))
    }

    async fn claim(
        &self,
        starts: Starts,
        limit: u32,
    ) -> Result<Vec<inbound_activity::Model>, Error> {
        let tx = self.0.begin().await?;
        let now = tx.now();
        let claimed = dialect::claim_inbound(tx.store(), now, now + LEASE, starts, limit).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    async fn apply_near(&self, rows: Vec<inbound_activity::Model>) -> Result<Vec<Heard>, Error> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let heard = hear::hear_all(self.0, rows).await?;
        hear::heed_announcements(self.0, &heard).await;
        let network = self.0.actors().network();
        let (near, far) = heard.into_iter().partition(|heard| heard.is_near(network));
        self.plan_and_apply(near).await?;
        Ok(far)
    }

    /// Parks what was started too often without an end, and applies what was not.
    async fn apply_alone(
        &self,
        claimed: Vec<inbound_activity::Model>,
    ) -> Result<Vec<Heard>, Error> {
        let (too_often, often): (Vec<_>, Vec<_>) =
            claimed.into_iter().partition(|row| row.attempts - row.waits > TRIES);
        let now = self.0.now();
        let mut ends: Vec<InboundEnd> = Vec::new();
        for row in too_often {
            tracing::warn!(kind = %row.kind, host = %row.host, "inbound parked: never ended");
            ends.push(InboundEnd {
                state: InboundState::Failed,
                error: row.error.clone().or_else(|| Some(NEVER_ENDED.to_owned())),
                ..given_back(row, now)
            });
        }
        if !ends.is_empty() {
            let tx = self.0.begin().await?;
            dialect::finish_inbound(tx.store(), &ends).await?;
            tx.commit().await?;
        }
        self.apply_near(often).await
    }

    /// Plans and applies these together; if that breaks for all of them because of one, each alone.
    pub(super) async fn plan_and_apply(&self, heard: Vec<Heard>) -> Result<(), Error> {
        if heard.is_empty() {
            return Ok(());
        }
        let rows: Vec<inbound_activity::Model> =
            heard.iter().map(|heard| heard.row.clone()).collect();
        if let Err(error) = guarded(self.together(heard)).await {
            tracing::error!(%error, count = rows.len(), "inbound: a batch broke");
            self.one_by_one(rows, error).await?;
        }
        self.0.0.bells.ring(Bell::Deliveries);
        Ok(())
    }

    async fn together(&self, heard: Vec<Heard>) -> Result<(), Error> {
        let planned = plan::plan_all(self.0, heard).await?;
        self.apply_all(planned).await
    }

    /// Nothing unrelated waits behind what breaks a whole batch (P11).
    ///
    /// # Errors
    ///
    /// [`Error::Store`], [`Error::Busy`] when not even a failure can be written down.
    async fn one_by_one(
        &self,
        rows: Vec<inbound_activity::Model>,
        together: Error,
    ) -> Result<(), Error> {
        let mut broke = Some(together).filter(|_| rows.len() == 1);
        for row in rows {
            let done = match broke.take() {
                Some(error) => Err(error),
                None => {
                    let heard = hear::hear_all(self.0, vec![row.clone()]).await?;
                    guarded(self.together(heard)).await
                }
            };
            if let Err(error) = done {
                let tx = self.0.begin().await?;
                let end = again_or_park(tx.now(), &row, &error);
                dialect::finish_inbound(tx.store(), &[end]).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// Gives back what there is no room for now.
    pub(super) async fn put_off(&self, heard: Vec<Heard>) -> Result<(), Error> {
        let tx = self.0.begin().await?;
        let run_at = tx.now() + PUT_OFF_FOR;
        let ends: Vec<InboundEnd> =
            heard.into_iter().map(|heard| given_back(heard.row, run_at)).collect();
        dialect::finish_inbound(tx.store(), &ends).await?;
        tx.commit().await
    }

    /// One transaction for the batch, and a savepoint for each that has an effect: one commit to
    /// the disk for many activities, and one that fails takes nothing else with it.
    async fn apply_all(&self, planned: Vec<Planned>) -> Result<(), Error> {
        let batch = self.0.begin().await?;
        let hosts: BTreeSet<String> = planned.iter().map(|(row, _)| row.host.clone()).collect();
        let ids: Vec<InboundId> = planned.iter().map(|(row, _)| row.id).collect();
        // Asked in the transaction of the effects: another worker may have applied one meanwhile.
        let waiting = dialect::waiting_inbound(batch.store(), &ids).await?;
        let (mut ends, mut something) = split(self.0, planned);
        something.retain(|(row, _)| waiting.contains(&row.id));
        let Parts { posts, reactions, others } = take_apart(something);
        ends.extend(Box::pin(self.write_many(&batch, posts, reactions)).await?);
        for (row, plan) in others {
            let tx = batch.part().await?;
            let applied = match plan {
                Ok(plan) => guarded(Box::pin(apply::apply(self.0, &tx, &row, plan))).await,
                Err(error) => Err(error),
            };
            if let Err(error @ (Error::Store(_) | Error::Busy)) = applied {
                // The database may have taken back with it what was done before: SQLite ends the whole
                // transaction when a disk is full. So nothing counts, and each has its turn alone.
                return Err(error);
            }
            ends.push(match applied {
                Ok(outcome) => {
                    tx.commit().await?;
                    end(self.0, &row, outcome)
                }
                Err(error) => {
                    drop(tx);
                    again_or_park(batch.now(), &row, &error)
                }
            });
        }
        dialect::finish_inbound(batch.store(), &ends).await?;
        peers::heard_from(self.0, &batch, &hosts).await?;
        batch.commit().await
    }

    /// Writes new posts together, and then likes and boosts. If one of them breaks that, nothing of the batch
    /// counts, and each has its turn alone.
    async fn write_many(
        &self,
        batch: &Tx,
        posts: Vec<(inbound_activity::Model, Arriving)>,
        reactions: Vec<(inbound_activity::Model, Reacting)>,
    ) -> Result<Vec<InboundEnd>, Error> {
        let (mut rows, arriving): (Vec<_>, Vec<_>) = posts.into_iter().unzip();
        let mut outcomes = arrive::create_all(self.0, batch, arriving).await?;
        let (reacted, reacting): (Vec<_>, Vec<_>) = reactions.into_iter().unzip();
        rows.extend(reacted);
        outcomes.extend(receive::react(self.0, batch, reacting).await?);
        Ok(rows.iter().zip(outcomes).map(|(row, outcome)| end(self.0, row, outcome)).collect())
    }
}

/// Takes out what has no effect: it ends in one statement, because most of what a busy server is
/// told concerns nobody there.
fn split(app: &App, planned: Vec<Planned>) -> (Vec<InboundEnd>, Vec<Planned>) {
    let effective: BTreeSet<String> = planned
        .iter()
        .filter(|(_, plan)| plan.as_ref().is_ok_and(Plan::has_effect))
        .map(|(row, _)| row.host.clone())
        .collect();
    let (mut ends, mut something) = (Vec::new(), Vec::new());
    for (row, plan) in planned {
        let beside = effective.iter().map(String::as_str);
        match plan.as_ref().ok().and_then(|plan| plan.without_effect(&row.host, beside)) {
            Some(outcome) => ends.push(end(app, &row, outcome)),
            None => something.push((row, plan)),
        }
    }
    (ends, something)
}

fn end(app: &App, row: &inbound_activity::Model, outcome: Outcome) -> InboundEnd {
    let peers = app.peers();
    match outcome {
        Outcome::Refused(why) => peers.refused(&row.host, why),
        Outcome::Ignored(why) => peers.ignored(&row.host, why),
        Outcome::Applied => {}
    }
    let took = (app.now() - row.received_at).max(Span::ZERO);
    app.meters().processing.add(Duration::from_millis(took.0.unsigned_abs()));
    tracing::debug!(kind = row.kind, host = row.host, outcome = outcome.words(), "inbound");
    InboundEnd {
        id: row.id,
        state: outcome.state(),
        run_at: row.run_at,
        blame: Blame::Ours,
        outcome: Some(outcome.words().to_owned()),
        error: None,
        keep: outcome == UNKNOWN
            && row.body.len() <= UNKNOWN_MAX_BYTES
            && peers.keeps_unknown(&row.host),
    }
}

/// One that was claimed and not begun.
fn given_back(row: inbound_activity::Model, run_at: Moment) -> InboundEnd {
    InboundEnd {
        id: row.id,
        state: InboundState::Waiting,
        run_at,
        blame: Blame::NoRoom,
        outcome: None,
        error: row.error,
        keep: false,
    }
}

/// What becomes of an activity that failed: it is tried again, or parked when trying is no use
/// (P11). A server that does not answer is waited for much longer than a fault of ours.
fn again_or_park(now: Moment, row: &inbound_activity::Model, error: &Error) -> InboundEnd {
    let theirs = matches!(error, Error::Upstream(_) | Error::Busy);
    let parked = if theirs {
        now - row.received_at >= backoff::GIVE_UP_AFTER
    } else {
        row.attempts - row.waits >= TRIES
    };
    let error = chain(error);
    tracing::warn!(kind = %row.kind, host = %row.host, parked, error, "inbound failed");
    InboundEnd {
        id: row.id,
        state: if parked { InboundState::Failed } else { InboundState::Waiting },
        run_at: now + backoff::delay(u32::try_from(row.attempts).unwrap_or(1)),
        blame: if theirs { Blame::Theirs } else { Blame::Ours },
        outcome: None,
        error: Some(error),
        keep: false,
    }
}

//! Doing what was put off: claim, do, write down what came of it.
//!
//! Invariant: a job may be started twice, so each asks first whether it is still to be done.

mod conversations;
mod featured;
mod followers;
mod lists;

use std::convert::Infallible;
use std::time::Duration;

use carefolk_domain::{JobId, Span, backoff};
use carefolk_store::dialect::{self, JobEnd};
use carefolk_store::entity::job::{JobState, Model};
use futures_util::{StreamExt, stream};

use crate::App;
use crate::kernel::error::{Error, chain};
use crate::kernel::jobs::Job;
use crate::kernel::ports::PortError;

/// How many jobs are claimed at once, and how many are done at once: most wait for other servers.
const BATCH: u32 = 32;
const AT_ONCE: usize = 16;

/// How long after a worker was killed another may take its batch over, and how often one that
/// works prolongs that.
const LEASE: Span = Span::minutes(1);
const PROLONG_EVERY: Duration = Duration::from_secs(20);

/// How long what a server said about itself is taken for true.
const LEARN_AGAIN: Span = Span::days(7);

/// How long the rest of something long waits.
const GO_ON_AFTER: Span = Span::seconds(1);
/// How long a job waits for a server that backs off before it is given up. It is not asked
/// meanwhile: deliveries find out when it answers again.
const WAITS_FOR: Span = Span::days(2);

/// How often a job is tried.
const TRIES: i32 = 6;

/// The handle of this capability.
pub struct Jobs<'a>(pub(crate) &'a App);

impl Jobs<'_> {
    /// Claims what is due and does it; returns how many were started.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if nothing could be claimed or written down. What goes wrong with one job is
    /// recorded with it and stops no other.
    pub async fn run_due(&self) -> Result<usize, Error> {
        let tx = self.0.begin().await?;
        let now = tx.now();
        let claimed = dialect::claim_jobs(tx.store(), now, now + LEASE, BATCH).await?;
        tx.commit().await?;
        if claimed.is_empty() {
            return Ok(0);
        }
        let ids: Vec<JobId> = claimed.iter().map(|row| row.id).collect();
        let work = stream::iter(claimed)
            .map(|row| async move {
                let done = Box::pin(self.run(&row)).await;
                self.end(&row, done)
            })
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<JobEnd>>();
        let ends = tokio::select! {
            ends = work => ends,
            never = self.hold(&ids) => match never {},
        };
        let tx = self.0.begin().await?;
        dialect::finish_jobs(tx.store(), &ends).await?;
        tx.commit().await?;
        Ok(ends.len())
    }

    /// Prolongs the lease of these for as long as it is polled.
    async fn hold(&self, ids: &[JobId]) -> Infallible {
        loop {
            tokio::time::sleep(PROLONG_EVERY).await;
            let prolonged = async {
                let tx = self.0.begin().await?;
                dialect::prolong_jobs(tx.store(), ids, tx.now() + LEASE).await?;
                tx.commit().await
            };
            if let Err(error) = prolonged.await {
                tracing::warn!(%error, "the lease of jobs could not be prolonged");
            }
        }
    }

    /// Does one job; says when to do it again, if ever.
    async fn run(&self, row: &Model) -> Result<Option<Span>, Error> {
        let job: Job =
            serde_json::from_str(&row.payload).map_err(|_odd| Error::Bug("an unknown job"))?;
        if let Some(wait) = self.backs_off(&job).await? {
            let is_old = self.0.now() - row.created_at >= WAITS_FOR;
            return Ok(Some(wait).filter(|_| !is_old));
        }
        match job {
            Job::FetchParent { uri, climb } => self.fetch_parent(&uri, climb).await.map(|()| None),
            Job::FollowOn { from, to } => {
                let all = self.0.profiles().follow_on(from, to).await?;
                Ok((!all).then_some(GO_ON_AFTER))
            }
            Job::TellPoll { post, .. } => self.0.posts().tell_poll(post).await.map(|()| None),
            Job::ClosePoll { post } => self.0.posts().close_poll(post).await,
            Job::FetchReplies { uri } => self.fetch_replies(&uri).await.map(|()| None),
            Job::FetchFound { uri, beside } => {
                Box::pin(self.fetch_found(&uri, &beside, self.0.now() - row.created_at)).await
            }
            Job::FetchFeatured { actor } => self.fetch_featured(&actor).await.map(|()| None),
            Job::SynchronizeFollowers { actor, url, digest } => {
                self.synchronize(&actor, &url, &digest).await.map(|()| None)
            }
            Job::LearnSoftware { host } => self.learn_software(&host).await,
        }
    }

    /// How long the server that a job asks has to be left alone, if it backs off.
    async fn backs_off(&self, job: &Job) -> Result<Option<Span>, Error> {
        let Some(host) = job.host() else { return Ok(None) };
        let until = self.0.peers().backs_off_until(&host).await?;
        Ok(until.map(|until| until - self.0.now()).filter(|wait| *wait > Span::ZERO))
    }

    /// Asks a server what it runs; says when to ask again. One that does not say is no failure,
    /// and is not asked again; nor is one that has been silent for long.
    async fn learn_software(&self, host: &str) -> Result<Option<Span>, Error> {
        if !self.0.peers().is_open_to(host).await? {
            return Ok(None);
        }
        match self.0.remote().software(host).await {
            Ok(software) => {
                self.0.peers().note_software(host, software).await?;
                Ok(Some(LEARN_AGAIN))
            }
            Err(error @ PortError::Unavailable(_)) => Err(error.into()),
            Err(error) => {
                tracing::debug!(host, %error, "a server does not say what it runs");
                Ok(None)
            }
        }
    }

    fn end(&self, row: &Model, done: Result<Option<Span>, Error>) -> JobEnd {
        let wait = backoff::delay(u32::try_from(row.attempts).unwrap_or(1));
        let (mut run_at, mut state, mut last_error) =
            (self.0.now() + wait, JobState::Waiting, None);
        match done {
            Ok(None) => state = JobState::Done,
            Ok(Some(again)) => run_at = self.0.now() + again,
            Err(error) => {
                let error = chain(&error);
                tracing::debug!(job = row.name, error, "a job failed");
                if row.attempts >= TRIES {
                    state = JobState::Failed;
                }
                last_error = Some(error);
            }
        }
        JobEnd { id: row.id, state, run_at, last_error }
    }
}

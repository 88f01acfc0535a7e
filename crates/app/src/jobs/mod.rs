//! Doing what was put off: claim, do, write down what came of it.
//!
//! Invariant: a job may be started twice, so each asks first whether it is still to be done.

mod conversations;
mod featured;
mod followers;
mod lists;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use carefolk_domain::{JobId, Span, backoff};
use carefolk_store::dialect::{self, JobEnd};
use carefolk_store::entity::job::{JobState, Model};
use futures_util::{StreamExt, stream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::App;
use crate::kernel::LOOK_EVERY;
use crate::kernel::error::{Error, chain};
use crate::kernel::guard::guarded;
use crate::kernel::jobs::Job;
use crate::kernel::ports::PortError;

/// How many jobs are claimed at once, and how many are done at once: most wait for other servers.
const BATCH: usize = 32;
const AT_ONCE: usize = 64;

/// How many of them may ask one server: one that is slow must not take all places (P6).
const PER_HOST: usize = 8;

/// How long a job rests for which its server has no place.
const PUT_OFF_FOR: Span = Span::seconds(5);

/// How long the worker rests after the database failed it.
const REST: Duration = Duration::from_secs(2);

/// How long a worker has a job before another may take it over, unless it says that it is still at it:
/// what a worker had that died is waited for no longer.
const LEASE: Span = Span::minutes(1);

/// How often it says so.
const RENEW_EVERY: Duration = Duration::from_secs(20);

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

/// Jobs that are being done, and whom they ask.
#[derive(Default)]
struct Flying {
    jobs: JoinSet<(Option<String>, JobEnd)>,
    ids: HashSet<JobId>,
    hosts: HashMap<String, usize>,
}

impl Flying {
    fn room(&self) -> usize {
        AT_ONCE.saturating_sub(self.jobs.len())
    }

    /// Takes a place of that server, if there is one.
    fn enter(&mut self, host: Option<&String>) -> bool {
        let Some(host) = host else { return true };
        let taken = self.hosts.entry(host.clone()).or_default();
        let has_place = *taken < PER_HOST;
        *taken += usize::from(has_place);
        has_place
    }

    fn leave(&mut self, host: Option<&String>) {
        let Some(host) = host else { return };
        if let Some(taken) = self.hosts.get_mut(host) {
            *taken -= 1;
            if *taken == 0 {
                self.hosts.remove(host);
            }
        }
    }
}

impl Jobs<'_> {
    /// Claims what is due and does it all; returns how many were started.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if nothing could be claimed or written down. What goes wrong with one job is
    /// recorded with it and stops no other.
    pub async fn run_due(&self) -> Result<usize, Error> {
        let claimed = self.claim(BATCH).await?;
        let work = claimed.into_iter().map(|row| async move { self.work(&row).await });
        let ends: Vec<JobEnd> = stream::iter(work).buffer_unordered(AT_ONCE).collect().await;
        self.write_down(&ends).await?;
        Ok(ends.len())
    }

    /// Does jobs until told to stop. A place is filled as soon as it is free, so that a server that
    /// is slow holds up what asks it, and nothing else; what is begun at the end is awaited.
    pub(crate) async fn run_until(&self, stop: &CancellationToken) {
        let mut flying = Flying::default();
        let mut look = true;
        let mut renew = tokio::time::interval(RENEW_EVERY);
        while !stop.is_cancelled() || !flying.jobs.is_empty() {
            let mut rest = LOOK_EVERY;
            if look && flying.room() > 0 && !stop.is_cancelled() {
                match self.begin_some(&mut flying).await {
                    Ok(begun_all) => look = begun_all,
                    Err(error) => {
                        tracing::error!(%error, "jobs");
                        (look, rest) = (false, REST);
                    }
                }
            }
            if look && flying.room() > 0 && !stop.is_cancelled() {
                continue;
            }
            tokio::select! {
                Some(ended) = flying.jobs.join_next() => {
                    self.end_some(&mut flying, ended).await;
                    look = true;
                }
                _ = renew.tick() => self.renew(&flying).await,
                () = self.0.0.bells.jobs.notified() => look = true,
                () = tokio::time::sleep(rest) => look = true,
                () = stop.cancelled(), if !stop.is_cancelled() => {}
            }
        }
    }

    /// Claims as much as there is room for and begins it; says whether there may be more.
    async fn begin_some(&self, flying: &mut Flying) -> Result<bool, Error> {
        let wanted = flying.room().min(BATCH);
        let claimed = self.claim(wanted).await?;
        let is_full = claimed.len() == wanted;
        let mut put_off = Vec::new();
        for row in claimed {
            let host = serde_json::from_str::<Job>(&row.payload).ok().and_then(|job| job.host());
            if flying.enter(host.as_ref()) {
                let app = self.0.clone();
                flying.ids.insert(row.id);
                flying.jobs.spawn(async move { (host, Jobs(&app).work(&row).await) });
            } else {
                let run_at = self.0.now() + PUT_OFF_FOR;
                let state = JobState::Waiting;
                let last_error = row.last_error;
                put_off.push(JobEnd { id: row.id, state, run_at, last_error, unbegun: true });
            }
        }
        self.write_down(&put_off).await?;
        Ok(is_full)
    }

    /// Writes down this one, and others that ended meanwhile.
    async fn end_some(
        &self,
        flying: &mut Flying,
        first: Result<(Option<String>, JobEnd), tokio::task::JoinError>,
    ) {
        let mut ends = Vec::new();
        let mut next = Some(first);
        while let Some(ended) = next {
            // A panic inside a job is an error of its own: one that broke off was cancelled.
            if let Ok((host, end)) = ended {
                flying.leave(host.as_ref());
                flying.ids.remove(&end.id);
                ends.push(end);
            }
            next = flying.jobs.try_join_next();
        }
        if let Err(error) = self.write_down(&ends).await {
            tracing::error!(%error, "jobs could not be written down");
        }
    }

    async fn claim(&self, limit: usize) -> Result<Vec<Model>, Error> {
        let tx = self.0.begin().await?;
        let now = tx.now();
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let claimed = dialect::claim_jobs(tx.store(), now, now + LEASE, limit).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    /// Keeps what is in work from being taken over. Where that fails a job may be begun twice, which
    /// each of them bears.
    async fn renew(&self, flying: &Flying) {
        if flying.ids.is_empty() {
            return;
        }
        let renewing = async {
            let tx = self.0.begin().await?;
            let ids: Vec<JobId> = flying.ids.iter().copied().collect();
            dialect::renew_jobs(tx.store(), &ids, tx.now() + LEASE).await?;
            tx.commit().await
        };
        let renewed: Result<(), Error> = renewing.await;
        if let Err(error) = renewed {
            tracing::error!(%error, "jobs could not be kept");
        }
    }

    async fn write_down(&self, ends: &[JobEnd]) -> Result<(), Error> {
        if ends.is_empty() {
            return Ok(());
        }
        let tx = self.0.begin().await?;
        dialect::finish_jobs(tx.store(), ends).await?;
        tx.commit().await
    }

    /// One job, from its beginning to what is written down of it (P11).
    async fn work(&self, row: &Model) -> JobEnd {
        let done = if row.attempts > TRIES {
            // It was begun so often and never ended: it may be what kills the process.
            Err(Error::Bug("the work on it was broken off each time"))
        } else {
            guarded(Box::pin(self.run(row))).await
        };
        self.end(row, done)
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
            Job::LiftBan { group, who, until } => self.0.groups().lift_ban(group, who, until).await,
            Job::ClosePoll { post } => self.0.posts().close_poll(post).await,
            Job::FetchReplies { uri } => self.fetch_replies(&uri).await.map(|()| None),
            Job::FetchFound { uri, beside } => {
                Box::pin(self.fetch_found(&uri, &beside, self.0.now() - row.created_at)).await
            }
            Job::FetchFeatured { actor } => self.fetch_featured(&actor).await.map(|()| None),
            Job::SynchronizeFollowers { actor, url, digest } => {
                self.synchronize(&actor, &url, &digest).await.map(|()| None)
            }
            Job::DropInbox { inbox } => {
                let all = self.0.follows().drop_inbox(&inbox).await?;
                Ok((!all).then_some(GO_ON_AFTER))
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
                // Who was forgotten meanwhile is not asked for ever (S-104).
                let is_known = self.0.peers().note_software(host, software).await?;
                Ok(is_known.then_some(LEARN_AGAIN))
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
        JobEnd { id: row.id, state, run_at, last_error, unbegun: false }
    }
}

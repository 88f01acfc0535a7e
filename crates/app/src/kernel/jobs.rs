//! Work for later, as rows: put there in the transaction of what asks for it, done by a worker.

use carefolk_domain::{ActorId, JobId, Span};
use carefolk_store::dialect;
use carefolk_store::entity::job::{self, JobState, Model};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::tx::Tx;
use crate::App;

/// How many posts above one are fetched, one by one.
const CLIMB_MAX: u8 = 20;

/// How many posts may wait to be looked for, of one server and altogether. More are not looked
/// for: a conversation can be read without its beginning.
const CLIMBS_PER_ORIGIN: u64 = 20;
const CLIMBS_WAITING: u64 = 1_000;

/// No try is put off further than this, so that the count need not look at what is far off.
const CLIMBS_WITHIN: Span = Span::days(1);

/// How far up a conversation is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Climb(u8);

impl Climb {
    /// At the post that came.
    pub(crate) const START: Self = Self(0);

    /// At a post that was looked for.
    pub(crate) const FOUND: Self = Self(1);

    /// One step further up, if that is not too far.
    pub(crate) fn up(self) -> Option<Self> {
        (self.0 < CLIMB_MAX).then_some(Self(self.0 + 1))
    }
}

/// The name of the work of reading what a post answers.
const FETCH_PARENT: &str = "posts.fetch_parent";

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub(crate) enum Job {
    /// Read the post that one here answers.
    FetchParent {
        /// Its id.
        uri: String,
        /// How far above the post that came.
        climb: Climb,
    },
    /// Let those of ours who follow one actor follow another: it moved.
    FollowOn {
        /// Who moved.
        from: ActorId,
        /// Who they are now.
        to: ActorId,
    },
    /// Ask a server what it runs, and again after a while.
    LearnSoftware {
        /// Its host.
        host: String,
    },
}

impl Job {
    fn name(&self) -> &'static str {
        match self {
            Self::FetchParent { .. } => FETCH_PARENT,
            Self::FollowOn { .. } => "profiles.follow_on",
            Self::LearnSoftware { .. } => "peers.learn_software",
        }
    }

    /// What no two unfinished jobs share.
    fn unique_key(&self) -> String {
        match self {
            Self::FetchParent { uri, .. } => format!("{} {uri}", self.name()),
            Self::FollowOn { from, to } => format!("{} {from} {to}", self.name()),
            Self::LearnSoftware { host } => format!("{} {host}", self.name()),
        }
    }
}

/// Whether enough posts wait to be looked for.
async fn enough_climbs(tx: &Tx, uri: &str) -> Result<bool, Error> {
    let waiting = |of: &str| {
        job::Entity::find()
            .filter(job::Column::State.eq(JobState::Waiting))
            .filter(job::Column::RunAt.lte(tx.now() + CLIMBS_WITHIN))
            .filter(job::Column::UniqueKey.starts_with(format!("{FETCH_PARENT} {of}")))
            .count(tx.conn())
    };
    let Some(origin) = carefolk_domain::uri::origin(uri) else { return Ok(true) };
    Ok(waiting(&format!("{origin}/")).await? >= CLIMBS_PER_ORIGIN
        || waiting("").await? >= CLIMBS_WAITING)
}

/// Puts a job into the queue, unless the same waits there.
pub(crate) async fn later(app: &App, tx: &Tx, job: &Job) -> Result<(), Error> {
    if let Job::FetchParent { uri, .. } = job
        && enough_climbs(tx, uri).await?
    {
        return Ok(());
    }
    let payload =
        serde_json::to_string(job).map_err(|_odd| Error::Bug("a job that is not JSON"))?;
    let row = Model {
        id: JobId(app.id()),
        name: job.name().to_owned(),
        payload,
        unique_key: Some(job.unique_key()),
        state: JobState::Waiting,
        attempts: 0,
        run_at: tx.now(),
        locked_until: None,
        last_error: None,
        created_at: tx.now(),
    };
    dialect::insert_job(tx.store(), &row).await?;
    tx.ring_jobs();
    Ok(())
}

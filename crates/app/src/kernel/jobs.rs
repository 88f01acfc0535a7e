//! Work for later, as rows: put there in the transaction of what asks for it, done by a worker.

use carefolk_domain::JobId;
use carefolk_store::dialect;
use carefolk_store::entity::job::{JobState, Model};
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::tx::Tx;
use crate::App;

/// How many posts above one are fetched, one by one.
const CLIMB_MAX: u8 = 20;

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
    /// Ask a server what it runs, and again after a while.
    LearnSoftware {
        /// Its host.
        host: String,
    },
}

impl Job {
    fn name(&self) -> &'static str {
        match self {
            Self::FetchParent { .. } => "posts.fetch_parent",
            Self::LearnSoftware { .. } => "peers.learn_software",
        }
    }

    /// What no two unfinished jobs share.
    fn unique_key(&self) -> String {
        match self {
            Self::FetchParent { uri, .. } => format!("{} {uri}", self.name()),
            Self::LearnSoftware { host } => format!("{} {host}", self.name()),
        }
    }
}

/// Puts a job into the queue, unless the same waits there.
pub(crate) async fn later(app: &App, tx: &Tx, job: &Job) -> Result<(), Error> {
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

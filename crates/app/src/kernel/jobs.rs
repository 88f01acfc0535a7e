//! Work for later, as rows: put there in the transaction of what asks for it, done by a worker.

use carefolk_domain::{ActorId, GroupId, JobId, Moment, PostId, Span, uri};
use carefolk_store::dialect;
use carefolk_store::entity::job::{self, JobState, Model};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::tx::Tx;
use crate::App;

/// How many posts above one are fetched, one by one.
const CLIMB_MAX: u8 = 20;

/// How many posts may wait to be looked for: of one server, of all names below one that somebody
/// registered (S-078), and altogether. More are not looked for: a conversation can be read without
/// its beginning, and without some of its answers.
const CLIMBS_PER_ORIGIN: u64 = 20;
const CLIMBS_PER_SITE: u64 = 40;
const CLIMBS_WAITING: u64 = 1_000;

/// How many comparisons of followers may wait, of one server and altogether.
const COMPARISONS_PER_ORIGIN: u64 = 10;
const COMPARISONS_WAITING: u64 = 200;

/// How many servers may wait to be asked what they run: of all names below one that somebody registered,
/// and altogether. Of the others it is not known.
const QUESTIONS_PER_SITE: u64 = 20;
const QUESTIONS_WAITING: u64 = 500;

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

/// How the keys of all that is looked for begin, so that it can be counted together.
const FETCH: &str = "posts.fetch";

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
    /// Read what answers a post, as its own server lists it.
    FetchReplies {
        /// The post's id.
        uri: String,
    },
    /// Read a post that such a list names, or one that was found before.
    FetchFound {
        /// Its id.
        uri: String,
        /// The post of the conversation that it should belong to.
        beside: String,
    },
    /// Read what somebody elsewhere pinned, whom nobody here followed before.
    FetchFeatured {
        /// The actor's id.
        actor: String,
    },
    /// Compare who follows an actor elsewhere with what its server knows.
    SynchronizeFollowers {
        /// The actor's id.
        actor: String,
        /// Where its server lists those of ours.
        url: String,
        /// The digest of that list.
        digest: String,
    },
    /// Tell followers' servers how a poll stands.
    TellPoll {
        /// Which.
        post: PostId,
        /// In which round: one for all votes of one.
        round: i64,
    },
    /// Close a poll, and tell how it ended.
    ClosePoll {
        /// Which.
        post: PostId,
    },
    /// End a ban from a group whose time is over.
    LiftBan {
        /// The group.
        group: GroupId,
        /// Who may not write in it until then.
        who: ActorId,
        /// When it ends.
        until: Moment,
    },
    /// Forget who is reached through an inbox that is gone.
    DropInbox {
        /// Its address.
        inbox: String,
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
            Self::FetchReplies { .. } => "posts.fetch_replies",
            Self::FetchFound { .. } => "posts.fetch_found",
            Self::FetchFeatured { .. } => "posts.fetch_featured",
            Self::SynchronizeFollowers { .. } => "follows.synchronize",
            Self::FollowOn { .. } => "profiles.follow_on",
            Self::TellPoll { .. } => "posts.tell_poll",
            Self::ClosePoll { .. } => "posts.close_poll",
            Self::LiftBan { .. } => "groups.lift_ban",
            Self::DropInbox { .. } => "follows.drop_inbox",
            Self::LearnSoftware { .. } => "peers.learn_software",
        }
    }

    /// What no two unfinished jobs share. A post is looked for once, from whichever side.
    fn unique_key(&self) -> String {
        match self {
            Self::FetchParent { uri, .. } | Self::FetchFound { uri, .. } => {
                format!("{FETCH} {} {uri}", site(uri))
            }
            Self::FetchReplies { uri } => format!("{FETCH} {} below {uri}", site(uri)),
            Self::SynchronizeFollowers { actor, .. } | Self::FetchFeatured { actor } => {
                format!("{} {actor}", self.name())
            }
            Self::FollowOn { from, to } => format!("{} {from} {to}", self.name()),
            Self::TellPoll { post, round } => format!("{} {post} {round}", self.name()),
            Self::ClosePoll { post } => format!("{} {post}", self.name()),
            Self::LiftBan { group, who, until } => {
                format!("{} {group} {who} {}", self.name(), until.0)
            }
            Self::DropInbox { inbox } => format!("{} {inbox}", self.name()),
            Self::LearnSoftware { host } => {
                format!("{} {} {host}", self.name(), self.site().unwrap_or_default())
            }
        }
    }

    /// The post that it looks for or looks around, if it does.
    fn post(&self) -> Option<&str> {
        match self {
            Self::FetchParent { uri, .. }
            | Self::FetchReplies { uri }
            | Self::FetchFound { uri, .. } => Some(uri),
            Self::SynchronizeFollowers { .. }
            | Self::FetchFeatured { .. }
            | Self::LearnSoftware { .. }
            | Self::DropInbox { .. }
            | Self::LiftBan { .. }
            | Self::TellPoll { .. }
            | Self::ClosePoll { .. }
            | Self::FollowOn { .. } => None,
        }
    }

    /// The server that it asks.
    pub(crate) fn host(&self) -> Option<String> {
        match self {
            Self::LearnSoftware { host } => Some(host.clone()),
            Self::SynchronizeFollowers { actor, .. } | Self::FetchFeatured { actor } => {
                uri::host(actor)
            }
            Self::DropInbox { inbox } => uri::host(inbox),
            _ => self.post().and_then(uri::host),
        }
    }
}

impl Job {
    /// The name that somebody registered for the server that it asks: below it names cost nothing.
    pub(crate) fn site(&self) -> Option<String> {
        self.host().and_then(|host| uri::site(&format!("https://{host}/")))
    }
}

fn site(uri: &str) -> String {
    uri::site(uri).unwrap_or_default()
}

/// Whether enough posts wait to be looked for.
async fn enough_climbs(tx: &Tx, uri: &str) -> Result<bool, Error> {
    let waiting = |of: &str| {
        job::Entity::find()
            .filter(job::Column::State.eq(JobState::Waiting))
            .filter(job::Column::RunAt.lte(tx.now() + CLIMBS_WITHIN))
            .filter(job::Column::UniqueKey.starts_with(format!("{FETCH} {of}")))
            .count(tx.conn())
    };
    let Some(origin) = uri::origin(uri) else { return Ok(true) };
    let site = site(uri);
    Ok(waiting(&format!("{site} {origin}/")).await? >= CLIMBS_PER_ORIGIN
        || waiting(&format!("{site} ")).await? >= CLIMBS_PER_SITE
        || waiting("").await? >= CLIMBS_WAITING)
}

/// Whether enough comparisons of followers wait, of the same server or altogether.
async fn enough_comparisons(tx: &Tx, job: &Job) -> Result<bool, Error> {
    let waiting = |of: String| {
        job::Entity::find()
            .filter(job::Column::State.eq(JobState::Waiting))
            .filter(job::Column::UniqueKey.starts_with(of))
            .count(tx.conn())
    };
    let Job::SynchronizeFollowers { actor, .. } = job else { return Ok(false) };
    let Some(origin) = uri::origin(actor) else { return Ok(true) };
    Ok(waiting(format!("{} {origin}/", job.name())).await? >= COMPARISONS_PER_ORIGIN
        || waiting(format!("{} ", job.name())).await? >= COMPARISONS_WAITING)
}

/// Whether enough servers wait to be asked what they run; those that are asked again in a week do not.
async fn enough_questions(tx: &Tx, job: &Job) -> Result<bool, Error> {
    let waiting = |of: String| {
        job::Entity::find()
            .filter(job::Column::State.eq(JobState::Waiting))
            .filter(job::Column::RunAt.lte(tx.now() + CLIMBS_WITHIN))
            .filter(job::Column::UniqueKey.starts_with(of))
            .count(tx.conn())
    };
    let site = job.site().unwrap_or_default();
    Ok(waiting(format!("{} {site} ", job.name())).await? >= QUESTIONS_PER_SITE
        || waiting(format!("{} ", job.name())).await? >= QUESTIONS_WAITING)
}

/// Puts a job into the queue, unless the same waits there.
pub(crate) async fn later(app: &App, tx: &Tx, job: &Job) -> Result<(), Error> {
    after(app, tx, job, Span::ZERO).await
}

/// The same, to be done after a while.
pub(crate) async fn after(app: &App, tx: &Tx, job: &Job, wait: Span) -> Result<(), Error> {
    if let Some(uri) = job.post()
        && enough_climbs(tx, uri).await?
    {
        return Ok(());
    }
    if matches!(job, Job::LearnSoftware { .. }) && enough_questions(tx, job).await? {
        return Ok(());
    }
    if matches!(job, Job::SynchronizeFollowers { .. }) && enough_comparisons(tx, job).await? {
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
        run_at: tx.now() + wait,
        locked_until: None,
        last_error: None,
        created_at: tx.now(),
    };
    dialect::insert_job(tx.store(), &row).await?;
    tx.ring_jobs();
    Ok(())
}

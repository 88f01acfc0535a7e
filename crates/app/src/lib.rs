//! The application: every rule of Carefolk, as commands (which change something) and queries
//! (which read something).
//!
//! Pages, the command line, jobs and other servers' activities all come here; nothing here knows
//! HTTP or HTML. What must happen is a row written in the same transaction; no network call is
//! made while a transaction is open.

mod abroad;
pub mod accounts;
pub mod actors;
pub mod audit;
pub(crate) mod blocked;
pub mod blocks;
pub mod figures;
pub mod follows;
pub(crate) mod grouped;
pub mod groups;
pub(crate) mod homes;
pub mod inbound;
mod insiders;
pub mod instance;
pub mod invariants;
pub mod jobs;
pub mod kernel;
mod locked;
mod news;
pub mod outbox;
pub mod peers;
pub mod pictures;
pub(crate) mod placed;
mod portraits;
pub mod posts;
pub mod profiles;
pub mod providers;
pub(crate) mod reacted;
pub mod reactions;
mod relayed;
pub mod reports;
mod sweep;
mod taken_in;
pub mod timelines;
pub mod updates;
mod voice;
mod waiting;
mod workers;

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Instant;

use carefolk_domain::{ActorId, Moment};
use carefolk_store::{Db, Mint};

pub use kernel::caller::{Caller, Member};
pub use kernel::error::{Error, chain};
pub use kernel::page::Page;
pub use kernel::ports;
pub use kernel::settings::{AppSettings, FederationMode};
pub use kernel::tx::Tx;
pub use workers::Duty;

use kernel::meters::Meters;
use kernel::ports::{Chance, Clock, Files, Keys, PictureMaker, Remote};
use kernel::tx::Bells;

/// What an application is made of.
pub struct AppParts {
    /// The database, migrated.
    pub db: Db,
    /// Ids.
    pub mint: Arc<Mint>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub chance: Arc<dyn Chance>,
    /// Other servers.
    pub remote: Arc<dyn Remote>,
    /// Key pairs.
    pub keys: Arc<dyn Keys>,
    /// Where files are kept.
    pub files: Arc<dyn Files>,
    /// Who looks at pictures.
    pub pictures: Arc<dyn PictureMaker>,
    /// Settings.
    pub settings: AppSettings,
}

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    parts: AppParts,
    bells: Arc<Bells>,
    meters: Arc<Meters>,
    arrivals: inbound::ArrivalWriter,
    /// How many batches of arrivals were worked on.
    rounds: AtomicU32,
    peers: peers::StandingCache,
    refusals: peers::Tally,
    open_inboxes: actors::OpenInboxes,
    paces: outbox::Paces,
    copies: pictures::Copies,
    votes: reactions::Votes,
    instance: tokio::sync::OnceCell<ActorId>,
    passwords: tokio::sync::Semaphore,
    password_places: tokio::sync::Semaphore,
    holder: String,
}

/// How many passwords are hashed at once: each takes 19 MiB and 20 ms (T18).
const PASSWORDS_AT_ONCE: usize = 2;

/// How many may wait for that: a second of work.
const PASSWORDS_WAITING: usize = 32;

impl App {
    /// An application on `parts`. Call [`App::prepare`] before anything else.
    pub fn new(parts: AppParts) -> Self {
        let bells = Arc::new(Bells::default());
        let arrivals = inbound::arrival_writer(&parts);
        let holder = kernel::opaque::slug(parts.chance.as_ref());
        Self(Arc::new(Inner {
            parts,
            bells,
            meters: Arc::default(),
            arrivals,
            rounds: AtomicU32::new(0),
            peers: peers::StandingCache::new(),
            refusals: peers::Tally::new(),
            open_inboxes: actors::OpenInboxes::new(),
            paces: outbox::Paces::new(),
            copies: pictures::Copies::default(),
            votes: reactions::Votes::default(),
            instance: tokio::sync::OnceCell::new(),
            passwords: tokio::sync::Semaphore::new(PASSWORDS_AT_ONCE),
            password_places: tokio::sync::Semaphore::new(PASSWORDS_WAITING),
            holder,
        }))
    }

    /// Makes the domain and the instance actor if this database has none, and freezes
    /// `instance.url` into it.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] if another `instance.url` was frozen earlier.
    pub async fn prepare(&self) -> Result<(), Error> {
        self.instance().prepare().await
    }

    /// The moment it is.
    pub fn now(&self) -> Moment {
        self.0.parts.clock.now()
    }

    /// The settings.
    pub fn settings(&self) -> &AppSettings {
        &self.0.parts.settings
    }

    /// The database, for reading.
    pub fn db(&self) -> &Db {
        &self.0.parts.db
    }

    /// What this process counted since it started.
    pub fn meters(&self) -> &Meters {
        &self.0.meters
    }

    pub(crate) fn chance(&self) -> &dyn Chance {
        self.0.parts.chance.as_ref()
    }

    pub(crate) fn remote(&self) -> &dyn Remote {
        self.0.parts.remote.as_ref()
    }

    pub(crate) fn files(&self) -> &dyn Files {
        self.0.parts.files.as_ref()
    }

    pub(crate) fn votes(&self) -> &reactions::Votes {
        &self.0.votes
    }

    pub(crate) fn copies(&self) -> &pictures::Copies {
        &self.0.copies
    }

    pub(crate) fn maker(&self) -> &dyn PictureMaker {
        self.0.parts.pictures.as_ref()
    }

    pub(crate) fn read(&self) -> &sea_orm::DatabaseConnection {
        self.0.parts.db.read()
    }

    /// Begins to read several things together, over one connection.
    pub(crate) async fn look(&self) -> Result<carefolk_store::ReadTx, Error> {
        Ok(self.0.parts.db.look().await?)
    }

    pub(crate) fn id(&self) -> i64 {
        self.0.parts.mint.next(self.now())
    }

    /// Lets further ids be greater than this one.
    pub(crate) fn mint_above(&self, id: i64) {
        self.0.parts.mint.raise(id);
    }

    pub(crate) fn slug(&self) -> String {
        kernel::opaque::slug(self.chance())
    }

    /// Opens one unit of change. SQLite has one writer: it waits its turn.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] after ten seconds of waiting.
    pub async fn begin(&self) -> Result<Tx, Error> {
        let asked = Instant::now();
        let inner = self.0.parts.db.begin().await?;
        self.0.meters.beginning.add(asked.elapsed());
        let (bells, meters) = (Arc::clone(&self.0.bells), Arc::clone(&self.0.meters));
        Ok(Tx::new(inner, self.now(), bells, Some(meters)))
    }

    /// The instance itself.
    pub fn instance(&self) -> instance::Instance<'_> {
        instance::Instance(self)
    }

    /// People who can sign in.
    pub fn accounts(&self) -> accounts::Accounts<'_> {
        accounts::Accounts(self)
    }

    /// Providers and their teams.
    pub fn providers(&self) -> providers::Providers<'_> {
        providers::Providers(self)
    }

    /// Groups.
    pub fn groups(&self) -> groups::Groups<'_> {
        groups::Groups(self)
    }

    /// What becomes of actors.
    pub fn profiles(&self) -> profiles::Profiles<'_> {
        profiles::Profiles(self)
    }

    /// Actors, here and elsewhere.
    pub fn actors(&self) -> actors::Actors<'_> {
        actors::Actors(self)
    }

    /// Posts.
    pub fn posts(&self) -> posts::Posts<'_> {
        posts::Posts(self)
    }

    /// Pictures that people here send.
    pub fn pictures(&self) -> pictures::Pictures<'_> {
        pictures::Pictures(self)
    }

    /// Who follows whom.
    pub fn follows(&self) -> follows::Follows<'_> {
        follows::Follows(self)
    }

    /// Who wants nothing to do with whom.
    pub fn blocks(&self) -> blocks::Blocks<'_> {
        blocks::Blocks(self)
    }

    /// Likes and boosts.
    pub fn reactions(&self) -> reactions::Reactions<'_> {
        reactions::Reactions(self)
    }

    /// What moderators are told.
    pub fn reports(&self) -> reports::Reports<'_> {
        reports::Reports(self)
    }

    /// What people are told about.
    pub fn updates(&self) -> updates::Updates<'_> {
        updates::Updates(self)
    }

    /// Lists of posts.
    pub fn timelines(&self) -> timelines::Timelines<'_> {
        timelines::Timelines(self)
    }

    /// Other servers.
    pub fn peers(&self) -> peers::Peers<'_> {
        peers::Peers(self)
    }

    /// What we were told.
    pub fn inbound(&self) -> inbound::Inbound<'_> {
        inbound::Inbound(self)
    }

    /// Who did what.
    pub fn audit(&self) -> audit::Audit<'_> {
        audit::Audit(self)
    }

    /// Work that was put off.
    pub fn jobs(&self) -> jobs::Jobs<'_> {
        jobs::Jobs(self)
    }

    /// What we say.
    pub fn outbox(&self) -> outbox::Outbox<'_> {
        outbox::Outbox(self)
    }
}

//! Other servers: what an admin decided about them, and how they are.
//!
//! Invariant: every door asks [`Peers::standing`] before it listens, fetches or sends (S-058).

mod commands;
mod refusals;
mod ruling;

use std::sync::Arc;
use std::time::Duration;

use carefolk_domain::{Health, Moment, Standing};
use carefolk_store::entity::peer;
use moka::sync::Cache;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::App;
use crate::kernel::{caller::Caller, error::Error, settings::FederationMode};

pub(crate) use commands::{heard_from, note_declared};
pub use refusals::RefusalView;
pub(crate) use refusals::Tally;
pub use ruling::Closed;

/// How long a decision made in another process may go unnoticed.
const CACHE_FOR: Duration = Duration::from_secs(1);

/// The most rules there can be: beyond that the list should be imported as data.
const RULES_MAX: u64 = 50_000;

/// Peers about which somebody decided something.
pub(crate) struct StandingCache(Cache<(), Arc<Vec<(String, Standing)>>>);

impl StandingCache {
    pub(crate) fn new() -> Self {
        Self(Cache::builder().max_capacity(1).time_to_live(CACHE_FOR).build())
    }

    pub(crate) fn forget(&self) {
        self.0.invalidate_all();
    }
}

/// A peer, as an admin sees it.
#[derive(Clone, Debug)]
pub struct PeerView {
    /// Its host.
    pub host: String,
    /// What holds for it.
    pub standing: Standing,
    /// The host above it that this was decided about, if not about itself.
    pub decided_by: Option<String>,
    /// Whether anything was ever heard of it, sent to it or decided about it.
    pub met: bool,
    /// How it answers.
    pub health: Health,
    /// Its software, if it said.
    pub software: Option<String>,
    /// When it last spoke to us.
    pub last_heard: Option<Moment>,
    /// When it last took something from us.
    pub last_ok: Option<Moment>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it is tried again.
    pub backoff_until: Option<Moment>,
    /// How many deliveries wait for it.
    pub waiting: u64,
}

/// The handle of this capability.
pub struct Peers<'a>(pub(crate) &'a App);

impl Peers<'_> {
    async fn load(&self) -> Result<Arc<Vec<(String, Standing)>>, Error> {
        use sea_orm::QuerySelect;
        let rows = peer::Entity::find()
            .filter(peer::Column::Standing.ne(Standing::Unknown))
            .limit(RULES_MAX)
            .all(self.0.read())
            .await?;
        let rules = Arc::new(rows.into_iter().map(|p| (p.host, p.standing)).collect::<Vec<_>>());
        self.0.0.peers.0.insert((), Arc::clone(&rules));
        Ok(rules)
    }

    /// Whether we listen to and talk with `host` at all, by its standing and the federation mode.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn is_open_to(&self, host: &str) -> Result<bool, Error> {
        let standing = self.standing(host).await?;
        Ok(match self.0.settings().mode {
            FederationMode::Off => false,
            FederationMode::Open => standing != Standing::Suspended,
            FederationMode::Allowlist => matches!(standing, Standing::Allowed | Standing::Limited),
        })
    }

    /// The way of signing that `host` took last time, by the name under which it was noted.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn signature_profile(&self, host: &str) -> Result<Option<String>, Error> {
        let row =
            peer::Entity::find().filter(peer::Column::Host.eq(host)).one(self.0.read()).await?;
        Ok(row.and_then(|row| row.signature_profile))
    }

    /// Until when `host` is left alone because it did not answer, if it is.
    pub(crate) async fn backs_off_until(&self, host: &str) -> Result<Option<Moment>, Error> {
        let found = peer::Entity::find().filter(peer::Column::Host.eq(host));
        Ok(found.one(self.0.read()).await?.and_then(|row| row.backoff_until.max(row.asked_until)))
    }

    /// All peers, the last heard first.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<PeerView>, Error> {
        caller.may(carefolk_domain::authorise::Act::RunInstance)?;
        let rows = peer::Entity::find().order_by_asc(peer::Column::Host).all(self.0.read()).await?;
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            views.push(self.view(row).await?);
        }
        Ok(views)
    }

    /// One peer; also one that we never met, for what was decided above it holds all the same.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`], [`Error::Invalid`] on `host`.
    pub async fn show(&self, caller: &Caller, host: &str) -> Result<PeerView, Error> {
        caller.may(carefolk_domain::authorise::Act::RunInstance)?;
        let host = commands::clean_host(host)?;
        let found = peer::Entity::find().filter(peer::Column::Host.eq(&host));
        match found.one(self.0.read()).await? {
            Some(row) => self.view(row).await,
            None => self.unmet(host).await,
        }
    }

    async fn unmet(&self, host: String) -> Result<PeerView, Error> {
        let (standing, decided_by) = self.ruling(&host).await?;
        Ok(PeerView {
            host,
            standing,
            decided_by,
            met: false,
            health: Health::Ok,
            software: None,
            last_heard: None,
            last_ok: None,
            last_error: None,
            backoff_until: None,
            waiting: 0,
        })
    }

    async fn view(&self, row: peer::Model) -> Result<PeerView, Error> {
        use carefolk_store::entity::delivery;
        use sea_orm::PaginatorTrait;
        let waiting = delivery::Entity::find()
            .filter(delivery::Column::PeerId.eq(row.id))
            .filter(delivery::Column::State.eq(delivery::DeliveryState::Waiting))
            .count(self.0.read())
            .await?;
        let (standing, decided_by) = self.ruling(&row.host).await?;
        Ok(PeerView {
            host: row.host,
            standing,
            decided_by,
            met: true,
            health: row.health,
            software: row.software,
            last_heard: row.last_heard_at,
            last_ok: row.last_ok_at,
            last_error: row.last_error,
            backoff_until: row.backoff_until.max(row.asked_until),
            waiting,
        })
    }
}

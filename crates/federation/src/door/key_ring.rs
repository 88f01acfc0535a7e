//! Other people's keys: from memory, from the store, from their owners (S-013 to S-019).

use std::sync::Arc;
use std::time::Duration;

use carefolk_app::ports::{PortError, Remote};
use carefolk_app::{App, Error};
use carefolk_domain::{Span, uri};
use carefolk_httpkit::{Allowance, Problem, RateLimit};
use carefolk_signatures::Presented;
use carefolk_wire::read::{self, Key, Network};
use http::StatusCode;
use moka::sync::Cache;

use super::knock::{Speaker, forbidden, unauthorised};
use crate::glue::{self, HeldKey};

/// How many keys are kept parsed, some 2 KiB each, and how long they are believed: another
/// process may have learnt better.
const KEYS_KEPT: u64 = 20_000;
const KEPT_FOR: Duration = Duration::from_mins(5);

/// Older keys are read again from their owner, if it answers.
const STALE_AFTER: Span = Span::hours(24);

/// Still older ones prove nothing any more (T19).
const USELESS_AFTER: Span = Span::days(7);

/// How often one key is read again because it did not fit or was stale (S-017).
const REFETCH_EACH: Duration = Duration::from_mins(5);

/// How many keys of one host are fetched: a server whose people found us brings many at once.
const FETCHES: Allowance = Allowance { burst: 100, per_second: 10 };

/// How many are fetched for farewells: a closing server sends one for everybody it had (S-020).
const FAREWELL_FETCHES: Allowance = Allowance { burst: 5, per_second: 1 };

const TOO_MANY: StatusCode = StatusCode::TOO_MANY_REQUESTS;

/// How long a peer waits while its key cannot be read.
const RETRY_KEY: Span = Span::seconds(60);

/// What came of looking for a key.
pub(crate) enum Found {
    /// The actor signed this.
    Verified,
    /// The actor says that it is gone, we never knew its key, and it is gone: nothing to do.
    Farewell,
}

/// The keys that others sign with.
pub(crate) struct KeyRing {
    held: Cache<String, Arc<HeldKey>>,
    refetches: RateLimit<String>,
    fetches: RateLimit<String>,
    farewell_fetches: RateLimit<String>,
    network: Network,
}

/// What came of fetching a key.
enum Fetch {
    Key(Arc<HeldKey>),
    NotThere,
    Useless,
    Later,
}

impl KeyRing {
    pub(crate) fn new(network: Network) -> Self {
        Self {
            held: Cache::builder().max_capacity(KEYS_KEPT).time_to_live(KEPT_FOR).build(),
            refetches: RateLimit::one_each(REFETCH_EACH, 1),
            fetches: RateLimit::new(FETCHES),
            farewell_fetches: RateLimit::new(FAREWELL_FETCHES),
            network,
        }
    }

    /// Checks that `speaker` signed what was `presented`.
    pub(crate) async fn verify(
        &self,
        app: &App,
        remote: &dyn Remote,
        speaker: &Speaker,
        presented: &Presented,
    ) -> Result<Found, Problem> {
        let Some(held) = self.held(app, &speaker.key_uri).await? else {
            return self.verify_unknown(app, remote, speaker, presented).await;
        };
        let age = app.now() - held.fetched_at;
        let fits = check(&held, speaker, presented);
        if age <= STALE_AFTER && !matches!(fits, Err(Misfit::Key)) {
            return fits.map(|()| Found::Verified).map_err(Misfit::problem);
        }
        // Stale, or perhaps changed by its owner: read it again, but not for every forgery.
        if self.refetches.check(speaker.key_uri.clone()).is_err() {
            return settle(fits, age);
        }
        match self.fetch(app, remote, speaker).await? {
            Fetch::Key(fresh) => verified(&fresh, speaker, presented),
            // Its own key says so, and its home says so: it is gone.
            Fetch::NotThere if speaker.says_farewell => {
                fits.map(|()| Found::Verified).map_err(Misfit::problem)
            }
            Fetch::Later if fits.is_err() || age > USELESS_AFTER => {
                Err(Problem::unavailable(RETRY_KEY))
            }
            Fetch::NotThere | Fetch::Useless | Fetch::Later => settle(fits, age),
        }
    }

    async fn verify_unknown(
        &self,
        app: &App,
        remote: &dyn Remote,
        speaker: &Speaker,
        presented: &Presented,
    ) -> Result<Found, Problem> {
        match self.fetch(app, remote, speaker).await {
            Ok(Fetch::Key(held)) => verified(&held, speaker, presented),
            Ok(Fetch::NotThere) if speaker.says_farewell => Ok(Found::Farewell),
            Ok(Fetch::NotThere | Fetch::Useless) => Err(unauthorised()),
            Ok(Fetch::Later) => Err(Problem::unavailable(RETRY_KEY)),
            // A server that closes says farewell for thousands whom we never met.
            Err(problem) if speaker.says_farewell && problem.status() == TOO_MANY => {
                Ok(Found::Farewell)
            }
            Err(problem) => Err(problem),
        }
    }

    async fn held(&self, app: &App, key_uri: &str) -> Result<Option<Arc<HeldKey>>, Problem> {
        if let Some(held) = self.held.get(key_uri) {
            return Ok(Some(held));
        }
        let Some(known) = glue::stored_key(app, key_uri).await? else { return Ok(None) };
        // A stored key that we no longer take is as good as none.
        let Ok(held) = HeldKey::parse(&known).map(Arc::new) else { return Ok(None) };
        self.held.insert(key_uri.to_owned(), Arc::clone(&held));
        Ok(Some(held))
    }

    /// Reads a key from its owner. The owner's own document must list it: a document elsewhere
    /// that names an owner proves nothing about that owner (S-014, S-015).
    async fn fetch(
        &self,
        app: &App,
        remote: &dyn Remote,
        speaker: &Speaker,
    ) -> Result<Fetch, Problem> {
        let limit = if speaker.says_farewell { &self.farewell_fetches } else { &self.fetches };
        limit.check(speaker.host.clone()).map_err(Problem::throttled)?;
        let fetched = match remote.fetch(&speaker.key_uri).await {
            Ok(fetched) => fetched,
            Err(error) => return Ok(failed(&error)),
        };
        let Some(owner) = self.owner_elsewhere(&fetched.body, &fetched.url, speaker) else {
            return self.learn(app, &fetched.body, &fetched.url, speaker).await;
        };
        match remote.fetch(&owner).await {
            Ok(actor) => self.learn(app, &actor.body, &actor.url, speaker).await,
            Err(error) => Ok(failed(&error)),
        }
    }

    /// The owner to be asked, when the document is a key alone or a stub.
    fn owner_elsewhere(&self, body: &[u8], url: &str, speaker: &Speaker) -> Option<String> {
        let document = read::parse(body).ok()?;
        let key = Key::find(&document, &speaker.key_uri, self.network).ok()?;
        let owner = key.owner().to_owned();
        (owner != url && uri::same_origin(&owner, &speaker.key_uri)).then_some(owner)
    }

    /// Stores an actor document and takes the key out of it.
    async fn learn(
        &self,
        app: &App,
        body: &[u8],
        url: &str,
        speaker: &Speaker,
    ) -> Result<Fetch, Problem> {
        let keys = match glue::learn(app, body, url).await {
            Ok(keys) => keys,
            Err(Error::Upstream(PortError::Unavailable(_))) => return Ok(Fetch::Later),
            Err(Error::Upstream(_) | Error::Invalid(_) | Error::Conflict(_)) => {
                return Ok(Fetch::Useless);
            }
            Err(other) => return Err(other.into()),
        };
        let known = keys.iter().find(|known| known.key_uri == speaker.key_uri);
        let held = known.and_then(|known| HeldKey::parse(known).ok()).map(Arc::new);
        let Some(held) = held else {
            self.held.invalidate(&speaker.key_uri);
            return Ok(Fetch::Useless);
        };
        self.held.insert(speaker.key_uri.clone(), Arc::clone(&held));
        Ok(Fetch::Key(held))
    }
}

fn failed(error: &PortError) -> Fetch {
    match error {
        PortError::NotFound | PortError::Gone => Fetch::NotThere,
        PortError::Refused(_) | PortError::Invalid(_) => Fetch::Useless,
        PortError::Unavailable(_) => Fetch::Later,
    }
}

/// Why a key at hand does not let somebody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Misfit {
    /// The signature was not made with this key.
    Key,
    /// The key is somebody else's.
    Owner,
    /// Its owner is suspended here.
    Silenced,
}

impl Misfit {
    fn problem(self) -> Problem {
        match self {
            Self::Key | Self::Owner => unauthorised(),
            Self::Silenced => forbidden(),
        }
    }
}

fn check(held: &HeldKey, speaker: &Speaker, presented: &Presented) -> Result<(), Misfit> {
    if held.owner != speaker.actor {
        return Err(Misfit::Owner);
    }
    presented.verify(&held.key).map_err(|_bad| Misfit::Key)?;
    if held.owner_heard { Ok(()) } else { Err(Misfit::Silenced) }
}

fn verified(held: &HeldKey, speaker: &Speaker, presented: &Presented) -> Result<Found, Problem> {
    check(held, speaker, presented).map(|()| Found::Verified).map_err(Misfit::problem)
}

/// What the key at hand says, when there is no fresher one to be had.
fn settle(fits: Result<(), Misfit>, age: Span) -> Result<Found, Problem> {
    fits.map_err(Misfit::problem)?;
    if age <= USELESS_AFTER { Ok(Found::Verified) } else { Err(unauthorised()) }
}

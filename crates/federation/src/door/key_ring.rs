//! Other people's keys: from memory, from the store, from their owners (S-013 to S-019).
//!
//! Only the owner is asked: its own document, at its own id, must list the key. What stands at the
//! key's id is not looked at, for it proves nothing about the owner (S-014, S-015).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use carefolk_app::kernel::meters::KeyFrom;
use carefolk_app::ports::{PortError, Remote};
use carefolk_app::{App, Error};
use carefolk_domain::{Moment, Span, uri};
use carefolk_httpkit::{Allowance, Problem, RateLimit};
use carefolk_signatures::{Presented, Proof, PublicKey, SignatureError};
use moka::sync::Cache;
use tokio::sync::Mutex;

use super::knock::Speaker;
use super::refusal::{forbidden, not_now, unauthorised};
use crate::glue::{self, HeldKey};

/// How many keys are kept parsed, some 2 KiB each, and how long they are believed: another process may
/// have learnt better.
const KEYS_KEPT: u64 = 5_000;
const KEPT_FOR: Duration = Duration::from_mins(5);

/// Older keys are read again from their owner, if it answers.
const STALE_AFTER: Span = Span::hours(24);

/// Still older ones prove nothing any more (T19).
const USELESS_AFTER: Span = Span::days(7);

/// How often one owner is asked, whatever is signed in its name (S-017).
const ASK_EACH: Span = Span::minutes(5);

/// How soon one that did not answer is asked again.
const ASK_AGAIN_AFTER: Span = Span::seconds(10);

/// How soon after its host was asked too often.
const THROTTLED_FOR: Span = Span::seconds(1);

/// How many owners are remembered that were asked, and how long after they were last of interest.
const ASKED_KEPT: u64 = 20_000;
const LOG_KEPT: Duration = Duration::from_mins(10);

/// How many keys of one host are fetched: a server whose people found us brings many at once.
const FETCHES: Allowance = Allowance { burst: 100, per_second: 10 };

/// How many of all hosts of one site: whoever has a domain has every name below it for nothing (S-078).
const SITE_FETCHES: Allowance = Allowance { burst: 300, per_second: 30 };

/// How many are fetched for farewells: a closing server sends one for everybody it had (S-020).
const FAREWELL_FETCHES: Allowance = Allowance { burst: 5, per_second: 1 };

/// How long a peer waits while its key cannot be read.
const RETRY_KEY: Span = Span::seconds(60);

/// What a key is held against: the signature of a request, or a proof inside a document.
pub(crate) trait Evidence: Sync {
    /// Whether it was made with the private half of `key`.
    fn verify(&self, key: &PublicKey) -> Result<(), SignatureError>;
}

impl Evidence for Presented {
    fn verify(&self, key: &PublicKey) -> Result<(), SignatureError> {
        Self::verify(self, key)
    }
}

impl Evidence for Proof {
    fn verify(&self, key: &PublicKey) -> Result<(), SignatureError> {
        Self::verify(self, key)
    }
}

/// What came of looking for a key.
pub(crate) enum Found {
    /// The actor signed this.
    Verified,
    /// The actor says that it is gone, we never knew its key, and it is gone: nothing to do.
    Farewell,
}

/// What an actor's keys say about a proof in its name, inside a document that others believe anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was made with a key of the actor.
    True,
    /// It names a key of the actor and was not made with it.
    False,
    /// The key is not to be had.
    Unknown,
    /// It does not fit the key at hand, and whether there is a newer one cannot be asked now.
    Later,
}

/// The keys of one actor that are at hand, by their ids; at most as many as an actor may list.
type Bunch = HashMap<String, Arc<HeldKey>>;

/// The keys that others sign with.
pub(crate) struct KeyRing {
    held: Cache<String, Arc<Bunch>>,
    asked: Cache<String, Arc<Mutex<Log>>>,
    fetches: RateLimit<String>,
    site_fetches: RateLimit<String>,
    farewell_fetches: RateLimit<String>,
}

/// How many places the keys of one actor take.
fn weight(bunch: &Bunch) -> u32 {
    u32::try_from(bunch.len()).unwrap_or(u32::MAX).max(1)
}

/// What came of asking an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// Its keys were read.
    Read,
    /// It is not there.
    NotThere,
    /// What is there is no actor that can sign.
    Useless,
    /// It did not answer.
    Later,
    /// Its host was asked too often.
    Throttled,
}

impl Asked {
    /// How long it is taken for true.
    fn holds_for(self) -> Span {
        match self {
            Self::Read | Self::NotThere | Self::Useless => ASK_EACH,
            Self::Later => ASK_AGAIN_AFTER,
            Self::Throttled => THROTTLED_FOR,
        }
    }
}

/// When an owner was asked.
#[derive(Debug, Default)]
struct Log {
    last: Option<(Moment, Asked)>,
    /// When it was last asked once more, although it had answered: it may have a new key.
    again: Option<Moment>,
}

impl Log {
    /// The answer at hand, unless the owner is to be asked now.
    fn answer(&mut self, now: Moment, is_known: bool) -> Option<Asked> {
        let holds = |at: Moment, span: Span| now >= at && now - at < span;
        let last = self.last.filter(|(at, asked)| holds(*at, asked.holds_for()));
        match last {
            Some((_, asked @ (Asked::Later | Asked::Throttled))) => return Some(asked),
            None if !is_known => return None,
            _ => {}
        }
        if self.again.is_some_and(|at| holds(at, ASK_EACH)) {
            return Some(last.map_or(Asked::Read, |(_, asked)| asked));
        }
        self.again = Some(now);
        None
    }
}

impl KeyRing {
    pub(crate) fn new() -> Self {
        Self {
            held: Cache::builder()
                .weigher(|_: &String, bunch: &Arc<Bunch>| weight(bunch))
                .max_capacity(KEYS_KEPT)
                .time_to_live(KEPT_FOR)
                .build(),
            asked: Cache::builder().max_capacity(ASKED_KEPT).time_to_idle(LOG_KEPT).build(),
            fetches: RateLimit::new(FETCHES),
            site_fetches: RateLimit::new(SITE_FETCHES),
            farewell_fetches: RateLimit::new(FAREWELL_FETCHES),
        }
    }

    /// Checks that `speaker` gave this `evidence`.
    pub(crate) async fn verify(
        &self,
        app: &App,
        remote: &dyn Remote,
        speaker: &Speaker,
        evidence: &dyn Evidence,
    ) -> Result<Found, Problem> {
        let remembered = self.remembered(speaker);
        let from = if remembered.is_some() { KeyFrom::Memory } else { KeyFrom::Store };
        let held = match remembered {
            Some(held) => Some(held),
            None => self.stored(app, speaker).await?,
        };
        let known = held.map(|held| Known {
            fits: check(&held, speaker, evidence),
            age: app.now() - held.fetched_at,
        });
        if let Some(known) = &known
            && known.age <= STALE_AFTER
            && known.fits != Err(Misfit::Key)
        {
            app.meters().key(from);
            return known.settle();
        }
        // Stale, changed by its owner, or never seen.
        match self.ask(app, remote, speaker).await? {
            Asked::Read => match self.held(app, speaker).await? {
                Some(fresh) => {
                    app.meters().key(KeyFrom::Owner);
                    verified(check(&fresh, speaker, evidence))
                }
                None => Err(unauthorised("the actor does not list the key")),
            },
            // Its own key says so, and its home says so: it is gone.
            Asked::NotThere if speaker.says_farewell => {
                known.map_or(Ok(Found::Farewell), |known| verified(known.fits))
            }
            // A server that closes says farewell for thousands whom we never met.
            Asked::Throttled if speaker.says_farewell && known.is_none() => Ok(Found::Farewell),
            // What fits is believed for a while; what does not may be right tomorrow (S-018).
            Asked::Later | Asked::Throttled => match known {
                Some(known) if known.fits.is_ok() && known.age <= USELESS_AFTER => known.settle(),
                _ => Err(not_now(RETRY_KEY, "its key cannot be read now")),
            },
            Asked::NotThere | Asked::Useless => {
                let unreadable = || Err(unauthorised("the actor cannot be read"));
                known.map_or_else(unreadable, Known::settle)
            }
        }
    }

    /// What the keys of `speaker` say about this `evidence`. A key that is not at hand, or does not fit,
    /// is asked for within the limits of [`Self::verify`]; whether its owner may be heard is not judged.
    pub(crate) async fn judge(
        &self,
        app: &App,
        remote: &dyn Remote,
        speaker: &Speaker,
        evidence: &dyn Evidence,
    ) -> Result<Verdict, Problem> {
        let said = |held: Option<Arc<HeldKey>>| match held {
            None => Verdict::Unknown,
            Some(held) if evidence.verify(&held.key).is_ok() => Verdict::True,
            Some(_) => Verdict::False,
        };
        let known = said(self.held(app, speaker).await?);
        if known == Verdict::True {
            return Ok(known);
        }
        Ok(match self.ask(app, remote, speaker).await? {
            Asked::Read => said(self.held(app, speaker).await?),
            Asked::Later | Asked::Throttled if known == Verdict::False => Verdict::Later,
            Asked::Later | Asked::Throttled | Asked::NotThere | Asked::Useless => known,
        })
    }

    /// Whether `speaker` gave this `evidence`, by the keys that are at hand: nobody is asked for one.
    pub(crate) async fn recognises(
        &self,
        app: &App,
        speaker: &Speaker,
        evidence: &dyn Evidence,
    ) -> Result<bool, Problem> {
        let held = self.held(app, speaker).await?;
        Ok(held.is_some_and(|held| check(&held, speaker, evidence).is_ok()))
    }

    /// The key at hand: from memory or from the store.
    async fn held(&self, app: &App, speaker: &Speaker) -> Result<Option<Arc<HeldKey>>, Problem> {
        match self.remembered(speaker) {
            Some(held) => Ok(Some(held)),
            None => self.stored(app, speaker).await,
        }
    }

    fn remembered(&self, speaker: &Speaker) -> Option<Arc<HeldKey>> {
        self.held.get(&speaker.actor)?.get(&speaker.key_uri).cloned()
    }

    async fn stored(&self, app: &App, speaker: &Speaker) -> Result<Option<Arc<HeldKey>>, Problem> {
        let bunch = self.held.get(&speaker.actor).unwrap_or_default();
        let stored = glue::stored_key(app, &speaker.actor, &speaker.key_uri).await?;
        let Some(known) = stored else { return Ok(None) };
        // A stored key that we no longer take is as good as none.
        let Ok(held) = HeldKey::parse(&known).map(Arc::new) else { return Ok(None) };
        let mut bunch = Bunch::clone(&bunch);
        bunch.insert(speaker.key_uri.clone(), Arc::clone(&held));
        self.held.insert(speaker.actor.clone(), Arc::new(bunch));
        Ok(Some(held))
    }

    /// Asks the owner of a key for its keys, unless that was done a moment ago; whoever comes
    /// meanwhile waits for the same answer.
    async fn ask(
        &self,
        app: &App,
        remote: &dyn Remote,
        speaker: &Speaker,
    ) -> Result<Asked, Problem> {
        let came = app.now();
        let log = self.asked.get_with_by_ref(&speaker.actor, Arc::default);
        let mut log = log.lock().await;
        if let Some((at, asked)) = log.last
            && at > came
        {
            return Ok(asked);
        }
        let is_known = glue::knows(app, &speaker.actor).await?;
        if let Some(asked) = log.answer(app.now(), is_known) {
            return Ok(asked);
        }
        let asked = Box::pin(self.fetch(app, remote, speaker)).await?;
        log.last = Some((app.now(), asked));
        Ok(asked)
    }

    async fn fetch(
        &self,
        app: &App,
        remote: &dyn Remote,
        speaker: &Speaker,
    ) -> Result<Asked, Problem> {
        let limit = if speaker.says_farewell { &self.farewell_fetches } else { &self.fetches };
        let site = uri::site(&speaker.actor).unwrap_or_else(|| speaker.host.clone());
        if limit.check(speaker.host.clone()).is_err() || self.site_fetches.check(site).is_err() {
            return Ok(Asked::Throttled);
        }
        let fetched = match remote.fetch(&speaker.actor).await {
            Ok(fetched) => fetched,
            Err(PortError::NotFound | PortError::Gone) => return Ok(Asked::NotThere),
            Err(PortError::Refused(_) | PortError::Invalid(_) | PortError::Unproven(_)) => {
                return Ok(Asked::Useless);
            }
            Err(PortError::Unavailable(_)) => return Ok(Asked::Later),
        };
        let keys = match glue::learn(app, &fetched.body, &fetched.url).await {
            Ok(keys) => keys,
            Err(Error::Upstream(PortError::Unavailable(_))) => return Ok(Asked::Later),
            Err(Error::Upstream(_) | Error::Invalid(_) | Error::Conflict(_)) => {
                return Ok(Asked::Useless);
            }
            Err(other) => return Err(other.into()),
        };
        // What it no longer lists is no key of it any more.
        let own = keys.iter().filter(|known| known.actor_uri == speaker.actor);
        let parsed = own.filter_map(|known| {
            Some((known.key_uri.clone(), Arc::new(HeldKey::parse(known).ok()?)))
        });
        self.held.insert(speaker.actor.clone(), Arc::new(parsed.collect()));
        Ok(Asked::Read)
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

/// What a key at hand says about a request.
#[derive(Clone, Copy, Debug)]
struct Known {
    fits: Result<(), Misfit>,
    age: Span,
}

impl Known {
    /// What it says, when there is no fresher one to be had.
    fn settle(self) -> Result<Found, Problem> {
        let found = verified(self.fits)?;
        if self.age <= USELESS_AFTER {
            return Ok(found);
        }
        Err(unauthorised("the key is too old, and its owner does not show it"))
    }
}

fn check(held: &HeldKey, speaker: &Speaker, evidence: &dyn Evidence) -> Result<(), Misfit> {
    if held.owner != speaker.actor {
        return Err(Misfit::Owner);
    }
    evidence.verify(&held.key).map_err(|_bad| Misfit::Key)?;
    if held.owner_heard { Ok(()) } else { Err(Misfit::Silenced) }
}

fn verified(fits: Result<(), Misfit>) -> Result<Found, Problem> {
    match fits {
        Ok(()) => Ok(Found::Verified),
        Err(Misfit::Key) => Err(unauthorised("the signature does not fit the key")),
        Err(Misfit::Owner) => Err(unauthorised("the key belongs to somebody else")),
        Err(Misfit::Silenced) => Err(forbidden("the actor is suspended")),
    }
}

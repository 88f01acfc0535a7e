//! The HTTP client, and with how many other servers it stays connected.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;
use reqwest::Client;
use reqwest::redirect::Policy;
use url::Url;

use super::resolver::WorldResolver;

/// How long a connection may take to come about.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// How long anything at all may take; each use has a shorter limit of its own.
const TOTAL_WITHIN: Duration = Duration::from_secs(30);

/// How many idle connections to one host are kept, and how long.
const IDLE_PER_HOST: usize = 8;
const IDLE_FOR: Duration = Duration::from_secs(10);

/// With how many hosts connections are kept. A post goes to thousands of them within seconds, and each idle
/// connection takes some 30 KiB and a file of the process.
const HOSTS_MAX: usize = 256;

/// How many requests to one host come before its connections are kept: fewer may all be in flight at once, and
/// each needs one of its own then.
const BUSY_FROM: u32 = 8;

/// How many hosts have their requests counted, and how long a pause ends that.
const COUNTED_MAX: u64 = 10_000;
const COUNTED_FOR: Duration = Duration::from_secs(10);

/// The largest head of an answer over HTTP/2.
const HEAD_MAX_BYTES: u32 = 64 * 1024;

/// What each client is made of.
#[derive(Debug)]
pub(super) struct Recipe {
    /// The `User-Agent`.
    pub(super) agent: String,
    /// Whether plain HTTP is spoken at all: in a laboratory alone.
    pub(super) plain: bool,
    /// Where hosts are.
    pub(super) names: WorldResolver,
}

impl Recipe {
    /// One that keeps so many connections to each host when they are idle.
    fn client(&self, idle_per_host: usize) -> Result<Client, reqwest::Error> {
        Client::builder()
            .user_agent(self.agent.clone())
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .https_only(!self.plain)
            .dns_resolver(Arc::new(self.names.clone()))
            .connect_timeout(CONNECT_WITHIN)
            .timeout(TOTAL_WITHIN)
            .pool_max_idle_per_host(idle_per_host)
            .pool_idle_timeout(IDLE_FOR)
            .http2_max_header_list_size(HEAD_MAX_BYTES)
            .build()
    }
}

/// A client that keeps no connections, and for hosts that much is said to others that do, one after the other:
/// when one has met [`HOSTS_MAX`] hosts, the next takes its place, and with it go the connections that it keeps and
/// does not use. That is when its last request ends, and one to a host that hangs takes twenty seconds.
#[derive(Clone, Debug)]
pub(super) struct Clients {
    recipe: Arc<Recipe>,
    now: Arc<Mutex<Now>>,
    keepless: Client,
    counted: Cache<String, Arc<AtomicU32>>,
}

#[derive(Debug)]
struct Now {
    client: Client,
    met: HashSet<String>,
}

impl Clients {
    /// The first of them.
    ///
    /// # Errors
    ///
    /// That of the client, mostly because the system has no root certificates.
    pub(super) fn new(recipe: Recipe) -> Result<Self, reqwest::Error> {
        let client = recipe.client(IDLE_PER_HOST)?;
        let keepless = recipe.client(0)?;
        let now = Arc::new(Mutex::new(Now { client, met: HashSet::new() }));
        let counted = Cache::builder().max_capacity(COUNTED_MAX).time_to_idle(COUNTED_FOR).build();
        Ok(Self { recipe: Arc::new(recipe), now, keepless, counted })
    }

    /// The client to ask the host of `url` with.
    pub(super) fn to(&self, url: &Url) -> Client {
        let host = url.host_str().unwrap_or_default();
        let before = self.counted.get_with_by_ref(host, Arc::default).fetch_add(1, Relaxed);
        if before < BUSY_FROM {
            return self.keepless.clone();
        }
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if !now.met.contains(host) {
            if now.met.len() >= HOSTS_MAX {
                now.met.clear();
                match self.recipe.client(IDLE_PER_HOST) {
                    Ok(client) => now.client = client,
                    Err(error) => tracing::warn!(%error, "the HTTP client is not made anew"),
                }
            }
            now.met.insert(host.to_owned());
        }
        now.client.clone()
    }

    /// A client for whatever host.
    pub(super) fn any(&self) -> Client {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).client.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::lab::LabNetworks;
    use super::*;

    fn met(clients: &Clients) -> usize {
        clients.now.lock().unwrap().met.len()
    }

    fn clients() -> Clients {
        let names = WorldResolver::new(LabNetworks::default());
        Clients::new(Recipe { agent: "Carefolk".to_owned(), plain: false, names }).unwrap()
    }

    fn url(host: usize) -> Url {
        Url::parse(&format!("https://h{host}.example/inbox")).unwrap()
    }

    #[tokio::test]
    async fn connections_are_kept_with_so_many_hosts_and_no_more() {
        let clients = clients();
        for host in 0..=HOSTS_MAX {
            for _ in 0..BUSY_FROM {
                clients.to(&url(host));
            }
        }
        for host in 0..HOSTS_MAX {
            clients.to(&url(host));
            clients.to(&url(0));
        }
        assert_eq!(met(&clients), HOSTS_MAX);
        clients.to(&url(HOSTS_MAX));
        assert_eq!(met(&clients), 1);
    }

    #[tokio::test]
    async fn with_whom_little_is_said_no_connection_is_kept() {
        let clients = clients();
        for _ in 0..BUSY_FROM {
            clients.to(&url(0));
            assert_eq!(met(&clients), 0);
        }
        clients.to(&url(1));
        assert_eq!(met(&clients), 0);
        clients.to(&url(0));
        assert_eq!(met(&clients), 1);
    }
}

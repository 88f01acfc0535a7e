//! Names to addresses, for connecting: what is looked up here is what is connected to, so a name
//! that changes its mind between check and use (S-082) gains nothing.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;
use tokio::sync::{Semaphore, oneshot};

use super::address::is_global;
use super::lab::LabNetworks;

/// The most addresses of one name that are tried.
const ADDRESSES_MAX: usize = 8;

/// How many names are looked up at once; more wait. Where nobody answers, the system gives up after about ten
/// seconds, and who asked after five (`CONNECT_WITHIN`): twice as many as there are deliveries, jobs and
/// arrivals at other servers at once.
const LOOKUPS_MAX: usize = 2 * (512 + 64 + 64);

/// What looking up a name needs of a stack, with room to spare.
const LOOKUP_STACK: usize = 256 * 1024;

/// Resolves names, and refuses those that lead into private networks.
///
/// The system looks a name up in a thread of its own, for as long as whoever knows names does not
/// answer. These are not the threads that passwords are checked on and deliveries signed: those must
/// not wait for a name.
#[derive(Clone, Debug)]
pub(super) struct WorldResolver {
    lab: LabNetworks,
    places: Arc<Semaphore>,
}

/// A name that leads where we do not go.
#[derive(Debug, Error)]
#[error("the name leads into a private network")]
pub(super) struct LeadsInside;

/// A name without an address.
#[derive(Debug, Error)]
pub(super) enum NoAddress {
    /// Nobody has it.
    #[error("there is no server of that name")]
    Nowhere,
    /// Whoever knows names does not answer us.
    #[error("names cannot be looked up now")]
    NotNow,
}

impl NoAddress {
    /// The system says in words alone which of the two it is (`EAI_NONAME`, `EAI_NODATA`).
    fn of(error: &std::io::Error) -> Self {
        let text = error.to_string().to_ascii_lowercase();
        let nowhere = ["not known", "no address", "not resolve", "no usable address"];
        if nowhere.iter().any(|words| text.contains(words)) { Self::Nowhere } else { Self::NotNow }
    }
}

impl WorldResolver {
    pub(super) fn new(lab: LabNetworks) -> Self {
        Self { lab, places: Arc::new(Semaphore::new(LOOKUPS_MAX)) }
    }

    /// Where a name leads, wherever that is.
    pub(super) async fn addresses(&self, name: &str) -> Result<Vec<SocketAddr>, NoAddress> {
        self.look_up(name).await.map_err(|error| NoAddress::of(&error))
    }

    async fn look_up(&self, name: &str) -> io::Result<Vec<SocketAddr>> {
        let name = name.to_ascii_lowercase();
        if self.lab.is_lab() && (name == "localhost" || name.ends_with(".localhost")) {
            // Not every system resolver knows the names below .localhost (RFC 6761).
            return Ok(vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))]);
        }
        self.ask(name).await
    }

    async fn ask(&self, name: String) -> io::Result<Vec<SocketAddr>> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(io::Error::other)?;
        let (tell, told) = oneshot::channel();
        std::thread::Builder::new().name("lookup".to_owned()).stack_size(LOOKUP_STACK).spawn(
            move || {
                let found = (name.as_str(), 0).to_socket_addrs();
                // Whoever asked may have gone.
                let _gone = tell.send(found.map(Iterator::collect));
                drop(place);
            },
        )?;
        told.await.map_err(io::Error::other)?
    }

    /// All addresses, if every one of them may be reached: one that may not makes the whole name
    /// suspect (S-081).
    fn admit(&self, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, LeadsInside> {
        let allowed = |address: IpAddr| is_global(address) || self.lab.contains(address);
        if found.iter().all(|found| allowed(found.ip())) {
            Ok(found.into_iter().take(ADDRESSES_MAX).collect())
        } else {
            Err(LeadsInside)
        }
    }
}

impl Resolve for WorldResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let found = resolver.addresses(name.as_str()).await?;
            let addresses: Addrs = Box::new(resolver.admit(found)?.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect()
    }

    #[test]
    fn one_private_address_among_public_ones_spoils_the_name() {
        let resolver = WorldResolver::new(LabNetworks::default());
        assert!(resolver.admit(addresses(&["1.1.1.1", "2606:4700::1111"])).is_ok());
        assert!(resolver.admit(addresses(&["1.1.1.1", "127.0.0.1"])).is_err());
        assert!(resolver.admit(addresses(&["::1"])).is_err());
    }

    #[test]
    fn a_name_that_nobody_has_is_not_one_that_cannot_be_looked_up() {
        let of = |text: &str| NoAddress::of(&std::io::Error::other(text)).to_string();
        let none = of("failed to lookup address information: Name or service not known");
        assert_eq!(none, "there is no server of that name");
        let later =
            of("failed to lookup address information: Temporary failure in name resolution");
        assert_eq!(later, "names cannot be looked up now");
    }

    #[tokio::test]
    async fn localhost_is_this_machine_in_a_laboratory_only() {
        let lab = WorldResolver::new(LabNetworks::parse(["127.0.0.0/8"]).unwrap());
        let found = lab.look_up("peer.localhost").await.unwrap();
        assert_eq!(lab.admit(found).unwrap(), addresses(&["127.0.0.1"]));
        let elsewhere = WorldResolver::new(LabNetworks::parse(["10.0.0.0/8"]).unwrap());
        let found = elsewhere.look_up("peer.localhost").await.unwrap();
        assert!(elsewhere.admit(found).is_err());
    }
}

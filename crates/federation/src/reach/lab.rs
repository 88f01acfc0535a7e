//! Laboratories: networks that may be reached although they are private.

use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;

use super::address::{v4_within, v6_within};

/// The networks of `federation.lab_networks`. With none, which is the default, nothing is relaxed.
///
/// With some, private addresses are reached inside these networks and no others; plain http and any
/// port are reached wherever we go, public addresses as well; and every name under `.localhost` is
/// this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabNetworks(Vec<Network>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u32,
}

/// A text that is no network.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a network such as 127.0.0.0/8: {0}")]
pub struct NotANetwork(pub String);

impl LabNetworks {
    /// Reads networks such as `127.0.0.0/8` or `fd00::/8`.
    ///
    /// # Errors
    ///
    /// [`NotANetwork`] with the first text that is none.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, NotANetwork> {
        texts.into_iter().map(str::parse).collect::<Result<Vec<_>, _>>().map(Self)
    }

    /// Whether this is a laboratory at all.
    pub fn is_lab(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether `address` is in one of the networks.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => v4_within(address, network, self.prefix),
            (IpAddr::V6(network), IpAddr::V6(address)) => v6_within(address, network, self.prefix),
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let refused = || NotANetwork(text.to_owned());
        let (address, prefix) = text.trim().split_once('/').ok_or_else(refused)?;
        let address: IpAddr = address.parse().ok().ok_or_else(refused)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.parse().ok().filter(|p| *p <= longest).ok_or_else(refused)?;
        Ok(Self { address, prefix })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_inside_the_networks_are_laboratory() {
        let lab = LabNetworks::parse(["127.0.0.0/8", "fd00::/8"]).unwrap();
        for (text, inside) in
            [("127.0.0.1", true), ("10.0.0.1", false), ("fd12::1", true), ("::1", false)]
        {
            assert_eq!(lab.contains(text.parse().unwrap()), inside, "{text}");
        }
        assert!(!LabNetworks::default().is_lab());
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "127.0.0.1", "127.0.0.1/33", "::/129", "localhost/8", "127.0.0.0/-1"] {
            assert!(LabNetworks::parse([text]).is_err(), "{text}");
        }
    }
}

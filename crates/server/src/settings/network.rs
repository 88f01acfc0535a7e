//! A range of internet addresses, such as `10.0.0.0/8`.

use std::net::IpAddr;

/// A range of addresses: an address and how many of its leading bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Reads `10.0.0.0/8`, `::1/128` or a single address; `None` if it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.parse().ok().filter(|&bits| bits <= most)?,
            None => most,
        };
        Some(Self { address, bits })
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_an_address_and_a_number_of_bits() {
        for (text, shown) in
            [("127.0.0.0/8", "127.0.0.0/8"), ("::1", "::1/128"), (" 10.0.0.1 ", "10.0.0.1/32")]
        {
            assert_eq!(Network::parse(text).map(|n| n.to_string()).as_deref(), Some(shown));
        }
        for bad in ["", "10.0.0.0/33", "10.0.0.0/-1", "localhost", "10.0.0/8", "::1/129", "1/2/3"] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }
}

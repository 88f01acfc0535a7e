//! Which IP addresses are out in the world (S-080).
//!
//! The lists are the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and later). All
//! of their entries are refused, also the few that are routed: nobody federates from them. Of
//! IPv6 only `2000::/3` is handed out at all, so everything else is refused without a list.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that are not the open internet: address and length of the prefix.
const SPECIAL_V4: [([u8; 4], u32); 20] = [
    ([0, 0, 0, 0], 8),          // "this network"
    ([10, 0, 0, 0], 8),         // private
    ([100, 64, 0, 0], 10),      // behind a carrier's translation
    ([127, 0, 0, 0], 8),        // loopback
    ([169, 254, 0, 0], 16),     // link-local, and the metadata of clouds
    ([172, 16, 0, 0], 12),      // private
    ([192, 0, 0, 0], 24),       // protocol assignments
    ([192, 0, 2, 0], 24),       // documentation
    ([192, 31, 196, 0], 24),    // AS112
    ([192, 52, 193, 0], 24),    // AMT
    ([192, 88, 99, 0], 24),     // 6to4 relays, abandoned
    ([192, 168, 0, 0], 16),     // private
    ([192, 175, 48, 0], 24),    // AS112
    ([198, 18, 0, 0], 15),      // benchmarks
    ([198, 51, 100, 0], 24),    // documentation
    ([203, 0, 113, 0], 24),     // documentation
    ([224, 0, 0, 0], 4),        // multicast
    ([240, 0, 0, 0], 4),        // reserved
    ([255, 255, 255, 255], 32), // broadcast
    ([233, 252, 0, 0], 24),     // documentation of multicast
];

/// Networks inside `2000::/3` that are not the open internet.
const SPECIAL_V6: [([u16; 8], u32); 5] = [
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), // protocol assignments, Teredo, ORCHID
    ([0x2001, 0x0db8, 0, 0, 0, 0, 0, 0], 32), // documentation
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), // 6to4: an IPv4 address in disguise
    ([0x2620, 0x004f, 0x8000, 0, 0, 0, 0, 0], 48), // AS112
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), // documentation
];

/// What is handed out of IPv6.
const UNICAST_V6: ([u16; 8], u32) = ([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// How an IPv6-only network reaches IPv4 (RFC 6052): the last 32 bits are the real address.
const NAT64: ([u16; 8], u32) = ([0x0064, 0xff9b, 0, 0, 0, 0, 0, 0], 96);

/// Whether `address` is a global unicast address, the only kind a server elsewhere can have.
pub fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => is_global_v6(address),
    }
}

fn is_global_v4(address: Ipv4Addr) -> bool {
    !SPECIAL_V4
        .iter()
        .any(|(network, prefix)| v4_within(address, Ipv4Addr::from(*network), *prefix))
}

fn is_global_v6(address: Ipv6Addr) -> bool {
    if v6_within(address, Ipv6Addr::from(NAT64.0), NAT64.1) {
        let [.., a, b, c, d] = address.octets();
        return is_global_v4(Ipv4Addr::new(a, b, c, d));
    }
    v6_within(address, Ipv6Addr::from(UNICAST_V6.0), UNICAST_V6.1)
        && !SPECIAL_V6
            .iter()
            .any(|(network, prefix)| v6_within(address, Ipv6Addr::from(*network), *prefix))
}

/// Whether `address` is in `network`/`prefix`.
pub fn v4_within(address: Ipv4Addr, network: Ipv4Addr, prefix: u32) -> bool {
    let shift = 32_u32.saturating_sub(prefix);
    let high = |address: Ipv4Addr| u32::from(address).checked_shr(shift).unwrap_or(0);
    high(address) == high(network)
}

/// Whether `address` is in `network`/`prefix`.
pub fn v6_within(address: Ipv6Addr, network: Ipv6Addr, prefix: u32) -> bool {
    let shift = 128_u32.saturating_sub(prefix);
    let high = |address: Ipv6Addr| u128::from(address).checked_shr(shift).unwrap_or(0);
    high(address) == high(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix of S-080, and the edges of each network in it.
    const REFUSED: &[&str] = &[
        "0.0.0.0",
        "0.1.2.3",
        "0.255.255.255",
        "10.0.0.0",
        "10.0.0.5",
        "10.255.255.255",
        "100.64.0.0",
        "100.100.100.200",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.0.170",
        "192.0.2.1",
        "192.31.196.1",
        "192.52.193.1",
        "192.88.99.1",
        "192.168.0.1",
        "192.168.255.255",
        "192.175.48.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "233.252.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.254",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "64:ff9b:1::808:808",
        "100::1",
        "100:0:0:1::1",
        "2001::1",
        "2001:0:4136:e378::1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:1ff:ffff::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "2620:4f:8000::1",
        "3fff::1",
        "3fff:fff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ffff::1",
    ];

    const TAKEN: &[&str] = &[
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "11.1.0.1",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.0.3.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2003::1",
        "2606:4700::1111",
        "2a00:1450::1",
        "3ffe::1",
        "64:ff9b::808:808",
    ];

    #[test]
    fn every_special_purpose_network_is_refused() {
        for text in REFUSED {
            assert!(!is_global(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn the_open_internet_is_reached() {
        for text in TAKEN {
            assert!(is_global(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn a_prefix_of_nothing_holds_everything() {
        assert!(v4_within(Ipv4Addr::BROADCAST, Ipv4Addr::UNSPECIFIED, 0));
        assert!(v6_within(Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED, 0));
        assert!(!v4_within(Ipv4Addr::BROADCAST, Ipv4Addr::LOCALHOST, 32));
    }
}

//! Where a request comes from (T15, S-141).

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;

/// How many reverse proxies of ours stand in front (`http.trusted_proxies`).
///
/// Each adds the address it saw at the end of `X-Forwarded-For`. What stands further to the left
/// was written by strangers and is never read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(pub usize);

/// The most addresses of `X-Forwarded-For` that are looked at.
const FORWARDED_MAX: usize = 32;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the client, as far as our own proxies vouch for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

/// What a rate limit counts by: an IPv4 address, or the /64 an IPv6 customer has to himself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressKey(IpAddr);

impl ClientAddress {
    /// The client of a connection from `peer` with these headers.
    pub fn find(peer: IpAddr, headers: &HeaderMap, proxies: TrustedProxies) -> Self {
        let Some(index) = proxies.0.checked_sub(1) else {
            return Self(peer.to_canonical());
        };
        let forwarded: Vec<&str> = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .collect();
        let found = forwarded
            .iter()
            .rev()
            .take(FORWARDED_MAX)
            .nth(index)
            .and_then(|text| text.parse::<IpAddr>().ok());
        Self(found.unwrap_or(peer).to_canonical())
    }

    /// What a rate limit counts by.
    pub fn key(self) -> AddressKey {
        match self.0 {
            IpAddr::V4(_) => AddressKey(self.0),
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                AddressKey(IpAddr::V6(Ipv6Addr::from(network)))
            }
        }
    }
}

/// Puts a [`ClientAddress`] into the request's extensions. For `from_fn_with_state`.
pub async fn client_address(
    State(proxies): State<TrustedProxies>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |info| info.0.ip());
    let address = ClientAddress::find(peer, request.headers(), proxies);
    request.extensions_mut().insert(address);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(proxies: usize, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        let peer = "192.0.2.1".parse().unwrap();
        ClientAddress::find(peer, &headers, TrustedProxies(proxies)).0.to_string()
    }

    #[test]
    fn without_a_proxy_the_header_is_not_believed() {
        assert_eq!(find(0, &["198.51.100.7"]), "192.0.2.1");
    }

    #[test]
    fn with_proxies_only_what_they_wrote_is_believed() {
        assert_eq!(find(1, &["203.0.113.9, 198.51.100.7"]), "198.51.100.7");
        assert_eq!(find(2, &["203.0.113.9", "198.51.100.7"]), "203.0.113.9");
        assert_eq!(find(2, &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(find(1, &["garbage"]), "192.0.2.1");
    }

    #[test]
    fn one_ipv6_customer_is_one_key() {
        let key = |text: &str| ClientAddress(text.parse::<IpAddr>().unwrap().to_canonical()).key();
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }
}

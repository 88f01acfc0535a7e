//! How a URI is found: by the first 16 bytes of its SHA-256.

use sea_orm::DeriveValueType;
use sha2::{Digest, Sha256};

/// Bytes of a [`UriHash`].
pub const URI_HASH_BYTES: usize = 16;

/// The longest URI that is stored.
pub const URI_MAX_BYTES: usize = 2_048;

/// The key under which a URI is stored and found (a unique index of 16 bytes instead of a text).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
pub struct UriHash(pub Vec<u8>);

impl UriHash {
    /// The hash of `uri`, byte by byte: canonicalise first.
    pub fn of(uri: &str) -> Self {
        Self(Sha256::digest(uri.as_bytes()).iter().take(URI_HASH_BYTES).copied().collect())
    }
}

/// A hash can be a primary key; no database counts one up for us.
impl sea_orm::TryFromU64 for UriHash {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("UriHash"))
    }
}

/// The scheme, host and port of a URL in one spelling, or `None` if it is not http or https.
///
/// Two URLs have one origin when these are equal (FEP-fe34).
pub fn origin(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    if !matches!(url.scheme(), "https" | "http") {
        return None;
    }
    let host = url.host_str()?;
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    Some(format!("{}://{host}{port}", url.scheme()))
}

/// The host of a URL, with its port when that is not the scheme's own.
pub fn host(url: &str) -> Option<String> {
    origin(url)?.split_once("://").map(|(_, host)| host.to_owned())
}

/// Whether `a` and `b` are http(s) URLs of one origin.
pub fn same_origin(a: &str, b: &str) -> bool {
    matches!((origin(a), origin(b)), (Some(a), Some(b)) if a == b)
}

/// Names under which a country's registry sells, as in `example.org.uk`. Whoever registers below one
/// of them is somebody else than their neighbour.
const SHARED_NAMES: &[&str] = &[
    "ac", "co", "com", "edu", "go", "gov", "ltd", "me", "mod", "ne", "net", "nhs", "or", "org",
    "plc", "police", "sch",
];

/// The part of a URL's host that somebody had to register, as far as that can be told without the
/// list of all registries: whoever has it has every name below it for nothing (S-078).
///
/// It may join what belongs to different people, and then they share a budget; it never divides
/// what belongs to one, but for a name such as `co.cc` below a country that sells directly.
pub fn site(url: &str) -> Option<String> {
    let host = host(url)?;
    let bare = host.split_once(':').map_or(host.as_str(), |(bare, _port)| bare);
    if bare.starts_with('[') || bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Some(host);
    }
    let labels: Vec<&str> = bare.trim_end_matches('.').rsplit('.').collect();
    let shared = matches!(labels.as_slice(), [country, name, ..]
        if country.len() == 2 && SHARED_NAMES.contains(name));
    let count = if shared { 3 } else { 2 };
    let mut own: Vec<&str> = labels.into_iter().take(count).collect();
    own.reverse();
    Some(own.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_below_one_that_was_registered_are_one_site() {
        for (url, of) in [
            ("https://e.example/notes/1", "e.example"),
            ("https://x17.e.example/notes/1", "e.example"),
            ("https://a.b.c.e.example:8443/", "e.example"),
            ("https://social.alder.org.uk/1", "alder.org.uk"),
            ("https://hazel.org.uk/1", "hazel.org.uk"),
            ("https://e.example./1", "e.example"),
            ("https://localhost/1", "localhost"),
            ("https://192.0.2.7/1", "192.0.2.7"),
        ] {
            assert_eq!(site(url).as_deref(), Some(of), "{url}");
        }
        assert_eq!(site("tag:e.example,2026:1"), None);
    }
}

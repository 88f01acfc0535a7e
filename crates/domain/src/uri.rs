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

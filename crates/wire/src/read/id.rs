//! Ids: one canonical form, or none.
//!
//! Ids are compared as text all over the house. That is safe only if nothing gets in that has two
//! spellings (S-035): host in capitals, `:443`, a trailing dot, user information, `/../`, tabs that
//! parsers drop, backslashes that parsers turn round.

use url::{Host, Url};

use crate::error::{Fault, ParseError};

/// The longest id in bytes; Mastodon's and ours.
pub const MAX_ID_BYTES: usize = 2_048;

/// Which network ids come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// The internet: `https` and host names only.
    #[default]
    Public,
    /// A laboratory: `http` and bare addresses as well.
    Lab,
}

/// Whether an id may end in `#something`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fragment {
    /// Objects and actors: what is fetched has none.
    Refused,
    /// Keys and activities: those are not fetched by their full id (B15.20).
    Kept,
}

/// The canonical form of an actor's or object's id on the internet.
///
/// Lower-case host, no default port, dot segments resolved, what is not ASCII percent-encoded.
///
/// # Errors
///
/// [`Fault::Id`] for anything but `https`, and for user information, a trailing dot, empty labels,
/// letters outside ASCII in the host, a bare address for a host, a fragment, white space, control
/// characters, backslashes, and more than [`MAX_ID_BYTES`].
pub fn canonical_id(text: &str) -> Result<String, ParseError> {
    canonical_id_in(text, Network::Public)
}

/// As [`canonical_id`], in a network of your choice.
///
/// # Errors
///
/// As [`canonical_id`]; [`Network::Lab`] takes `http` and bare addresses.
pub fn canonical_id_in(text: &str, network: Network) -> Result<String, ParseError> {
    canonical(text, network, Fragment::Refused).map_err(ParseError::whole)
}

/// The canonical form of a key's or activity's id on the internet, which may have a fragment.
///
/// # Errors
///
/// As [`canonical_id`], but for the fragment.
pub fn canonical_key_id(text: &str) -> Result<String, ParseError> {
    canonical_key_id_in(text, Network::Public)
}

/// As [`canonical_key_id`], in a network of your choice.
///
/// # Errors
///
/// As [`canonical_id_in`], but for the fragment.
pub fn canonical_key_id_in(text: &str, network: Network) -> Result<String, ParseError> {
    canonical(text, network, Fragment::Kept).map_err(ParseError::whole)
}

pub(super) fn canonical(text: &str, network: Network, fragment: Fragment) -> Result<String, Fault> {
    if text.len() > MAX_ID_BYTES {
        return Err(Fault::Id("too long"));
    }
    if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f || byte == b'\\') {
        return Err(Fault::Id("white space, control character or backslash"));
    }
    check_authority(text)?;
    let url = Url::parse(text).map_err(|_error: url::ParseError| Fault::Id("not a URL"))?;
    let scheme_good = match network {
        Network::Public => url.scheme() == "https",
        Network::Lab => matches!(url.scheme(), "https" | "http"),
    };
    if !scheme_good {
        return Err(Fault::Id("scheme"));
    }
    match url.host() {
        Some(Host::Domain(name)) if name.split('.').any(str::is_empty) => {
            return Err(Fault::Id("host with an empty label"));
        }
        Some(Host::Domain(_)) => {}
        Some(_) if network == Network::Lab => {}
        _ => return Err(Fault::Id("host is not a name")),
    }
    if fragment == Fragment::Refused && url.fragment().is_some() {
        return Err(Fault::Id("fragment"));
    }
    if url.as_str().len() > MAX_ID_BYTES {
        return Err(Fault::Id("too long"));
    }
    Ok(url.into())
}

/// Looks at the part between `://` and the path as it is written: the URL parser is more generous
/// than we want to be (it takes `https:host` and `https:///host`, and folds look-alike letters).
fn check_authority(text: &str) -> Result<(), Fault> {
    let (scheme, rest) = text.split_once("://").ok_or(Fault::Id("not a URL"))?;
    // `https:v.example@e.example://x` has its host before the slashes, where we would not look.
    if !scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(Fault::Id("scheme"));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() {
        return Err(Fault::Id("no host"));
    }
    if authority.contains('@') {
        return Err(Fault::Id("user information"));
    }
    if !authority.is_ascii() || authority.contains('%') {
        return Err(Fault::Id("host is not plain"));
    }
    Ok(())
}

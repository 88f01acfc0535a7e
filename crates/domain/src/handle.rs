//! Local names, and addresses of actors anywhere.

use serde::{Deserialize, Serialize};

use crate::invalid::Invalid;

/// The longest local name, in characters.
pub const HANDLE_MAX_CHARS: usize = 30;

/// Names that people must not be able to take: they would look official, or stand in a URL.
const RESERVED: &[&str] = &[
    "abuse",
    "about",
    "account",
    "accounts",
    "admin",
    "administrator",
    "ap",
    "api",
    "auth",
    "carefolk",
    "council",
    "help",
    "home",
    "inbox",
    "info",
    "instance",
    "mod",
    "moderator",
    "moderators",
    "nhs",
    "nodeinfo",
    "oauth",
    "official",
    "outbox",
    "owner",
    "police",
    "postmaster",
    "root",
    "safeguarding",
    "security",
    "settings",
    "setup",
    "staff",
    "support",
    "system",
    "team",
    "webmaster",
    "www",
];

/// A local name: `a-z`, `0-9` and `_`, one to thirty characters, never changed, never reused.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Handle(String);

impl Handle {
    /// A name that somebody may take.
    ///
    /// # Errors
    ///
    /// [`Invalid::Missing`], [`Invalid::TooLong`], [`Invalid::Format`] for any character outside
    /// the alphabet (so no look-alikes, S-119), [`Invalid::Reserved`].
    pub fn new(text: &str) -> Result<Self, Invalid> {
        let handle = Self::parse(text)?;
        let plain = handle.0.replace('_', "");
        if RESERVED.contains(&plain.as_str()) {
            return Err(Invalid::Reserved);
        }
        Ok(handle)
    }

    /// A name as it may stand in a look-up, reserved or not; letter case is folded.
    ///
    /// # Errors
    ///
    /// As [`Handle::new`], without [`Invalid::Reserved`].
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim().trim_start_matches('@').to_ascii_lowercase();
        if text.is_empty() {
            return Err(Invalid::Missing);
        }
        if text.chars().count() > HANDLE_MAX_CHARS {
            return Err(Invalid::TooLong(HANDLE_MAX_CHARS));
        }
        if !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            return Err(Invalid::Format);
        }
        Ok(Self(text))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The address of an actor anywhere: `name@host`. Names elsewhere have wider alphabets than ours.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    /// The part before the `@`, as given.
    pub name: String,
    /// The host, small letters, with a port only in laboratories.
    pub host: String,
}

impl Address {
    /// Reads `name@host`, `@name@host` or `acct:name@host`.
    ///
    /// # Errors
    ///
    /// [`Invalid::Format`] for anything that could reach beyond a WebFinger query (S-070):
    /// slashes, `&`, spaces, control characters, an empty half, more than 253 bytes of host.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let text = text.strip_prefix("acct:").unwrap_or(text);
        let text = text.strip_prefix(['@', '!']).unwrap_or(text);
        let (name, host) = text.split_once('@').ok_or(Invalid::Format)?;
        let host = host.to_ascii_lowercase();
        let name_good = !name.is_empty()
            && name.len() <= 128
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.~".contains(&b));
        let (bare, port) = host.split_once(':').unwrap_or((&host, "443"));
        let host_good = (1..=253).contains(&bare.len())
            && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
            && !bare.starts_with(['.', '-'])
            && !bare.ends_with('-')
            && port.parse::<u16>().is_ok();
        if name_good && host_good {
            Ok(Self { name: name.to_owned(), host })
        } else {
            Err(Invalid::Format)
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.name, self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_names_are_plain_letters_digits_and_underscores() {
        for good in ["a", "hazel_bank", "x9", "Hazelbank"] {
            assert!(Handle::new(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a-b", "раypal", "ａ", "ﬁ", "a.b", "a\u{200d}b"] {
            assert!(Handle::new(bad).is_err(), "{bad}");
        }
        assert_eq!(Handle::new(&"a".repeat(31)), Err(Invalid::TooLong(30)));
    }

    #[test]
    fn official_names_are_reserved_however_they_are_spaced() {
        for name in ["admin", "Admin", "_admin_", "ad_min", "council", "www", "inbox"] {
            assert_eq!(Handle::new(name), Err(Invalid::Reserved), "{name}");
        }
    }

    #[test]
    fn an_address_cannot_reach_beyond_a_webfinger_query() {
        assert!(Address::parse("@ann@mastodon.example").is_ok());
        for bad in [
            "a@v.example/..",
            "a&resource=acct:b@v",
            "a@v.example:port",
            "a@v.example\r\nX: y",
            "a@",
            "@b",
            "a b@v.example",
            "a@v。example",
        ] {
            assert_eq!(Address::parse(bad), Err(Invalid::Format), "{bad}");
        }
    }
}

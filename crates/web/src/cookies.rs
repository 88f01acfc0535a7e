//! Our three cookies (S-136).

use http::HeaderMap;
use http::header::COOKIE;

/// Whether browsers reach us over https.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Jar {
    /// Cookies are `Secure` and bound to this very host by their name.
    Https,
    /// Loopback and laboratories, where browsers would drop such cookies.
    Http,
}

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// Who is signed in.
    Session,
    /// What forms of visitors are checked against.
    Form,
    /// How the reader likes pages.
    Reading,
}

/// The longest value that is read; ours have at most 64 bytes.
const VALUE_MAX_BYTES: usize = 128;

/// The longest that browsers keep a cookie. How long a session lasts is decided here, not there.
const LONGEST_SECONDS: u32 = 400 * 24 * 60 * 60;

/// How long a reader's settings are kept.
const YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;

impl Jar {
    fn name(self, name: Name) -> &'static str {
        match (self, name) {
            (Self::Https, Name::Session) => "__Host-carefolk",
            (Self::Https, Name::Form) => "__Host-carefolk-form",
            (Self::Https, Name::Reading) => "__Host-carefolk-reading",
            (Self::Http, Name::Session) => "carefolk",
            (Self::Http, Name::Form) => "carefolk-form",
            (Self::Http, Name::Reading) => "carefolk-reading",
        }
    }

    /// The value of a cookie, if it could be one of ours.
    pub(crate) fn read(self, headers: &HeaderMap, name: Name) -> Option<&str> {
        let wanted = self.name(name);
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(found, _)| *found == wanted)
            .map(|(_, value)| value)
            .filter(|value| !value.is_empty() && value.len() <= VALUE_MAX_BYTES)
    }

    /// The `Set-Cookie` of a cookie.
    pub(crate) fn set(self, name: Name, value: &str) -> String {
        let age = match name {
            Name::Session => format!("; Max-Age={LONGEST_SECONDS}"),
            Name::Reading => format!("; Max-Age={YEAR_SECONDS}"),
            Name::Form => String::new(),
        };
        self.line(name, value, &age)
    }

    /// The `Set-Cookie` that takes a cookie away.
    pub(crate) fn clear(self, name: Name) -> String {
        self.line(name, "", "; Max-Age=0")
    }

    fn line(self, name: Name, value: &str, age: &str) -> String {
        let secure = if self == Self::Https { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}", self.name(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, cookie.parse().unwrap());
        headers
    }

    #[test]
    fn over_https_a_cookie_is_bound_to_this_host() {
        let line = Jar::Https.set(Name::Session, "abc");
        assert!(line.starts_with("__Host-carefolk=abc; Path=/; HttpOnly; SameSite=Lax"));
        assert!(line.ends_with("; Secure") && !line.contains("Domain"));
    }

    #[test]
    fn over_plain_http_the_prefix_and_secure_are_dropped() {
        let line = Jar::Http.set(Name::Form, "abc");
        assert_eq!(line, "carefolk-form=abc; Path=/; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let all = headers("xcarefolk=1; carefolk-form=2; carefolk=3");
        assert_eq!(Jar::Http.read(&all, Name::Session), Some("3"));
        assert_eq!(Jar::Https.read(&all, Name::Session), None);
        assert_eq!(Jar::Http.read(&headers("carefolk="), Name::Session), None);
        let long = format!("carefolk={}", "a".repeat(VALUE_MAX_BYTES + 1));
        assert_eq!(Jar::Http.read(&headers(&long), Name::Session), None);
    }
}

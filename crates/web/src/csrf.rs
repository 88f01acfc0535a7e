//! Whether a form was sent from one of our pages (S-133, S-134).
//!
//! Two checks, both needed. The browser's own word (`Sec-Fetch-Site`, `Origin`), where it gives
//! one; and a token in the form that is the hash of the secret in a cookie, the session's or, for
//! visitors, one made for forms. Nobody can make the token without reading the cookie, and the
//! page does not give the cookie away.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::{HOST, ORIGIN};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Keeps these hashes apart from every other hash of the same secret (the session's own above all).
const PURPOSE: &[u8] = b"carefolk form token 1\0";

const FETCH_SITE: &str = "sec-fetch-site";

/// The token that belongs to the secret of a cookie.
pub(crate) fn token(secret: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(PURPOSE);
    hash.update(secret.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// Whether `sent` belongs to one of the secrets the browser has.
pub(crate) fn matches<'a>(sent: &str, secrets: impl IntoIterator<Item = &'a str>) -> bool {
    secrets.into_iter().any(|secret| bool::from(token(secret).as_bytes().ct_eq(sent.as_bytes())))
}

/// Whether the browser's own word, if it gives one, is that our own page sent this.
///
/// Our pages say `Referrer-Policy: no-referrer`, which makes browsers send `Origin: null` with
/// our own forms: it says nothing. `Sec-Fetch-Site` does, wherever the page is https or loopback.
pub(crate) fn is_from_us(headers: &HeaderMap, base_url: &str) -> bool {
    let word = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if word(FETCH_SITE).is_some_and(|site| site != "same-origin") {
        return false;
    }
    match word(ORIGIN.as_str()) {
        None | Some("null") => true,
        Some(origin) => {
            let host = origin.split_once("://").map_or("", |(_, host)| host);
            let asked = word(HOST.as_str()).unwrap_or_default();
            origin.eq_ignore_ascii_case(base_url)
                || (!host.is_empty() && host.eq_ignore_ascii_case(asked))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_us(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "care.example".parse().unwrap());
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        is_from_us(&headers, "https://care.example")
    }

    #[test]
    fn a_token_belongs_to_one_secret() {
        assert!(matches(&token("mine"), ["other", "mine"]));
        assert!(!matches(&token("yours"), ["mine"]));
        assert!(!matches("", ["mine"]) && !matches(&token(""), []));
    }

    #[test]
    fn the_token_does_not_give_the_secret_away() {
        assert_ne!(token("mine"), URL_SAFE_NO_PAD.encode(Sha256::digest(b"mine")));
        assert!(!token("mine").contains("mine"));
    }

    #[test]
    fn the_browser_saying_it_was_another_site_is_enough() {
        assert!(from_us(&[]));
        assert!(from_us(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(from_us(&[("origin", "https://care.example")]));
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!from_us(&[("sec-fetch-site", site)]), "{site}");
        }
        for origin in ["https://e.example", "https://care.example.e.example", "care.example", ""] {
            assert!(!from_us(&[("origin", origin)]), "{origin}");
        }
    }
}

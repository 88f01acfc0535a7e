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

/// Bytes of the hash, and of the mask over it.
pub(crate) const MASK_BYTES: usize = 32;

/// The token that belongs to the secret of a cookie, under a mask that is new each time: pages
/// are compressed, and what stands the same in each could be guessed from their sizes (BREACH).
pub(crate) fn token(secret: &str, mask: [u8; MASK_BYTES]) -> String {
    let masked = hash(secret).into_iter().zip(mask).map(|(byte, mask)| byte ^ mask);
    let bytes: Vec<u8> = mask.into_iter().chain(masked).collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether `sent` belongs to one of the secrets the browser has.
pub(crate) fn matches<'a>(sent: &str, secrets: impl IntoIterator<Item = &'a str>) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(sent) else { return false };
    let Some((mask, masked)) = bytes.split_at_checked(MASK_BYTES) else { return false };
    let sent: Vec<u8> = masked.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect();
    secrets.into_iter().any(|secret| bool::from(hash(secret).as_slice().ct_eq(&sent)))
}

fn hash(secret: &str) -> [u8; MASK_BYTES] {
    let mut hash = Sha256::new();
    hash.update(PURPOSE);
    hash.update(secret.as_bytes());
    hash.finalize().into()
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
        assert!(matches(&token("mine", [7; 32]), ["other", "mine"]));
        assert!(!matches(&token("yours", [7; 32]), ["mine"]));
        assert!(!matches(&token("", [7; 32]), []));
        let cut = URL_SAFE_NO_PAD.encode([7; 32]);
        for none in ["", "!", "AAAA", &cut] {
            assert!(!matches(none, ["mine", ""]), "{none}");
        }
    }

    #[test]
    fn the_token_looks_different_each_time_and_does_not_give_the_secret_away() {
        assert_ne!(token("mine", [1; 32]), token("mine", [2; 32]));
        let unmasked = token("mine", [0; 32]);
        assert!(!unmasked.ends_with(&URL_SAFE_NO_PAD.encode(Sha256::digest(b"mine"))));
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

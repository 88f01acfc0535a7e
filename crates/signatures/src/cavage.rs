//! Reading draft-cavage-http-signatures-12.

use std::borrow::Cow;

use crate::algorithm::Claim;
use crate::canonical::{REQUEST_TARGET, signing_string};
use crate::digests::recomputed_digest;
use crate::incoming::{Dialect, Presented, bounded_key_id, decode_signature};
use crate::parameters::Parameters;
use crate::window::{check_created, check_date, check_expires, seconds};
use crate::{Incoming, SignatureError};

/// Most headers that one signature may cover; the most that a known sender covers is ten.
const MAX_COVERED: usize = 32;

const CREATED: &str = "(created)";
const EXPIRES: &str = "(expires)";

/// Headers that cannot be covered by a signature, because they are or carry it.
const NOT_COVERABLE: [&str; 3] = ["signature", "signature-input", "authorization"];

/// Reads the parameters in `header` and judges everything but the signature itself.
///
/// # Errors
/// As [`crate::read`].
pub(crate) fn read(incoming: &Incoming<'_>, header: &str) -> Result<Presented, SignatureError> {
    let parameters = Parameters::parse(header)?;
    let claim = Claim::cavage(parameters.algorithm)?;
    let key_id = parameters.key_id.ok_or(SignatureError::Malformed("keyId is missing"))?;
    let signature =
        parameters.signature.ok_or(SignatureError::Malformed("signature is missing"))?;
    // Times are judged wherever they stand, also outside the signed list: an honest sender has no wrong ones.
    if let Some(created) = parameters.created {
        check_created(seconds(created)?, incoming.now_ms)?;
    }
    if let Some(expires) = parameters.expires {
        check_expires(seconds(expires)?, incoming.now_ms)?;
    }
    // Draft §2.1.6: without a list, only `(created)` is signed, which is never enough.
    let list = parameters.headers.unwrap_or(CREATED).to_ascii_lowercase();
    let covered = covered(&list)?;
    require(&covered, incoming)?;

    let mut lines = Vec::with_capacity(covered.len());
    for name in covered {
        lines.push((name, value(name, incoming, &parameters)?));
    }
    Ok(Presented {
        dialect: Dialect::Cavage,
        key_id: bounded_key_id(key_id)?,
        claim,
        base: signing_string(incoming.method, incoming.path_and_query, &lines)?,
        signature: decode_signature(signature)?,
    })
}

/// The names in a list of covered headers, each of them once.
fn covered(list: &str) -> Result<Vec<&str>, SignatureError> {
    let mut covered: Vec<&str> = Vec::with_capacity(8);
    for name in list.split_ascii_whitespace() {
        if covered.contains(&name) {
            return Err(SignatureError::Malformed("a header is signed twice"));
        }
        if covered.len() == MAX_COVERED {
            return Err(SignatureError::Refused("too many headers are signed"));
        }
        let is_pseudo = matches!(name, REQUEST_TARGET | CREATED | EXPIRES);
        let is_token =
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if !(is_pseudo || is_token) || NOT_COVERABLE.contains(&name) {
            return Err(SignatureError::Refused("something is signed that cannot be"));
        }
        covered.push(name);
    }
    Ok(covered)
}

/// Refuses a signature that could be moved to another path, host, time or body.
fn require(covered: &[&str], incoming: &Incoming<'_>) -> Result<(), SignatureError> {
    let has = |name| covered.contains(&name);
    if !has(REQUEST_TARGET) || !has("host") {
        return Err(SignatureError::Refused("method, path and host are not signed"));
    }
    if !has("date") && !has(CREATED) {
        return Err(SignatureError::Refused("no time is signed"));
    }
    if incoming.body.is_some() && !has("digest") {
        return Err(SignatureError::Refused("the body is not signed"));
    }
    Ok(())
}

/// What `name` must have been when it was signed, from what we received.
fn value<'a>(
    name: &str,
    incoming: &'a Incoming<'_>,
    parameters: &Parameters<'a>,
) -> Result<Cow<'a, str>, SignatureError> {
    let absent = SignatureError::Refused("created or expires is signed but not given");
    match name {
        REQUEST_TARGET => Ok(Cow::Borrowed("")),
        CREATED => parameters.created.map(Cow::Borrowed).ok_or(absent),
        EXPIRES => parameters.expires.map(Cow::Borrowed).ok_or(absent),
        "digest" => {
            let sent = incoming.signed_field(name)?;
            recomputed_digest(&sent, incoming.body_or_empty()).map(Cow::Owned)
        }
        "date" => {
            let sent = incoming.signed_field(name)?;
            check_date(&sent, incoming.now_ms)?;
            Ok(sent)
        }
        _ => incoming.signed_field(name),
    }
}

#[cfg(test)]
mod tests {
    //! The worked examples of appendix C of the draft. Their key has 1024 bits and they do not cover what we
    //! require, so they are checked one layer below the rules.

    use aws_lc_rs::signature::{RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::PublicKey;

    const KEY: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3\
        6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6\
        Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw\
        oYi+1hqp1fIekaxsyQIDAQAB";

    fn verifies(lines: &[(&str, &str)], signature: &str) -> bool {
        let lines: Vec<_> =
            lines.iter().map(|(name, value)| (*name, Cow::Borrowed(*value))).collect();
        let string = signing_string("POST", "/foo?param=value&pet=dog", &lines).unwrap();
        let key = STANDARD.decode(KEY).unwrap();
        UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, key)
            .verify(string.as_bytes(), &STANDARD.decode(signature).unwrap())
            .is_ok()
    }

    #[test]
    fn the_example_with_only_a_date_is_canonicalised_as_the_draft_does() {
        assert!(verifies(
            &[("date", "Sun, 05 Jan 2014 21:31:40 GMT")],
            "SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs\
             +FLEEaDV5lp7q25WqS+lavg7T8hc0GppauB6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM="
        ));
    }

    #[test]
    fn the_basic_example_is_canonicalised_as_the_draft_does() {
        let lines = [
            (REQUEST_TARGET, ""),
            ("host", "example.com"),
            ("date", "Sun, 05 Jan 2014 21:31:40 GMT"),
        ];
        let signature = "qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7\
             ndmw2iicw3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0=";

        assert!(verifies(&lines, signature));
        let [target, host, date] = lines;
        assert!(!verifies(&[target, date, host], signature), "the order of the names is signed");
    }

    #[test]
    fn the_example_with_all_headers_is_canonicalised_as_the_draft_does() {
        assert!(verifies(
            &[
                (REQUEST_TARGET, ""),
                ("host", "example.com"),
                ("date", "Sun, 05 Jan 2014 21:31:40 GMT"),
                ("content-type", "application/json"),
                ("digest", "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="),
                ("content-length", "18"),
            ],
            "vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEK\
             BIvB1q52LaEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE="
        ));
    }

    #[test]
    fn the_key_of_the_draft_is_too_small_for_us() {
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{KEY}\n-----END PUBLIC KEY-----\n");

        assert!(PublicKey::from_pem(&pem).is_err());
    }
}

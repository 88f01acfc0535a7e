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

/// What the names in `list` stand for, without any rule about which they are.
#[cfg(test)]
pub(crate) fn string_of(list: &str, incoming: &Incoming<'_>) -> Result<String, SignatureError> {
    let parameters = Parameters::default();
    let lines: Result<Vec<_>, _> = covered(list)?
        .into_iter()
        .map(|name| Ok((name, value(name, incoming, &parameters)?)))
        .collect();
    signing_string(incoming.method, incoming.path_and_query, &lines?)
}

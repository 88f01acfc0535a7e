//! The door: a request as it arrived, and what can be said about it before its key is known.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, HOST};

use crate::algorithm::Claim;
use crate::{PublicKey, SignatureError, cavage, rfc9421, verify_raw};

/// Longest signature header that is parsed: five times what the longest known sender needs.
const MAX_HEADER_BYTES: usize = 8_192;

/// Longest key id: the longest URI that is stored anywhere.
const MAX_KEY_ID_BYTES: usize = 2_048;

/// Headers that must not be sent twice: two readers of one request could each take another one.
const SINGLE: [&str; 9] = [
    "host",
    "date",
    "digest",
    "content-digest",
    "signature",
    "signature-input",
    "authorization",
    "content-type",
    "content-length",
];

/// A request as it was received.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// The method, as received.
    pub method: &'a str,
    /// The path and query byte for byte as received; not decoded, not tidied.
    pub path_and_query: &'a str,
    /// The configured base URL followed by `path_and_query` (RFC 9421 `@target-uri`).
    pub target_uri: &'a str,
    /// The hosts that are ours, with a port where it is not the scheme's own.
    pub hosts: &'a [String],
    /// All headers; over HTTP/2 the caller has put `:authority` into `host`.
    pub headers: &'a HeaderMap,
    /// The whole body, or `None` when the method has none. `Some` makes a signed digest compulsory.
    pub body: Option<&'a [u8]>,
    /// Now, in milliseconds since 1970.
    pub now_ms: i64,
}

impl Incoming<'_> {
    /// The body, or nothing.
    pub(crate) fn body_or_empty(&self) -> &[u8] {
        self.body.unwrap_or_default()
    }

    /// The value of a header as it is signed: the lines joined by a comma and a space; `None` when it is absent.
    ///
    /// # Errors
    /// [`SignatureError::Malformed`] when the value is not visible ASCII.
    pub(crate) fn field(&self, name: &str) -> Result<Option<Cow<'_, str>>, SignatureError> {
        let mut joined: Option<Cow<'_, str>> = None;
        for value in self.headers.get_all(name) {
            let malformed = SignatureError::Malformed("a signed header is not visible ASCII");
            let line = value.to_str().ok().ok_or(malformed)?.trim();
            joined = Some(match joined {
                None => Cow::Borrowed(line),
                Some(before) => Cow::Owned(format!("{before}, {line}")),
            });
        }
        Ok(joined)
    }

    /// As [`Self::field`], for a header that must be there.
    ///
    /// # Errors
    /// [`SignatureError::Refused`] when it is not.
    pub(crate) fn signed_field(&self, name: &str) -> Result<Cow<'_, str>, SignatureError> {
        self.field(name)?.ok_or(SignatureError::Refused("a signed header is not in the request"))
    }
}

/// Which of the two ways of signing was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Cavage,
    Rfc9421,
}

/// A signature that may be good: all that is missing is its key.
#[derive(Clone, Debug)]
pub struct Presented {
    pub(crate) dialect: Dialect,
    pub(crate) key_id: String,
    pub(crate) claim: Claim,
    /// The exact string that the sender must have signed, built from what we received.
    pub(crate) base: String,
    pub(crate) signature: Vec<u8>,
}

impl Presented {
    /// The id of the key, as the sender wrote it; a claim, to be canonicalised before it is looked up.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The way of signing: `cavage` or `rfc9421`.
    pub fn dialect(&self) -> &'static str {
        match self.dialect {
            Dialect::Cavage => "cavage",
            Dialect::Rfc9421 => "rfc9421",
        }
    }

    /// The signature's bytes, by which a repeated request can be recognised.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Verifies the signature with the key that [`Self::key_id`] stands for.
    ///
    /// Whether the owner of the key may say what the body says is the caller's question.
    ///
    /// # Errors
    /// [`SignatureError::Refused`] when the stated algorithm does not fit the key, or the signature is not good.
    pub fn verify(&self, key: &PublicKey) -> Result<(), SignatureError> {
        if !self.claim.fits(key) {
            return Err(SignatureError::Refused("the algorithm does not fit the key"));
        }
        verify_raw(key, self.base.as_bytes(), &self.signature)
    }
}

/// Reads the signature of a request and makes every check that needs no key.
///
/// Checked are: headers sent twice, the host (also of unsigned requests), one signature in one dialect, its
/// parameters, that it covers method, path, host, time and body, the time window, and the digest of the body.
///
/// # Errors
/// [`SignatureError`], by the meaning of its variants.
pub fn read(incoming: &Incoming<'_>) -> Result<Presented, SignatureError> {
    for name in SINGLE {
        if incoming.headers.get_all(name).iter().nth(1).is_some() {
            return Err(SignatureError::Malformed(name));
        }
    }
    check_host(incoming)?;
    let signature = header(incoming, "signature")?;
    let input = header(incoming, "signature-input")?;
    let authorization = authorization_signature(incoming)?;
    match (signature, input, authorization) {
        (None, None, None) => Err(SignatureError::Missing),
        (Some(signature), Some(input), None) => rfc9421::read(incoming, input, signature),
        (Some(parameters), None, None) | (None, None, Some(parameters)) => {
            cavage::read(incoming, parameters)
        }
        (None, Some(_), None) => Err(SignatureError::Refused("signature-input has no signature")),
        (_, _, Some(_)) => Err(SignatureError::Malformed("two signatures")),
    }
}

fn check_host(incoming: &Incoming<'_>) -> Result<(), SignatureError> {
    let host = incoming.headers.get(HOST).and_then(|host| host.to_str().ok());
    let is_ours = |host: &str| incoming.hosts.iter().any(|ours| ours.eq_ignore_ascii_case(host));
    if host.is_some_and(is_ours) { Ok(()) } else { Err(SignatureError::WrongHost) }
}

fn header<'a>(incoming: &Incoming<'a>, name: &str) -> Result<Option<&'a str>, SignatureError> {
    incoming.headers.get(name).map(bounded_text).transpose()
}

/// What follows `Signature` in an `Authorization` header; other schemes are not ours to judge.
fn authorization_signature<'a>(incoming: &Incoming<'a>) -> Result<Option<&'a str>, SignatureError> {
    let Some(value) = incoming.headers.get(AUTHORIZATION) else { return Ok(None) };
    let is_signature = value
        .as_bytes()
        .split(|byte| matches!(byte, b' ' | b'\t'))
        .next()
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"signature"));
    if !is_signature {
        return Ok(None);
    }
    let text = bounded_text(value)?;
    Ok(Some(text.split_once([' ', '\t']).map_or("", |(_, parameters)| parameters)))
}

fn bounded_text(value: &http::HeaderValue) -> Result<&str, SignatureError> {
    if value.len() > MAX_HEADER_BYTES {
        return Err(SignatureError::Refused("the signature header is too long"));
    }
    value
        .to_str()
        .ok()
        .ok_or(SignatureError::Malformed("the signature header is not visible ASCII"))
}

/// A key id of a length that can be stored.
///
/// # Errors
/// [`SignatureError::Refused`] when it is empty or too long.
pub(crate) fn bounded_key_id(key_id: &str) -> Result<String, SignatureError> {
    if key_id.is_empty() || key_id.len() > MAX_KEY_ID_BYTES {
        return Err(SignatureError::Refused("the key id is empty or too long"));
    }
    Ok(key_id.to_owned())
}

/// The bytes of a signature written in base64.
///
/// # Errors
/// [`SignatureError::Refused`] when it is not base64.
pub(crate) fn decode_signature(text: &str) -> Result<Vec<u8>, SignatureError> {
    STANDARD.decode(text).ok().ok_or(SignatureError::Refused("the signature is not base64"))
}

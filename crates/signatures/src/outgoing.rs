//! Signing what we send.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sfv::{KeyRef, ListSerializer, StringRef};

use crate::canonical::{REQUEST_TARGET, signing_string};
use crate::rfc9421::{push_line, push_parameters};
use crate::window::http_date;
use crate::{PrivateKey, SignatureError, content_digest, digest_sha256};

/// The label of our one RFC 9421 signature.
const LABEL: &str = "sig1";

/// A request that is about to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The method in capitals.
    pub method: &'a str,
    /// The whole URL exactly as it will be sent, in ASCII and without a fragment.
    pub url: &'a str,
    /// The `Host` exactly as it will be sent: with its port when that is not the scheme's own.
    pub host: &'a str,
    /// The body, or `None` when the method has none.
    pub body: Option<&'a [u8]>,
    /// The `Content-Type` of the body; without a body, what to `Accept`.
    pub media_type: &'a str,
    /// The moment of signing, in milliseconds since 1970.
    pub date_ms: i64,
    /// The id of the key, as the actor document gives it.
    pub key_id: &'a str,
}

/// Headers to send exactly as they are: names in lower case, and values.
pub type SignedHeaders = Vec<(&'static str, String)>;

/// Signs a request as draft-cavage has it.
///
/// Covered are `(request-target) host date`, with a body `digest content-type`, without one `accept`. A
/// `Content-Digest` is sent too, for peers that look at nothing else.
///
/// # Errors
/// [`SignatureError::Malformed`] when a part cannot stand in a header, [`SignatureError::Refused`] when the key
/// does not sign.
pub fn sign_cavage(
    key: &PrivateKey,
    outgoing: &Outgoing<'_>,
) -> Result<SignedHeaders, SignatureError> {
    sign_cavage_with(key, outgoing, &[])
}

/// As [`sign_cavage`], with more headers, which are covered, too.
///
/// # Errors
/// As [`sign_cavage`].
pub fn sign_cavage_with(
    key: &PrivateKey,
    outgoing: &Outgoing<'_>,
    more: &[(&'static str, &str)],
) -> Result<SignedHeaders, SignatureError> {
    check(outgoing, more)?;
    let mut headers = common_headers(outgoing);
    headers.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let covered = |(name, value): &(&'static str, String)| match *name {
        "content-digest" => None,
        name => Some((name, Cow::Owned(value.clone()))),
    };
    let mut lines = vec![(REQUEST_TARGET, Cow::Borrowed(""))];
    lines.extend(headers.iter().filter_map(covered));
    let names = lines.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ");

    let string = signing_string(outgoing.method, path_and_query(outgoing.url)?, &lines)?;
    let signature = STANDARD.encode(key.sign(string.as_bytes())?);
    // The draft knows no name for Ed25519 and has `hs2019` for "as the key says".
    let algorithm = if key.algorithm() == "rsa" { "rsa-sha256" } else { "hs2019" };
    let key_id = outgoing.key_id;
    headers.push((
        "signature",
        format!(
            r#"keyId="{key_id}",algorithm="{algorithm}",headers="{names}",signature="{signature}""#
        ),
    ));
    Ok(headers)
}

/// Signs a request as RFC 9421 has it.
///
/// Covered are `@method` and `@target-uri`, with a body `content-digest`. `Date` and `Digest` are sent too.
///
/// # Errors
/// As [`sign_cavage`].
pub fn sign_rfc9421(
    key: &PrivateKey,
    outgoing: &Outgoing<'_>,
) -> Result<SignedHeaders, SignatureError> {
    sign_rfc9421_with(key, outgoing, &[])
}

/// As [`sign_rfc9421`], with more headers, which are covered, too.
///
/// # Errors
/// As [`sign_cavage`].
pub fn sign_rfc9421_with(
    key: &PrivateKey,
    outgoing: &Outgoing<'_>,
    more: &[(&'static str, &str)],
) -> Result<SignedHeaders, SignatureError> {
    check(outgoing, more)?;
    let mut headers = common_headers(outgoing);
    let mut covered = vec![("@method", outgoing.method), ("@target-uri", outgoing.url)];
    covered.extend(
        headers
            .iter()
            .filter(|(name, _)| *name == "content-digest")
            .map(|(name, value)| (*name, value.as_str())),
    );
    covered.extend(more.iter().copied());
    let parameters = parameters(key, outgoing, &covered)
        .ok_or(SignatureError::Malformed("the key id cannot stand in a header"))?;
    let mut base = String::with_capacity(512);
    for (name, value) in covered {
        push_line(&mut base, name, value);
    }
    push_parameters(&mut base, &parameters);

    let signature = STANDARD.encode(key.sign(base.as_bytes())?);
    headers.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    headers.push(("signature-input", format!("{LABEL}={parameters}")));
    headers.push(("signature", format!("{LABEL}=:{signature}:")));
    Ok(headers)
}

/// The list of components with its parameters, as it stands in `Signature-Input` and is itself signed.
fn parameters(
    key: &PrivateKey,
    outgoing: &Outgoing<'_>,
    covered: &[(&str, &str)],
) -> Option<String> {
    let algorithm = if key.algorithm() == "rsa" { "rsa-v1_5-sha256" } else { "ed25519" };
    let created = sfv::Integer::try_from(outgoing.date_ms.div_euclid(1_000)).ok()?;
    let mut serializer = ListSerializer::new();
    let mut inner = serializer.inner_list();
    for (name, _) in covered {
        let _: &mut String = inner.bare_item(StringRef::from_str(name).ok()?).finish();
    }
    let _: &mut String = inner
        .finish()
        .parameter(KeyRef::from_str("created").ok()?, created)
        .parameter(KeyRef::from_str("keyid").ok()?, StringRef::from_str(outgoing.key_id).ok()?)
        .parameter(KeyRef::from_str("alg").ok()?, StringRef::from_str(algorithm).ok()?)
        .finish();
    serializer.finish()
}

/// The headers that both dialects send.
fn common_headers(outgoing: &Outgoing<'_>) -> SignedHeaders {
    let mut headers =
        vec![("host", outgoing.host.to_owned()), ("date", http_date(outgoing.date_ms))];
    if let Some(body) = outgoing.body {
        headers.push(("digest", digest_sha256(body)));
        headers.push(("content-digest", content_digest(body)));
        headers.push(("content-type", outgoing.media_type.to_owned()));
    } else {
        headers.push(("accept", outgoing.media_type.to_owned()));
    }
    headers
}

/// Refuses parts that would break out of their header or their quotes.
fn check(outgoing: &Outgoing<'_>, more: &[(&'static str, &str)]) -> Result<(), SignatureError> {
    let parts =
        [outgoing.method, outgoing.url, outgoing.host, outgoing.media_type, outgoing.key_id];
    let is_visible = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
    };
    let more = more.iter().map(|(_, value)| *value);
    if !parts.into_iter().chain(more).all(is_visible) || outgoing.key_id.contains(['"', '\\', ' '])
    {
        return Err(SignatureError::Malformed("a part of the request cannot stand in a header"));
    }
    Ok(())
}

/// The path and query of a URL, as they stand in the request line.
fn path_and_query(url: &str) -> Result<&str, SignatureError> {
    let malformed = SignatureError::Malformed("the URL to sign has no path");
    let (_, rest) = url.split_once("://").ok_or(malformed)?;
    let at = rest.find('/').ok_or(malformed)?;
    let (authority, path) = rest.split_at_checked(at).ok_or(malformed)?;
    if authority.contains(['?', '#']) || path.contains('#') {
        return Err(malformed);
    }
    Ok(path)
}

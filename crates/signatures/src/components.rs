//! The components that an RFC 9421 signature covers, and their values in this request (§2).

use std::borrow::Cow;

use crate::digests::{recomputed_content_digest, recomputed_digest};
use crate::window::check_date;
use crate::{Incoming, SignatureError};

/// The value of a component as the sender must have seen it, from what we received.
///
/// # Errors
/// [`SignatureError::Refused`] for a component that this request does not have, or that proves something else.
pub(crate) fn value<'a>(
    name: &str,
    incoming: &'a Incoming<'_>,
) -> Result<Cow<'a, str>, SignatureError> {
    if name.starts_with('@') {
        return derived(name, incoming);
    }
    // Field names are signed in lower case (§2.1); the signature's own headers cannot be inside it.
    let is_lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
    if !is_lower || matches!(name, "signature" | "signature-input" | "authorization") {
        return Err(SignatureError::Refused("something is signed that cannot be"));
    }
    let sent = incoming.signed_field(name)?;
    match name {
        "content-digest" => {
            recomputed_content_digest(&sent, incoming.body_or_empty()).map(Cow::Owned)
        }
        "digest" => recomputed_digest(&sent, incoming.body_or_empty()).map(Cow::Owned),
        "date" => check_date(&sent, incoming.now_ms).map(|()| sent),
        _ => Ok(sent),
    }
}

/// The derived components of a request (§2.2), except single query parameters.
fn derived<'a>(name: &str, incoming: &'a Incoming<'_>) -> Result<Cow<'a, str>, SignatureError> {
    let (path, query) = match incoming.path_and_query.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (incoming.path_and_query, None),
    };
    match name {
        "@method" => Ok(Cow::Borrowed(incoming.method)),
        "@target-uri" => Ok(Cow::Borrowed(incoming.target_uri)),
        "@authority" => incoming.signed_field("host").map(|host| host.to_ascii_lowercase().into()),
        "@scheme" => incoming
            .target_uri
            .split_once("://")
            .map(|(scheme, _)| scheme.to_ascii_lowercase().into())
            .ok_or(SignatureError::Refused("the target has no scheme")),
        "@request-target" => Ok(Cow::Borrowed(incoming.path_and_query)),
        "@path" => Ok(Cow::Borrowed(if path.is_empty() { "/" } else { path })),
        "@query" => Ok(Cow::Owned(format!("?{}", query.unwrap_or_default()))),
        _ => Err(SignatureError::Refused("an unknown derived component is signed")),
    }
}

/// Refuses a signature that could be moved to another method, path, host or body.
///
/// # Errors
/// [`SignatureError::Refused`] when one of them is not covered.
pub(crate) fn require(covered: &[&str], incoming: &Incoming<'_>) -> Result<(), SignatureError> {
    let has = |name| covered.contains(&name);
    let has_query = incoming.path_and_query.contains('?');
    let has_path = has("@request-target") || has("@path") && (!has_query || has("@query"));
    if !has("@method") || !(has("@target-uri") || has("@authority") && has_path) {
        return Err(SignatureError::Refused("method, path and host are not signed"));
    }
    if incoming.body.is_some() && !has("content-digest") {
        return Err(SignatureError::Refused("the body is not signed"));
    }
    Ok(())
}

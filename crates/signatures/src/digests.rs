//! Digests of bodies: `Digest` (RFC 3230) and `Content-Digest` (RFC 9530), SHA-256 only.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::SignatureError;

/// The value of the `Digest` header for `body`.
pub fn digest_sha256(body: &[u8]) -> String {
    format!("SHA-256={}", sha256_base64(body))
}

/// The value of the `Content-Digest` header for `body`.
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", sha256_base64(body))
}

fn sha256_base64(body: &[u8]) -> String {
    STANDARD.encode(digest(&SHA256, body))
}

/// The value the `Digest` header must have for `body`, with the algorithm's name as the sender spelled it.
///
/// # Errors
/// [`SignatureError::Malformed`] when SHA-256 is given twice; [`SignatureError::Refused`] for any other
/// algorithm, also beside SHA-256 (which of two decides would be our guess), and for another body.
pub(crate) fn recomputed_digest(header: &str, body: &[u8]) -> Result<String, SignatureError> {
    if header.contains(',') {
        let sha256 = header.split(',').filter(|part| is_sha256(algorithm_of(part))).count();
        return Err(if sha256 > 1 {
            SignatureError::Malformed("digest is given twice")
        } else {
            SignatureError::Refused("more than one digest")
        });
    }
    let name = algorithm_of(header);
    if !is_sha256(name) {
        return Err(SignatureError::Refused("digest is not SHA-256"));
    }
    let ours = format!("{name}={}", sha256_base64(body));
    if ours != header {
        return Err(SignatureError::Refused("digest is of another body"));
    }
    Ok(ours)
}

/// The value the `Content-Digest` header must have for `body`.
///
/// # Errors
/// [`SignatureError::Refused`] for other algorithms, also beside SHA-256, and for another body.
pub(crate) fn recomputed_content_digest(
    header: &str,
    body: &[u8],
) -> Result<String, SignatureError> {
    let ours = content_digest(body);
    if ours != header {
        return Err(SignatureError::Refused("content-digest is not SHA-256 of this body"));
    }
    Ok(ours)
}

fn algorithm_of(part: &str) -> &str {
    part.split_once('=').map_or(part, |(name, _)| name).trim()
}

fn is_sha256(name: &str) -> bool {
    name.eq_ignore_ascii_case("sha-256")
}

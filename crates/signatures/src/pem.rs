//! The textual form of public keys (RFC 7468).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::SignatureError;

/// Longest PEM that is looked at: an RSA key of 4096 bits takes 800 bytes.
const MAX_PEM_BYTES: usize = 4_096;

/// Characters of base64 in one line of PEM.
const LINE: usize = 64;

const NOT_PEM: SignatureError = SignatureError::Refused("the public key is not PEM");

/// What the bytes of a PEM block are.
#[derive(Debug)]
pub(crate) enum Block {
    /// `PUBLIC KEY`: a `SubjectPublicKeyInfo`.
    KeyInfo(Vec<u8>),
    /// `RSA PUBLIC KEY`: an `RSAPublicKey`.
    Rsa(Vec<u8>),
}

/// Reads exactly one block.
///
/// # Errors
/// [`SignatureError::Refused`] when it is too long, is not one block, or is of another kind; a published private
/// key is named as such, because its owner should hear of it.
pub(crate) fn decode(text: &str) -> Result<Block, SignatureError> {
    if text.len() > MAX_PEM_BYTES {
        return Err(SignatureError::Refused("the public key is too long"));
    }
    let text = text.trim().strip_prefix("-----BEGIN ").ok_or(NOT_PEM)?;
    let (label, rest) = text.split_once("-----").ok_or(NOT_PEM)?;
    let make = match label {
        "PUBLIC KEY" => Block::KeyInfo,
        "RSA PUBLIC KEY" => Block::Rsa,
        _ if label.ends_with("PRIVATE KEY") => {
            return Err(SignatureError::Refused("a private key stands where a public one belongs"));
        }
        _ => return Err(NOT_PEM),
    };
    let body = rest
        .strip_suffix("-----")
        .and_then(|rest| rest.strip_suffix(label))
        .and_then(|rest| rest.strip_suffix("-----END "))
        .ok_or(NOT_PEM)?;
    let body: String = body.split_ascii_whitespace().collect();
    STANDARD.decode(body).ok().map(make).ok_or(NOT_PEM)
}

/// Writes a `SubjectPublicKeyInfo` as a `PUBLIC KEY` block.
pub(crate) fn encode(key_info: &[u8]) -> String {
    let mut text = String::from("-----BEGIN PUBLIC KEY-----\n");
    for (at, character) in STANDARD.encode(key_info).chars().enumerate() {
        if at > 0 && at % LINE == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push_str("\n-----END PUBLIC KEY-----\n");
    text
}

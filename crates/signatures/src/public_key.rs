//! Public keys of others.

use std::fmt;

use aws_lc_rs::signature::{ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};

use crate::der::{KeyInfo, check_rsa, key_info};
use crate::{SignatureError, multikey, pem};

/// A public key, parsed once and cheap to use and to clone.
#[derive(Clone, Debug)]
pub enum PublicKey {
    /// RSA, for PKCS#1 v1.5 with SHA-256.
    Rsa(RsaPublicKey),
    /// Ed25519.
    Ed25519(Ed25519PublicKey),
}

/// An RSA public key of 2048 to 4096 bits.
#[derive(Clone)]
pub struct RsaPublicKey(ParsedPublicKey);

/// An Ed25519 public key.
#[derive(Clone)]
pub struct Ed25519PublicKey(ParsedPublicKey);

impl PublicKey {
    /// Reads `publicKeyPem`: `SubjectPublicKeyInfo` (RSA or Ed25519) or PKCS#1.
    ///
    /// # Errors
    /// [`SignatureError::Refused`] for RSA outside 2048 to 4096 bits or with an unusual exponent, for EC, DSA and
    /// private keys, and for text that is too long or is not one PEM block.
    pub fn from_pem(text: &str) -> Result<Self, SignatureError> {
        match pem::decode(text)? {
            pem::Block::Rsa(der) => Self::rsa(&der),
            pem::Block::KeyInfo(der) => match key_info(&der)? {
                KeyInfo::Rsa(key) => Self::rsa(key),
                KeyInfo::Ed25519(key) => Self::ed25519(key),
            },
        }
    }

    /// Reads `publicKeyMultibase` of a Multikey: Ed25519 only.
    ///
    /// # Errors
    /// [`SignatureError::Refused`] for anything else.
    pub fn from_multibase(text: &str) -> Result<Self, SignatureError> {
        Self::ed25519(&multikey::decode(text)?)
    }

    /// The kind of key: `rsa` or `ed25519`.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa",
            Self::Ed25519(_) => "ed25519",
        }
    }

    /// Takes an `RSAPublicKey` in DER, whose bounds are checked before any arithmetic.
    fn rsa(der: &[u8]) -> Result<Self, SignatureError> {
        check_rsa(der)?;
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der)
            .map(|key| Self::Rsa(RsaPublicKey(key)))
            .ok()
            .ok_or(SignatureError::Refused("the RSA public key is not valid"))
    }

    fn ed25519(key: &[u8]) -> Result<Self, SignatureError> {
        let refused = SignatureError::Refused("the Ed25519 public key is not valid");
        if key.len() != multikey::KEY_BYTES {
            return Err(refused);
        }
        ParsedPublicKey::new(&ED25519, key)
            .map(|key| Self::Ed25519(Ed25519PublicKey(key)))
            .ok()
            .ok_or(refused)
    }
}

/// Verifies `signature` over exactly `message`, with no rule about what the message says.
///
/// # Errors
/// [`SignatureError::Refused`] when it is not good.
pub fn verify_raw(key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    let (PublicKey::Rsa(RsaPublicKey(key)) | PublicKey::Ed25519(Ed25519PublicKey(key))) = key;
    key.verify_sig(message, signature)
        .ok()
        .ok_or(SignatureError::Refused("the signature does not verify"))
}

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaPublicKey(..)")
    }
}

impl fmt::Debug for Ed25519PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519PublicKey(..)")
    }
}

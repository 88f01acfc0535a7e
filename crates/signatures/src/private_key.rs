//! Private keys of our own actors.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};

use crate::multikey::KEY_BYTES;
use crate::{PublicKey, SignatureError, multikey, pem};

/// Longest private key that is parsed, in bytes: RSA with 4096 bits takes 2.4 KB.
const MAX_DER_BYTES: usize = 4_096;

/// PKCS#8 with Ed25519 takes 48 or 83 bytes, with any RSA over 1000.
const MAX_ED25519_DER_BYTES: usize = 128;

/// A private key, parsed once: parsing RSA costs a fifth of a millisecond, signing most of one.
pub struct PrivateKey(Pair);

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

/// Makes an RSA key of 2048 bits; blocking, about 200 ms.
///
/// # Errors
/// [`SignatureError::Refused`] when the machine has no randomness.
pub fn generate_rsa() -> Result<PrivateKey, SignatureError> {
    RsaKeyPair::generate(KeySize::Rsa2048)
        .map(|pair| PrivateKey(Pair::Rsa(Box::new(pair))))
        .ok()
        .ok_or(UNUSABLE)
}

/// Makes an Ed25519 key.
///
/// # Errors
/// [`SignatureError::Refused`] when the machine has no randomness.
pub fn generate_ed25519() -> Result<PrivateKey, SignatureError> {
    Ed25519KeyPair::generate().map(|pair| PrivateKey(Pair::Ed25519(pair))).ok().ok_or(UNUSABLE)
}

const UNUSABLE: SignatureError = SignatureError::Refused("the private key is unusable");

impl PrivateKey {
    /// Reads what [`Self::to_der`] wrote; PKCS#1 is taken too.
    ///
    /// # Errors
    /// [`SignatureError::Refused`] when it is not a key of ours.
    pub fn from_der(der: &[u8]) -> Result<Self, SignatureError> {
        let pair = if der.len() > MAX_DER_BYTES {
            None
        } else if der.len() <= MAX_ED25519_DER_BYTES {
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok().map(Pair::Ed25519)
        } else {
            RsaKeyPair::from_pkcs8(der)
                .or_else(|_| RsaKeyPair::from_der(der))
                .ok()
                .map(|pair| Pair::Rsa(Box::new(pair)))
        };
        pair.map(Self).ok_or(UNUSABLE)
    }

    /// The key in PKCS#8, to be sealed at once.
    ///
    /// # Errors
    /// [`SignatureError::Refused`] when the library cannot write it.
    pub fn to_der(&self) -> Result<Vec<u8>, SignatureError> {
        let der: Result<Pkcs8V1Der<'_>, _> = match &self.0 {
            Pair::Rsa(pair) => pair.as_der(),
            Pair::Ed25519(pair) => pair.as_der(),
        };
        der.ok().map(|der| der.as_ref().to_vec()).ok_or(UNUSABLE)
    }

    /// The kind of key: `rsa` or `ed25519`.
    pub fn algorithm(&self) -> &'static str {
        match self.0 {
            Pair::Rsa(_) => "rsa",
            Pair::Ed25519(_) => "ed25519",
        }
    }

    /// The public key as it is published: PEM for RSA, multibase for Ed25519.
    ///
    /// # Errors
    /// [`SignatureError::Refused`] when the library cannot write it.
    pub fn public_text(&self) -> Result<String, SignatureError> {
        match &self.0 {
            Pair::Rsa(pair) => {
                let der: Result<PublicKeyX509Der<'_>, _> = pair.public_key().as_der();
                der.ok().map(|der| pem::encode(der.as_ref())).ok_or(UNUSABLE)
            }
            Pair::Ed25519(pair) => {
                let key: [u8; KEY_BYTES] =
                    pair.public_key().as_ref().try_into().ok().ok_or(UNUSABLE)?;
                Ok(multikey::encode(&key))
            }
        }
    }

    /// The public key that verifies what this key signs.
    ///
    /// # Errors
    /// [`SignatureError::Refused`] when it is outside our own bounds.
    pub fn public_key(&self) -> Result<PublicKey, SignatureError> {
        let text = self.public_text()?;
        match self.0 {
            Pair::Rsa(_) => PublicKey::from_pem(&text),
            Pair::Ed25519(_) => PublicKey::from_multibase(&text),
        }
    }

    /// Signs exactly `message`; RSA costs 0.7 ms, Ed25519 0.02 ms.
    ///
    /// # Errors
    /// [`SignatureError::Refused`] when the library cannot sign.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        match &self.0 {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .ok()
                    .ok_or(UNUSABLE)?;
                Ok(signature)
            }
            Pair::Ed25519(pair) => {
                pair.try_sign(message).ok().map(|made| made.as_ref().to_vec()).ok_or(UNUSABLE)
            }
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, ..)", self.algorithm())
    }
}

//! What a signature says about its own algorithm. The key decides; a claim may only agree.

use crate::{PublicKey, SignatureError};

/// The algorithm that a signature claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Not said, or `hs2019`, which says "whatever the key is".
    Unstated,
    /// RSA PKCS#1 v1.5 with SHA-256.
    Rsa,
    /// Ed25519.
    Ed25519,
}

impl Claim {
    /// The claim in the `algorithm` parameter of draft-cavage.
    ///
    /// # Errors
    /// [`SignatureError::Refused`] for every other name.
    pub(crate) fn cavage(name: Option<&str>) -> Result<Self, SignatureError> {
        match name {
            None | Some("hs2019") => Ok(Self::Unstated),
            Some("rsa-sha256") => Ok(Self::Rsa),
            Some("ed25519") => Ok(Self::Ed25519),
            Some(_) => Err(SignatureError::Refused("unknown signature algorithm")),
        }
    }

    /// The claim in the `alg` parameter of RFC 9421 (§6.2).
    ///
    /// # Errors
    /// [`SignatureError::Refused`] for every other name.
    pub(crate) fn rfc9421(name: Option<&str>) -> Result<Self, SignatureError> {
        match name {
            None => Ok(Self::Unstated),
            Some("rsa-v1_5-sha256") => Ok(Self::Rsa),
            Some("ed25519") => Ok(Self::Ed25519),
            Some(_) => Err(SignatureError::Refused("unknown signature algorithm")),
        }
    }

    /// Whether a signature with this claim may be tried with `key`.
    pub(crate) fn fits(self, key: &PublicKey) -> bool {
        match self {
            Self::Unstated => true,
            Self::Rsa => matches!(key, PublicKey::Rsa(_)),
            Self::Ed25519 => matches!(key, PublicKey::Ed25519(_)),
        }
    }
}

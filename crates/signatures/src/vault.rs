//! The vault: private keys are stored sealed with AES-256-GCM under a master key that the database never sees.
//!
//! A sealed secret is one byte of version, twelve of nonce, and the ciphertext with its tag; the version is
//! authenticated too.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Bytes of a master key.
pub const MASTER_KEY_BYTES: usize = 32;

/// Bytes of a nonce; it must be new for every seal under one master key.
pub const NONCE_BYTES: usize = NONCE_LEN;

/// Most bytes that are opened: a sealed RSA key of 4096 bits takes 2.5 KB.
const MAX_SEALED_BYTES: usize = 16_384;

const VERSION: u8 = 1;

/// A secret that could not be sealed, or was not sealed by this master key, or was changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the vault does not open with this master key")]
pub struct VaultError;

/// The key that seals all private keys of an installation.
#[derive(Clone)]
pub struct MasterKey([u8; MASTER_KEY_BYTES]);

impl MasterKey {
    /// Takes 32 bytes of randomness.
    pub fn new(bytes: [u8; MASTER_KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// Seals `plain`; `nonce` comes from the caller's source of chance.
    ///
    /// # Errors
    /// [`VaultError`] when the library refuses, which it does for no size that occurs.
    pub fn seal(&self, plain: &[u8], nonce: [u8; NONCE_BYTES]) -> Result<Vec<u8>, VaultError> {
        let mut sealed = plain.to_vec();
        self.key()?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from([VERSION]),
                &mut sealed,
            )
            .ok()
            .ok_or(VaultError)?;
        Ok([&[VERSION][..], &nonce, &sealed].concat())
    }

    /// Opens what [`Self::seal`] returned.
    ///
    /// # Errors
    /// [`VaultError`] for another master key, another version, or changed bytes.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let Some((&VERSION, rest)) = sealed.split_first() else { return Err(VaultError) };
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError)?;
        if sealed.len() > MAX_SEALED_BYTES {
            return Err(VaultError);
        }
        let mut opened = sealed.to_vec();
        let length = self
            .key()?
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from([VERSION]), &mut opened)
            .ok()
            .ok_or(VaultError)?
            .len();
        opened.truncate(length);
        Ok(opened)
    }

    fn key(&self) -> Result<LessSafeKey, VaultError> {
        UnboundKey::new(&AES_256_GCM, &self.0).map(LessSafeKey::new).ok().ok_or(VaultError)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_again() {
        let key = MasterKey::new([7; MASTER_KEY_BYTES]);
        let sealed = key.seal(b"a private key", [1; NONCE_BYTES]).unwrap();

        assert_eq!(key.open(&sealed).unwrap(), b"a private key");
        assert!(!sealed.windows(7).any(|part| part == b"private"));
    }

    #[test]
    fn another_master_key_and_any_changed_byte_do_not_open() {
        let key = MasterKey::new([7; MASTER_KEY_BYTES]);
        let sealed = key.seal(b"a private key", [1; NONCE_BYTES]).unwrap();

        assert_eq!(MasterKey::new([8; MASTER_KEY_BYTES]).open(&sealed), Err(VaultError));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open(&changed), Err(VaultError), "byte {at}");
            assert_eq!(key.open(&sealed[..at]), Err(VaultError), "first {at} bytes");
        }
    }

    #[test]
    fn a_master_key_is_never_printed() {
        assert_eq!(format!("{:?}", MasterKey::new([7; MASTER_KEY_BYTES])), "MasterKey(..)");
    }
}

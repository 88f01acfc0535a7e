//! Public keys: on an actor, in a stub of an actor, or alone.

use super::MAX_KEYS;
use super::document::{Document, Value};
use super::id::{Fragment, Network, canonical};
use crate::error::{Fault, ParseError};

/// The longest PEM text taken, in bytes: an RSA key of 4096 bits has 800.
const MAX_PEM_BYTES: usize = 4_096;

/// The longest multibase text taken, in bytes.
const MAX_MULTIBASE_BYTES: usize = 2_048;

/// A key of the Security Vocabulary v1: `publicKey`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Its id, mostly with a fragment.
    pub id: String,
    /// Whose it says it is.
    pub owner: String,
    /// The key.
    pub pem: String,
}

/// A key of FEP-521a: an entry of `assertionMethod`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Multikey {
    /// Its id, mostly with a fragment.
    pub id: String,
    /// Whose it says it is.
    pub controller: String,
    /// The key, multicodec in multibase.
    pub multibase: String,
}

/// What is found behind a key's id: a key alone, or one on an actor or a stub of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A key in PEM.
    Pem(PublicKey),
    /// A key in multibase.
    Multikey(Multikey),
}

impl Key {
    /// Finds the key with `key_id` in a document: in `publicKey`, in `assertionMethod`, or as the
    /// document itself. The document may lack everything else (GoToSocial answers unsigned requests
    /// with a stub). Whether the owner agrees is for the caller to ask at the owner's id.
    ///
    /// # Errors
    ///
    /// [`Fault::Missing`] if it is not there.
    pub fn find(document: &Document, key_id: &str, network: Network) -> Result<Self, ParseError> {
        let pem = public_keys(document, network).into_iter().chain(public_key(document, network));
        let multikeys = multikeys(document, network).into_iter().chain(multikey(document, network));
        pem.map(Self::Pem)
            .chain(multikeys.map(Self::Multikey))
            .find(|key| key.id() == key_id)
            .ok_or_else(|| ParseError::at("publicKey", Fault::Missing))
    }

    /// The key's id.
    pub fn id(&self) -> &str {
        match self {
            Self::Pem(key) => &key.id,
            Self::Multikey(key) => &key.id,
        }
    }

    /// Whose it says it is.
    pub fn owner(&self) -> &str {
        match self {
            Self::Pem(key) => &key.owner,
            Self::Multikey(key) => &key.controller,
        }
    }
}

/// The keys in `publicKey`: one, or a list.
pub(super) fn public_keys(document: &Document, network: Network) -> Vec<PublicKey> {
    let entries = document.list("publicKey").iter().take(MAX_KEYS);
    entries.filter_map(|entry| public_key(entry.as_object()?, network)).collect()
}

/// The keys in `assertionMethod`; names of keys elsewhere are left out.
pub(super) fn multikeys(document: &Document, network: Network) -> Vec<Multikey> {
    let entries = document.list("assertionMethod").iter().take(MAX_KEYS);
    entries.filter_map(|entry| multikey(entry.as_object()?, network)).collect()
}

fn public_key(document: &Document, network: Network) -> Option<PublicKey> {
    Some(PublicKey {
        id: key_id(document, network)?,
        owner: document.one_id("owner", network, Fragment::Refused).ok()??,
        pem: bounded(document, "publicKeyPem", MAX_PEM_BYTES)?,
    })
}

fn multikey(document: &Document, network: Network) -> Option<Multikey> {
    Some(Multikey {
        id: key_id(document, network)?,
        controller: document.one_id("controller", network, Fragment::Refused).ok()??,
        multibase: bounded(document, "publicKeyMultibase", MAX_MULTIBASE_BYTES)?,
    })
}

fn key_id(document: &Document, network: Network) -> Option<String> {
    let text = document.get("id").and_then(Value::as_text)?;
    canonical(text, network, Fragment::Kept).ok()
}

fn bounded(document: &Document, name: &str, max_bytes: usize) -> Option<String> {
    document.text(name).filter(|text| text.len() <= max_bytes).map(str::to_owned)
}

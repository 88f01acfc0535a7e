//! The outside world, as the application needs it. Real ones are in `federation` and `server`,
//! fakes in `testkit`.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use carefolk_domain::{Address, KeyId, Span};
use thiserror::Error;

pub use super::files::{
    Files, ICON_SIDE, Image, MadePicture, MediaType, Moment, PICTURE_MAX_BYTES, PictureFault,
    PictureMaker, SMALL_SIDE, within,
};

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The moment it is.
    fn now(&self) -> Moment;
}

/// Where chance comes from.
pub trait Chance: Send + Sync {
    /// Fills `bytes` with bytes that nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}

/// Other servers.
#[async_trait]
pub trait Remote: Send + Sync {
    /// The ActivityStreams document at `url`, asked for in the name of the instance actor.
    ///
    /// # Errors
    ///
    /// [`PortError`], by what went wrong.
    async fn fetch(&self, url: &str) -> Result<Fetched, PortError>;

    /// Writes the file at `url`, asked for in nobody's name, into `into`, at most
    /// [`PICTURE_MAX_BYTES`] of it; gives that back at its beginning.
    ///
    /// # Errors
    ///
    /// [`PortError`], by what went wrong.
    async fn download(&self, url: &str, into: File) -> Result<File, PortError>;

    /// Who `address` is, by WebFinger.
    ///
    /// # Errors
    ///
    /// [`PortError`], by what went wrong.
    async fn finger(&self, address: &Address) -> Result<Fingered, PortError>;

    /// What a server says it runs (NodeInfo).
    ///
    /// # Errors
    ///
    /// [`PortError`], by what went wrong.
    async fn software(&self, host: &str) -> Result<Software, PortError>;

    /// Posts one activity to one inbox, signed.
    async fn deliver(&self, parcel: &Parcel) -> Receipt;

    /// `document`, which nobody has proven yet, with a proof inside of who said it (FEP-8b32). Nobody
    /// else is asked; the same key, document and moment give the same bytes.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`] if the key cannot be used.
    async fn prove(&self, document: Arc<str>, proof: &ProofKey) -> Result<String, PortError>;
}

/// Key pairs for new local actors.
pub trait Keys: Send + Sync {
    /// One RSA-2048 and one Ed25519 pair. Takes some 200 ms of CPU: call it on a blocking thread.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`] if no key could be made.
    fn mint(&self) -> Result<NewKeys, PortError>;
}

/// A fetched document.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Where it was found in the end.
    pub url: String,
    /// The document as it came; at most 1 MiB.
    pub body: Vec<u8>,
}

/// What WebFinger said.
#[derive(Clone, Debug)]
pub struct Fingered {
    /// The address as its own server spells it.
    pub subject: Address,
    /// The actor's id.
    pub actor: String,
    /// Where a person there can be sent to follow somebody, with `{uri}` in it.
    pub subscribe_template: Option<String>,
}

/// What another server says it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Software {
    /// Its name, small letters.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
}

/// A key that can sign, sealed.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// The row, for caches.
    pub id: KeyId,
    /// The id other servers know it by.
    pub key_uri: String,
    /// The private part under the master key.
    pub sealed: Arc<Vec<u8>>,
}

/// The name of RFC 9421 where a peer's way of signing is remembered.
pub const RFC9421: &str = "rfc9421";

/// One activity on its way to one inbox.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Where it goes.
    pub inbox: String,
    /// The exact bytes.
    pub body: Arc<str>,
    /// Who signs.
    pub key: SigningKey,
    /// The signature dialect this host took last time.
    pub profile: Option<String>,
    /// What the host is told about its people who follow the sender (FEP-8fcf).
    pub synchronization: Option<String>,
    /// How long its answer is waited for; what the host is given at most is less, where that is.
    pub within: Duration,
}

/// What proves inside a document that somebody said it (FEP-8b32).
#[derive(Clone, Debug)]
pub struct ProofKey {
    /// The Ed25519 key of who said it.
    pub key: SigningKey,
    /// When it was said. It is part of the proof, so that what is sent again has the same bytes.
    pub said_at: Moment,
}

/// How a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// Taken.
    Accepted {
        /// The status.
        status: u16,
        /// The signature dialect that worked, to be remembered.
        profile: Option<String>,
    },
    /// It never went out: something of our own failed.
    NotSent {
        /// What, for the admin.
        why: String,
    },
    /// 401 or 403, in every dialect.
    Refused {
        /// The status.
        status: u16,
    },
    /// Another 4xx: trying again would change nothing.
    Rejected {
        /// The status.
        status: u16,
    },
    /// 404.
    NotFound,
    /// 410.
    Gone,
    /// 429 or 503.
    Throttled {
        /// The status.
        status: u16,
        /// How long the peer asks us to wait.
        retry_after: Option<Span>,
    },
    /// No answer, or a broken one.
    Failed {
        /// The status, if there was one.
        status: Option<u16>,
        /// What happened, for the admin.
        why: String,
    },
}

/// New keys of a local actor.
#[derive(Clone)]
pub struct NewKeys {
    /// The RSA public key, SPKI in PEM.
    pub rsa_public_pem: String,
    /// The RSA private key, sealed.
    pub rsa_sealed: Vec<u8>,
    /// The Ed25519 public key as a Multikey (`z6Mk…`).
    pub ed25519_public_multibase: String,
    /// The Ed25519 private key, sealed.
    pub ed25519_sealed: Vec<u8>,
}

/// Why the outside world did not give what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PortError {
    /// We do not go there: address, scheme, port or peer.
    #[error("address not allowed: {0}")]
    Refused(&'static str),
    /// It is not there.
    #[error("not found")]
    NotFound,
    /// It was there.
    #[error("gone")]
    Gone,
    /// Not now; trying again may help.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// It is not what was asked for.
    #[error("not what was asked for: {0}")]
    Invalid(&'static str),
    /// A proof inside it (FEP-8b32) speaks against it.
    #[error("not proven: {0}")]
    Unproven(&'static str),
}

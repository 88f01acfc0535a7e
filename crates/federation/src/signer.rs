//! Signing what we send, and making the keys for it.

use std::num::NonZero;
use std::sync::Arc;

use carefolk_app::ports::{Chance, Keys, NewKeys, PortError, ProofKey, RFC9421, SigningKey};
use carefolk_domain::KeyId;
use carefolk_signatures::vault::{MasterKey, NONCE_BYTES};
use carefolk_signatures::{
    Outgoing, PrivateKey, Proving, SignedHeaders, generate_ed25519, generate_rsa, prove,
    sign_cavage_with, sign_rfc9421_with,
};
use carefolk_wire::time;
use moka::sync::Cache;
use tokio::sync::Semaphore;
use url::Url;

use crate::reach::target::authority;

/// How many private keys are kept parsed; one takes some 2 KiB.
const KEYS_KEPT: u64 = 4_096;

/// How many may sign at once for each core.
const HANDS_PER_CORE: usize = 2;

/// The two ways to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// draft-cavage, which everybody reads.
    Cavage,
    /// RFC 9421, which a few ask for.
    Rfc9421,
}

impl Dialect {
    /// The name under which a peer's dialect is remembered.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cavage => "cavage",
            Self::Rfc9421 => RFC9421,
        }
    }

    /// The dialect remembered as `name`; the common one when nothing is.
    pub(crate) fn remembered(name: Option<&str>) -> Self {
        if name == Some(Self::Rfc9421.name()) { Self::Rfc9421 } else { Self::Cavage }
    }

    /// The one to try when this one was refused.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Cavage => Self::Rfc9421,
            Self::Rfc9421 => Self::Cavage,
        }
    }
}

/// A request to be signed. It owns what it needs, for it is signed on another thread.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) method: &'static str,
    pub(crate) url: Url,
    pub(crate) body: Option<Arc<str>>,
    pub(crate) media_type: &'static str,
    pub(crate) date_ms: i64,
    /// A header that is sent and signed besides.
    pub(crate) more: Option<(&'static str, String)>,
}

/// Signs with sealed keys, and keeps those it opened.
#[derive(Clone)]
pub struct Signer {
    master: Arc<MasterKey>,
    opened: Cache<KeyId, Arc<PrivateKey>>,
    /// Two sign at once for each core: more would only take turns, and with fewer a core waits
    /// for the next to be woken.
    hands: Arc<Semaphore>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").finish_non_exhaustive()
    }
}

impl Signer {
    /// A signer whose keys are sealed under `master`.
    pub fn new(master: Arc<MasterKey>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let hands = HANDS_PER_CORE * cores;
        Self { master, opened: Cache::new(KEYS_KEPT), hands: Arc::new(Semaphore::new(hands)) }
    }

    /// The headers that make `draft` a signed request.
    ///
    /// An RSA signature is 0.8 ms of pure computing: on an async worker a hundred of them would
    /// hold up every request for a tenth of a second, so they go to the blocking threads, whose
    /// cost (some 20 µs) does not show beside it.
    pub(crate) async fn sign(
        &self,
        key: &SigningKey,
        dialect: Dialect,
        draft: Draft,
    ) -> Result<SignedHeaders, PortError> {
        let stopped = || PortError::Unavailable("signing was stopped".to_owned());
        let _hand = self.hands.acquire().await.map_err(|_closed| stopped())?;
        let (this, key) = (self.clone(), key.clone());
        let work = tokio::task::spawn_blocking(move || this.sign_here(&key, dialect, &draft));
        match work.await {
            Ok(headers) => headers,
            Err(_stopped) => Err(stopped()),
        }
    }

    /// `document`, which nobody has proven yet, with a proof inside (FEP-8b32).
    ///
    /// It takes less than a signature of a request (0.19 ms of an activity of 2.4 KiB in a debug
    /// build, most of it the canonical form), and goes to the same threads.
    pub(crate) async fn prove(
        &self,
        proof: &ProofKey,
        document: Arc<str>,
    ) -> Result<String, PortError> {
        let stopped = || PortError::Unavailable("signing was stopped".to_owned());
        let _hand = self.hands.acquire().await.map_err(|_closed| stopped())?;
        let (this, proof) = (self.clone(), proof.clone());
        let work = tokio::task::spawn_blocking(move || this.prove_here(&proof, &document));
        match work.await {
            Ok(proven) => proven,
            Err(_stopped) => Err(stopped()),
        }
    }

    fn prove_here(&self, proof: &ProofKey, document: &str) -> Result<String, PortError> {
        let private = self.open(&proof.key)?;
        let created = time::format(proof.said_at.0);
        let proving = Proving { method: &proof.key.key_uri, created: &created };
        let proven = prove(&private, document, &proving);
        proven.map_err(|error| PortError::Unavailable(error.to_string()))
    }

    fn sign_here(
        &self,
        key: &SigningKey,
        dialect: Dialect,
        draft: &Draft,
    ) -> Result<SignedHeaders, PortError> {
        let private = self.open(key)?;
        let outgoing = Outgoing {
            method: draft.method,
            url: draft.url.as_str(),
            host: &authority(&draft.url),
            body: draft.body.as_deref().map(str::as_bytes),
            media_type: draft.media_type,
            date_ms: draft.date_ms,
            key_id: &key.key_uri,
        };
        let more = draft.more.as_ref().map(|(name, value)| (*name, value.as_str()));
        let signed = match dialect {
            Dialect::Cavage => sign_cavage_with(&private, &outgoing, more.as_slice()),
            Dialect::Rfc9421 => sign_rfc9421_with(&private, &outgoing, more.as_slice()),
        };
        let mut headers = signed.map_err(|error| PortError::Unavailable(error.to_string()))?;
        // The client writes `Host` itself, or `:authority` over HTTP/2, from the same URL.
        headers.retain(|(name, _)| *name != "host");
        Ok(headers)
    }

    fn open(&self, key: &SigningKey) -> Result<Arc<PrivateKey>, PortError> {
        if let Some(opened) = self.opened.get(&key.id) {
            return Ok(opened);
        }
        let closed = |what: &str| PortError::Unavailable(format!("our own key: {what}"));
        let der = self.master.open(&key.sealed).map_err(|error| closed(&error.to_string()))?;
        let private = PrivateKey::from_der(&der).map_err(|error| closed(&error.to_string()))?;
        let private = Arc::new(private);
        self.opened.insert(key.id, Arc::clone(&private));
        Ok(private)
    }
}

/// Makes key pairs, sealed under the master key.
pub struct KeyMint {
    master: Arc<MasterKey>,
    chance: Arc<dyn Chance>,
}

impl KeyMint {
    /// A mint that seals under `master`.
    pub fn new(master: Arc<MasterKey>, chance: Arc<dyn Chance>) -> Self {
        Self { master, chance }
    }

    fn seal(&self, key: &PrivateKey) -> Result<Vec<u8>, PortError> {
        let mut nonce = [0_u8; NONCE_BYTES];
        self.chance.fill(&mut nonce);
        let der = key.to_der().map_err(not_made)?;
        self.master.seal(&der, nonce).map_err(|error| PortError::Unavailable(error.to_string()))
    }
}

impl Keys for KeyMint {
    fn mint(&self) -> Result<NewKeys, PortError> {
        let rsa = generate_rsa().map_err(not_made)?;
        let ed25519 = generate_ed25519().map_err(not_made)?;
        Ok(NewKeys {
            rsa_public_pem: rsa.public_text().map_err(not_made)?,
            rsa_sealed: self.seal(&rsa)?,
            ed25519_public_multibase: ed25519.public_text().map_err(not_made)?,
            ed25519_sealed: self.seal(&ed25519)?,
        })
    }
}

fn not_made(error: carefolk_signatures::SignatureError) -> PortError {
    PortError::Unavailable(error.to_string())
}

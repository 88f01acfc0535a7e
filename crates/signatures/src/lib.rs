//! HTTP signatures: who sent this request, and are these the words they sent.
//!
//! Both dialects of the fediverse are read and written: draft-cavage-http-signatures-12 and RFC 9421, with RSA
//! (PKCS#1 v1.5, SHA-256) and Ed25519. The crate also parses keys, makes keys, seals private keys for storage, and
//! makes and verifies proofs inside documents (FEP-8b32).
//!
//! Invariants:
//! - No input or output and no clock: the moment is handed in. Nothing here panics, whatever the sender wrote.
//! - [`read`] judges everything that needs no key, so that a request which could never pass costs no key fetch.
//! - What is verified is what we computed: our digest of the body, our host, our path. A header is only ever
//!   compared with these, never believed.
//! - [`SignatureError::Malformed`] means the request is ambiguous (400), [`SignatureError::Refused`] that it proves
//!   nothing (401).

mod algorithm;
mod canonical;
mod cavage;
mod components;
mod der;
mod digests;
mod error;
mod incoming;
mod jcs;
pub mod multikey;
mod ordered;
mod outgoing;
mod parameters;
mod pem;
mod private_key;
mod proof;
mod public_key;
mod rfc9421;
pub mod vault;
#[cfg(test)]
mod vectors;
mod window;

pub use digests::{content_digest, digest_sha256};
pub use error::SignatureError;
pub use incoming::{Incoming, Presented, read};
pub use outgoing::{
    Outgoing, SignedHeaders, sign_cavage, sign_cavage_with, sign_rfc9421, sign_rfc9421_with,
};
pub use private_key::{PrivateKey, generate_ed25519, generate_rsa};
pub use proof::{Proof, Proving, prove, read_proofs};
pub use public_key::{Ed25519PublicKey, PublicKey, RsaPublicKey, verify_raw};
pub use window::{FUTURE_MS, PAST_MS, http_date};

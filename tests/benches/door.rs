//! What one activity costs the door on one core: reading its JSON, by kind, and checking what it was
//! signed with, by dialect and key. Nothing here touches a database or another server.
//!
//!     cargo bench -p carefolk-tests --bench door
//!
//! The figures are in docs/performance.md.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has nothing to say")]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use carefolk_signatures::{
    Incoming, Outgoing, PrivateKey, Proving, PublicKey, generate_ed25519, generate_rsa, prove,
    read_proofs, sign_cavage, sign_rfc9421,
};
use carefolk_wire::read::{self, Activity, Network};
use divan::Bencher;
use divan::counter::BytesCount;
use http::{HeaderMap, HeaderName, HeaderValue};

/// The activities of the golden files, which are shaped as everybody shapes them.
const KINDS: [&str; 17] = [
    "accept",
    "add",
    "announce",
    "block",
    "create",
    "delete",
    "flag",
    "follow",
    "like",
    "move",
    "reject",
    "remove",
    "undo_follow",
    "undo_like",
    "update",
    "update_question",
    "vote",
];

const NOW_MS: i64 = 1_800_000_000_000;
const KEY_ID: &str = "https://v.example/users/vic#main-key";
const URL: &str = "https://care.example/inbox";

static RSA: LazyLock<PrivateKey> = LazyLock::new(|| generate_rsa().unwrap());
static ED25519: LazyLock<PrivateKey> = LazyLock::new(|| generate_ed25519().unwrap());

fn main() {
    divan::main();
}

fn golden(name: &str) -> String {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/golden/federation"));
    fs::read_to_string(folder.join(format!("{name}.json"))).unwrap()
}

/// As the door reads it, and then as the worker that applies it does.
#[divan::bench(args = KINDS)]
fn parse(bencher: Bencher<'_, '_>, kind: &str) {
    let body = golden(kind);
    bencher.counter(BytesCount::of_str(&body)).bench(|| {
        let document = read::parse(body.as_bytes()).unwrap();
        read::head(&document, Network::Public).unwrap();
        Activity::read(document, Network::Public).unwrap()
    });
}

/// How a request is signed.
#[derive(Clone, Copy, Debug)]
enum Signed {
    CavageRsa,
    CavageEd25519,
    Rfc9421Rsa,
    Rfc9421Ed25519,
}

impl Signed {
    const ALL: [Self; 4] =
        [Self::CavageRsa, Self::CavageEd25519, Self::Rfc9421Rsa, Self::Rfc9421Ed25519];

    fn key(self) -> &'static PrivateKey {
        match self {
            Self::CavageRsa | Self::Rfc9421Rsa => &RSA,
            Self::CavageEd25519 | Self::Rfc9421Ed25519 => &ED25519,
        }
    }

    fn headers(self, body: &str) -> HeaderMap {
        let outgoing = outgoing(body);
        let signed = match self {
            Self::CavageRsa | Self::CavageEd25519 => sign_cavage(self.key(), &outgoing),
            Self::Rfc9421Rsa | Self::Rfc9421Ed25519 => sign_rfc9421(self.key(), &outgoing),
        };
        let header = |(name, value): (&'static str, String)| {
            (HeaderName::from_static(name), HeaderValue::try_from(value).unwrap())
        };
        signed.unwrap().into_iter().map(header).collect()
    }
}

fn outgoing(body: &str) -> Outgoing<'_> {
    Outgoing {
        method: "POST",
        url: URL,
        host: "care.example",
        body: Some(body.as_bytes()),
        media_type: "application/activity+json",
        date_ms: NOW_MS,
        key_id: KEY_ID,
    }
}

/// The headers of a request and the digest of its body are read, its signature is held against the
/// key.
#[divan::bench(args = Signed::ALL)]
fn verify(bencher: Bencher<'_, '_>, signed: Signed) {
    let body = golden("create");
    let headers = signed.headers(&body);
    let key: PublicKey = signed.key().public_key().unwrap();
    let hosts = ["care.example".to_owned()];
    let incoming = Incoming {
        method: "POST",
        path_and_query: "/inbox",
        target_uri: URL,
        hosts: &hosts,
        headers: &headers,
        body: Some(body.as_bytes()),
        now_ms: NOW_MS,
    };
    bencher.bench(|| carefolk_signatures::read(&incoming).unwrap().verify(&key).unwrap());
}

/// The proof inside a document, FEP-8b32.
#[divan::bench]
fn verify_proof(bencher: Bencher<'_, '_>) {
    let proven = proven();
    let key = ED25519.public_key().unwrap();
    bencher.bench(|| read_proofs(&proven, 1).unwrap().pop().unwrap().verify(&key).unwrap());
}

/// What a delivery costs before it is sent.
#[divan::bench(args = [Signed::CavageRsa, Signed::Rfc9421Rsa])]
fn sign(bencher: Bencher<'_, '_>, signed: Signed) {
    let body = golden("create");
    bencher.bench(|| signed.headers(&body));
}

/// The same for its proof.
#[divan::bench]
fn sign_proof(bencher: Bencher<'_, '_>) {
    LazyLock::force(&ED25519);
    bencher.bench(proven);
}

fn proven() -> String {
    let proving = Proving { method: KEY_ID, created: "2026-11-24T09:30:00Z" };
    prove(&ED25519, &golden_create(), &proving).unwrap()
}

fn golden_create() -> String {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut document: serde_json::Value = serde_json::from_str(&golden("create")).unwrap();
        if let Some(document) = document.as_object_mut() {
            document.remove("proof");
        }
        document.to_string()
    });
    TEXT.clone()
}

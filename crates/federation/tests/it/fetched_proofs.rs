//! Proofs inside documents that we fetch (FEP-8b32): a true one adds nothing, a false one ends it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::response::Response;
use carefolk_app::ports::{PortError, Remote};
use carefolk_signatures::{PrivateKey, Proving, generate_ed25519, prove};
use carefolk_testkit::operator;
use serde_json::{Value, json};

use crate::gate::{actor, key, other_key};
use crate::lab::{Lab, Peer, answer};

const FALSE: Result<(), PortError> =
    Err(PortError::Unproven("a proof inside what was fetched is not true"));
const FOREIGN: Result<(), PortError> =
    Err(PortError::Unproven("a proof inside what was fetched is of another server"));

/// A server with Vic, who has a key for proofs, and whatever else is put there.
struct Home {
    lab: Lab,
    peer: Peer,
    pages: Arc<Mutex<HashMap<String, String>>>,
}

impl Home {
    async fn new() -> Self {
        let pages: Arc<Mutex<HashMap<String, String>>> = Arc::default();
        let shown = Arc::clone(&pages);
        let peer = Peer::start(move |seen| serve(&shown, &seen.path)).await;
        let home = Self { lab: Lab::new().await, peer, pages };
        home.put("/vic", &home.vic(&[("ed25519", other_key())]));
        home
    }

    fn put(&self, path: &str, document: &Value) {
        self.pages.lock().unwrap().insert(path.to_owned(), document.to_string());
    }

    /// Vic with the usual key for requests, and these for proofs.
    fn vic(&self, keys: &[(&str, &PrivateKey)]) -> Value {
        let id = self.peer.url("/vic");
        let mut vic: Value = serde_json::from_str(&actor(&id, &self.method("rsa"), key())).unwrap();
        let multikey = |(name, key): &(&str, &PrivateKey)| {
            json!({"id": self.method(name), "type": "Multikey", "controller": id,
                "publicKeyMultibase": key.public_text().unwrap()})
        };
        vic["assertionMethod"] = keys.iter().map(multikey).collect();
        vic
    }

    fn method(&self, name: &str) -> String {
        self.peer.url(&format!("/vic#{name}"))
    }

    fn note(&self, path: &str) -> Value {
        json!({"@context": "https://www.w3.org/ns/activitystreams", "id": self.peer.url(path),
            "type": "Note", "attributedTo": self.peer.url("/vic"), "content": "<p>Soup on Friday</p>",
            "to": ["https://www.w3.org/ns/activitystreams#Public"]})
    }

    /// Fetches what is put there.
    async fn fetch(&self, path: &str, document: &Value) -> Result<(), PortError> {
        self.put(path, document);
        self.lab.remote.fetch(&self.peer.url(path)).await.map(|_fetched| ())
    }

    /// How often that was asked for.
    fn asked(&self, path: &str) -> usize {
        self.peer.seen().iter().filter(|seen| seen.path == path).count()
    }

    async fn refusals(&self) -> Vec<(String, u64)> {
        let peers = self.lab.app.peers();
        peers.write_refusals().await.unwrap();
        let found = peers.refusals(&operator(), Some(&self.peer.host())).await.unwrap();
        found.into_iter().map(|row| (row.reason, row.count)).collect()
    }
}

fn serve(pages: &Mutex<HashMap<String, String>>, path: &str) -> Response {
    match pages.lock().unwrap().get(path) {
        Some(page) => answer(200, "application/activity+json", page.clone()),
        None => answer(503, "text/plain", "not now"),
    }
}

fn proven(document: &Value, method: &str, key: &PrivateKey) -> Value {
    let proving = Proving { method, created: "2026-12-01T09:00:00Z" };
    serde_json::from_str(&prove(key, &document.to_string(), &proving).unwrap()).unwrap()
}

/// A document of which one part was changed.
fn bent(mut document: Value, pointer: &str, value: Value) -> Value {
    *document.pointer_mut(pointer).unwrap() = value;
    document
}

#[tokio::test]
async fn a_post_with_a_true_proof_is_taken_and_one_that_was_changed_is_refused_and_counted() {
    let home = Home::new().await;
    let good = proven(&home.note("/n"), &home.method("ed25519"), other_key());
    assert_eq!(home.fetch("/n", &good).await, Ok(()));
    for (what, document) in [
        ("another text", bent(good.clone(), "/content", json!("<p>Soup on Monday</p>"))),
        ("another moment", bent(good.clone(), "/proof/created", json!("2026-12-01T09:00:01Z"))),
        ("no value", bent(good.clone(), "/proof/proofValue", json!("z"))),
        ("another purpose", bent(good.clone(), "/proof/proofPurpose", json!("authentication"))),
        (
            "another key",
            proven(&home.note("/n"), &home.method("ed25519"), &generate_ed25519().unwrap()),
        ),
        ("the key of requests", proven(&home.note("/n"), &home.method("rsa"), other_key())),
    ] {
        assert_eq!(home.fetch("/n", &document).await, FALSE, "{what}");
    }
    let why = "a proof inside what was fetched is not true".to_owned();
    assert_eq!(home.refusals().await, [(why, 6)]);
    assert_eq!(home.fetch("/n", &good).await, Ok(()), "the host itself is not punished");
    // Once for the key, once more for one that did not fit.
    assert_eq!(home.asked("/vic"), 2);
}

#[tokio::test]
async fn a_proof_of_another_server_is_refused() {
    let home = Home::new().await;
    let good = proven(&home.note("/n"), &home.method("ed25519"), other_key());
    assert_eq!(home.fetch("/n", &good).await, Ok(()), "so that the server is known here");
    let elsewhere = format!("http://{}/vic#ed25519", home.peer.other_host());
    let post = proven(&home.note("/n"), &elsewhere, other_key());
    assert_eq!(home.fetch("/n", &post).await, FOREIGN);
    let vic = proven(&home.vic(&[("ed25519", other_key())]), &elsewhere, other_key());
    assert_eq!(home.fetch("/vic", &vic).await, FOREIGN);
    assert_eq!(home.peer.seen().len(), 4, "nobody is asked");
    let why = "a proof inside what was fetched is of another server".to_owned();
    assert_eq!(home.refusals().await, [(why, 2)]);
}

#[tokio::test]
async fn a_proof_that_cannot_be_judged_changes_nothing() {
    let home = Home::new().await;
    let good = proven(&home.note("/n"), &home.method("ed25519"), other_key());
    let wrong = bent(good.clone(), "/content", json!("<p>Soup on Monday</p>"));
    for (what, document) in [
        ("another suite", bent(wrong.clone(), "/proof/cryptosuite", json!("eddsa-rdfc-2022"))),
        (
            "an identity elsewhere",
            bent(wrong.clone(), "/proof/verificationMethod", json!("did:key:z6Mk#z6Mk")),
        ),
        ("a key that is not listed", proven(&home.note("/n"), &home.method("old"), other_key())),
    ] {
        assert_eq!(home.fetch("/n", &document).await, Ok(()), "{what}");
    }
    let mut over = wrong;
    over["proof"]["expires"] = json!("2026-11-01T08:00:00Z");
    assert_eq!(home.fetch("/n", &over).await, Ok(()), "it ran out");
    assert_eq!(home.refusals().await, []);
}

#[tokio::test]
async fn of_many_proofs_the_first_four_are_looked_at() {
    let home = Home::new().await;
    let good = proven(&home.note("/n"), &home.method("ed25519"), other_key());
    let bad = bent(good.clone(), "/proof/created", json!("2026-12-01T09:00:01Z"));
    let (good_one, bad_one) = (good["proof"].clone(), bad["proof"].clone());
    for (at, outcome) in [(0, FALSE), (3, FALSE), (4, Ok(())), (9, Ok(()))] {
        let mut proofs = vec![good_one.clone(); 10];
        proofs[at] = bad_one.clone();
        let document = bent(good.clone(), "/proof", json!(proofs));
        assert_eq!(home.fetch("/n", &document).await, outcome, "{at}");
    }
}

#[tokio::test]
async fn an_actor_is_judged_by_the_keys_in_its_own_document() {
    let home = Home::new().await;
    let vic = home.vic(&[("ed25519", other_key())]);
    let good = proven(&vic, &home.method("ed25519"), other_key());
    assert_eq!(home.fetch("/vic", &good).await, Ok(()));
    let renamed = bent(good.clone(), "/name", json!("Mal"));
    assert_eq!(home.fetch("/vic", &renamed).await, FALSE);
    assert_eq!(home.fetch("/vic", &proven(&vic, &home.method("rsa"), other_key())).await, FALSE);
    assert_eq!(home.fetch("/vic", &proven(&vic, &home.method("old"), other_key())).await, Ok(()));
    assert_eq!(home.asked("/vic"), 4, "nobody is asked for more");
}

#[tokio::test]
async fn an_author_whose_document_is_not_true_has_no_keys_and_asks_for_none() {
    let home = Home::new().await;
    let vic = proven(&home.vic(&[("ed25519", other_key())]), &home.method("ed25519"), other_key());
    home.put("/vic", &bent(vic, "/name", json!("Mal")));
    let post = proven(&home.note("/n"), &home.method("ed25519"), &generate_ed25519().unwrap());
    assert_eq!(home.fetch("/n", &post).await, Ok(()), "the key is not to be had");
    assert_eq!(home.peer.seen().len(), 2);
    // Each is by the next, and none is an actor: one step and no further.
    for at in 0..5 {
        let mut note = home.note(&format!("/chain/{at}"));
        note["attributedTo"] = json!(home.peer.url(&format!("/chain/{}", at + 1)));
        home.put(&format!("/chain/{at}"), &proven(&note, &home.method("x"), other_key()));
    }
    let fetched = home.lab.remote.fetch(&home.peer.url("/chain/0")).await;
    assert!(fetched.is_ok());
    assert_eq!((home.asked("/chain/1"), home.asked("/chain/2")), (1, 0));
}

#[tokio::test]
async fn a_proof_that_may_be_by_a_new_key_waits_until_its_author_answers() {
    let home = Home::new().await;
    let good = proven(&home.note("/n"), &home.method("ed25519"), other_key());
    assert_eq!(home.fetch("/n", &good).await, Ok(()));
    let new = generate_ed25519().unwrap();
    let post = proven(&home.note("/n"), &home.method("ed25519"), &new);
    home.pages.lock().unwrap().remove("/vic");
    let waits = home.fetch("/n", &post).await;
    assert!(matches!(waits, Err(PortError::Unavailable(_))), "{waits:?}");
    let unlisted = proven(&home.note("/n"), &home.method("new"), &new);
    assert_eq!(
        home.fetch("/n", &unlisted).await,
        Ok(()),
        "of one that was never seen nothing is known"
    );
}

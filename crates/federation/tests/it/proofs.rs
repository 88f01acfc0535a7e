//! Proofs inside activities (FEP-8b32), beside the signature of the request.

use axum::body::to_bytes;
use carefolk_app::ports::PortError;
use carefolk_domain::Span;
use carefolk_signatures::{PrivateKey, Proving, generate_ed25519, prove};
use serde_json::{Value, json};

use crate::gate::{Gate, VIC, VIC_KEY, actor, key, other_key, vics_like};

const METHOD: &str = "https://v.example/users/vic#ed25519";
const EVE: &str = "https://e.example/users/eve";
const EVE_KEY: &str = "https://e.example/users/eve#main-key";

/// Vic with the usual key for requests, and these for proofs.
fn put_vic(gate: &Gate, keys: &[(&str, &PrivateKey)]) {
    let mut vic: Value = serde_json::from_str(&actor(VIC, VIC_KEY, key())).unwrap();
    let multikey = |(id, key): &(&str, &PrivateKey)| {
        json!({"id": id, "type": "Multikey", "controller": VIC,
            "publicKeyMultibase": key.public_text().unwrap()})
    };
    vic["assertionMethod"] = keys.iter().map(multikey).collect();
    gate.kit.remote.put(VIC, &vic.to_string());
}

fn proven(method: &str, key: &PrivateKey) -> String {
    let proving = Proving { method, created: "2026-12-01T09:00:00Z" };
    prove(key, &vics_like(), &proving).unwrap()
}

/// A proven like of which one part was changed afterwards.
fn bent(pointer: &str, value: Value) -> String {
    let mut document: Value = serde_json::from_str(&proven(METHOD, other_key())).unwrap();
    *document.pointer_mut(pointer).unwrap() = value;
    document.to_string()
}

#[tokio::test]
async fn a_true_proof_is_taken_and_a_false_one_is_refused_by_name() {
    let gate = Gate::new().await;
    put_vic(&gate, &[(METHOD, other_key())]);
    for (what, body) in [
        ("another object", bent("/object", json!("https://care.example/ap/post/y"))),
        ("another moment", bent("/proof/created", json!("2026-12-01T09:00:01Z"))),
        ("no value", bent("/proof/proofValue", json!("z"))),
        ("another purpose", bent("/proof/proofPurpose", json!("authentication"))),
        ("another key", proven(METHOD, &generate_ed25519().unwrap())),
        ("a key that is not listed", proven("https://v.example/users/vic#x", other_key())),
        ("the key of requests", proven(VIC_KEY, other_key())),
        ("a key of somebody else", proven("https://e.example/users/eve#ed25519", other_key())),
        ("somebody else there", proven("https://v.example/users/mal#ed25519", other_key())),
    ] {
        let response = gate.ask(gate.post(&body).signed()).await;
        assert_eq!(response.status().as_u16(), 401, "{what}");
        let problem = to_bytes(response.into_body(), 1 << 16).await.unwrap();
        let problem: Value = serde_json::from_slice(&problem).unwrap();
        assert_eq!(problem["code"], "problem-proof", "{what}");
        assert_eq!(gate.kit.app.inbound().process_due().await.unwrap(), 0, "{what}");
    }
    // Once for the key of requests, and once more for one that did not fit.
    assert_eq!(gate.fetches(), 2);
    let body = proven(METHOD, other_key());
    assert_eq!(gate.knock(gate.post(&body).signed()).await, (202, 1));
}

#[tokio::test]
async fn a_true_proof_does_not_stand_for_the_signature_of_the_request() {
    let gate = Gate::new().await;
    put_vic(&gate, &[(METHOD, other_key())]);
    let body = proven(METHOD, other_key());
    let mut unsigned = gate.post(&body).signed();
    unsigned.headers_mut().remove("signature");
    assert_eq!(gate.knock(unsigned).await, (401, 0));
    // Eve passes on what Vic proved.
    gate.kit.remote.put(EVE, &actor(EVE, EVE_KEY, key()));
    let passed_on = crate::gate::Post { key_id: EVE_KEY, ..gate.post(&body) };
    assert_eq!(gate.knock(passed_on.signed()).await, (401, 0));
}

#[tokio::test]
async fn what_is_not_understood_or_ran_out_is_passed_over() {
    let gate = Gate::new().await;
    put_vic(&gate, &[(METHOD, other_key())]);
    let mut over: Value = serde_json::from_str(&proven(METHOD, other_key())).unwrap();
    over["proof"]["expires"] = json!("2026-12-01T08:00:00Z");
    for (what, body) in [
        ("another suite", bent("/proof/cryptosuite", json!("eddsa-rdfc-2022"))),
        ("an identity elsewhere", bent("/proof/verificationMethod", json!("did:key:z6Mk#z6Mk"))),
        ("no object", bent("/proof", json!("https://v.example/proofs/1"))),
        ("over", over.to_string()),
    ] {
        let status = gate.knock(gate.post(&body).signed()).await.0;
        assert_eq!(status, 202, "{what}");
    }
    over["proof"]["expires"] = json!("2099-12-01T08:00:00Z");
    let body = over.to_string();
    assert_eq!(gate.knock(gate.post(&body).signed()).await.0, 401, "it is part of what is proven");
}

#[tokio::test]
async fn a_new_key_for_proofs_is_looked_for_once() {
    let gate = Gate::new().await;
    put_vic(&gate, &[(METHOD, other_key())]);
    let body = proven(METHOD, other_key());
    assert_eq!(gate.knock(gate.post(&body).signed()).await.0, 202);
    let (new, id) = (generate_ed25519().unwrap(), "https://v.example/users/vic#ed25519-2");
    put_vic(&gate, &[(id, &new)]);
    let body = proven(id, &new);
    assert_eq!(gate.knock(gate.post(&body).signed()).await.0, 202);
    assert_eq!(gate.fetches(), 2);
    let old = proven(METHOD, other_key());
    assert_eq!(gate.knock(gate.post(&old).signed()).await.0, 401, "the old key");
    assert_eq!(gate.fetches(), 2);
}

#[tokio::test]
async fn a_key_that_cannot_be_read_now_is_waited_for() {
    let gate = Gate::new().await;
    put_vic(&gate, &[(METHOD, other_key())]);
    let body = proven(METHOD, other_key());
    assert_eq!(gate.knock(gate.post(&body).signed()).await.0, 202);
    gate.kit.remote.fail(VIC, PortError::Unavailable("down".to_owned()));
    let (new, id) = (generate_ed25519().unwrap(), "https://v.example/users/vic#ed25519-2");
    let body = proven(id, &new);
    assert_eq!(gate.knock(gate.post(&body).signed()).await, (503, 0));
    put_vic(&gate, &[(id, &new)]);
    gate.kit.clock.advance(Span::minutes(6));
    assert_eq!(gate.knock(gate.post(&body).signed()).await.0, 202);
}

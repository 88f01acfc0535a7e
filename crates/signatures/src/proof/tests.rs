//! The published example of FEP-8b32, and what is not taken for a proof.

use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::{generate_ed25519, generate_rsa};

/// The example of FEP-8b32, from `tests/vectors`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Example {
    secret_key_multibase: String,
    public_key_multibase: String,
    created: String,
    verification_method: String,
    document: Value,
    proof: Value,
}

impl Example {
    fn read() -> Self {
        serde_json::from_str(include_str!("../../tests/vectors/fep-8b32.json")).unwrap()
    }

    fn signed(&self) -> Value {
        let mut signed = self.document.clone();
        signed["proof"] = self.proof.clone();
        signed
    }

    fn public(&self) -> PublicKey {
        PublicKey::from_multibase(&self.public_key_multibase).unwrap()
    }

    /// The private key: a multikey with the codec `ed25519-priv`, here in PKCS#8.
    fn private(&self) -> PrivateKey {
        let bytes =
            from_base58(self.secret_key_multibase.strip_prefix(BASE58BTC).unwrap()).unwrap();
        let seed = bytes.strip_prefix(&[0x80, 0x26]).unwrap();
        let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        PrivateKey::from_der(&[&head, seed].concat()).unwrap()
    }
}

fn judged(document: &Value, key: &PublicKey) -> Result<(), SignatureError> {
    read_proofs(&document.to_string(), 1)?.pop().unwrap().verify(key)
}

#[test]
fn the_example_of_fep_8b32_verifies() {
    let example = Example::read();
    assert_eq!(judged(&example.signed(), &example.public()), Ok(()));
    let proof = read_proofs(&example.signed().to_string(), 1).unwrap().pop().unwrap();
    assert_eq!(proof.method(), example.verification_method);
}

#[test]
fn the_example_of_fep_8b32_is_made_alike() {
    let example = Example::read();
    let proving = Proving { method: &example.verification_method, created: &example.created };
    let made = prove(&example.private(), &example.document.to_string(), &proving).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&made).unwrap(), example.signed());
}

#[test]
fn whatever_is_changed_the_proof_no_longer_verifies() {
    let example = Example::read();
    let changes: [(&str, Value); 7] = [
        ("/object/content", json!("Hello, world")),
        ("/object/location/longitude", json!(-71.184_903)),
        ("/actor", json!("https://server.example/users/eve")),
        ("/proof/created", json!("2023-02-24T23:36:39Z")),
        ("/proof/verificationMethod", json!("https://server.example/users/eve#ed25519-key")),
        ("/object/location/type", json!("place")),
        ("/id", Value::Null),
    ];
    for (place, value) in changes {
        let mut signed = example.signed();
        *signed.pointer_mut(place).unwrap() = value;
        let why = Err(SignatureError::Refused("the proof does not verify"));
        assert_eq!(judged(&signed, &example.public()), why, "{place}");
    }
    let mut more = example.signed();
    more["bto"] = json!([]);
    assert!(judged(&more, &example.public()).is_err());
    let other = generate_ed25519().unwrap().public_key().unwrap();
    assert!(judged(&example.signed(), &other).is_err(), "another key");
}

/// Mastodon takes the first language of `contentMap` for that of the post.
#[test]
fn what_is_proven_stays_as_it_was_written_and_in_its_order() {
    let key = generate_ed25519().unwrap();
    let proving = Proving { method: "https://care.example/a#k", created: "2026-11-24T09:30:00Z" };
    let members = r#""type":"Note","n":1.50,"contentMap":{"en":"a","cy":"b"},"id":"x""#;
    let context = r#""@context":"https://www.w3.org/ns/activitystreams""#;
    for document in [format!("{{{context},{members}}}"), format!("{{{members},{context}}}")] {
        let made = prove(&key, &document, &proving).unwrap();
        let (before, after) = made.split_once("data-integrity/v2\"],").unwrap();
        assert!(before.starts_with(r#"{"@context":["https://www.w3.org/ns/activitystreams""#));
        assert_eq!(after.split_once(",\"proof\":{").unwrap().0, members);
    }
}

#[test]
fn what_we_prove_verifies_and_is_the_same_each_time() {
    let key = generate_ed25519().unwrap();
    let proving = Proving { method: "https://care.example/a#k", created: "2026-11-24T09:30:00Z" };
    for document in [
        r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://care.example/1"}"#,
        r#"{"@context":["https://www.w3.org/ns/activitystreams",{"sensitive":"as:sensitive"}],"n":1}"#,
        r#"{"content":"Dŵr €1,50 \u001f"}"#,
    ] {
        let made = prove(&key, document, &proving).unwrap();
        let public = key.public_key().unwrap();
        let value: Value = serde_json::from_str(&made).unwrap();
        assert_eq!(judged(&value, &public), Ok(()), "{document}");
        assert_eq!(prove(&key, document, &proving).unwrap(), made);
        let context = value["@context"].as_array().unwrap();
        assert_eq!(context.iter().filter(|entry| *entry == CONTEXT).count(), 1);
        assert!(context.last().is_none_or(|last| last.is_object() || last == CONTEXT));
        assert!(prove(&key, &made, &proving).is_err(), "one proof is enough");
    }
    assert!(prove(&key, "[]", &proving).is_err());
}

#[test]
fn a_proof_without_a_context_of_its_own_is_read_in_both_ways() {
    let key = generate_ed25519().unwrap();
    let document =
        json!({"@context": "https://www.w3.org/ns/activitystreams", "id": "https://f.example/1"});
    let options = json!({"type": KIND, "cryptosuite": SUITE, "proofPurpose": PURPOSE,
        "verificationMethod": "https://f.example/a#k", "created": "2026-11-24T09:30:00Z"});
    let mut with_context = options.clone();
    with_context["@context"] = document["@context"].clone();
    for signed in [&options, &with_context] {
        let message = message(document.as_object().unwrap(), signed.as_object().unwrap());
        let mut proof = options.clone();
        let value = format!("z{}", base58(&key.sign(&message).unwrap()));
        proof["proofValue"] = value.into();
        let mut sent = document.clone();
        sent["proof"] = proof;
        assert_eq!(judged(&sent, &key.public_key().unwrap()), Ok(()));
    }
}

#[test]
fn an_older_signature_beside_it_is_no_part_of_what_is_proven() {
    let example = Example::read();
    let mut signed = example.signed();
    signed["signature"] = json!({"type": "RsaSignature2017", "signatureValue": "eA=="});
    assert_eq!(judged(&signed, &example.public()), Ok(()));
}

#[test]
fn what_is_no_proof_of_this_kind_is_passed_over() {
    let example = Example::read();
    let with = |name: &str, value: Value| {
        let mut signed = example.signed();
        signed["proof"][name] = value;
        signed
    };
    for document in [
        example.document.clone(),
        with("cryptosuite", "eddsa-rdfc-2022".into()),
        with("type", "JcsEd25519Signature2022".into()),
        with("verificationMethod", "did:key:z6Mk#z6Mk".into()),
        with("previousProof", "urn:uuid:1".into()),
    ] {
        assert_eq!(read_proofs(&document.to_string(), 2), Ok(Vec::new()), "{document}");
    }
}

#[test]
fn of_several_proofs_each_is_read_up_to_a_number() {
    let example = Example::read();
    let mut other = example.proof.clone();
    other["cryptosuite"] = "eddsa-rdfc-2022".into();
    let mut signed = example.signed();
    signed["proof"] =
        json!([other, example.proof, "https://server.example/proofs/1", example.proof]);
    let read = |most| read_proofs(&signed.to_string(), most).unwrap();
    for (most, found) in [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (9, 2)] {
        assert_eq!(read(most).len(), found, "{most}");
    }
    let good = |proof: &Proof| proof.verify(&example.public()).is_ok();
    assert!(read(4).iter().all(good), "each is about the document without any of them");
    signed["proof"][3]["proofValue"] = "z".into();
    assert!(read_proofs(&signed.to_string(), 3).is_ok());
    assert!(read_proofs(&signed.to_string(), 4).is_err());
}

#[test]
fn what_cannot_be_good_is_refused_by_name() {
    let example = Example::read();
    let with = |name: &str, value: Value| {
        let mut signed = example.signed();
        signed["proof"][name] = value;
        read_proofs(&signed.to_string(), 1)
    };
    let context = json!(["https://www.w3.org/ns/activitystreams", "https://e.example/lies"]);
    for (result, why) in [
        (with("proofPurpose", "authentication".into()), "the proof is for another purpose"),
        (with("verificationMethod", 5.into()), "the proof has no verification method"),
        (with("proofValue", "z".into()), "the proof's value is not a signature"),
        (with("proofValue", "u42ff".into()), "the proof's value is not a signature"),
        (with("proofValue", "z1".repeat(1_000).into()), "the proof's value is not a signature"),
        (with("proofValue", Value::Null), "the proof's value is not a signature"),
        (with("@context", context), "the proof is for another context"),
    ] {
        assert_eq!(result, Err(SignatureError::Refused(why)));
    }
    let rsa = generate_rsa().unwrap().public_key().unwrap();
    let why = SignatureError::Refused("the proof's key is not Ed25519");
    assert_eq!(judged(&example.signed(), &rsa), Err(why));
}

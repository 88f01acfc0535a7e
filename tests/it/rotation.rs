//! New keys for somebody whom another community knows: what is said with them is believed there,
//! and what the old ones say is not.

use carefolk_app::actors::Rotated;
use carefolk_domain::{Denial, Span};
use carefolk_signatures::vault::MasterKey;
use carefolk_signatures::{PrivateKey, http_date};
use carefolk_store::entity::delivery::DeliveryState;
use carefolk_testkit::{operator, rows};
use serde_json::{Value, json};

use crate::knock::{Knock, Signing, send};
use crate::pair::Pair;
use crate::town::MASTER;

impl Pair {
    async fn rotate(&self, handle: &str) -> Rotated {
        self.alder.app.actors().rotate_keys(&operator(), handle).await.unwrap()
    }

    /// What Alder publishes about somebody.
    async fn document(&self, handle: &str) -> Value {
        let actor = self.alder.app.actors().document_by_handle(handle).await.unwrap();
        serde_json::from_str(&actor.to_json()).unwrap()
    }

    /// Whether Birch holds that key of Hazelbank.
    async fn birch_holds(&self, actor: &str, key: &str) -> bool {
        self.birch.app.actors().key(actor, key).await.unwrap().is_some()
    }
}

#[tokio::test]
async fn what_is_said_and_what_waited_is_believed_after_a_rotation() {
    let pair = Pair::new().await;
    let before = pair.document("hazelbank").await;
    let (id, old) = (before["id"].as_str().unwrap(), before["publicKey"]["id"].as_str().unwrap());
    pair.say("said before").await;
    pair.settle().await;
    assert!(pair.birch_holds(id, old).await);
    pair.say("waits").await;

    let new = pair.rotate("hazelbank").await;
    assert_eq!(new.rsa, format!("{id}#main-key-2"));
    assert_eq!(new.ed25519, format!("{id}#ed25519-2"));
    pair.say("said after").await;
    pair.settle().await;
    // Two posts go out at once, and either may be there first.
    let mut home = pair.home().await;
    home.sort();
    assert_eq!(home, ["said after", "said before", "waits"]);
    assert_eq!(pair.alder.app.outbox().count(DeliveryState::Waiting).await.unwrap(), 0);
    assert!(pair.birch.heard().contains(&("Update".to_owned(), id.to_owned())));
    assert!(pair.birch_holds(id, &new.rsa).await && pair.birch_holds(id, &new.ed25519).await);
    assert!(!pair.birch_holds(id, old).await);
    // The same once more.
    assert_eq!(pair.rotate("hazelbank").await.rsa, format!("{id}#main-key-3"));
}

#[tokio::test]
async fn only_the_new_keys_are_published_and_the_old_private_halves_are_gone() {
    let pair = Pair::new().await;
    let before = pair.document("hazelbank").await;
    let new = pair.rotate("hazelbank").await;
    let after = pair.document("hazelbank").await;
    assert_eq!(after["publicKey"]["id"], new.rsa.as_str());
    assert_eq!(after["assertionMethod"][0]["id"], new.ed25519.as_str());
    for part in ["/publicKey/publicKeyPem", "/assertionMethod/0/publicKeyMultibase"] {
        assert_ne!(before.pointer(part), after.pointer(part), "{part}");
    }
    assert_eq!(after["publicKey"]["owner"], after["id"]);
    assert_eq!(after["assertionMethod"].as_array().unwrap().len(), 1);
    let rows = rows(pair.alder.app.db()).await;
    let old = before["publicKey"]["id"].as_str().unwrap();
    let of = |id: &str| {
        let id = format!("key_uri: \"{id}\"");
        rows["actor_key"].iter().find(|row| row.contains(&id)).unwrap()
    };
    assert!(of(old).contains("sealed_private: None") && of(old).contains("retired_at: Some"));
    assert!(
        of(&new.rsa).contains("sealed_private: Some") && of(&new.rsa).contains("retired_at: None")
    );
    let acts = pair.alder.app.audit().list(&operator(), None, 1).await.unwrap();
    assert_eq!(
        (acts[0].act.as_str(), acts[0].target.as_str(), acts[0].detail.as_str()),
        ("actor.rotate-keys", "hazelbank", new.rsa.as_str())
    );
}

#[tokio::test]
async fn who_does_not_run_the_instance_rotates_nothing() {
    let pair = Pair::new().await;
    let refused = pair.alder.app.actors().rotate_keys(&pair.nurse, "nurse").await;
    assert!(matches!(refused, Err(carefolk_app::Error::Denied(Denial::Role))), "{refused:?}");
    let nobody = pair.alder.app.actors().rotate_keys(&operator(), "nobody").await;
    assert!(matches!(nobody, Err(carefolk_app::Error::NotFound(_))), "{nobody:?}");
}

/// Something that Alder's instance says to Birch, signed with this key; the status.
async fn knock(pair: &Pair, key: &PrivateKey, key_id: &str, number: u32) -> Option<u16> {
    let actor = key_id.split('#').next().unwrap();
    let body = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Dislike",
        "id": format!("{actor}/acts/{number}"), "actor": actor, "object": pair.birch.url});
    let date = http_date((pair.birch.app.now() + Span::ZERO).0);
    let knock = Knock::post(&pair.birch.host, "/inbox", &date, &body.to_string())
        .signed(&Signing::usual(key, key_id));
    let port = pair.birch.host.rsplit_once(':').unwrap().1.parse().unwrap();
    send(port, &knock.bytes()).await.status
}

/// The key with which Alder's instance signs now, and its id.
async fn instance_key(pair: &Pair) -> (PrivateKey, String) {
    let key = pair.alder.app.actors().instance_key().await.unwrap();
    let der = MasterKey::new(MASTER).open(&key.sealed).unwrap();
    (PrivateKey::from_der(&der).unwrap(), key.key_uri)
}

#[tokio::test]
async fn the_key_before_is_refused_once_the_new_one_was_seen() {
    let pair = Pair::new().await;
    let (old, old_id) = instance_key(&pair).await;
    assert_eq!(knock(&pair, &old, &old_id, 1).await, Some(202));
    let rotated = pair.rotate("instance").await;
    let (new, new_id) = instance_key(&pair).await;
    assert_eq!(new_id, rotated.rsa);
    assert_eq!(knock(&pair, &new, &new_id, 2).await, Some(202));
    assert_eq!(knock(&pair, &old, &old_id, 3).await, Some(401), "the old key");
    assert_eq!(
        knock(&pair, &old, &new_id, 4).await,
        Some(401),
        "the old key in the new one's name"
    );
    assert_eq!(knock(&pair, &new, &new_id, 5).await, Some(202));
}

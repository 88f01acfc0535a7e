//! What servers declare that they can do (FEP-844e), and what it is good for.

use carefolk_domain::Role;
use carefolk_testkit::Kit;
use serde_json::{Value, json};

use crate::stranger::person;

const RFC9421: &str = "https://datatracker.ietf.org/doc/html/rfc9421";

async fn profile(kit: &Kit, host: &str) -> Option<String> {
    kit.app.peers().signature_profile(host).await.unwrap()
}

/// Makes a person of `host` known, whose document has this beside the usual.
async fn meet(kit: &Kit, host: &str, name: &str, beside: Value) {
    let mut document = person(host, name);
    let id = document["id"].as_str().unwrap().to_owned();
    document.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
    kit.app.actors().learn(document.to_string().as_bytes(), &id).await.unwrap();
}

#[tokio::test]
async fn a_server_that_declares_rfc_9421_is_begun_with_it() {
    let kit = Kit::new().await;
    let says = |href: &str| json!([{"type": "Link", "href": href}]);
    let generator = |href| json!({"generator": {"type": "Application", "implements": says(href)}});
    meet(&kit, "a.example", "ann", generator(RFC9421)).await;
    assert_eq!(profile(&kit, "a.example").await.as_deref(), Some("rfc9421"));
    // The instance actor says so itself.
    let own = json!({"type": "Application", "implements": says(RFC9421)});
    meet(&kit, "b.example", "server", own).await;
    assert_eq!(profile(&kit, "b.example").await.as_deref(), Some("rfc9421"));
    for (host, beside) in [
        ("c.example", json!({})),
        ("d.example", generator("https://w3id.org/fep/1b12")),
        ("e.example", json!({"generator": "https://e.example/server"})),
    ] {
        meet(&kit, host, "ann", beside).await;
        assert_eq!(profile(&kit, host).await, None, "{host}");
    }
}

#[tokio::test]
async fn what_a_server_took_counts_for_more_than_what_it_declares() {
    let kit = Kit::new().await;
    kit.app.peers().note_signature_profile("a.example", "cavage").await.unwrap();
    let implements = json!([{"href": RFC9421}]);
    meet(&kit, "a.example", "ann", json!({"generator": {"implements": implements}})).await;
    assert_eq!(profile(&kit, "a.example").await.as_deref(), Some("cavage"));
}

#[tokio::test]
async fn our_own_actors_say_what_their_server_can_do() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    let document = async |handle: &str| -> Value {
        let actor = kit.app.actors().document_by_handle(handle).await.unwrap();
        serde_json::from_str(&actor.to_json()).unwrap()
    };
    let instance = document("instance").await;
    assert_eq!(instance["implements"][0]["href"], RFC9421);
    assert!(instance.get("generator").is_none());
    for handle in ["nurse", "hazelbank"] {
        let actor = document(handle).await;
        assert_eq!(actor["generator"]["type"], "Application", "{handle}");
        assert_eq!(actor["generator"]["id"], instance["id"], "{handle}");
        assert_eq!(actor["generator"]["implements"], instance["implements"], "{handle}");
        assert!(actor.get("implements").is_none(), "{handle}");
    }
}

//! Somebody on another server, and what they say.

use carefolk_app::inbound::{Acceptance, Arrival};
use carefolk_testkit::Kit;
use serde_json::{Value, json};

pub(crate) const ANN: &str = "https://v.example/users/ann";
pub(crate) const ANN_INBOX: &str = "https://v.example/users/ann/inbox";
pub(crate) const SHARED_INBOX: &str = "https://v.example/inbox";
pub(crate) const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// The document of a person called `name` on `host`.
pub(crate) fn person(host: &str, name: &str) -> Value {
    let id = format!("https://{host}/users/{name}");
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id, "type": "Person", "preferredUsername": name, "name": name,
        "inbox": format!("{id}/inbox"), "outbox": format!("{id}/outbox"),
        "followers": format!("{id}/followers"),
        "endpoints": {"sharedInbox": format!("https://{host}/inbox")},
        "publicKey": {"id": format!("{id}#main-key"), "owner": id,
            "publicKeyPem": "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n"}
    })
}

/// Puts a person where the kit can fetch and finger them.
pub(crate) fn settle_in(kit: &Kit, host: &str, name: &str) -> String {
    let id = format!("https://{host}/users/{name}");
    kit.remote.put(&id, &person(host, name).to_string());
    kit.remote.finger(&format!("{name}@{host}"), &id);
    id
}

/// What the door hands in once the signature was found good.
pub(crate) async fn say(kit: &Kit, activity: &Value) -> Acceptance {
    let acceptance = hand_in(kit, activity).await;
    kit.settle().await;
    acceptance
}

/// The same, and nobody looks at it yet.
pub(crate) async fn hand_in(kit: &Kit, activity: &Value) -> Acceptance {
    let text = |name: &str| activity[name].as_str().unwrap().to_owned();
    let host = text("actor").split('/').nth(2).unwrap().to_owned();
    let arrival = Arrival {
        uri: text("id"),
        actor_uri: text("actor"),
        host,
        kind: text("type"),
        body: activity.to_string(),
        synchronization: None,
    };
    kit.app.inbound().accept(arrival).await.unwrap()
}

/// A Follow by Ann.
pub(crate) fn follow(number: u32, object: &str) -> Value {
    json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Follow",
        "id": format!("https://v.example/follows/{number}"), "actor": ANN, "object": object})
}

/// A public note by Ann.
pub(crate) fn note(number: u32, content: &str) -> Value {
    json!({"id": format!("https://v.example/notes/{number}"), "type": "Note",
        "attributedTo": ANN, "content": content, "published": "2026-12-01T08:59:50Z",
        "to": [PUBLIC], "cc": [format!("{ANN}/followers")]})
}

/// What Ann does with an object.
pub(crate) fn act(number: u32, kind: &str, object: Value) -> Value {
    json!({"@context": "https://www.w3.org/ns/activitystreams", "type": kind, "actor": ANN,
        "id": format!("https://v.example/acts/{number}"), "object": object, "to": [PUBLIC]})
}

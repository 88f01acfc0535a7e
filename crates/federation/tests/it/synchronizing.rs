//! Comparing followers over HTTP (FEP-8fcf): what is signed, and who may read what (S-179).

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use carefolk_app::inbound::Arrival;
use carefolk_app::ports::Remote;
use carefolk_domain::{Role, followers};
use carefolk_signatures::{Outgoing, sign_cavage};
use serde_json::{Value, json};

use crate::gate::{Gate, VIC, VIC_KEY, actor, key, like, other_key};
use crate::lab::{Lab, Peer, answer};

const EVE: &str = "https://e.example/users/eve";
const EVE_KEY: &str = "https://e.example/users/eve#main-key";

/// A gate with Hazel, whom Vic follows, and the path of the list.
async fn followed() -> (Gate, String) {
    let gate = Gate::new().await;
    gate.put_vic();
    gate.kit.account("hazel", Role::Member).await;
    let hazel = gate.kit.app.actors().find_local("hazel").await.unwrap().uri;
    let body = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Follow",
        "id": "https://v.example/follows/1", "actor": VIC, "object": hazel});
    let arrival = Arrival {
        uri: "https://v.example/follows/1".to_owned(),
        actor_uri: VIC.to_owned(),
        host: "v.example".to_owned(),
        kind: "Follow".to_owned(),
        body: body.to_string(),
        synchronization: None,
    };
    gate.kit.app.inbound().accept(arrival).await.unwrap();
    gate.kit.settle().await;
    let path = hazel.strip_prefix("https://care.example").unwrap().to_owned();
    (gate, format!("{path}/followers_synchronization"))
}

fn signed(gate: &Gate, path: &str, key_id: &str, key: &carefolk_signatures::PrivateKey) -> Request {
    let outgoing = Outgoing {
        method: "GET",
        url: &format!("https://care.example{path}"),
        host: "care.example",
        body: None,
        media_type: "application/activity+json",
        date_ms: gate.kit.app.now().0,
        key_id,
    };
    let mut request = Request::get(path);
    for (name, value) in sign_cavage(key, &outgoing).unwrap() {
        request = request.header(name, value);
    }
    request.body(Body::empty()).unwrap()
}

async fn listed(gate: &Gate, request: Request) -> (u16, Value) {
    let answer = gate.ask(request).await;
    assert_eq!(answer.headers()["cache-control"], "private, no-store");
    let status = answer.status().as_u16();
    let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    let json: Value = serde_json::from_slice(&body).unwrap();
    (status, json["orderedItems"].clone())
}

#[tokio::test]
async fn a_host_reads_its_own_people_and_nobody_elses() {
    let (gate, path) = followed().await;
    let ask = async |key_id: &str| listed(&gate, signed(&gate, &path, key_id, key())).await;
    assert_eq!(ask(VIC_KEY).await, (200, json!([VIC])));
    gate.kit.remote.put(EVE, &actor(EVE, EVE_KEY, key()));
    assert_eq!(ask(EVE_KEY).await, (200, json!([])));
    // A key that stands below its owner's id, as on GoToSocial.
    let (gus, gus_key) = ("https://v.example/users/gus", "https://v.example/users/gus/main-key");
    gate.kit.remote.put(gus, &actor(gus, gus_key, key()));
    assert_eq!(ask(gus_key).await, (200, json!([VIC])));
}

#[tokio::test]
async fn who_does_not_prove_who_they_are_reads_nothing() {
    let (gate, path) = followed().await;
    let unsigned = Request::get(&path).header("host", "care.example").body(Body::empty()).unwrap();
    assert_eq!(listed(&gate, unsigned).await, (401, Value::Null));
    let forged = signed(&gate, &path, VIC_KEY, other_key());
    assert_eq!(listed(&gate, forged).await, (401, Value::Null));
    // Signed for another address.
    let mut moved = signed(&gate, "/ap/actor/other/followers_synchronization", VIC_KEY, key());
    *moved.uri_mut() = path.parse().unwrap();
    assert_eq!(listed(&gate, moved).await, (401, Value::Null));
    gate.kit.app.peers().suspend(&carefolk_testkit::operator(), "v.example").await.unwrap();
    let refused = signed(&gate, &path, VIC_KEY, key());
    assert_eq!(listed(&gate, refused).await, (403, Value::Null));
}

#[tokio::test]
async fn what_comes_with_a_verified_activity_is_heeded_and_never_refuses_it() {
    let gate = Gate::new().await;
    let mut vic: Value = serde_json::from_str(&actor(VIC, VIC_KEY, key())).unwrap();
    vic["followers"] = json!(format!("{VIC}/followers"));
    gate.kit.remote.put(VIC, &vic.to_string());
    let digest = followers::digest(["https://care.example/ap/actor/other"]);
    let good = format!(
        r#"collectionId="{VIC}/followers", url="{VIC}/followers_synchronization", digest="{digest}""#
    );
    let steps = [("nonsense", false, 0), (good.as_str(), false, 0), (good.as_str(), true, 1)];
    for (number, (header, followed, compared)) in steps.into_iter().enumerate() {
        // Who is followed by nobody here cannot make us compare.
        if followed {
            follow_vic(&gate).await;
        }
        let body = like(&format!("{VIC}/likes/{number}"), VIC);
        let mut request = gate.post(&body).signed();
        request.headers_mut().insert("collection-synchronization", header.parse().unwrap());
        assert_eq!(gate.knock(request).await, (202, 1));
        let rows = carefolk_testkit::rows(gate.kit.app.db()).await;
        let found = rows["job"].iter().filter(|job| job.contains("follows.synchronize")).count();
        assert_eq!(found, compared, "{header}");
    }
}

/// Somebody here follows Vic.
async fn follow_vic(gate: &Gate) {
    let fan = gate.kit.account("fan", Role::Member).await;
    let vic = carefolk_domain::Address::parse("vic@v.example").unwrap();
    gate.kit.remote.finger("vic@v.example", VIC);
    gate.kit.app.follows().follow(&fan, "fan", &vic).await.unwrap();
    gate.kit.settle().await;
    let asked: Value = serde_json::from_str(&gate.kit.remote.sent().pop().unwrap().1).unwrap();
    let accept = json!({"id": format!("{VIC}/accepts/1"), "type": "Accept", "actor": VIC,
        "object": asked});
    let arrival = Arrival {
        uri: format!("{VIC}/accepts/1"),
        actor_uri: VIC.to_owned(),
        host: "v.example".to_owned(),
        kind: "Accept".to_owned(),
        body: accept.to_string(),
        synchronization: None,
    };
    gate.kit.app.inbound().accept(arrival).await.unwrap();
    gate.kit.settle().await;
}

#[tokio::test]
async fn what_is_announced_is_sent_and_signed() {
    let lab = Lab::new().await;
    let peer = Peer::start(|_| answer(202, "text/plain", "")).await;
    for profile in [None, Some("rfc9421")] {
        let mut parcel = lab.parcel(&peer.url("/inbox"), profile);
        parcel.synchronization = Some(r#"collectionId="x", url="y", digest="z""#.to_owned());
        let _receipt = lab.remote.deliver(&parcel).await;
        let mut seen = peer.seen().pop().unwrap();
        assert_eq!(seen.header("collection-synchronization"), parcel.synchronization.as_deref());
        assert!(lab.signed(&seen).await);
        let changed = "changed on the way".parse().unwrap();
        seen.headers.insert("collection-synchronization", changed);
        assert!(!lab.signed(&seen).await, "{profile:?}");
    }
}

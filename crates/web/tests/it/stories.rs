//! What people come to do in groups, from end to end, on pages and without a script.

use axum::http::StatusCode;
use carefolk_app::inbound::Arrival;
use carefolk_domain::{GroupKind, PostingRule, Role};
use carefolk_testkit::Kit;
use serde_json::json;

use crate::browser::Browser;
use crate::groups::scene;

const ANN: &str = "https://v.example/users/ann";

/// Ann, on another server, follows somebody here, so that what they say goes there.
async fn ann_follows(kit: &Kit, whom: &str) {
    let person = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": ANN, "type": "Person", "preferredUsername": "ann", "name": "Ann",
        "inbox": format!("{ANN}/inbox"), "outbox": format!("{ANN}/outbox"),
        "publicKey": {"id": format!("{ANN}#main-key"), "owner": ANN,
            "publicKeyPem": "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n"}
    });
    kit.remote.put(ANN, &person.to_string());
    kit.remote.finger("ann@v.example", ANN);
    let object = kit.app.actors().find_local(whom).await.unwrap().uri;
    let uri = format!("https://v.example/follows/{whom}");
    let follow = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Follow",
        "id": uri, "actor": ANN, "object": object});
    let arrival = Arrival {
        uri,
        actor_uri: ANN.to_owned(),
        host: "v.example".to_owned(),
        kind: "Follow".to_owned(),
        body: follow.to_string(),
        synchronization: None,
    };
    kit.app.inbound().accept(arrival).await.unwrap();
    kit.settle().await;
}

/// The posts of that page, by the words of one.
fn page_of(body: &str, words: &str) -> String {
    let (before, _) = body.split_once(words).expect("the words");
    let (_, from) = before.rsplit_once("<article").expect("a card");
    let (_, rest) = from.split_once("<a href=\"/@").expect("a link");
    format!("/@{}", rest.split('"').next().unwrap())
}

/// Story 4. What is said in a private group is told to nobody elsewhere, whoever follows whom.
#[tokio::test]
async fn private_stays_private() {
    let kit = scene(GroupKind::Private, PostingRule::Members).await;
    ann_follows(&kit, "sam").await;
    let mut mo = Browser::signed_in(&kit, "mo").await;
    let invited = mo.submit(
        "/groups/table/members",
        "/groups/table/members",
        &[("who", "sam"), ("do", "invite")],
    );
    let invited = invited.await;
    assert_eq!(invited.status, StatusCode::SEE_OTHER, "{}", invited.body);
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let joined = sam.submit("/groups/table", "/groups/table/join", &[]).await;
    assert_eq!(joined.location(), "/groups/table?said=group-joined");
    let words =
        [("title", "zqnight"), ("text", "zqmother does not sleep @ann@v.example"), ("lang", "en")];
    let said = sam.submit("/groups/table", "/groups/table/begin", &words).await;
    assert_eq!(said.location(), "/groups/table?said=group-began", "{}", said.body);
    let path = page_of(&sam.get("/groups/table").await.body, "zqnight");
    let reply = mo.submit(&path, &format!("{path}/reply"), &[("text", "zqanswer")]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    kit.settle().await;
    let sent = kit.remote.sent();
    assert!(!sent.is_empty(), "the follow was answered");
    for (inbox, body) in &sent {
        assert!(!body.contains("zq"), "{inbox} was told: {body}");
    }
    let mut visitor = Browser::new(&kit);
    for address in [path.as_str(), "/groups/table", "/@sam", "/", "/news", "/groups"] {
        let answer = visitor.get(address).await;
        assert!(
            !answer.body.contains("zq") && !answer.body.contains("Sunday &#60;table"),
            "{address}"
        );
    }
    assert_eq!(visitor.get(&path).await.status, StatusCode::NOT_FOUND);
}

/// Story 9. Somebody reports a reply, a moderator removes it with a reason, and everybody learns what they have to.
#[tokio::test]
async fn a_moderator_acts_with_a_reason() {
    let kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    kit.account("bob", Role::Member).await;
    ann_follows(&kit, "sam").await;
    let mut bob = Browser::signed_in(&kit, "bob").await;
    let mut molly = Browser::signed_in(&kit, "molly").await;
    let words = [("title", "The ramp"), ("text", "Who can lend one?"), ("lang", "en")];
    molly.submit("/groups/table", "/groups/table/begin", &words).await;
    let thread = page_of(&bob.get("/groups/table").await.body, "The ramp");
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let text = [("text", "Ring Mrs Price, 01632 960111")];
    let said = sam.submit(&thread, &format!("{thread}/reply"), &text).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.body);
    let reply = page_of(&bob.get(&thread).await.body, "01632 960111");

    let report = format!("{reply}/report");
    let sent = bob.submit(&report, &report, &[("comment", "Her number!"), ("to", "group")]).await;
    assert_eq!(sent.location(), format!("{reply}?said=reported"), "{}", sent.body);
    let mut mo = Browser::signed_in(&kit, "mo").await;
    assert!(mo.get("/updates").await.body.contains("/groups/table/reports"));
    let queue = mo.get("/groups/table/reports").await.body;
    assert!(queue.contains("Her number!") && !queue.contains("@bob"), "{queue}");
    let remove = format!("{reply}/remove");
    assert!(queue.contains(&format!("href=\"{remove}\"")));
    let removed = mo.submit(&remove, &remove, &[("reason", "private")]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.body);
    assert!(!mo.get("/groups/table/reports").await.body.contains("Her number!"));

    let page = Browser::new(&kit).get(&thread).await.body;
    assert!(page.contains("It shared private details.") && !page.contains("01632"), "{page}");
    let own = sam.get("/updates").await.body;
    assert!(own.contains("A moderator removed what you wrote") && own.contains("private details"));
    let appeal = sam.get(&reply).await.body;
    assert!(appeal.contains("If you think this is wrong") && appeal.contains("href=\"/help\""));
    assert!(bob.get("/updates").await.body.contains("A moderator removed what you reported"));
    kit.settle().await;
    let sent = kit.remote.sent();
    let to_ann: Vec<&String> = sent.iter().map(|(_, body)| body).collect();
    assert!(to_ann.iter().any(|body| body.contains("\"Delete\"")), "{to_ann:?}");
    for body in to_ann {
        assert!(!body.contains("\"bob\"") || !body.contains("Flag"), "{body}");
    }
}

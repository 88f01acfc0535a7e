//! Changing, moving and closing actors, here and elsewhere.

use carefolk_app::profiles::ChangeActor;
use carefolk_app::{Caller, Error};
use carefolk_domain::{ActorState, Address, Role, Span};
use carefolk_store::entity::{actor, follow};
use carefolk_testkit::{Kit, operator};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::stranger::{ANN, ANN_INBOX, PUBLIC, SHARED_INBOX, act, follow, person, say, settle_in};

const NEW: &str = "https://n.example/users/ann";

/// A kit in which `nurse` and Ann, from elsewhere, follow each other; Ann follows a provider, too.
async fn scene() -> (Kit, Caller) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    let uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
    say(&kit, &follow(1, &uri)).await;
    say(&kit, &follow(2, &hazelbank.uri)).await;
    kit.app.follows().follow(&nurse, "nurse", &address("ann@v.example")).await.unwrap();
    kit.settle().await;
    let asked = kit.remote.sent_to(ANN_INBOX).pop().unwrap();
    say(&kit, &act(900, "Accept", asked)).await;
    (kit, nurse)
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// Ann's new home, which says who she was.
fn new_home(kit: &Kit, aliases: &Value) {
    let mut ann = person("n.example", "ann");
    ann["alsoKnownAs"] = aliases.clone();
    kit.remote.put(NEW, &ann.to_string());
    kit.remote.finger("ann@n.example", NEW);
}

fn moving(number: u32, target: &str) -> Value {
    let mut moved = act(number, "Move", json!(ANN));
    moved["target"] = json!(target);
    moved
}

async fn row(kit: &Kit, uri: &str) -> Option<actor::Model> {
    let all = actor::Entity::find().all(kit.app.db().read()).await.unwrap();
    all.into_iter().find(|row| row.uri == uri)
}

/// Whom `nurse` follows, by id.
async fn followed(kit: &Kit) -> Vec<String> {
    let nurse = kit.app.actors().find_local("nurse").await.unwrap();
    let rows = follow::Entity::find().all(kit.app.db().read()).await.unwrap();
    let mut uris = Vec::new();
    for follow in rows.into_iter().filter(|row| row.follower_id == nurse.id) {
        let followee = actor::Entity::find_by_id(follow.followee_id);
        uris.push(followee.one(kit.app.db().read()).await.unwrap().unwrap().uri);
    }
    uris
}

fn last(kit: &Kit, inbox: &str, kind: &str) -> Option<Value> {
    kit.remote.sent_to(inbox).into_iter().rev().find(|sent| sent["type"] == kind)
}

#[tokio::test]
async fn who_follows_somebody_follows_them_to_where_they_moved() {
    let (kit, _nurse) = scene().await;
    new_home(&kit, &json!([ANN]));
    say(&kit, &moving(1, NEW)).await;
    assert_eq!(followed(&kit).await, [NEW]);
    let asked = last(&kit, &format!("{NEW}/inbox"), "Follow").unwrap();
    assert_eq!(asked["object"], json!(NEW));
    assert_eq!(last(&kit, ANN_INBOX, "Undo").unwrap()["object"]["type"], json!("Follow"));
    let old = row(&kit, ANN).await.unwrap();
    assert_eq!((old.state, old.moved_to.as_deref()), (ActorState::Moved, Some(NEW)));
}

#[tokio::test]
async fn who_was_once_refused_where_somebody_moves_to_asks_again() {
    let (kit, nurse) = scene().await;
    new_home(&kit, &json!([ANN]));
    kit.app.follows().follow(&nurse, "nurse", &address("ann@n.example")).await.unwrap();
    kit.settle().await;
    let asked = last(&kit, &format!("{NEW}/inbox"), "Follow").unwrap();
    let refusal = json!({"id": format!("{NEW}/acts/1"), "type": "Reject", "actor": NEW,
        "object": asked, "to": [PUBLIC]});
    say(&kit, &refusal).await;
    say(&kit, &moving(1, NEW)).await;
    assert_eq!(followed(&kit).await, [NEW]);
    let again = last(&kit, &format!("{NEW}/inbox"), "Follow").unwrap();
    assert_ne!(again["id"], asked["id"]);
}

/// S-053: where it goes has to know it, and is asked at its own address.
#[tokio::test]
async fn nobody_moves_to_where_they_are_not_known() {
    let (kit, _nurse) = scene().await;
    // It does not know her at all, or somebody else.
    for aliases in [json!([]), json!(["https://v.example/users/bob"])] {
        new_home(&kit, &aliases);
        say(&kit, &moving(1, NEW)).await;
    }
    // Only the copy inside says so.
    let mut ann = person("n.example", "ann");
    ann["alsoKnownAs"] = json!([ANN]);
    let mut inline = moving(2, NEW);
    inline["target"] = ann.clone();
    say(&kit, &inline).await;
    // It has moved on itself: no chains and no loops.
    ann["movedTo"] = json!(ANN);
    kit.remote.put(NEW, &ann.to_string());
    say(&kit, &moving(3, NEW)).await;
    // Somebody else says it.
    let eve = settle_in(&kit, "e.example", "eve");
    new_home(&kit, &json!([ANN]));
    let forged = json!({"id": "https://e.example/acts/1", "type": "Move", "actor": eve,
        "object": ANN, "target": NEW});
    say(&kit, &forged).await;
    // To somebody here who never said so.
    let here = kit.app.actors().find_local("hazelbank").await.unwrap().uri;
    say(&kit, &moving(4, &here)).await;
    say(&kit, &moving(5, ANN)).await;
    assert_eq!(followed(&kit).await, [ANN]);
    assert_eq!(row(&kit, ANN).await.unwrap().moved_to, None);
}

#[tokio::test]
async fn a_second_move_within_a_month_is_refused() {
    let (kit, _nurse) = scene().await;
    new_home(&kit, &json!([ANN]));
    say(&kit, &moving(1, NEW)).await;
    let third = "https://w.example/users/ann";
    let mut ann = person("w.example", "ann");
    ann["alsoKnownAs"] = json!([ANN]);
    kit.remote.put(third, &ann.to_string());
    kit.clock.advance(Span::days(29));
    say(&kit, &moving(2, third)).await;
    assert_eq!(row(&kit, ANN).await.unwrap().moved_to.as_deref(), Some(NEW));
    kit.clock.advance(Span::days(2));
    say(&kit, &moving(3, third)).await;
    assert_eq!(row(&kit, ANN).await.unwrap().moved_to.as_deref(), Some(third));
}

#[tokio::test]
async fn somebody_from_elsewhere_moves_here_once_it_was_said_here() {
    let (kit, nurse) = scene().await;
    let here = kit.app.actors().find_local("hazelbank").await.unwrap();
    let profiles = kit.app.profiles();
    profiles.add_alias(&nurse, "hazelbank", &address("ann@v.example")).await.unwrap();
    kit.settle().await;
    let told = last(&kit, SHARED_INBOX, "Update").unwrap();
    assert_eq!(told["object"]["alsoKnownAs"], json!([ANN]));
    say(&kit, &moving(1, &here.uri)).await;
    assert_eq!(followed(&kit).await, [here.uri]);
    profiles.remove_alias(&nurse, "hazelbank", &address("ann@v.example")).await.unwrap();
    let document = kit.app.actors().document_by_handle("hazelbank").await.unwrap();
    assert!(document.also_known_as.is_empty());
}

#[tokio::test]
async fn moving_away_takes_the_followers_along_if_the_other_side_knows() {
    let (kit, nurse) = scene().await;
    let profiles = kit.app.profiles();
    let uri = kit.app.actors().find_local("hazelbank").await.unwrap().uri;
    new_home(&kit, &json!([]));
    let refused = profiles.move_to(&nurse, "hazelbank", &address("ann@n.example")).await;
    assert!(matches!(refused, Err(Error::Conflict(_))));
    kit.app.follows().follow(&nurse, "nurse", &address("hazelbank@care.example")).await.unwrap();
    new_home(&kit, &json!([uri]));
    profiles.move_to(&nurse, "hazelbank", &address("ann@n.example")).await.unwrap();
    kit.settle().await;
    let moved = last(&kit, SHARED_INBOX, "Move").unwrap();
    assert_eq!((&moved["object"], &moved["target"]), (&json!(uri), &json!(NEW)));
    let document = kit.app.actors().document_by_handle("hazelbank").await.unwrap();
    assert_eq!(document.moved_to.as_deref(), Some(NEW));
    let now = followed(&kit).await;
    assert!(now.contains(&NEW.to_owned()) && !now.contains(&uri));
    let again = profiles.move_to(&nurse, "hazelbank", &address("ann@n.example")).await;
    assert!(matches!(again, Err(Error::Conflict(_))));
}

#[tokio::test]
async fn a_change_is_told_and_only_by_who_may() {
    let (kit, nurse) = scene().await;
    let change = |name: &str| ChangeActor {
        handle: "hazelbank".to_owned(),
        name: Some(name.to_owned()),
        summary: Some("Lunch *every* day".to_owned()),
        ..ChangeActor::default()
    };
    let profiles = kit.app.profiles();
    let other = kit.account("other", Role::Member).await;
    assert!(matches!(profiles.change(&other, change("Mine")).await, Err(Error::Denied(_))));
    assert!(matches!(profiles.change(&nurse, change(" ")).await, Err(Error::Invalid(_))));
    assert!(matches!(
        profiles.change(&nurse, change(&"x".repeat(200))).await,
        Err(Error::Invalid(_))
    ));
    profiles.change(&nurse, change("Hazelbank House")).await.unwrap();
    kit.settle().await;
    let told = last(&kit, SHARED_INBOX, "Update").unwrap();
    assert_eq!(told["object"]["name"], json!("Hazelbank House"));
    assert!(told["object"]["summary"].as_str().unwrap().contains("<em>every</em>"));
}

#[tokio::test]
async fn who_is_closed_is_gone_for_ever() {
    let (kit, nurse) = scene().await;
    let uri = kit.app.actors().find_local("hazelbank").await.unwrap().uri;
    let post = kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    kit.settle().await;
    let profiles = kit.app.profiles();
    assert!(matches!(profiles.close(&nurse, "hazelbank").await, Err(Error::Denied(_))));
    assert!(matches!(profiles.close(&operator(), "instance").await, Err(Error::Conflict(_))));
    profiles.close(&operator(), "hazelbank").await.unwrap();
    kit.settle().await;
    let told = last(&kit, SHARED_INBOX, "Delete").unwrap();
    assert_eq!((&told["actor"], &told["object"]), (&json!(uri), &json!(uri)));
    let slug = uri.rsplit_once('/').unwrap().1;
    assert!(kit.app.actors().document(slug).await.is_err());
    let left = kit.app.actors().remains(slug).await.unwrap().unwrap().to_json();
    assert!(left.contains("Tombstone") && left.contains("Organization") && !left.contains("hazel"));
    let by = carefolk_app::posts::PostRef::Id(post.id);
    assert!(kit.app.posts().find(&operator(), &by).await.is_err());
    let again = carefolk_app::providers::NewProvider {
        handle: "hazelbank".to_owned(),
        name: "Another".to_owned(),
        summary: String::new(),
        owner: "nurse".to_owned(),
    };
    assert!(kit.app.providers().create(&operator(), again).await.is_err());
    // An account goes with its actor, but not the last admin's.
    kit.account("boss", Role::Admin).await;
    assert!(matches!(profiles.close(&operator(), "boss").await, Err(Error::Conflict(_))));
    profiles.close(&operator(), "nurse").await.unwrap();
    let signed_in = kit.app.accounts().sign_in("nurse", carefolk_testkit::PASSWORD, "test").await;
    assert!(signed_in.is_err());
}

/// S-053: a chain of new actors is one move, and nobody moves to somebody by saying so.
#[tokio::test]
async fn who_was_moved_to_goes_no_further_for_a_while() {
    let (kit, nurse) = scene().await;
    let mut claims = person("v.example", "ann");
    claims["movedTo"] = json!(NEW);
    kit.remote.put(ANN, &claims.to_string());
    say(&kit, &act(9, "Update", json!(ANN))).await;
    let view = kit.app.actors().find(&nurse, &address("ann@v.example")).await.unwrap().unwrap();
    assert_eq!(view.moved_to, None, "nobody but her says so");

    new_home(&kit, &json!([ANN]));
    say(&kit, &moving(1, NEW)).await;
    assert_eq!(followed(&kit).await, [NEW]);
    let third = "https://w.example/users/ann";
    let mut ann = person("w.example", "ann");
    ann["alsoKnownAs"] = json!([NEW]);
    kit.remote.put(third, &ann.to_string());
    let on = json!({"id": "https://n.example/acts/1", "type": "Move", "actor": NEW, "object": NEW,
        "target": third});
    say(&kit, &on).await;
    assert_eq!(followed(&kit).await, [NEW]);
}

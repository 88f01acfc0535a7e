//! Pinned posts, here and from other servers.

use carefolk_app::posts::{NewPost, PostRef};
use carefolk_app::{Caller, Error};
use carefolk_domain::{Audience, Role};
use carefolk_store::entity::pin;
use carefolk_testkit::Kit;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::stranger::{ANN, PUBLIC, SHARED_INBOX, act, follow, note, person, say, settle_in};

const FEATURED: &str = "https://v.example/users/ann/featured";

/// A kit in which Ann, who has a collection of pinned posts, follows a provider.
async fn scene() -> (Kit, Caller) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    let mut ann = person("v.example", "ann");
    ann["featured"] = json!(FEATURED);
    kit.remote.put(ANN, &ann.to_string());
    say(&kit, &follow(1, &hazelbank.uri)).await;
    (kit, nurse)
}

fn by_uri(uri: &str) -> PostRef {
    PostRef::Uri(uri.to_owned())
}

async fn featured(kit: &Kit) -> Vec<Value> {
    let uri = kit.app.actors().find_local("hazelbank").await.unwrap().uri;
    let slug = uri.rsplit_once('/').unwrap().1;
    let document = kit.app.posts().featured_document(slug).await.unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    document["orderedItems"].as_array().unwrap().clone()
}

async fn pins(kit: &Kit) -> u64 {
    pin::Entity::find().count(kit.app.db().read()).await.unwrap()
}

#[tokio::test]
async fn a_pinned_post_stands_first_and_followers_are_told() {
    let (kit, nurse) = scene().await;
    let posts = kit.app.posts();
    let first = kit.post(&nurse, "hazelbank", "How to reach us").await;
    let second = kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    for post in [&first, &second, &second] {
        posts.pin(&nurse, &by_uri(&post.uri)).await.unwrap();
        kit.clock.advance(carefolk_domain::Span::seconds(1));
    }
    kit.settle().await;
    let ids: Vec<Value> = featured(&kit).await.iter().map(|item| item["id"].clone()).collect();
    assert_eq!(ids, [json!(second.uri), json!(first.uri)]);
    let told: Vec<Value> = kit.remote.sent_to(SHARED_INBOX);
    let adds: Vec<&Value> = told.iter().filter(|sent| sent["type"] == "Add").collect();
    assert_eq!(adds.len(), 2, "the second time is no news");
    let hazelbank = kit.app.actors().find_local("hazelbank").await.unwrap();
    let add = adds.first().unwrap();
    assert_eq!(add["object"], json!(first.uri));
    assert_eq!(add["target"], json!(format!("{}/featured", hazelbank.uri)));

    posts.unpin(&nurse, &by_uri(&second.uri)).await.unwrap();
    posts.delete(&nurse, first.id).await.unwrap();
    kit.settle().await;
    assert!(featured(&kit).await.is_empty());
    let told = kit.remote.sent_to(SHARED_INBOX);
    assert!(
        told.iter().any(|sent| sent["type"] == "Remove" && sent["object"] == json!(second.uri))
    );
    assert_eq!(pins(&kit).await, 0);
}

#[tokio::test]
async fn five_posts_are_pinned_and_none_that_few_may_read() {
    let (kit, nurse) = scene().await;
    let posts = kit.app.posts();
    for number in 0..5 {
        let post = kit.post(&nurse, "hazelbank", &format!("number {number}")).await;
        posts.pin(&nurse, &by_uri(&post.uri)).await.unwrap();
    }
    let sixth = kit.post(&nurse, "hazelbank", "one too many").await;
    let refused = posts.pin(&nurse, &by_uri(&sixth.uri)).await.unwrap_err();
    assert!(matches!(refused, Error::Conflict(_)), "{refused}");
    let new = NewPost { audience: Audience::Followers, ..Kit::words("hazelbank", "for few") };
    let few = posts.publish(&nurse, new).await.unwrap();
    let refused = posts.pin(&nurse, &by_uri(&few.uri)).await.unwrap_err();
    assert!(matches!(refused, Error::Invalid(_)), "{refused}");
    let other = kit.account("other", Role::Member).await;
    let refused = posts.pin(&other, &by_uri(&sixth.uri)).await.unwrap_err();
    assert!(matches!(refused, Error::Denied(_)), "{refused}");
    assert_eq!(pins(&kit).await, 5);
}

/// S-049: only who owns a collection puts something into it, and only what is their own.
#[tokio::test]
async fn what_somebody_elsewhere_pins_is_known_if_it_is_theirs() {
    let (kit, nurse) = scene().await;
    let ours = kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    let reply = |number: u32| {
        let mut reply = note(number, "thank you");
        reply["inReplyTo"] = json!(ours.uri);
        reply
    };
    say(&kit, &act(1, "Create", reply(1))).await;
    let pinning = |number: u32, kind: &str, object: &str, target: &str| {
        let mut activity = act(number, kind, json!(object));
        activity["target"] = json!(target);
        activity
    };
    let theirs = "https://v.example/notes/1";
    let eve = settle_in(&kit, "e.example", "eve");
    let forged = json!({"id": "https://e.example/acts/1", "type": "Add", "actor": eve,
        "object": theirs, "target": FEATURED, "to": [PUBLIC]});
    say(&kit, &forged).await;
    let hazelbank = kit.app.actors().find_local("hazelbank").await.unwrap();
    for (number, object, target) in [
        (10, theirs.to_owned(), format!("{}/featured", hazelbank.uri)),
        (11, ours.uri.clone(), FEATURED.to_owned()),
        (12, theirs.to_owned(), format!("{ANN}/followers")),
    ] {
        say(&kit, &pinning(number, "Add", &object, &target)).await;
    }
    assert_eq!(pins(&kit).await, 0);

    say(&kit, &pinning(20, "Add", theirs, FEATURED)).await;
    say(&kit, &pinning(21, "Add", theirs, FEATURED)).await;
    assert_eq!(pins(&kit).await, 1);
    let found = kit.app.actors();
    let address = carefolk_domain::Address::parse("ann@v.example").unwrap();
    let ann = found.find(&nurse, &address).await.unwrap().unwrap();
    let shown = kit.app.posts().pinned(&nurse, ann.id).await.unwrap();
    assert_eq!(shown.first().unwrap().uri, theirs);
    say(&kit, &pinning(22, "Remove", theirs, FEATURED)).await;
    assert_eq!(pins(&kit).await, 0);
}

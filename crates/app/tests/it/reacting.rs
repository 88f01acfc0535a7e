//! Likes and boosts, here and from other servers.

use carefolk_app::ports::PortError;
use carefolk_app::posts::{NewPost, PostRef};
use carefolk_app::reactions::ReactionKind;
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{Address, Audience, Role};
use carefolk_store::entity::{inbound_activity, notification, post, reaction};
use carefolk_testkit::{Kit, operator};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::stranger::{ANN, ANN_INBOX, PUBLIC, SHARED_INBOX, act, follow, note, say, settle_in};

/// A kit in which Ann follows a provider, and `fan` follows Ann.
async fn scene() -> (Kit, Caller, Caller) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let fan = kit.account("fan", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    let address = Address::parse("ann@v.example").unwrap();
    kit.app.follows().follow(&fan, "fan", &address).await.unwrap();
    kit.settle().await;
    let asked: Value = serde_json::from_str(&kit.remote.sent().pop().unwrap().1).unwrap();
    say(&kit, &act(900, "Accept", asked)).await;
    (kit, nurse, fan)
}

/// Likes and boosts of a post.
async fn counts(kit: &Kit, uri: &str) -> (i64, i64) {
    let found = post::Entity::find().all(kit.app.db().read()).await.unwrap();
    let row = found.into_iter().find(|row| row.uri == uri).unwrap();
    (row.like_count, row.boost_count)
}

async fn home(kit: &Kit, of: &Caller) -> Vec<(String, Option<String>)> {
    let Caller::Member(member) = of else { panic!() };
    let page = kit.app.timelines().home(member, Page::first(20)).await.unwrap();
    let line = |post: carefolk_app::posts::PostView| {
        (post.html.to_plain(), post.boosted_by.map(|by| by.handle))
    };
    page.posts.into_iter().map(line).collect()
}

fn by_uri(uri: &str) -> PostRef {
    PostRef::Uri(uri.to_owned())
}

#[tokio::test]
async fn a_like_from_elsewhere_counts_once_and_is_taken_back_only_by_whose_it_is() {
    let (kit, nurse, _fan) = scene().await;
    let post = kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    let like = act(1, "Like", json!(post.uri));
    say(&kit, &like).await;
    say(&kit, &like).await;
    say(&kit, &act(2, "Like", json!(post.uri))).await;
    assert_eq!(counts(&kit, &post.uri).await, (1, 0));

    let eve = settle_in(&kit, "e.example", "eve");
    let undo = |number: u32, object: Value| {
        json!({"id": format!("https://e.example/acts/{number}"), "type": "Undo", "actor": eve,
            "object": object})
    };
    say(&kit, &undo(1, like.clone())).await;
    say(&kit, &undo(2, json!("https://v.example/acts/1"))).await;
    assert_eq!(counts(&kit, &post.uri).await, (1, 0));
    // Nor does an odd `Undo` of what Ann did take back what Eve did herself.
    let hers = json!({"id": "https://e.example/acts/3", "type": "Like", "actor": eve,
        "object": post.uri});
    say(&kit, &hers).await;
    let odd = json!({"type": "Like", "actor": ANN, "object": post.uri});
    say(&kit, &undo(4, odd)).await;
    assert_eq!(counts(&kit, &post.uri).await, (2, 0));
    say(&kit, &act(3, "Undo", json!("https://v.example/acts/1"))).await;
    assert_eq!(counts(&kit, &post.uri).await, (1, 0));
}

#[tokio::test]
async fn an_undo_names_a_like_by_its_ends_as_well() {
    let (kit, nurse, _fan) = scene().await;
    let post = kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    say(&kit, &act(1, "Like", json!(post.uri))).await;
    let other = json!({"type": "Like", "id": "https://v.example/acts/77", "actor": ANN,
        "object": post.uri});
    say(&kit, &act(2, "Undo", other)).await;
    assert_eq!(counts(&kit, &post.uri).await, (0, 0));
}

#[tokio::test]
async fn an_undo_before_its_like_leaves_no_like() {
    let (kit, nurse, _fan) = scene().await;
    let post = kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    let like = act(1, "Like", json!(post.uri));
    say(&kit, &act(2, "Undo", like.clone())).await;
    say(&kit, &like).await;
    assert_eq!(counts(&kit, &post.uri).await, (0, 0));
}

/// S-044: what is guessed is not confirmed.
#[tokio::test]
async fn nobody_reacts_to_what_they_may_not_see() {
    let (kit, nurse, _fan) = scene().await;
    let eve = settle_in(&kit, "e.example", "eve");
    for (number, audience) in [(1_u32, Audience::Local), (2, Audience::Followers)] {
        let new = NewPost { audience, ..Kit::words("hazelbank", "Not for everybody") };
        let post = kit.app.posts().publish(&nurse, new).await.unwrap();
        for (kind, number) in [("Like", number * 10), ("Announce", number * 10 + 1)] {
            let reaction = json!({"id": format!("https://e.example/acts/{number}"), "type": kind,
                "actor": eve, "object": post.uri, "to": [PUBLIC]});
            say(&kit, &reaction).await;
        }
        assert_eq!(counts(&kit, &post.uri).await, (0, 0), "{audience:?}");
        // Who follows may like it, and passes it on to nobody.
        say(&kit, &act(number * 10 + 2, "Like", json!(post.uri))).await;
        say(&kit, &act(number * 10 + 3, "Announce", json!(post.uri))).await;
        let likes = i64::from(audience == Audience::Followers);
        assert_eq!(counts(&kit, &post.uri).await, (likes, 0), "{audience:?}");
    }
}

#[tokio::test]
async fn what_somebody_followed_passes_on_is_fetched_and_shown_with_who_did() {
    let (kit, _nurse, fan) = scene().await;
    let bob = settle_in(&kit, "w.example", "bob");
    let uri = "https://w.example/notes/1";
    let document = json!({"id": uri, "type": "Note", "attributedTo": bob, "content": "<p>A find</p>",
        "published": "2026-12-01T08:00:00Z", "to": [PUBLIC], "cc": []});
    kit.remote.put(uri, &document.to_string());
    say(&kit, &act(1, "Announce", json!(uri))).await;
    assert_eq!(home(&kit, &fan).await, [("A find".to_owned(), Some("ann".to_owned()))]);
    assert_eq!(counts(&kit, uri).await, (0, 1));
    say(&kit, &act(2, "Undo", json!("https://v.example/acts/1"))).await;
    assert!(home(&kit, &fan).await.is_empty());
}

/// S-043: what stands inside is never taken from there.
#[tokio::test]
async fn a_boost_brings_nothing_but_what_stands_at_its_own_address() {
    let (kit, _nurse, fan) = scene().await;
    let bob = settle_in(&kit, "w.example", "bob");
    let uri = "https://w.example/notes/1";
    let forged = json!({"id": uri, "type": "Note", "attributedTo": bob, "content": "FAKE",
        "to": [PUBLIC]});
    say(&kit, &act(1, "Announce", forged.clone())).await;
    assert!(home(&kit, &fan).await.is_empty());
    // A post for few is not passed on, whoever does.
    let mut private = forged;
    private["to"] = json!([format!("{bob}/followers")]);
    private["id"] = json!("https://w.example/notes/2");
    kit.remote.put("https://w.example/notes/2", &private.to_string());
    say(&kit, &act(2, "Announce", json!("https://w.example/notes/2"))).await;
    // One that speaks for somebody of another server.
    private["id"] = json!("https://w.example/notes/3");
    private["attributedTo"] = json!(ANN);
    private["to"] = json!([PUBLIC]);
    kit.remote.put("https://w.example/notes/3", &private.to_string());
    say(&kit, &act(3, "Announce", json!("https://w.example/notes/3"))).await;
    assert!(home(&kit, &fan).await.is_empty());
    assert_eq!(reaction::Entity::find().count(kit.app.db().read()).await.unwrap(), 0);
}

#[tokio::test]
async fn what_a_proof_inside_speaks_against_is_refused_for_that_reason() {
    let (kit, _nurse, fan) = scene().await;
    let uri = "https://w.example/notes/1";
    let bob = settle_in(&kit, "w.example", "bob");
    kit.remote.fail(uri, PortError::Unproven("a test"));
    say(&kit, &act(1, "Announce", json!(uri))).await;
    kit.remote.fail(ANN, PortError::Unproven("a test"));
    say(&kit, &act(2, "Update", json!(ANN))).await;
    // A post that is good itself, by somebody whose document is not.
    kit.remote.fail(&bob, PortError::Unproven("a test"));
    let document = json!({"id": uri, "type": "Note", "attributedTo": bob, "content": "<p>A find</p>",
        "published": "2026-12-01T08:00:00Z", "to": [PUBLIC], "cc": []});
    kit.remote.put(uri, &document.to_string());
    say(&kit, &act(3, "Announce", json!(uri))).await;
    assert!(home(&kit, &fan).await.is_empty());
    for number in 1..=3 {
        let rows = inbound_activity::Entity::find().all(kit.app.db().read()).await.unwrap();
        let uri = format!("https://v.example/acts/{number}");
        let row = rows.into_iter().find(|row| row.uri == uri).unwrap();
        let why = "a proof inside what it names is not true";
        assert_eq!(row.outcome.as_deref(), Some(why), "{number}");
    }
}

#[tokio::test]
async fn a_boost_by_somebody_whom_nobody_follows_fetches_nothing() {
    let (kit, _nurse, _fan) = scene().await;
    let eve = settle_in(&kit, "e.example", "eve");
    let boost = json!({"id": "https://e.example/acts/1", "type": "Announce", "actor": eve,
        "object": "https://w.example/notes/1", "to": [PUBLIC]});
    settle_in(&kit, "w.example", "will");
    let will = "https://w.example/users/will";
    let note = json!({"id": "https://w.example/notes/1", "type": "Note", "attributedTo": will,
        "to": [PUBLIC], "content": "<p>hello</p>"});
    kit.remote.put("https://w.example/notes/1", &note.to_string());
    say(&kit, &boost).await;
    assert_eq!(reaction::Entity::find().count(kit.app.db().read()).await.unwrap(), 0);
    assert_eq!(post::Entity::find().count(kit.app.db().read()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_like_of_ours_is_told_to_the_author_alone_and_taken_back_whole() {
    let (kit, nurse, _fan) = scene().await;
    say(&kit, &act(1, "Create", note(1, "hello"))).await;
    let reactions = kit.app.reactions();
    let uri = by_uri("https://v.example/notes/1");
    let sent = kit.remote.sent().len();
    reactions.add(&nurse, "hazelbank", &uri, ReactionKind::Like).await.unwrap();
    reactions.add(&nurse, "hazelbank", &uri, ReactionKind::Like).await.unwrap();
    kit.settle().await;
    let like = kit.remote.sent_to(ANN_INBOX).pop().unwrap();
    assert_eq!(
        (&like["type"], &like["object"]),
        (&json!("Like"), &json!("https://v.example/notes/1"))
    );
    assert_eq!(like["to"], json!([ANN]));
    assert!(!like.to_string().contains("Public"));
    reactions.remove(&nurse, "hazelbank", &uri, ReactionKind::Like).await.unwrap();
    kit.settle().await;
    let undo = kit.remote.sent_to(ANN_INBOX).pop().unwrap();
    assert_eq!((&undo["type"], &undo["object"]["id"]), (&json!("Undo"), &like["id"]));
    assert_eq!(kit.remote.sent().len(), sent + 2);
}

#[tokio::test]
async fn a_boost_of_ours_goes_to_our_followers_and_to_the_author() {
    let (kit, nurse, fan) = scene().await;
    let hazelbank = Address::parse("hazelbank@care.example").unwrap();
    kit.app.follows().follow(&fan, "fan", &hazelbank).await.unwrap();
    let bob = settle_in(&kit, "w.example", "bob");
    let uri = "https://w.example/notes/1";
    let mut answer = note(1, "An answer to you");
    answer["id"] = json!(uri);
    answer["attributedTo"] = json!(bob);
    let post = kit.post(&nurse, "hazelbank", "Any questions?").await;
    answer["inReplyTo"] = json!(post.uri);
    let create = json!({"id": "https://w.example/acts/1", "type": "Create", "actor": bob,
        "object": answer, "to": [PUBLIC]});
    say(&kit, &create).await;
    let reactions = kit.app.reactions();
    reactions.add(&nurse, "hazelbank", &by_uri(uri), ReactionKind::Boost).await.unwrap();
    kit.settle().await;
    for inbox in [SHARED_INBOX, "https://w.example/users/bob/inbox"] {
        let told = kit.remote.sent_to(inbox).pop().unwrap();
        assert_eq!((&told["type"], &told["object"]), (&json!("Announce"), &json!(uri)), "{inbox}");
        assert_eq!(told["to"], json!([PUBLIC]));
    }
    let first = home(&kit, &fan).await.into_iter().find(|(text, _)| text == "An answer to you");
    assert_eq!(first.unwrap().1.as_deref(), Some("hazelbank"));
    assert_eq!(counts(&kit, uri).await, (0, 1));
}

#[tokio::test]
async fn what_is_not_for_everybody_is_not_passed_on_from_here_either() {
    let (kit, nurse, _fan) = scene().await;
    let new = NewPost { audience: Audience::Followers, ..Kit::words("hazelbank", "For few") };
    let post = kit.app.posts().publish(&nurse, new).await.unwrap();
    let boosted =
        kit.app.reactions().add(&nurse, "nurse", &by_uri(&post.uri), ReactionKind::Boost).await;
    assert!(matches!(boosted, Err(Error::Invalid(_) | Error::NotFound(_))), "{boosted:?}");
    let stranger = kit.account("stranger", Role::Member).await;
    let as_other = kit
        .app
        .reactions()
        .add(&stranger, "hazelbank", &by_uri(&post.uri), ReactionKind::Like)
        .await;
    assert!(matches!(as_other, Err(Error::Denied(_) | Error::NotFound(_))), "{as_other:?}");
}

#[tokio::test]
async fn an_author_is_told_who_liked_and_nothing_is_left_when_the_post_goes() {
    let (kit, nurse, _fan) = scene().await;
    let post = kit.post(&nurse, "nurse", "Lunch at 12").await;
    say(&kit, &act(1, "Like", json!(post.uri))).await;
    let told = notification::Entity::find().all(kit.app.db().read()).await.unwrap();
    assert_eq!(told.last().map(|told| told.kind), Some(carefolk_domain::NotificationKind::Like));
    kit.app.posts().delete(&nurse, post.id).await.unwrap();
    assert_eq!(reaction::Entity::find().count(kit.app.db().read()).await.unwrap(), 0);
    assert_eq!(counts(&kit, &post.uri).await, (0, 0));
}

#[tokio::test]
async fn what_two_passed_on_stays_until_both_take_it_back_and_one_who_is_suspended_brings_nothing()
{
    let (kit, nurse, fan) = scene().await;
    let post = kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    say(&kit, &act(1, "Announce", json!(post.uri))).await;
    assert_eq!(home(&kit, &fan).await, [("Lunch at 12".to_owned(), Some("ann".to_owned()))]);
    kit.app.peers().suspend(&operator(), "v.example").await.unwrap();
    assert!(home(&kit, &fan).await.is_empty());
    kit.app.peers().allow(&operator(), "v.example").await.unwrap();

    // Who follows its author, too, keeps it.
    let by = PostRef::Uri(post.uri.clone());
    let address = Address::parse("nurse@care.example").unwrap();
    kit.app.follows().follow(&fan, "fan", &address).await.unwrap();
    kit.app.reactions().add(&nurse, "nurse", &by, ReactionKind::Boost).await.unwrap();
    say(&kit, &act(2, "Undo", json!("https://v.example/acts/1"))).await;
    assert_eq!(home(&kit, &fan).await, [("Lunch at 12".to_owned(), Some("nurse".to_owned()))]);
    kit.app.reactions().remove(&nurse, "nurse", &by, ReactionKind::Boost).await.unwrap();
    assert!(home(&kit, &fan).await.is_empty());
}

/// What came is forgotten after a month, and a like is not: its id must not break what it comes with then.
#[tokio::test]
async fn an_id_that_somebody_liked_with_before_is_no_other_like() {
    let (kit, nurse, _fan) = scene().await;
    let soup = kit.post(&nurse, "hazelbank", "Soup").await.uri;
    let bread = kit.post(&nurse, "hazelbank", "Bread").await.uri;
    say(&kit, &act(1, "Like", json!(soup))).await;
    let tx = kit.app.db().begin().await.unwrap();
    inbound_activity::Entity::delete_many().exec(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    say(&kit, &act(1, "Like", json!(bread))).await;
    assert_eq!((counts(&kit, &soup).await, counts(&kit, &bread).await), ((1, 0), (0, 0)));
    let arrivals = inbound_activity::Entity::find().all(kit.app.db().read()).await.unwrap();
    let said: Vec<_> = arrivals.iter().map(|row| row.outcome.as_deref()).collect();
    assert_eq!(said, [Some("we know it already")]);
}

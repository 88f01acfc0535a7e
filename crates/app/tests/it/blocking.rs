//! Blocks, here and from other servers (S-059).

use carefolk_app::follows::Approval;
use carefolk_app::posts::{NewPost, PostRef};
use carefolk_app::reactions::ReactionKind;
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{Address, Audience, Role};
use carefolk_store::entity::{block, follow, notification, post, reaction};
use carefolk_testkit::Kit;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::stranger::{ANN, ANN_INBOX, act, follow, note, say, settle_in};

/// A kit in which Ann, from elsewhere, and `nurse` follow each other.
async fn scene() -> (Kit, Caller, String) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &uri)).await;
    kit.app.follows().follow(&nurse, "nurse", &ann()).await.unwrap();
    kit.settle().await;
    let asked = kit.remote.sent_to(ANN_INBOX).pop().unwrap();
    say(&kit, &act(900, "Accept", asked)).await;
    assert_eq!(follows(&kit).await, 2);
    (kit, nurse, uri)
}

fn ann() -> Address {
    Address::parse("ann@v.example").unwrap()
}

async fn follows(kit: &Kit) -> u64 {
    follow::Entity::find().count(kit.app.db().read()).await.unwrap()
}

fn kinds(sent: &[Value]) -> Vec<&str> {
    sent.iter().map(|sent| sent["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_block_ends_what_ties_the_two_and_is_told_only_if_asked_for() {
    let (kit, nurse, _uri) = scene().await;
    let sent = kit.remote.sent_to(ANN_INBOX).len();
    kit.app.blocks().block(&nurse, "nurse", &ann(), false).await.unwrap();
    kit.app.blocks().block(&nurse, "nurse", &ann(), false).await.unwrap();
    kit.settle().await;
    assert_eq!(follows(&kit).await, 0);
    let told = kit.remote.sent_to(ANN_INBOX).split_off(sent);
    assert_eq!(kinds(&told), ["Undo", "Reject"]);

    kit.app.blocks().block(&nurse, "nurse", &ann(), true).await.unwrap();
    kit.settle().await;
    let block = kit.remote.sent_to(ANN_INBOX).pop().unwrap();
    assert_eq!((&block["type"], &block["object"]), (&json!("Block"), &json!(ANN)));
    assert!(kit.app.blocks().list(&nurse, "nurse").await.unwrap().first().unwrap().told);
    kit.app.blocks().unblock(&nurse, "nurse", &ann()).await.unwrap();
    kit.settle().await;
    let undo = kit.remote.sent_to(ANN_INBOX).pop().unwrap();
    assert_eq!((&undo["type"], &undo["object"]["id"]), (&json!("Undo"), &block["id"]));
    assert!(kit.app.blocks().list(&nurse, "nurse").await.unwrap().is_empty());
}

#[tokio::test]
async fn who_is_blocked_elsewhere_does_not_get_through() {
    let (kit, nurse, uri) = scene().await;
    let ours = kit.post(&nurse, "nurse", "hello").await;
    kit.app.blocks().block(&nurse, "nurse", &ann(), false).await.unwrap();
    let count = || async {
        let posts = post::Entity::find().count(kit.app.db().read()).await.unwrap();
        let reactions = reaction::Entity::find().count(kit.app.db().read()).await.unwrap();
        let news = notification::Entity::find().count(kit.app.db().read()).await.unwrap();
        (posts, reactions, news, follows(&kit).await)
    };
    assert_eq!(count().await, (1, 0, 0, 0));
    let sent = kit.remote.sent().len();
    say(&kit, &follow(2, &uri)).await;
    // A follow that is not wanted is answered, or it would wait for ever.
    let answer = kit.remote.sent_to(ANN_INBOX).pop().unwrap();
    assert!(kit.remote.sent().len() > sent);
    assert_eq!((&answer["type"], &answer["actor"]), (&json!("Reject"), &json!(uri)));
    say(&kit, &act(10, "Like", json!(ours.uri))).await;
    say(&kit, &act(11, "Announce", json!(ours.uri))).await;
    let mut answer = note(1, "answer me");
    answer["inReplyTo"] = json!(ours.uri);
    say(&kit, &act(12, "Create", answer)).await;
    let mut call = note(2, "hey");
    call["tag"] = json!([{"type": "Mention", "href": uri, "name": "@nurse@care.example"}]);
    call["cc"] = json!([uri]);
    say(&kit, &act(13, "Create", call)).await;
    let (posts, reactions, news, follows) = count().await;
    assert_eq!((reactions, news, follows), (0, 0, 0));
    // What names her is kept for others who might be named, and she does not see it.
    assert!(posts <= 2);
    let home = PostRef::Uri("https://v.example/notes/2".to_owned());
    assert!(kit.app.posts().find(&nurse, &home).await.is_err());
    assert!(!kit.app.posts().find(&nurse, &PostRef::Id(ours.id)).await.unwrap().deleted);

    kit.app.blocks().unblock(&nurse, "nurse", &ann()).await.unwrap();
    say(&kit, &act(20, "Like", json!(ours.uri))).await;
    assert_eq!(count().await.1, 1);
}

#[tokio::test]
async fn who_is_blocked_is_answered_once_and_not_where_everybody_waits() {
    let (kit, nurse, uri) = scene().await;
    kit.app.blocks().block(&nurse, "nurse", &ann(), false).await.unwrap();
    let refused = || {
        let sent = kit.remote.sent_to(ANN_INBOX);
        sent.iter().filter(|said| said["type"] == "Reject").count()
    };
    let before = refused();
    for number in 30..35 {
        say(&kit, &follow(number, &uri)).await;
    }
    assert_eq!(refused(), before + 1);
    // Others wait there for a person to decide; an answer at once would tell who is blocked.
    let careful = kit.account("careful", Role::Member).await;
    let uri = kit.app.actors().find_local("careful").await.unwrap().uri;
    kit.app.follows().set_approval(&careful, "careful", Approval::AskFirst).await.unwrap();
    kit.app.blocks().block(&careful, "careful", &ann(), false).await.unwrap();
    let sent = kit.remote.sent_to(ANN_INBOX).len();
    say(&kit, &follow(40, &uri)).await;
    assert_eq!(kit.remote.sent_to(ANN_INBOX).len(), sent);
}

#[tokio::test]
async fn who_is_blocked_here_neither_sees_nor_answers() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let ex = kit.account("ex", Role::Member).await;
    let open = kit.post(&nurse, "nurse", "hello").await;
    let address = |name: &str| Address::parse(&format!("{name}@care.example")).unwrap();
    kit.app.follows().follow(&ex, "ex", &address("nurse")).await.unwrap();
    let before = notification::Entity::find().count(kit.app.db().read()).await.unwrap();
    kit.app.blocks().block(&nurse, "nurse", &address("ex"), false).await.unwrap();
    assert_eq!(follows(&kit).await, 0);

    let by = PostRef::Id(open.id);
    assert!(matches!(kit.app.posts().find(&ex, &by).await, Err(Error::NotFound(_))));
    let liked = kit.app.reactions().add(&ex, "ex", &by, ReactionKind::Like).await;
    assert!(matches!(liked, Err(Error::NotFound(_))));
    let again = kit.app.follows().follow(&ex, "ex", &address("nurse")).await;
    assert!(matches!(again, Err(Error::Denied(_))));
    let call = NewPost { audience: Audience::Local, ..Kit::words("ex", "@nurse look at me") };
    kit.app.posts().publish(&ex, call).await.unwrap();
    let after = notification::Entity::find().count(kit.app.db().read()).await.unwrap();
    assert_eq!(before, after, "no word of it reaches her");
    // Nor does who blocks see what the other says.
    let Caller::Member(member) = &nurse else { panic!() };
    let home = kit.app.timelines().home(member, Page::first(20)).await.unwrap();
    assert!(home.posts.iter().all(|post| post.author.handle == "nurse"));
    // Whoever is not signed in reads what is for everybody.
    assert!(kit.app.posts().find(&Caller::Visitor, &by).await.is_ok());
}

#[tokio::test]
async fn a_block_from_elsewhere_is_kept_and_taken_back_by_whose_it_is() {
    let (kit, nurse, uri) = scene().await;
    let sent = kit.remote.sent().len();
    let blocks = || async { block::Entity::find().count(kit.app.db().read()).await.unwrap() };
    say(&kit, &act(1, "Block", json!(uri))).await;
    assert_eq!((blocks().await, follows(&kit).await), (1, 0));
    let again = kit.app.follows().follow(&nurse, "nurse", &ann()).await;
    assert!(matches!(again, Err(Error::Denied(_))));
    assert_eq!(kit.remote.sent().len(), sent, "nothing is sent to who blocks");

    let eve = settle_in(&kit, "e.example", "eve");
    let block = act(1, "Block", json!(uri));
    let forged = json!({"id": "https://e.example/acts/1", "type": "Undo", "actor": eve,
        "object": block});
    say(&kit, &forged).await;
    assert_eq!(blocks().await, 1);
    say(&kit, &act(2, "Undo", block)).await;
    assert_eq!(blocks().await, 0);
    // One that was taken back before it came, blocks nobody.
    say(&kit, &act(4, "Undo", act(3, "Block", json!(uri)))).await;
    say(&kit, &act(3, "Block", json!(uri))).await;
    assert_eq!(blocks().await, 0);
}

//! What somebody elsewhere pinned, read when the first one here follows them.

use carefolk_app::Caller;
use carefolk_app::ports::PortError;
use carefolk_app::posts::PostView;
use carefolk_domain::{Address, Role, Span};
use carefolk_store::entity::{job, notification, post};
use carefolk_testkit::Kit;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::stranger::{ANN, ANN_INBOX, PUBLIC, act, note, person, say, settle_in};

const FEATURED: &str = "https://v.example/users/ann/featured";

fn uri(number: u32) -> String {
    format!("https://v.example/notes/{number}")
}

/// A kit in which Ann pinned something: the list says so. Her notes `1..=notes` can be read.
async fn scene(list: &Value, notes: u32) -> Kit {
    let kit = Kit::new().await;
    settle_in(&kit, "v.example", "ann");
    let mut ann = person("v.example", "ann");
    ann["featured"] = json!(FEATURED);
    kit.remote.put(ANN, &ann.to_string());
    kit.remote.put(FEATURED, &list.to_string());
    for number in 1..=notes {
        kit.remote.put(&uri(number), &note(number, &format!("pinned {number}")).to_string());
    }
    kit
}

fn list(items: &[Value]) -> Value {
    json!({"id": FEATURED, "type": "OrderedCollection", "orderedItems": items})
}

fn ann() -> Address {
    Address::parse("ann@v.example").unwrap()
}

/// `who` follows Ann, and Ann says yes.
async fn follow(kit: &Kit, who: &str, number: u32) -> Caller {
    let caller = kit.account(who, Role::Member).await;
    kit.app.follows().follow(&caller, who, &ann()).await.unwrap();
    kit.settle().await;
    let asked = kit.remote.sent_to(ANN_INBOX).pop().unwrap();
    say(kit, &act(number, "Accept", asked)).await;
    caller
}

async fn pinned(kit: &Kit) -> Vec<PostView> {
    let found = kit.app.actors().find(&Caller::Visitor, &ann()).await.unwrap().unwrap();
    kit.app.posts().pinned(&Caller::Visitor, found.id).await.unwrap()
}

async fn texts(kit: &Kit) -> Vec<String> {
    pinned(kit).await.iter().map(|post| post.html.to_plain()).collect()
}

async fn readings(kit: &Kit) -> usize {
    let jobs = job::Entity::find().all(kit.app.db().read()).await.unwrap();
    jobs.iter().filter(|job| job.name == "posts.fetch_featured").count()
}

#[tokio::test]
async fn what_is_pinned_is_read_once_when_the_first_one_follows() {
    // Whole or named, what stands in the list is read where it lives.
    let lie = json!({"id": uri(2), "type": "Note", "attributedTo": ANN, "content": "a lie"});
    let kit = scene(&list(&[json!(uri(1)), lie]), 2).await;
    let fan = follow(&kit, "fan", 900).await;
    assert_eq!(texts(&kit).await, ["pinned 1", "pinned 2"]);
    let Caller::Member(member) = &fan else { panic!("no account") };
    let page = carefolk_app::Page::first(9);
    let home = kit.app.timelines().home(member, page).await.unwrap();
    assert!(home.posts.is_empty(), "what is found is news to nobody");
    assert_eq!(notification::Entity::find().count(kit.app.db().read()).await.unwrap(), 0);
    follow(&kit, "other", 901).await;
    assert_eq!(readings(&kit).await, 1);
}

#[tokio::test]
async fn an_answer_that_comes_and_goes_makes_nobody_new() {
    let kit = scene(&list(&[json!(uri(1))]), 1).await;
    follow(&kit, "fan", 900).await;
    let asked = kit.remote.sent_to(ANN_INBOX).pop().unwrap();
    for number in [910, 920] {
        let accept = json!({"id": format!("https://v.example/acts/{number}"), "type": "Accept",
            "actor": ANN, "object": asked});
        say(&kit, &act(number + 1, "Undo", accept)).await;
        assert_eq!(kit.app.actors().find_local("fan").await.unwrap().following, 0);
        say(&kit, &act(number + 2, "Accept", asked.clone())).await;
        assert_eq!(kit.app.actors().find_local("fan").await.unwrap().following, 1);
    }
    assert_eq!(readings(&kit).await, 1);
}

/// S-049: only who owns a collection puts something into it, and only what is their own.
#[tokio::test]
async fn only_open_posts_of_their_own_count() {
    let eves = "https://e.example/notes/1";
    let numbers = [3, 4, 5, 1, 9].map(|number| json!(uri(number)));
    let items: Vec<Value> = std::iter::once(json!(eves)).chain(numbers).collect();
    let kit = scene(&list(&items), 1).await;
    let eve = settle_in(&kit, "e.example", "eve");
    let mut foreign = note(1, "Eve's");
    (foreign["id"], foreign["attributedTo"]) = (json!(eves), json!(eve));
    kit.remote.put(eves, &foreign.to_string());
    let mut private = note(3, "private");
    private["to"] = json!([format!("{ANN}/followers")]);
    private["cc"] = json!([]);
    kit.remote.put(&uri(3), &private.to_string());
    // Of another person of the same server, one that is here already and one that is not.
    let bea = settle_in(&kit, "v.example", "bea");
    kit.account("host", Role::Member).await;
    let host = kit.app.actors().find_local("host").await.unwrap().uri;
    for number in [4, 5] {
        let mut neighbours = note(number, "of the same server");
        neighbours["attributedTo"] = json!(bea);
        neighbours["tag"] = json!([{"type": "Mention", "href": host, "name": "@host"}]);
        kit.remote.put(&uri(number), &neighbours.to_string());
        if number == 4 {
            let create = json!({"id": "https://v.example/acts/800", "type": "Create",
                "actor": bea, "object": neighbours, "to": [PUBLIC]});
            say(&kit, &create).await;
        }
    }
    assert_eq!(post::Entity::find().count(kit.app.db().read()).await.unwrap(), 1);
    follow(&kit, "fan", 900).await;
    assert_eq!(texts(&kit).await, ["pinned 1"]);
    assert_eq!(post::Entity::find().count(kit.app.db().read()).await.unwrap(), 2);
}

#[tokio::test]
async fn a_long_list_has_an_end() {
    let items: Vec<Value> = (1..=30).map(|number| json!(uri(number))).collect();
    let kit = scene(&list(&items), 20).await;
    // What lies beyond the end is not even asked for.
    for number in 21..=30 {
        kit.remote.hang(&uri(number));
    }
    follow(&kit, "fan", 900).await;
    let texts = texts(&kit).await;
    assert_eq!((texts.len(), texts.first().map(String::as_str)), (20, Some("pinned 1")));
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_tried_again_and_one_that_is_not_there_changes_nothing() {
    let kit = scene(&list(&[json!(uri(1))]), 1).await;
    kit.remote.fail(FEATURED, PortError::Unavailable("down".to_owned()));
    let fan = follow(&kit, "fan", 900).await;
    assert!(texts(&kit).await.is_empty());
    kit.remote.put(FEATURED, &list(&[json!(uri(1))]).to_string());
    kit.clock.advance(Span::minutes(1));
    kit.settle().await;
    assert_eq!(texts(&kit).await, ["pinned 1"]);

    // Everybody leaves, and the list is not there when the next one comes.
    kit.app.follows().unfollow(&fan, "fan", &ann()).await.unwrap();
    kit.remote.fail(FEATURED, PortError::NotFound);
    follow(&kit, "other", 901).await;
    assert_eq!(readings(&kit).await, 2);
    assert_eq!(texts(&kit).await, ["pinned 1"]);
}

#[tokio::test]
async fn a_list_on_another_server_is_not_asked_for() {
    let kit = scene(&list(&[]), 1).await;
    let mut ann = person("v.example", "ann");
    ann["featured"] = json!("https://w.example/featured");
    kit.remote.put(ANN, &ann.to_string());
    kit.remote.hang("https://w.example/featured");
    follow(&kit, "fan", 900).await;
    assert!(texts(&kit).await.is_empty());
}

//! What is looked for because somebody reads a conversation: answers elsewhere, and changes of what
//! was found.

use carefolk_app::ports::PortError;
use carefolk_app::posts::PostRef;
use carefolk_app::{Caller, Page};
use carefolk_domain::{Moment, PostId, Role, Span};
use carefolk_store::entity::job::{self, JobState};
use carefolk_store::entity::{notification, peer, post};
use carefolk_testkit::Kit;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::stranger::{PUBLIC, act, note, say, settle_in};

const FIRST: &str = "https://v.example/notes/1";
const LIST: &str = "https://v.example/notes/1/replies";

/// A note of somebody on `host` that answers another.
fn answer(host: &str, who: &str, number: u32, to: &str) -> Value {
    json!({"id": format!("https://{host}/notes/{number}"), "type": "Note",
        "attributedTo": format!("https://{host}/users/{who}"), "content": format!("answer {number}"),
        "published": format!("2026-12-01T09:00:1{number}Z"), "to": [PUBLIC], "inReplyTo": to})
}

fn put(kit: &Kit, note: &Value) {
    kit.remote.put(note["id"].as_str().unwrap(), &note.to_string());
}

fn page(id: &str, next: Option<&str>, items: &[Value]) -> Value {
    json!({"id": id, "type": "CollectionPage", "partOf": LIST, "next": next, "items": items})
}

/// A community that was told of Ann's first note, six minutes ago. What answers it is in `first`.
async fn told(first: &Value) -> (Kit, Caller) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    settle_in(&kit, "w.example", "wes");
    let list = json!({"id": LIST, "type": "Collection", "first": first});
    kit.remote.put(LIST, &list.to_string());
    let mut said = note(1, "who comes?");
    let uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
    said["tag"] = json!([{"type": "Mention", "href": uri, "name": "@nurse"}]);
    said["replies"] = json!(LIST);
    put(&kit, &said);
    say(&kit, &act(1, "Create", said)).await;
    kit.clock.advance(Span::minutes(6));
    (kit, nurse)
}

async fn row(kit: &Kit, uri: &str) -> Option<post::Model> {
    let rows = post::Entity::find().filter(post::Column::Uri.eq(uri));
    rows.one(kit.app.db().read()).await.unwrap()
}

async fn first(kit: &Kit) -> PostId {
    row(kit, FIRST).await.unwrap().id
}

async fn read(kit: &Kit, reader: &Caller) {
    kit.app.posts().read_by(reader, first(kit).await).await;
}

async fn below(kit: &Kit) -> Vec<String> {
    let by = PostRef::Uri(FIRST.to_owned());
    let thread = kit.app.posts().thread(&Caller::Visitor, &by, Page::first(99)).await.unwrap();
    thread.replies.iter().map(|post| post.html.to_plain()).collect()
}

async fn jobs(kit: &Kit, name: &str) -> Vec<job::Model> {
    let rows = job::Entity::find().filter(job::Column::Name.eq(name));
    rows.all(kit.app.db().read()).await.unwrap()
}

#[tokio::test]
async fn who_reads_a_post_from_elsewhere_soon_finds_its_answers() {
    let second = "https://v.example/notes/1/replies?page=2";
    let start = page(
        "https://v.example/notes/1/replies?page=1",
        Some(second),
        &[json!("https://v.example/notes/2")],
    );
    let (kit, nurse) = told(&start).await;
    put(&kit, &answer("v.example", "ann", 2, FIRST));
    put(&kit, &answer("w.example", "wes", 3, "https://v.example/notes/2"));
    let other = json!("https://w.example/notes/3");
    kit.remote.put(second, &page(second, None, &[other]).to_string());
    assert!(below(&kit).await.is_empty());
    read(&kit, &nurse).await;
    kit.settle().await;
    // The answer to the answer may have been read too early, and is read once more.
    kit.clock.advance(Span::minutes(1));
    kit.settle().await;
    assert_eq!(below(&kit).await, ["answer 2", "answer 3"]);
    // What was looked for is news to nobody.
    assert_eq!(notification::Entity::find().count(kit.app.db().read()).await.unwrap(), 1);
}

#[tokio::test]
async fn a_conversation_that_a_server_keeps_brings_what_names_it() {
    let (kit, nurse) = told(&page(LIST, None, &[])).await;
    let context = "https://v.example/contexts/1";
    let mut said: Value = note(1, "who comes?");
    said["context"] = json!(context);
    said["updated"] = json!("2026-12-01T09:01:00Z");
    put(&kit, &said);
    let tx = kit.app.begin().await.unwrap();
    post::Entity::update_many()
        .col_expr(post::Column::ContextUri, Expr::value(context))
        .filter(post::Column::Uri.eq(FIRST))
        .exec(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut deep = answer("w.example", "wes", 4, "https://w.example/notes/9");
    deep["context"] = json!(context);
    put(&kit, &deep);
    put(&kit, &answer("w.example", "wes", 5, "https://w.example/notes/9"));
    let items = json!(["https://w.example/notes/4", "https://w.example/notes/5"]);
    let list = json!({"id": context, "type": "OrderedCollection", "orderedItems": items});
    kit.remote.put(context, &list.to_string());
    read(&kit, &nurse).await;
    kit.settle().await;
    assert!(row(&kit, "https://w.example/notes/4").await.is_some());
    assert!(row(&kit, "https://w.example/notes/5").await.is_none(), "it names no conversation");
}

#[tokio::test]
async fn nobody_is_asked_for_a_visitor_nor_too_early_nor_too_often() {
    let (kit, nurse) = told(&page(LIST, None, &[])).await;
    let asked = async || jobs(&kit, "posts.fetch_replies").await.len();
    read(&kit, &Caller::Visitor).await;
    assert_eq!(asked().await, 0);
    read(&kit, &nurse).await;
    assert_eq!(asked().await, 1);
    kit.settle().await;
    for (minutes, times) in [(1, 1), (13, 1), (2, 2)] {
        kit.clock.advance(Span::minutes(minutes));
        read(&kit, &nurse).await;
        kit.settle().await;
        assert_eq!(asked().await, times, "{minutes}");
    }
    // A post that has just been written has no answers yet that would not come by themselves.
    let mut young = note(7, "just now");
    young["published"] = json!("2026-12-01T09:20:00Z");
    let uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
    young["tag"] = json!([{"type": "Mention", "href": uri, "name": "@nurse"}]);
    say(&kit, &act(7, "Create", young)).await;
    let young = row(&kit, "https://v.example/notes/7").await.unwrap().id;
    kit.app.posts().read_by(&nurse, young).await;
    assert_eq!(asked().await, 2);
}

#[tokio::test]
async fn a_list_says_where_to_look_and_nothing_more() {
    let mut lie = answer("w.example", "wes", 3, FIRST);
    lie["content"] = json!("a lie");
    let elsewhere = json!("https://v.example/notes/8");
    let forged = json!("https://e.example/notes/6");
    let start = page(
        "https://v.example/notes/1/replies?page=1",
        Some("https://e.example/more"),
        &[lie, elsewhere, forged],
    );
    let (kit, nurse) = told(&start).await;
    settle_in(&kit, "e.example", "eve");
    put(&kit, &answer("w.example", "wes", 3, FIRST));
    // It is there, but belongs to no conversation of ours.
    put(&kit, &answer("v.example", "ann", 8, "https://v.example/notes/77"));
    // Eve's server speaks for Wes.
    let mut forged = answer("w.example", "wes", 6, FIRST);
    forged["id"] = json!("https://e.example/notes/6");
    put(&kit, &forged);
    // The next page stands on another server.
    put(&kit, &answer("e.example", "eve", 9, FIRST));
    let more = page("https://e.example/more", None, &[json!("https://e.example/notes/9")]);
    kit.remote.put("https://e.example/more", &more.to_string());
    read(&kit, &nurse).await;
    for _ in 0..3 {
        kit.settle().await;
        kit.clock.advance(Span::minutes(2));
    }
    assert_eq!(below(&kit).await, ["answer 3"]);
    assert_eq!(post::Entity::find().count(kit.app.db().read()).await.unwrap(), 2);
}

#[tokio::test]
async fn a_list_without_an_end_is_read_for_ten_pages() {
    let number = |n: u32| format!("https://v.example/notes/1/replies?page={n}");
    let item = |n: u32| json!(format!("https://s{n}.example/notes/1"));
    let (kit, nurse) = told(&page(&number(2), Some(&number(3)), &[item(2)])).await;
    for n in 3..30 {
        let page = page(&number(n), Some(&number(n + 1)), &[item(n)]);
        kit.remote.put(&number(n), &page.to_string());
    }
    read(&kit, &nurse).await;
    kit.settle().await;
    // The list itself is the first, and holds no id.
    assert_eq!(jobs(&kit, "posts.fetch_found").await.len(), 9);
    // One that leads back to itself ends at once.
    let (kit, nurse) = told(&json!(LIST)).await;
    read(&kit, &nurse).await;
    kit.settle().await;
    assert!(jobs(&kit, "posts.fetch_found").await.is_empty());
}

#[tokio::test]
async fn a_long_list_is_looked_for_within_budgets() {
    for (host, most) in [("e.example", 20), ("x{n}.e.example", 40), ("s{n}.example", 200)] {
        let items: Vec<Value> = (0..300)
            .map(|n: u32| {
                let host = host.replace("{n}", &n.to_string());
                json!(format!("https://{host}/notes/{n}"))
            })
            .collect();
        let (kit, nurse) = told(&page("https://v.example/p", None, &items)).await;
        read(&kit, &nurse).await;
        // The list is read; nothing of what it names is yet.
        assert_eq!(kit.app.jobs().run_due().await.unwrap(), 1);
        assert_eq!(jobs(&kit, "posts.fetch_found").await.len(), most, "{host}");
    }
}

#[tokio::test]
async fn what_was_found_is_read_again_after_a_day() {
    let start = page("https://v.example/p", None, &[json!("https://w.example/notes/3")]);
    let (kit, nurse) = told(&start).await;
    let mut found = answer("w.example", "wes", 3, FIRST);
    put(&kit, &found);
    read(&kit, &nurse).await;
    kit.settle().await;
    found["content"] = json!("in other words");
    found["updated"] = json!("2026-12-01T10:00:00Z");
    put(&kit, &found);
    for (hours, words) in [(2, "answer 3"), (23, "in other words")] {
        kit.clock.advance(Span::hours(hours));
        read(&kit, &nurse).await;
        kit.settle().await;
        assert_eq!(below(&kit).await, [words]);
    }
    // Its own server says that it is gone. That it is not found is not enough.
    for (error, gone) in [(PortError::NotFound, false), (PortError::Gone, true)] {
        kit.remote.fail("https://w.example/notes/3", error);
        kit.clock.advance(Span::hours(25));
        read(&kit, &nurse).await;
        kit.settle().await;
        assert_eq!(below(&kit).await == [""], gone);
    }
}

async fn back_off(kit: &Kit, until: Moment) {
    let tx = kit.app.begin().await.unwrap();
    peer::Entity::update_many()
        .col_expr(peer::Column::BackoffUntil, Expr::value(until))
        .filter(peer::Column::Host.eq("v.example"))
        .exec(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_left_alone_until_it_is_tried_again() {
    let (kit, nurse) = told(&page(LIST, None, &[])).await;
    let until = kit.app.now() + Span::hours(8);
    back_off(&kit, until).await;
    // Whoever asks it all the same waits for ever.
    kit.remote.hang(FIRST);
    read(&kit, &nurse).await;
    kit.settle().await;
    let waiting = jobs(&kit, "posts.fetch_replies").await.pop().unwrap();
    assert_eq!(
        (waiting.state, waiting.run_at, waiting.last_error),
        (JobState::Waiting, until, None)
    );
    // For ever is too long for a job as well.
    back_off(&kit, until + Span::days(9)).await;
    kit.clock.advance(Span::days(3));
    kit.settle().await;
    assert_eq!(jobs(&kit, "posts.fetch_replies").await.pop().unwrap().state, JobState::Done);
}

#[tokio::test]
async fn what_nobody_answers_any_more_is_not_looked_for() {
    let (kit, _nurse) = told(&page(LIST, None, &[])).await;
    let above = "https://w.example/notes/5";
    kit.remote.fail(above, PortError::Unavailable("down".to_owned()));
    let uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
    let mut reply = note(9, "hello");
    reply["inReplyTo"] = json!(above);
    reply["tag"] = json!([{"type": "Mention", "href": uri, "name": "@nurse"}]);
    let id = reply["id"].clone();
    say(&kit, &act(9, "Create", reply)).await;
    say(&kit, &act(10, "Delete", id)).await;
    put(
        &kit,
        &json!({"id": above, "type": "Note", "content": "above", "to": [PUBLIC],
        "attributedTo": "https://w.example/users/wes"}),
    );
    kit.clock.advance(Span::minutes(1));
    kit.settle().await;
    assert!(row(&kit, above).await.is_none());
    assert_eq!(jobs(&kit, "posts.fetch_parent").await.pop().unwrap().state, JobState::Done);
}

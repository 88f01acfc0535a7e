//! Who may answer and who may quote (FEP-044f, S-060).

use carefolk_app::posts::{NewPost, Policies, PostRef, PostView};
use carefolk_app::{Caller, Error};
use carefolk_domain::{Address, Audience, Reach, Role};
use carefolk_store::entity::{post, quote_stamp};
use carefolk_testkit::Kit;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::stranger::{ANN, ANN_INBOX, PUBLIC, act, follow, note, say, settle_in};

/// A kit in which Ann follows `nurse`, and Eve does not.
async fn scene() -> (Kit, Caller) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    settle_in(&kit, "e.example", "eve");
    let uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
    say(&kit, &follow(1, &uri)).await;
    (kit, nurse)
}

async fn publish(kit: &Kit, nurse: &Caller, replies: Reach, quotes: Reach) -> PostView {
    let policies = Policies { replies, quotes };
    let new = NewPost { policies, ..Kit::words("nurse", "Read this first") };
    kit.app.posts().publish(nurse, new).await.unwrap()
}

fn asks(host: &str, name: &str, number: u32, object: &str) -> Value {
    let actor = format!("https://{host}/users/{name}");
    json!({"id": format!("https://{host}/asks/{number}"), "type": "QuoteRequest", "actor": actor,
        "object": object, "instrument": format!("https://{host}/notes/{number}")})
}

fn answers(kit: &Kit, inbox: &str) -> Vec<(String, Option<String>)> {
    let quote = |sent: &Value| sent["object"]["type"] == "QuoteRequest";
    let sent = kit.remote.sent_to(inbox).into_iter().filter(quote);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    sent.map(|sent| (text(&sent["type"]).unwrap(), text(&sent["result"]))).collect()
}

#[tokio::test]
async fn quotes_that_nobody_has_seen_are_allowed_a_few_times() {
    let (kit, nurse) = scene().await;
    let post = publish(&kit, &nurse, Reach::Anyone, Reach::Followers).await;
    for number in 1..30 {
        say(&kit, &asks("v.example", "ann", number, &post.uri)).await;
    }
    let stamps = quote_stamp::Entity::find().count(kit.app.db().read()).await.unwrap();
    assert_eq!(stamps, 20);
    assert_eq!(answers(&kit, ANN_INBOX).last().unwrap().0, "Reject");
}

#[tokio::test]
async fn a_quote_is_allowed_by_the_policy_of_the_post_and_shown_to_be() {
    let (kit, nurse) = scene().await;
    let post = publish(&kit, &nurse, Reach::Anyone, Reach::Followers).await;
    say(&kit, &asks("v.example", "ann", 1, &post.uri)).await;
    say(&kit, &asks("e.example", "eve", 2, &post.uri)).await;
    let [(kind, Some(stamp))] = &answers(&kit, ANN_INBOX)[..] else { panic!() };
    assert_eq!(kind, "Accept");
    let eves = answers(&kit, "https://e.example/users/eve/inbox");
    assert_eq!(eves, [("Reject".to_owned(), None)]);
    let slug = stamp.rsplit_once('/').unwrap().1;
    let document = kit.app.posts().quote_document(slug).await.unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["type"], json!("QuoteAuthorization"));
    assert_eq!(document["interactingObject"], json!("https://v.example/notes/1"));
    assert_eq!(document["interactionTarget"], json!(post.uri));
    // Asked again, it is the same stamp.
    say(
        &kit,
        &json!({"id": "https://v.example/asks/9", "type": "QuoteRequest", "actor": ANN,
        "object": post.uri, "instrument": {"id": "https://v.example/notes/1", "type": "Note"}}),
    )
    .await;
    assert_eq!(answers(&kit, ANN_INBOX).pop().unwrap().1.as_ref(), Some(stamp));
    // Who is blocked afterwards has no stamp, nor has anybody once the post is gone.
    let ann = Address::parse("ann@v.example").unwrap();
    kit.app.blocks().block(&nurse, "nurse", &ann, false).await.unwrap();
    assert!(kit.app.posts().quote_document(slug).await.is_err());
    kit.app.blocks().unblock(&nurse, "nurse", &ann).await.unwrap();
    assert!(kit.app.posts().quote_document(slug).await.is_ok());
    kit.app.posts().delete(&nurse, post.id).await.unwrap();
    assert!(kit.app.posts().quote_document(slug).await.is_err());
}

#[tokio::test]
async fn what_few_may_read_is_quoted_by_nobody_and_not_confirmed() {
    let (kit, nurse) = scene().await;
    let new = NewPost { audience: Audience::Followers, ..Kit::words("nurse", "For few") };
    let few = kit.app.posts().publish(&nurse, new).await.unwrap();
    say(&kit, &asks("v.example", "ann", 1, &few.uri)).await;
    // Nor is somebody else's post put forward, nor one of ours that is not there.
    let open = publish(&kit, &nurse, Reach::Anyone, Reach::Anyone).await;
    let mut forged = asks("e.example", "eve", 2, &open.uri);
    forged["instrument"] = json!("https://v.example/notes/2");
    say(&kit, &forged).await;
    say(&kit, &asks("v.example", "ann", 3, "https://care.example/ap/post/none")).await;
    assert!(answers(&kit, ANN_INBOX).is_empty());
    assert!(answers(&kit, "https://e.example/users/eve/inbox").is_empty());
    let stamps = quote_stamp::Entity::find().count(kit.app.db().read()).await.unwrap();
    assert_eq!(stamps, 0);
}

fn reply(host: &str, name: &str, number: u32, to: &str) -> Value {
    let actor = format!("https://{host}/users/{name}");
    let mut reply = note(number, "an answer");
    reply["id"] = json!(format!("https://{host}/notes/{number}"));
    reply["attributedTo"] = json!(actor);
    reply["inReplyTo"] = json!(to);
    json!({"id": format!("https://{host}/acts/{number}"), "type": "Create", "actor": actor,
        "object": reply, "to": [PUBLIC]})
}

#[tokio::test]
async fn only_who_may_answers_and_who_is_named_always_may() {
    let (kit, nurse) = scene().await;
    let held = |uri: &'static str| {
        let app = &kit.app;
        async move { app.posts().find(&Caller::Visitor, &PostRef::Uri(uri.to_owned())).await.is_ok() }
    };
    let followers = publish(&kit, &nurse, Reach::Followers, Reach::Anyone).await;
    say(&kit, &reply("v.example", "ann", 1, &followers.uri)).await;
    say(&kit, &reply("e.example", "eve", 2, &followers.uri)).await;
    assert!(held("https://v.example/notes/1").await && !held("https://e.example/notes/2").await);
    let nobody = publish(&kit, &nurse, Reach::Nobody, Reach::Nobody).await;
    say(&kit, &reply("v.example", "ann", 3, &nobody.uri)).await;
    assert!(!held("https://v.example/notes/3").await);
    let policies = Policies { replies: Reach::Nobody, quotes: Reach::Nobody };
    let new = NewPost { policies, ..Kit::words("nurse", "@ann@v.example only you") };
    let named = kit.app.posts().publish(&nurse, new).await.unwrap();
    say(&kit, &reply("v.example", "ann", 4, &named.uri)).await;
    assert!(held("https://v.example/notes/4").await);
    // The same for people here; the author always may.
    let other = kit.account("other", Role::Member).await;
    let answer = |author: &str| NewPost {
        in_reply_to: Some(nobody.uri.clone()),
        ..Kit::words(author, "But")
    };
    let refused = kit.app.posts().publish(&other, answer("other")).await;
    assert!(matches!(refused, Err(Error::Invalid(_))));
    assert!(kit.app.posts().publish(&nurse, answer("nurse")).await.is_ok());
}

#[tokio::test]
async fn what_somebody_elsewhere_allows_is_heeded_here() {
    let (kit, nurse) = scene().await;
    let address = Address::parse("ann@v.example").unwrap();
    kit.app.follows().follow(&nurse, "nurse", &address).await.unwrap();
    kit.settle().await;
    let asked = kit.remote.sent_to(ANN_INBOX).pop().unwrap();
    say(&kit, &act(900, "Accept", asked)).await;
    let followers = format!("{ANN}/followers");
    for (number, who) in (1..).zip([json!(PUBLIC), json!([followers]), json!([ANN]), json!([])]) {
        let mut said = note(number, "hello");
        said["interactionPolicy"] = json!({"canReply": {"automaticApproval": who}});
        say(&kit, &act(number, "Create", said)).await;
    }
    let other = kit.account("other", Role::Member).await;
    let may = async |caller: &Caller, author: &str, number: u32| {
        let in_reply_to = Some(format!("https://v.example/notes/{number}"));
        let new = NewPost { in_reply_to, ..Kit::words(author, "Hello") };
        kit.app.posts().publish(caller, new).await.is_ok()
    };
    assert!(may(&nurse, "nurse", 1).await && may(&other, "other", 1).await);
    assert!(may(&nurse, "nurse", 2).await && !may(&other, "other", 2).await);
    assert!(!may(&nurse, "nurse", 3).await && !may(&nurse, "nurse", 4).await);
    // What a post quotes is a link, and no more.
    let mut quoting = note(9, "look at this");
    quoting["quote"] = json!("https://e.example/notes/7");
    quoting["quoteAuthorization"] = json!("https://e.example/stamps/forged");
    say(&kit, &act(9, "Create", quoting)).await;
    let by = PostRef::Uri("https://v.example/notes/9".to_owned());
    let shown = kit.app.posts().find(&nurse, &by).await.unwrap();
    assert_eq!(shown.attachments.first().unwrap().url, "https://e.example/notes/7");
    let rows = post::Entity::find().all(kit.app.db().read()).await.unwrap();
    assert!(rows.iter().all(|row| row.uri != "https://e.example/notes/7"), "nothing is fetched");
}

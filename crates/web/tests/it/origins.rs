//! Where people and posts are from is on every page that shows them (S-062).

use carefolk_app::inbound::Arrival;
use carefolk_domain::{Address, Role, Span};
use carefolk_testkit::Kit;
use serde_json::{Value, json};

use crate::browser::Browser;

const EVE: &str = "https://e.example/users/eve";
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Whom Eve wants to be taken for: with a mark that looks official, and one that turns her line.
const CLAIM: &str = "Alderbrook Council \u{2714}\u{202e}";

pub(crate) async fn hear(kit: &Kit, number: u32, kind: &str, object: Value) {
    let id = format!("https://e.example/acts/{number}");
    let activity = json!({"@context": "https://www.w3.org/ns/activitystreams", "id": id,
        "type": kind, "actor": EVE, "object": object, "to": [PUBLIC]});
    let arrival = Arrival {
        uri: id,
        actor_uri: EVE.to_owned(),
        host: "e.example".to_owned(),
        kind: kind.to_owned(),
        body: activity.to_string(),
        synchronization: None,
    };
    kit.app.inbound().accept(arrival).await.unwrap();
    kit.settle().await;
}

pub(crate) fn note(number: u32, words: &str) -> Value {
    json!({"id": format!("https://e.example/notes/{number}"), "type": "Note",
        "attributedTo": EVE, "content": words, "published": "2026-12-01T08:59:50Z", "to": [PUBLIC]})
}

/// Nurse follows Eve, who calls herself the council, says something, is answered, and passes on
/// what Porter said.
pub(crate) async fn scene() -> (Kit, Browser) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let eve = json!({"id": EVE, "type": "Organization", "preferredUsername": "admin",
        "name": CLAIM, "inbox": format!("{EVE}/inbox"), "followers": format!("{EVE}/followers")});
    kit.remote.put(EVE, &eve.to_string());
    kit.remote.finger("admin@e.example", EVE);
    let address = Address::parse("admin@e.example").unwrap();
    kit.app.follows().follow(&nurse, "nurse", &address).await.unwrap();
    kit.settle().await;
    let asked: Value = serde_json::from_str(&kit.remote.sent().pop().unwrap().1).unwrap();
    hear(&kit, 1, "Accept", asked).await;
    hear(&kit, 2, "Create", note(1, "<p>Pay here</p>")).await;
    kit.clock.advance(Span::minutes(1));
    let answer = carefolk_app::posts::NewPost {
        in_reply_to: Some("https://e.example/notes/1".to_owned()),
        ..Kit::words("nurse", "Who are you?")
    };
    kit.app.posts().publish(&nurse, answer).await.unwrap();
    let porter = kit.account("porter", Role::Member).await;
    let other = kit.post(&porter, "porter", "Lunch is at one").await;
    hear(&kit, 3, "Announce", json!(other.uri)).await;
    let browser = Browser::signed_in(&kit, "nurse").await;
    (kit, browser)
}

/// The words of a page, without its markup.
fn words(body: &str) -> String {
    let pieces = body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    let isolates = ['\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'];
    let text = pieces.collect::<Vec<_>>().join(" ").replace(isolates, "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_claim_from_elsewhere_never_stands_without_its_host() {
    let (kit, mut browser) = scene().await;
    let eve = Address::parse("admin@e.example").unwrap();
    let caller = carefolk_app::Caller::Visitor;
    let page = kit.app.actors().find(&caller, &eve).await.unwrap().unwrap().page;
    let by = carefolk_app::posts::PostRef::Uri("https://e.example/notes/1".to_owned());
    let post = kit.app.posts().find(&caller, &by).await.unwrap().page;
    for path in ["/", "/you", &page, &post] {
        let body = browser.get(path).await.body;
        let text = words(&body);
        assert!(text.contains("Alderbrook Council"), "{path}");
        // Between one mention of the name and the next stands where it is from.
        let mentions: Vec<&str> = text.split("Alderbrook Council").skip(1).collect();
        for (number, after) in mentions.iter().enumerate() {
            assert!(after.contains("e.example"), "{path}, mention {number}: {text}");
        }
        assert!(!body.contains('\u{202e}'), "{path}");
        // What she calls herself is no word of ours.
        assert!(!body.contains(">Provider<"), "{path}");
    }
    let tab = browser.get(&post).await.body;
    let (_, title) = tab.split_once("<title>").unwrap();
    assert!(title.split("</title>").next().unwrap().contains("(e.example)"));
}

#[tokio::test]
async fn what_somebody_elsewhere_passed_on_or_is_answered_says_where_they_are_from() {
    let (_kit, mut browser) = scene().await;
    let text = words(&browser.get("/").await.body);
    for beginning in ["Passed on by", "In reply to"] {
        let (_, after) = text.split_once(beginning).expect(beginning);
        let near: String = after.chars().take(120).collect();
        assert!(near.contains("e.example"), "{beginning}{near}");
    }
}

#[tokio::test]
async fn our_own_providers_have_our_word_for_it() {
    let (kit, mut browser) = scene().await;
    let provider = kit.provider("hazelbank", "nurse").await;
    let body = browser.get(&provider.page).await.body;
    assert!(body.contains(">Provider<"), "{body}");
}

#[tokio::test]
async fn an_event_says_when_and_where_and_what_goes_with_it_is_a_link_with_its_host() {
    let (kit, mut browser) = scene().await;
    let mut event = note(7, "<p>Tea and music</p>");
    event["type"] = json!("Event");
    event["name"] = json!("Café");
    event["startTime"] = json!("2026-12-04T14:00:00Z");
    event["endTime"] = json!("2026-12-04T16:00:00Z");
    event["location"] = json!({"type": "Place", "name": "Library"});
    event["attachment"] = json!([
        {"type": "Document", "mediaType": "image/jpeg", "name": "A <b>garden", "url": "https://files.example/1.jpg"},
        {"type": "Document", "mediaType": "application/pdf", "url": "https://files.example/menu.pdf?x"}]);
    hear(&kit, 7, "Create", event).await;
    let by = carefolk_app::posts::PostRef::Uri("https://e.example/notes/7".to_owned());
    let page = kit.app.posts().find(&carefolk_app::Caller::Visitor, &by).await.unwrap().page;
    let body = browser.get(&page).await.body;
    let text = words(&body);
    assert!(text.contains("When: Friday 4 December 2026, 2pm to 4pm"), "{text}");
    assert!(text.contains("Where: Library"), "{text}");
    assert!(
        text.contains("(files.example)") && text.contains("menu.pdf , without a description"),
        "{text}"
    );
    assert!(!body.contains("<b>garden") && body.contains("<img"), "{body}");
    assert!(!body.contains("src=\"http"), "nothing is loaded from there");
    assert!(
        browser
            .get(&format!("/cy{page}"))
            .await
            .body
            .contains("Pryd:</strong> dydd Gwener 4 Rhagfyr 2026")
    );
}

#[tokio::test]
async fn what_is_pinned_stands_first_and_once_and_who_moved_is_not_followed_here() {
    let (kit, mut browser) = scene().await;
    let boss = kit.account("boss", Role::Admin).await;
    let first = kit.post(&boss, "boss", "Read this first").await;
    kit.post(&boss, "boss", "News").await;
    let by = carefolk_app::posts::PostRef::Id(first.id);
    kit.app.posts().pin(&boss, &by).await.unwrap();
    let body = browser.get("/@boss").await.body;
    let (pinned, rest) = body.split_once("id=\"posts\"").unwrap();
    assert!(pinned.contains("To read first") && pinned.contains("Read this first"));
    assert!(!rest.contains("Read this first") && rest.contains("News"));
    assert!(body.contains("/follow/boss") && body.contains("/you/follow"));

    let new = "https://n.example/users/boss";
    let uri = kit.app.actors().find_local("boss").await.unwrap().uri;
    let document = json!({"id": new, "type": "Person", "preferredUsername": "boss", "name": "Boss",
        "inbox": format!("{new}/inbox"), "alsoKnownAs": [uri]});
    kit.remote.put(new, &document.to_string());
    kit.remote.finger("boss@n.example", new);
    let target = Address::parse("boss@n.example").unwrap();
    kit.app.profiles().move_to(&boss, "boss", &target).await.unwrap();
    let body = browser.get("/@boss").await.body;
    assert!(words(&body).contains("They have moved. Their new page: Boss @boss@n.example"));
    assert!(!body.contains("/follow/boss") && !body.contains("action=\"/you/follow\""));
}

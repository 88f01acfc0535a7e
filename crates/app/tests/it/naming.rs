//! Handles that change hands on another server, and names that want to look like somebody else's.

use carefolk_app::actors::ActorView;
use carefolk_app::ports::PortError;
use carefolk_app::posts::PostRef;
use carefolk_app::{Caller, Page};
use carefolk_domain::{Address, Role, Span};
use carefolk_testkit::Kit;
use serde_json::{Value, json};

use crate::stranger::{ANN, act, hand_in, note, person, say, settle_in};

const HEIR: &str = "https://v.example/ap/7";

fn address(name: &str) -> Address {
    Address::parse(&format!("{name}@v.example")).unwrap()
}

async fn find(kit: &Kit, name: &str) -> Option<ActorView> {
    kit.app.actors().find(&Caller::Visitor, &address(name)).await.unwrap()
}

async fn uri_of(kit: &Kit, name: &str) -> Option<String> {
    find(kit, name).await.map(|actor| actor.uri)
}

/// The document of somebody on Ann's server whose id does not hold their name.
fn heir(kind: &str, name: &str) -> Value {
    let mut heir = person("v.example", name);
    heir["id"] = json!(HEIR);
    heir["type"] = json!(kind);
    heir["inbox"] = json!(format!("{HEIR}/inbox"));
    heir["followers"] = json!(format!("{HEIR}/followers"));
    heir["publicKey"]["id"] = json!(format!("{HEIR}#main-key"));
    heir["publicKey"]["owner"] = json!(HEIR);
    heir
}

/// A community that Ann told something that names somebody here.
async fn told() -> (Kit, Caller) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    let uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
    let mut said = note(1, "hello");
    said["tag"] = json!([{"type": "Mention", "href": uri, "name": "@nurse"}]);
    say(&kit, &act(1, "Create", said)).await;
    (kit, nurse)
}

/// The heir speaks for the first time, so their document is read.
async fn heir_speaks(kit: &Kit, number: u32) {
    let mut activity = act(number, "Like", json!("https://care.example/ap/post/nothing"));
    activity["actor"] = json!(HEIR);
    hand_in(kit, &activity).await;
    kit.settle().await;
}

#[tokio::test]
async fn an_actor_that_was_renamed_is_found_under_its_new_name_only() {
    let (kit, _nurse) = told().await;
    let before = find(&kit, "ann").await.unwrap();
    let mut renamed = person("v.example", "ann");
    renamed["preferredUsername"] = json!("anna");
    kit.remote.put(ANN, &renamed.to_string());
    say(&kit, &act(2, "Update", renamed)).await;
    assert!(find(&kit, "ann").await.is_none());
    let after = find(&kit, "anna").await.unwrap();
    assert_eq!((after.id, after.address()), (before.id, "anna@v.example".to_owned()));
    // Who gets the old name gets nothing of what was said under it.
    kit.remote.put(HEIR, &heir("Person", "ann").to_string());
    heir_speaks(&kit, 3).await;
    assert_eq!(uri_of(&kit, "ann").await.as_deref(), Some(HEIR));
    assert_eq!(uri_of(&kit, "anna").await.as_deref(), Some(ANN));
    let by = PostRef::Uri("https://v.example/notes/1".to_owned());
    let post = kit.app.posts().find(&Caller::Visitor, &by).await.unwrap();
    assert!(post.page.starts_with("/@anna@v.example/"), "{}", post.page);
}

#[tokio::test]
async fn a_name_that_somebody_else_has_now_is_no_longer_the_first_ones() {
    let (kit, _nurse) = told().await;
    kit.remote.put(HEIR, &heir("Person", "ann").to_string());
    heir_speaks(&kit, 2).await;
    assert_eq!(uri_of(&kit, "ann").await.as_deref(), Some(HEIR));
    assert_eq!(uri_of(&kit, "former~ann").await.as_deref(), Some(ANN));
    // What was said is still there, and under whose name it was said is not claimed.
    let by = PostRef::Uri("https://v.example/notes/1".to_owned());
    let post = kit.app.posts().find(&Caller::Visitor, &by).await.unwrap();
    let (who, slug) = post.page.strip_prefix("/@").unwrap().split_once('/').unwrap();
    assert_eq!(who, "former~ann@v.example");
    let by = PostRef::Page { handle: who.to_owned(), slug: slug.to_owned() };
    assert!(kit.app.posts().find(&Caller::Visitor, &by).await.is_ok());
    // Its own server says otherwise again.
    say(&kit, &act(3, "Update", person("v.example", "ann"))).await;
    assert_eq!(uri_of(&kit, "ann").await.as_deref(), Some(ANN));
}

/// Lemmy has a person and a community of one name.
#[tokio::test]
async fn a_group_and_a_person_may_share_a_name() {
    let (kit, _nurse) = told().await;
    kit.remote.put(HEIR, &heir("Group", "ann").to_string());
    heir_speaks(&kit, 2).await;
    assert_eq!(uri_of(&kit, "ann").await.as_deref(), Some(ANN));
    assert!(find(&kit, "former~ann").await.is_none());
    assert!(kit.app.actors().find(&Caller::Visitor, &address("ANN")).await.unwrap().is_some());
}

#[tokio::test]
async fn who_is_followed_by_an_old_name_is_asked_for_again() {
    let (kit, nurse) = told().await;
    kit.remote.put(HEIR, &heir("Person", "ann").to_string());
    kit.remote.finger("ann@v.example", HEIR);
    let followed = async || {
        kit.app.follows().follow(&nurse, "nurse", &address("ann")).await.unwrap().followee.uri
    };
    assert_eq!(followed().await, ANN, "what was read today is good enough");
    kit.clock.advance(Span::days(2));
    assert_eq!(followed().await, HEIR);
}

#[tokio::test]
async fn while_a_server_is_away_what_we_know_of_its_names_is_good_enough() {
    let (kit, nurse) = told().await;
    kit.remote.fail(ANN, PortError::Unavailable("down".to_owned()));
    kit.clock.advance(Span::days(2));
    let followed = kit.app.follows().follow(&nurse, "nurse", &address("ann")).await.unwrap();
    assert_eq!(followed.followee.uri, ANN);
}

#[tokio::test]
async fn a_name_from_elsewhere_cannot_turn_or_empty_its_line() {
    for (name, shown) in [
        ("\u{202e}licnuoC\u{2066} Council\u{200b}", "licnuoC Council"),
        ("\u{200b}\u{3164}", "ann"),
        ("<b>Council</b> &#x202e;x", "Council x"),
    ] {
        let kit = Kit::new().await;
        settle_in(&kit, "v.example", "ann");
        let mut odd = person("v.example", "ann");
        odd["name"] = json!(name);
        kit.remote.put(ANN, &odd.to_string());
        let nurse = kit.account("nurse", Role::Member).await;
        let seen = kit.app.actors().look_up_for(&nurse, &address("ann")).await.unwrap();
        assert_eq!(seen.name, shown, "{name:?}");
        assert_eq!(seen.name_and_origin(), format!("{shown} (v.example)"));
    }
}

/// A host in other letters is shown as the network knows it, in ASCII: `раураl` is not `paypal` (S-073).
#[tokio::test]
async fn a_host_that_looks_like_another_is_shown_in_ascii() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let host = "xn--l-7sba6dbr.example";
    settle_in(&kit, host, "ann");
    let there = Address::parse(&format!("ann@{host}")).unwrap();
    let seen = kit.app.actors().look_up_for(&nurse, &there).await.unwrap();
    assert_eq!(seen.host, host);
    // Nobody reaches it by other letters, and what calls itself by them is read in ASCII, too.
    let alike = "раураl.example";
    assert!(Address::parse(&format!("ann@{alike}")).is_err());
    assert_eq!(
        carefolk_domain::uri::host(&format!("https://{alike}/users/ann")).as_deref(),
        Some(host)
    );
    let posts = kit.app.timelines().profile(&nurse, seen.id, Page::first(9)).await.unwrap();
    assert!(posts.posts.is_empty());
}

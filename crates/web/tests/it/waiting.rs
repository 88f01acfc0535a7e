//! The page of what moderators of a group read first.

use axum::http::StatusCode;
use carefolk_domain::{GroupKind, PostingRule};
use carefolk_testkit::Kit;

use crate::browser::Browser;
use crate::groups::{WORDS, scene};

const PAGE: &str = "/groups/table/waiting";

async fn slow() -> Kit {
    let kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    kit.database.meddle("UPDATE care_group SET approval = 'all'").await;
    kit
}

/// The number that the first form of the page sends.
fn id(body: &str) -> String {
    let (_, rest) = body.split_once("name=\"id\" value=\"").expect("something that waits");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn who_wrote_it_and_who_reads_it_first_are_led_through() {
    let kit = slow().await;
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let answer = sam.submit("/groups/table", "/groups/table/begin", &WORDS).await;
    assert_eq!(answer.location(), "/groups/table?said=waits");
    let page = sam.get("/groups/table?said=waits").await.body;
    assert!(page.contains("A moderator will read this before it appears."), "{page}");
    assert!(page.contains("Moderators read every post before it appears."));
    assert!(page.contains("1 of your posts waits") && !page.contains("Awake at five"));
    let own = sam.get(PAGE).await.body;
    assert!(own.contains("Awake at five") && own.contains("Take it back"), "{own}");
    assert!(!own.contains("value=\"let-through\""), "{own}");

    let mut mo = Browser::signed_in(&kit, "mo").await;
    assert!(mo.get("/updates").await.body.contains("href=\"/groups/table/waiting\""));
    assert!(mo.get("/groups/table").await.body.contains("1 post waits for moderators"));
    let page = mo.get(PAGE).await.body;
    assert!(page.contains("Who is <em>there</em>?") && !page.contains("Take it back"), "{page}");
    let id = id(&page);
    let undecided = [("id", id.as_str()), ("do", "turn-down"), ("reason", "")];
    let answer = mo.submit(PAGE, PAGE, &undecided).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("Awake at five"));
    let answer = mo.submit(PAGE, PAGE, &[("id", &id), ("do", "let-through")]).await;
    assert_eq!(answer.location(), "/groups/table/waiting?said=waiting-through");
    let again = mo.submit(PAGE, PAGE, &[("id", &id), ("do", "let-through")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("Somebody else decided about this first"), "{}", again.body);
    assert!(Browser::new(&kit).get("/groups/table").await.body.contains("Awake at five"));
    let told = sam.get("/updates").await.body;
    assert!(told.contains("A moderator published what you wrote"), "{told}");
    assert!(!told.contains("/@mo\""), "by nobody's name");
}

#[tokio::test]
async fn what_is_turned_down_comes_back_with_why_and_with_its_words() {
    let kit = slow().await;
    let mut sam = Browser::signed_in(&kit, "sam").await;
    sam.submit("/groups/table", "/groups/table/begin", &WORDS).await;
    let mut mo = Browser::signed_in(&kit, "mo").await;
    let id = id(&mo.get(PAGE).await.body);
    let fields = [("id", id.as_str()), ("do", "turn-down"), ("reason", "advertising")];
    let answer = mo.submit(PAGE, PAGE, &fields).await;
    assert_eq!(answer.location(), "/groups/table/waiting?said=waiting-down");
    let page = sam.get(PAGE).await.body;
    assert!(page.contains("The moderators did not publish this."), "{page}");
    assert!(page.contains("Who is *there*?</textarea>"), "{page}");
    let answer = sam.submit(PAGE, PAGE, &[("id", &id), ("do", "take-back")]).await;
    assert_eq!(answer.location(), "/groups/table/waiting?said=waiting-back");
    assert!(sam.get(PAGE).await.body.contains("Nothing waits."));
    let visitor = Browser::new(&kit).get(PAGE).await;
    assert_eq!(visitor.location(), "/sign-in?next=%2Fgroups%2Ftable%2Fwaiting");
}

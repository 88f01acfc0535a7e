//! What one is told about, on its page and in the menu.

use axum::http::StatusCode;
use carefolk_domain::{GroupKind, PostingRule};
use carefolk_testkit::Kit;

use crate::browser::Browser;
use crate::groups::{WORDS, scene};

#[tokio::test]
async fn the_menu_says_how_much_is_new_and_the_page_what() {
    let kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    let mut mo = Browser::signed_in(&kit, "mo").await;
    let page = mo.get("/updates").await.body;
    assert!(page.contains("Nothing yet.") && !page.contains("I have seen"), "{page}");
    mo.submit("/groups/table", "/groups/table/begin", &WORDS).await;
    let thread = mo.get("/groups/table").await.body;
    let slug = thread.split("href=\"/@mo/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let reply = [("text", "Ring 01632 960123"), ("lang", "en")];
    sam.submit(&format!("/@mo/{slug}"), &format!("/@mo/{slug}/reply"), &reply).await;
    let page = mo.get("/updates").await.body;
    assert!(page.contains("Updates (1)<span class=\"hidden\"> new</span>"), "{page}");
    assert!(page.contains("href=\"/@sam\"") && page.contains("wrote to you."), "{page}");
    assert!(!page.contains("01632"), "no words of it: {page}");
    let latest = page.split("name=\"latest\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let answer = mo.submit("/updates", "/updates", &[("latest", latest)]).await;
    assert_eq!(answer.location(), "/updates?said=saw");
    let page = mo.get("/updates?said=saw").await.body;
    assert!(page.contains("You are up to date.") && page.contains("wrote to you."), "{page}");
    assert!(!page.contains("(1)") && !page.contains("I have seen all"), "{page}");
    for nonsense in ["", "x", "99999999999999999999"] {
        let answer = mo.submit("/updates", "/updates", &[("latest", nonsense)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{nonsense}");
    }
    let answer = Browser::new(&kit).get("/updates").await;
    assert!(answer.location().starts_with("/sign-in"), "{:?}", answer.status);
    assert!(mo.get("/cy/updates").await.body.contains("wedi ysgrifennu atoch"));
}

#[tokio::test]
async fn what_moderators_removed_says_why_and_leads_to_what_one_can_do() {
    let kit: Kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    let mut sam = Browser::signed_in(&kit, "sam").await;
    sam.submit("/groups/table", "/groups/table/begin", &WORDS).await;
    let page = sam.get("/groups/table").await.body;
    let slug = page.split("href=\"/@sam/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = format!("/@sam/{slug}/remove");
    let mut mo = Browser::signed_in(&kit, "mo").await;
    mo.submit(&form, &form, &[("reason", "private")]).await;
    let page = sam.get("/updates").await.body;
    for words in [
        "A moderator removed what you wrote in the group",
        "Sunday &#60;table&#62;</a>",
        "It shared private details.",
        "See it, and what you can do",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("/@mo\""), "by nobody's name");
    let gap = sam.get(&format!("/@sam/{slug}")).await.body;
    assert!(gap.contains("If you think this is wrong"), "{gap}");
}

#[tokio::test]
async fn a_moderator_comes_from_the_question_to_the_answer() {
    let kit = scene(GroupKind::Closed, PostingRule::Members).await;
    let mut sam = Browser::signed_in(&kit, "sam").await;
    sam.submit("/groups/table", "/groups/table/join", &[]).await;
    let mut mo = Browser::signed_in(&kit, "mo").await;
    let page = mo.get("/updates").await.body;
    assert!(page.contains("asks to join the group"), "{page}");
    assert!(page.contains("href=\"/groups/table/members\""), "{page}");
    let fields = [("who", "sam"), ("do", "approve")];
    mo.submit("/groups/table/members", "/groups/table/members", &fields).await;
    assert!(mo.get("/updates").await.body.contains("Nothing yet."));
    let page = sam.get("/updates").await.body;
    assert!(page.contains("You can now read and write in the group"), "{page}");
}

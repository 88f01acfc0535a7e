//! What moderators do with a conversation on its page: stop replies, pin; and bans that end by themselves.

use axum::http::StatusCode;
use carefolk_domain::{GroupKind, PostingRule, Span};
use carefolk_testkit::Kit;

use crate::browser::Browser;
use crate::groups::{WORDS, scene};

/// Mo begins a conversation; the path of its page.
async fn begun(mo: &mut Browser) -> String {
    mo.submit("/groups/table", "/groups/table/begin", &WORDS).await;
    let page = mo.get("/groups/table").await.body;
    let slug = page.split("href=\"/@mo/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    format!("/@mo/{slug}")
}

#[tokio::test]
async fn moderators_stop_replies_and_allow_them_again() {
    let kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    let mut mo = Browser::signed_in(&kit, "mo").await;
    let thread = begun(&mut mo).await;
    let order = format!("{thread}/order");
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let open = sam.get(&thread).await.body;
    assert!(open.contains("/reply\"") && !open.contains("For moderators"), "{open}");
    let answer = sam.submit(&thread, &order, &[("do", "lock")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let answer = mo.submit(&thread, &order, &[("do", "lock")]).await;
    assert_eq!(answer.location(), format!("{thread}?said=locked"));
    for reader in [&mut sam, &mut Browser::new(&kit)] {
        let page = reader.get(&thread).await.body;
        assert!(page.contains("The moderators stopped replies to this conversation on "), "{page}");
        assert!(!page.contains("/reply\"") && !page.contains("reply-title"), "{page}");
    }
    let log = Browser::new(&kit).get("/groups/table/removed").await.body;
    assert!(log.contains("Conversations where they stopped replies"), "{log}");
    assert!(log.contains("Awake at five</a>") && !log.contains("stopped by"), "{log}");
    // The form was open before.
    let fields = [("text", "So do I"), ("lang", "en")];
    let answer = sam.submit("/write", &format!("{thread}/reply"), &fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("Replies to this conversation are closed"), "{}", answer.body);
    assert!(answer.body.contains("So do I"), "nothing is lost");
    let page = mo.get(&thread).await.body;
    assert!(page.contains("/reply\"") && page.contains("Allow replies again"), "{page}");
    let answer = mo.submit(&thread, &order, &[("do", "unlock")]).await;
    assert_eq!(answer.location(), format!("{thread}?said=unlocked"));
    let answer = sam.submit(&thread, &format!("{thread}/reply"), &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(!sam.get(&thread).await.body.contains("stopped replies"));
}

#[tokio::test]
async fn what_is_pinned_stands_first_on_the_page_of_the_group() {
    let kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    let mut mo = Browser::signed_in(&kit, "mo").await;
    let thread = begun(&mut mo).await;
    let order = format!("{thread}/order");
    assert!(!mo.get("/groups/table").await.body.contains("Pinned by the moderators"));
    let answer = mo.submit(&thread, &order, &[("do", "pin")]).await;
    assert_eq!(answer.location(), format!("{thread}?said=pinned"));
    let page = Browser::new(&kit).get("/groups/table").await.body;
    let (pinned, rest) = page.split_once("Pinned by the moderators").unwrap();
    assert!(rest.contains("Awake at five</a>") && !pinned.contains("Awake at five"), "{page}");
    let answer = mo.submit(&thread, &order, &[("do", "dance")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(mo.get(&thread).await.body.contains("Unpin"));
    mo.submit(&thread, &order, &[("do", "unpin")]).await;
    assert!(!mo.get("/groups/table").await.body.contains("Pinned by the moderators"));
    for number in 0..5 {
        let fields = [("title", "One more"), ("text", "Hello"), ("lang", "en")];
        mo.submit("/groups/table", "/groups/table/begin", &fields).await;
        kit.clock.advance(Span::seconds(1));
        let page = mo.get("/groups/table").await.body;
        let (_, list) = page.split_once("Conversations").unwrap();
        let slug = list.split("href=\"/@mo/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let order = format!("/@mo/{slug}/order");
        let answer = mo.submit("/write", &order, &[("do", "pin")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{number}: {}", answer.body);
    }
    let answer = mo.submit(&thread, &order, &[("do", "pin")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("Five conversations are pinned already"), "{}", answer.body);
}

#[tokio::test]
async fn who_is_banned_for_a_week_is_told_until_when() {
    for (kind, told) in [
        (GroupKind::Open, "do not want you to write in this group until 8 December 2026"),
        (GroupKind::Closed, "do not want you in this group until 8 December 2026"),
    ] {
        let kit: Kit = scene(kind, PostingRule::Members).await;
        let mut mo = Browser::signed_in(&kit, "mo").await;
        let members = "/groups/table/members";
        let fields = [("who", "sam"), ("do", "ban-week")];
        let answer = mo.submit(members, members, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let page = mo.get(members).await.body;
        assert!(page.contains("Until 8 December 2026"), "{page}");
        let page = Browser::signed_in(&kit, "sam").await.get("/groups/table").await.body;
        assert!(page.contains(told), "{page}");
        kit.clock.advance(Span::days(8));
        kit.settle().await;
        let page = mo.get(members).await;
        assert!(
            page.body.contains("<h1") && !page.body.contains("They are banned"),
            "{}",
            page.body
        );
    }
}

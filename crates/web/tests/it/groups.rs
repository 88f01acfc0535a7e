//! The pages of groups: reading, joining, beginning a conversation, starting a group.

use axum::http::StatusCode;
use carefolk_app::groups::NewGroup;
use carefolk_domain::{GroupKind, GroupRole, PostingRule, Role};
use carefolk_testkit::{Kit, operator};

use crate::browser::Browser;

/// A community with a group "table" whose moderators are Mo and Molly; Sam is somebody else.
pub(crate) async fn scene(kind: GroupKind, posting: PostingRule) -> Kit {
    let kit = Kit::new().await;
    for handle in ["mo", "molly", "sam"] {
        kit.account(handle, Role::Member).await;
    }
    let new = NewGroup {
        handle: "table".to_owned(),
        name: "Sunday <table>".to_owned(),
        about: "For **everybody** who cares".to_owned(),
        kind,
        posting,
        approval: carefolk_domain::ApprovalRule::None,
        rules: "Be kind".to_owned(),
        lang: None,
        area: "Alderbrook".to_owned(),
        moderators: vec!["mo".to_owned(), "molly".to_owned()],
    };
    kit.app.groups().create(&operator(), new).await.unwrap();
    kit
}

pub(crate) const WORDS: [(&str, &str); 3] =
    [("title", "Awake at five"), ("text", "Who is *there*?"), ("lang", "en")];

#[tokio::test]
async fn a_visitor_reads_what_a_group_is_and_how_to_join_from_elsewhere() {
    let kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    let mut visitor = Browser::new(&kit);
    let list = visitor.get("/groups").await.body;
    assert!(list.contains("href=\"/groups/table\"") && list.contains("2 members"), "{list}");
    assert!(!list.contains("/groups/new"), "only who may is offered to start one");
    let page = visitor.get("/groups/table").await.body;
    for part in ["Sunday &#60;table&#62;", "Be kind", "Open group", "For Alderbrook", "/@molly"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(page.contains("value=\"@table@care.example\""));
    assert!(page.contains("href=\"/sign-in?next=/groups/table\""));
    assert!(!page.contains("/groups/table/join") && !page.contains("/groups/table/begin"));
    assert_eq!(visitor.get("/@table").await.location(), "/groups/table");
    assert!(visitor.get("/cy/groups/table").await.body.contains("Grŵp agored"));
    assert_eq!(visitor.get("/groups/none").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_member_joins_begins_a_conversation_and_leaves() {
    let kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let answer = sam.submit("/groups/table", "/groups/table/join", &[]).await;
    assert_eq!(answer.location(), "/groups/table?said=group-joined");
    let page = sam.get("/groups/table?said=group-joined").await.body;
    assert!(page.contains("You have joined the group") && page.contains("Leave the group"));
    let answer = sam.submit("/groups/table", "/groups/table/begin", &WORDS).await;
    assert_eq!(answer.location(), "/groups/table?said=group-began");
    let page = Browser::new(&kit).get("/groups/table").await.body;
    assert!(page.contains("Awake at five") && page.contains("Who is <em>there</em>?"));
    assert!(!page.contains("In the group"), "all of them are");
    let home = Browser::signed_in(&kit, "mo").await.get("/").await.body;
    assert!(
        home.contains("Awake at five") && home.contains("In the group <a href=\"/groups/table\"")
    );
    assert!(!home.contains("Passed on by"), "that it is in the group says as much");
    let answer = sam.submit("/groups/table", "/groups/table/leave", &[]).await;
    assert_eq!(answer.location(), "/groups/table?said=group-left");
    assert!(sam.get("/groups/table").await.body.contains("Join the group"));
}

#[tokio::test]
async fn words_that_cannot_be_published_come_back() {
    let kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let fields = [("title", "Soup & bread"), ("text", " "), ("lang", "en")];
    let answer = sam.submit("/groups/table", "/groups/table/begin", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("<title>Error: "), "{}", answer.body);
    assert!(answer.body.contains("Write something first"));
    assert!(answer.body.contains("value=\"Soup &#38; bread\""));
    assert!(answer.body.contains("id=\"begin\" open"), "the form is not folded away");
}

#[tokio::test]
async fn who_may_not_begin_is_told_why_and_keeps_their_words() {
    for (posting, kind, why, problem) in [
        (
            PostingRule::Members,
            GroupKind::Open,
            "Join the group to start a conversation",
            "Join the group first",
        ),
        (
            PostingRule::Anyone,
            GroupKind::Announce,
            "Only services and moderators start conversations here",
            "You cannot start a conversation here",
        ),
    ] {
        let kit = scene(kind, posting).await;
        let mut sam = Browser::signed_in(&kit, "sam").await;
        let page = sam.get("/groups/table").await.body;
        assert!(page.contains(why) && !page.contains("/groups/table/begin"), "{page}");
        let begins_by_naming = page.contains("write a post that names it");
        assert_eq!(begins_by_naming, kind == GroupKind::Open, "what would not work is not offered");
        // The form may have been open before the rule was.
        let answer = sam.submit("/groups/table", "/groups/table/begin", &WORDS).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.body.contains(problem), "{}", answer.body);
        assert!(answer.body.contains("Who is *there*?"), "nothing is lost: {}", answer.body);
    }
}

#[tokio::test]
async fn a_moderator_who_is_needed_cannot_leave_and_who_is_banned_cannot_join() {
    let kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    let mut mo = Browser::signed_in(&kit, "mo").await;
    let answer = mo.submit("/groups/table", "/groups/table/leave", &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("A group needs two moderators"));
    kit.app.groups().appoint(&operator(), "table", "sam", GroupRole::Banned).await.unwrap();
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let page = sam.get("/groups/table").await.body;
    assert!(page.contains("do not want you to write in this group"), "{page}");
    assert!(!page.contains("/groups/table/join") && !page.contains("/groups/table/begin"));
    let answer = sam.submit("/groups/table", "/groups/table/join", &[]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("You cannot write in this group"));
}

#[tokio::test]
async fn an_admin_starts_a_group_and_what_is_wrong_stands_in_the_order_of_the_form() {
    let kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    kit.account("alex", Role::Admin).await;
    let mut alex = Browser::signed_in(&kit, "alex").await;
    let wrong = [
        ("kind", "open"),
        ("posting", "members"),
        ("approval", "none"),
        ("moderators", "mo"),
        ("area", "Here"),
    ];
    let answer = alex.submit("/groups/new", "/groups/new", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let places: Vec<usize> = ["href=\"#name\"", "href=\"#handle\"", "href=\"#about\""]
        .iter()
        .chain(&["href=\"#moderators\""])
        .map(|link| answer.body.find(link).unwrap())
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(answer.body.contains("value=\"Here\""));
    let right = [
        ("kind", "open"),
        ("posting", "members"),
        ("approval", "none"),
        ("name", "Out of doors"),
        ("handle", "walks"),
        ("about", "Slowly"),
        ("moderators", "mo\r\nmolly"),
        ("rules", "One\r\nTwo"),
    ];
    let answer = alex.submit("/groups/new", "/groups/new", &right).await;
    assert_eq!(answer.location(), "/groups/walks?said=group");
    let page = alex.get("/groups/walks").await.body;
    assert!(page.contains("<li dir=\"auto\">Two</li>"), "{page}");
    let mut sam = Browser::signed_in(&kit, "sam").await;
    assert_eq!(sam.get("/groups/new").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn one_asks_to_be_let_into_a_closed_group_and_its_moderators_answer() {
    let kit = scene(GroupKind::Closed, PostingRule::Members).await;
    let mut mo = Browser::signed_in(&kit, "mo").await;
    let answer = mo.submit("/groups/table", "/groups/table/begin", &WORDS).await;
    assert_eq!(answer.location(), "/groups/table?said=group-began");
    let page = Browser::new(&kit).get("/groups/table").await.body;
    assert!(page.contains("Be kind") && page.contains("Closed group"), "{page}");
    assert!(!page.contains("Awake at five") && !page.contains("2 members"), "{page}");
    assert!(!page.contains("value=\"@table@"), "nobody elsewhere can join");
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let page = sam.get("/groups/table").await.body;
    assert!(page.contains("Ask to join") && !page.contains("Conversations"), "{page}");
    let answer = sam.submit("/groups/table", "/groups/table/join", &[]).await;
    assert_eq!(answer.location(), "/groups/table?said=group-asked");
    let page = sam.get("/groups/table").await.body;
    assert!(page.contains("You have asked to join") && page.contains("Take back your question"));
    assert!(!page.contains("Awake at five") && !page.contains("/members"));
    assert_eq!(sam.get("/groups/table/members").await.status, StatusCode::FORBIDDEN);
    let page = mo.get("/groups/table").await.body;
    assert!(page.contains("href=\"/groups/table/members\""), "{page}");
    assert!(page.contains("1 person asks to join"), "{page}");
    assert!(!sam.get("/groups/table").await.body.contains("1 person"));
    let page = mo.get("/groups/table/members").await.body;
    assert!(page.contains("They ask to join") && page.contains("Let in<span"), "{page}");
    let fields = [("who", "sam"), ("do", "approve")];
    let answer = mo.submit("/groups/table/members", "/groups/table/members", &fields).await;
    assert_eq!(answer.location(), "/groups/table/members?said=group-changed");
    let page = sam.get("/groups/table").await.body;
    assert!(page.contains("Awake at five") && page.contains("3 members"), "{page}");
    let post = page.split("href=\"/@mo/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = sam.get(&format!("/@mo/{post}")).await.body;
    assert!(page.contains("Only members of this group can see your reply"), "{page}");
    let to = format!("/@mo/{post}/reply");
    let answer =
        sam.submit(&format!("/@mo/{post}"), &to, &[("text", "I am"), ("lang", "en")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert!(sam.get("/").await.body.contains("Awake at five"), "at home");
    let answer = sam.submit("/groups/table", "/groups/table/leave", &[]).await;
    assert_eq!(answer.location(), "/groups/table?said=group-left");
    assert_eq!(sam.get(&format!("/@mo/{post}")).await.status, StatusCode::NOT_FOUND);
    assert!(!sam.get("/").await.body.contains("Awake at five"));
}

#[tokio::test]
async fn a_private_group_is_found_by_who_is_invited() {
    let kit = scene(GroupKind::Private, PostingRule::Members).await;
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let unknown = sam.get("/groups/table").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(!sam.get("/groups").await.body.contains("table"));
    let mut mo = Browser::signed_in(&kit, "mo").await;
    for (who, status) in
        [("nobody", StatusCode::UNPROCESSABLE_ENTITY), ("sam", StatusCode::SEE_OTHER)]
    {
        let fields = [("who", who), ("do", "invite")];
        let answer = mo.submit("/groups/table/members", "/groups/table/members", &fields).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        if status == StatusCode::UNPROCESSABLE_ENTITY {
            assert!(answer.body.contains("value=\"nobody\""), "{}", answer.body);
        }
    }
    let list = sam.get("/groups").await.body;
    assert!(list.contains("href=\"/groups/table\"") && list.contains("You are invited"), "{list}");
    let page = sam.get("/groups/table").await.body;
    assert!(page.contains("You are invited to this group"), "{page}");
    assert!(page.contains("Join the group") && page.contains("No, thank you"));
    let answer = sam.submit("/groups/table", "/groups/table/leave", &[]).await;
    assert_eq!(answer.location(), "/groups?said=group-left", "there is no page to go back to");
    let fields = [("who", "molly"), ("do", "turn-away")];
    let answer = mo.submit("/groups/table/members", "/groups/table/members", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("A group needs two moderators"), "{}", answer.body);
}

#[tokio::test]
async fn an_admin_starts_a_private_group_for_others() {
    let kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    kit.account("boss", Role::Admin).await;
    let mut boss = Browser::signed_in(&kit, "boss").await;
    let fields = [
        ("name", "Quiet"),
        ("handle", "quiet"),
        ("about", "For us"),
        ("kind", "private"),
        ("posting", "members"),
        ("approval", "none"),
        ("moderators", "mo\nmolly"),
        ("lang", "en"),
    ];
    let answer = boss.submit("/groups/new", "/groups/new", &fields).await;
    assert_eq!(answer.location(), "/groups?said=group", "{}", answer.body);
    assert_eq!(boss.get("/groups/quiet").await.status, StatusCode::NOT_FOUND);
    let mut mo = Browser::signed_in(&kit, "mo").await;
    assert!(mo.get("/groups/quiet").await.body.contains("Private group"));
}

#[tokio::test]
async fn moderators_of_an_open_group_say_who_is_what_on_a_page() {
    let kit = scene(GroupKind::Announce, PostingRule::Moderators).await;
    kit.provider("bakery", "sam").await;
    let mut mo = Browser::signed_in(&kit, "mo").await;
    let page = mo.get("/groups/table/members").await.body;
    assert!(!page.contains("value=\"invite\"") && page.contains("value=\"announcer\""), "{page}");
    for (who, act, shown) in [
        ("bakery", "announcer", "Service that starts conversations"),
        ("sam", "ban", "They are banned"),
        ("sam", "moderator", "No moderator any more<span"),
    ] {
        let fields = [("who", who), ("do", act)];
        let answer = mo.submit("/groups/table/members", "/groups/table/members", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let page = mo.get("/groups/table/members").await.body;
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let fields = [("who", "sam"), ("do", "dance")];
    let answer = mo.submit("/groups/table/members", "/groups/table/members", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_moderator_removes_a_reply_with_a_reason_and_puts_it_back() {
    let kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    let mut mo = Browser::signed_in(&kit, "mo").await;
    mo.submit("/groups/table", "/groups/table/begin", &WORDS).await;
    let page = mo.get("/groups/table").await.body;
    let slug = page.split("href=\"/@mo/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let thread = format!("/@mo/{slug}");
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let fields = [("text", "Ring Ann on 01632 960123"), ("lang", "en")];
    sam.submit(&thread, &format!("{thread}/reply"), &fields).await;
    assert!(!sam.get(&thread).await.body.contains("Remove as a moderator"));
    let page = mo.get(&thread).await.body;
    let offers = page.split("/remove\"").map(|part| part.rsplit('"').next().unwrap());
    let reply = offers.into_iter().find(|path| path.starts_with("/@sam/")).unwrap().to_owned();
    let form = format!("{reply}/remove");
    assert_eq!(sam.get(&form).await.status, StatusCode::FORBIDDEN);
    let page = mo.get(&form).await.body;
    assert!(page.contains("It shared private details") && page.contains("01632 960123"), "{page}");
    let answer = mo.submit(&form, &form, &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "a reason is asked for");
    let answer = mo.submit(&form, &form, &[("reason", "private")]).await;
    assert_eq!(answer.location(), format!("{reply}?said=taken-away"));
    let page = Browser::new(&kit).get(&thread).await.body;
    assert!(
        page.contains("A moderator removed this.") && page.contains("private details"),
        "{page}"
    );
    assert!(!page.contains("01632 960123") && !page.contains("You wrote it"));
    let page = sam.get(&reply).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.body.contains("You wrote it. If you think this is wrong"), "{}", page.body);
    let log = Browser::new(&kit).get("/groups/table/removed").await.body;
    assert!(log.contains("A reply, ") && log.contains("It shared private details"), "{log}");
    assert!(!log.contains("Mo</a>"), "by nobody's name");
    let answer = mo.submit(&thread, &format!("{reply}/restore"), &[]).await;
    assert_eq!(answer.location(), format!("{reply}?said=given-back"));
    assert!(Browser::new(&kit).get(&thread).await.body.contains("01632 960123"));
}

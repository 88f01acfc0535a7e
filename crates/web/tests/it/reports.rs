//! Telling moderators of a post, and reading what they were told, on pages without a script.

use axum::http::StatusCode;
use carefolk_app::posts::NewPost;
use carefolk_domain::{GroupKind, PostingRule, Role};
use carefolk_testkit::{Kit, operator};

use crate::browser::Browser;
use crate::groups::scene;

#[tokio::test]
async fn a_post_is_reported_to_the_moderators_of_its_group_and_they_deal_with_it() {
    let kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    kit.account("bob", Role::Member).await;
    let sam = kit.app.accounts().seen_as(&operator(), "sam").await.unwrap();
    let new = NewPost { group: Some("table".to_owned()), ..Kit::words("sam", "Buy my pills") };
    let post = kit.app.posts().publish(&sam, new).await.unwrap();
    let path = format!("{}/report", post.page);

    let mut visitor = Browser::new(&kit);
    assert!(!visitor.get(&post.page).await.body.contains(&path));
    let mut sams = Browser::signed_in(&kit, "sam").await;
    assert!(!sams.get(&post.page).await.body.contains(&path), "one's own one changes");
    assert_eq!(sams.get(&path).await.status, StatusCode::NOT_FOUND);
    let mut bob = Browser::signed_in(&kit, "bob").await;
    assert!(bob.get(&post.page).await.body.contains(&format!("href=\"{path}\"")));
    let form = bob.get(&path).await;
    assert!(
        form.body.contains("The moderators of Sunday &#60;table&#62;")
            && form.body.contains("tel:999")
    );
    let token = form.token();
    let wrong = bob.post(&path, &token, &[("comment", " "), ("to", "group")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("<a href=\"#comment\">Say what is wrong</a>"), "{}", wrong.body);
    let wrong = bob.post(&path, &token, &[("comment", "Pills"), ("to", "nobody")]).await;
    assert!(wrong.body.contains("href=\"#to\"") && wrong.body.contains("Pills</textarea>"));
    let sent = bob.post(&path, &token, &[("comment", "It sells <pills>"), ("to", "group")]).await;
    assert_eq!(sent.location(), format!("{}?said=reported", post.page), "{}", sent.body);

    let mut mo = Browser::signed_in(&kit, "mo").await;
    let news = mo.get("/updates").await.body;
    assert!(news.contains("Something was reported") && news.contains("/groups/table/reports"));
    assert!(mo.get("/groups/table").await.body.contains("1 report"));
    let list = mo.get("/groups/table/reports").await;
    assert!(list.body.contains("It sells &#60;pills&#62;") && list.body.contains("Buy my pills"));
    assert!(!list.body.contains("@bob"), "{}", list.body);
    assert!(list.body.contains(&format!("{}/remove", post.page)));
    assert_eq!(bob.get("/groups/table/reports").await.status, StatusCode::FORBIDDEN);
    let (_, rest) = list.body.split_once("name=\"id\" value=\"").unwrap();
    let id = rest.split('"').next().unwrap().to_owned();
    let refused = bob.post("/groups/table/reports", &token, &[("id", &id)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let done = mo.post("/groups/table/reports", &list.token(), &[("id", &id)]).await;
    assert_eq!(done.location(), "/groups/table/reports?said=report-closed");
    let empty = mo.get("/groups/table/reports").await.body;
    assert!(empty.contains("There is nothing to deal with."), "{empty}");
    assert!(!mo.get("/groups/table").await.body.contains("1 report"));
}

#[tokio::test]
async fn who_runs_the_community_reads_what_was_told_and_by_whom() {
    let kit = Kit::new().await;
    kit.account("bob", Role::Member).await;
    kit.account("keeper", Role::Moderator).await;
    let sam = kit.account("sam", Role::Member).await;
    let post = kit.post(&sam, "sam", "Go away, all of you").await;
    let path = format!("{}/report", post.page);
    let mut bob = Browser::signed_in(&kit, "bob").await;
    let form = bob.get(&path).await;
    assert!(!form.body.contains("name=\"to\"") && !form.body.contains("name=\"forward\""));
    let sent = bob.post(&path, &form.token(), &[("comment", "Unkind")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    assert_eq!(bob.get("/reports").await.status, StatusCode::FORBIDDEN);
    assert!(!bob.get("/you").await.body.contains("href=\"/reports\""));
    let mut keeper = Browser::signed_in(&kit, "keeper").await;
    assert!(keeper.get("/you").await.body.contains("href=\"/reports\""));
    assert!(keeper.get("/updates").await.body.contains("href=\"/reports\""));
    let list = keeper.get("/reports").await;
    for words in ["Unkind", "Go away, all of you", "told by @bob"] {
        assert!(list.body.contains(words), "{words}: {}", list.body);
    }
}

//! Every page in both languages, with a link to the other in the same spot.

use axum::http::StatusCode;
use carefolk_domain::Role;
use carefolk_testkit::Kit;

use crate::browser::Browser;

#[tokio::test]
async fn every_page_has_a_welsh_twin_that_links_back() {
    let kit = Kit::new().await;
    let maya = kit.account("maya", Role::Admin).await;
    kit.provider("bridge", "maya").await;
    let post = kit.post(&maya, "bridge", "hello").await;
    let mut browser = Browser::signed_in(&kit, "maya").await;
    let below = |end: &str| format!("{}/{end}", post.page);
    let pages = [
        "/",
        "/providers",
        "/providers/new",
        "/write",
        "/you",
        "/team/bridge",
        "/@bridge",
        "/follow/bridge",
        "/reading",
        "/help",
        "/worried",
        "/accessibility",
        "/privacy",
        "/cookies",
        "/rules",
        "/about",
        "/tags/lunch",
        &post.page,
        &below("edit"),
        &below("delete"),
        &below("history"),
    ];
    for path in pages {
        let welsh = if path == "/" { "/cy".to_owned() } else { format!("/cy{path}") };
        let english = browser.get(path).await;
        assert_eq!(english.status, StatusCode::OK, "{path}");
        let link = format!("<a href=\"{welsh}\" lang=\"cy\" hreflang=\"cy\">Cymraeg</a>");
        assert!(english.body.contains(&link), "{path}");
        assert!(english.body.contains("<html lang=\"en-GB\""), "{path}");
        let twin = browser.get(&welsh).await;
        assert_eq!(twin.status, StatusCode::OK, "{welsh}");
        assert!(twin.body.contains("<html lang=\"cy\""), "{welsh}");
        let back = format!("<a href=\"{path}\" lang=\"en-GB\" hreflang=\"en-GB\">English</a>");
        assert!(twin.body.contains(&back), "{welsh}");
        let same = |page: &str| page.matches("<h1").count();
        assert_eq!((same(&english.body), same(&twin.body)), (1, 1), "{path}");
    }
}

#[tokio::test]
async fn a_browser_that_likes_welsh_is_shown_welsh_until_its_owner_chooses_english() {
    let kit = Kit::new().await;
    let mut browser = Browser::new(&kit);
    let likes = ("accept-language", "cy-GB,cy;q=0.9,en;q=0.5");
    let answer = browser.get_with("/providers", &[likes, ("sec-fetch-site", "none")]).await;
    assert_eq!(answer.location(), "/cy/providers");
    let answer = browser.get_with("/providers", &[likes, ("sec-fetch-site", "same-origin")]).await;
    assert_eq!(answer.status, StatusCode::OK);
    let english = ("accept-language", "en-GB,en;q=0.9");
    let answer = browser.get_with("/cy", &[english, ("sec-fetch-site", "none")]).await;
    assert_eq!(answer.status, StatusCode::OK, "an address in Welsh stays Welsh");
}

#[tokio::test]
async fn whoever_writes_in_welsh_stays_in_welsh() {
    let kit = Kit::new().await;
    kit.account("sam", Role::Member).await;
    let mut browser = Browser::signed_in(&kit, "sam").await;
    assert!(browser.get("/cy/write").await.body.contains("value=\"cy\" lang=\"cy\" selected"));
    let fields = [("text", "Bore da"), ("audience", "public"), ("lang", "cy")];
    let answer = browser.submit("/cy/write", "/cy/write", &fields).await;
    assert!(answer.location().starts_with("/cy/@sam/"), "{}", answer.location());
    let page = browser.get(answer.location()).await;
    assert!(page.body.contains("Mae eich neges wedi&#39;i chyhoeddi"), "{}", page.body);
    assert!(page.body.contains("lang=\"cy\" dir=\"auto\"><p>Bore da</p>"));
}

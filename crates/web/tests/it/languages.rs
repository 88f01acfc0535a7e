//! Every page in both languages, with a link to the other in the same spot.

use axum::http::StatusCode;
use carefolk_app::FederationMode;
use carefolk_app::posts::NewPost;
use carefolk_domain::{Lang, Role};
use carefolk_testkit::{Kit, KitOptions};

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
        "/news",
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
async fn the_head_names_both_languages_by_whole_addresses() {
    let languages = |base: &str| {
        [("en-GB", "/providers"), ("cy", "/cy/providers")].map(|(tag, path)| {
            format!("<link rel=\"alternate\" hreflang=\"{tag}\" href=\"{base}{path}\">")
        })
    };
    let kit = Kit::new().await;
    for path in ["/providers", "/cy/providers?said=reading"] {
        let page = Browser::new(&kit).get(path).await.body;
        for line in languages("https://care.example") {
            assert!(page.contains(&line), "{path}: {line}");
        }
    }
    // As long as nobody has said where this site is, its paths are all that it knows.
    let options = KitOptions { base_url: None, mode: FederationMode::Off, ..KitOptions::default() };
    let page = Browser::new(&Kit::with(options).await).get("/providers").await.body;
    assert!(languages("").iter().all(|line| page.contains(line)));
}

#[tokio::test]
async fn a_title_says_which_language_it_is_in() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    let new = NewPost {
        title: Some("Cinio heddiw".to_owned()),
        lang: Lang::parse("cy"),
        ..Kit::words("sam", "Cawl")
    };
    let post = kit.app.posts().publish(&sam, new).await.unwrap();
    let mut browser = Browser::signed_in(&kit, "sam").await;
    let page = browser.get(&post.page).await.body;
    assert!(page.contains("<h1 dir=\"auto\" lang=\"cy\">Cinio heddiw</h1>"), "{page}");
    for end in ["edit", "delete"] {
        let page = browser.get(&format!("{}/{end}", post.page)).await.body;
        assert!(page.contains(" lang=\"cy\" dir=\"auto\">Cinio heddiw</a>"), "{end}");
    }
    let plain = kit.post(&sam, "sam", "Soup").await;
    let page = browser.get(&format!("/cy{}", plain.page)).await.body;
    assert!(page.contains("<h1 dir=\"auto\">Neges gan "), "what we say is in the page's language");
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

#[tokio::test]
async fn a_reply_is_in_the_language_that_is_chosen_and_the_pages_until_then() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    let post = kit.post(&sam, "sam", "Hello").await;
    let mut browser = Browser::signed_in(&kit, "sam").await;
    for (prefix, preset, label) in
        [("", "en", "Language of your reply"), ("/cy", "cy", "Iaith eich ateb")]
    {
        let page = browser.get(&format!("{prefix}{}", post.page)).await.body;
        assert!(page.contains(&format!("<label for=\"lang\">{label}</label>")), "{page}");
        let option = format!("<option value=\"{preset}\" lang=\"{preset}\" selected>");
        assert!(page.contains(&option), "{prefix}: {page}");
        let to = format!("{prefix}{}/reply", post.page);
        // What is wrong with a form changes nothing that was chosen in it.
        let again = browser.submit(&post.page, &to, &[("text", ""), ("lang", "pl")]).await.body;
        assert!(again.contains("<option value=\"pl\" lang=\"pl\" selected>"), "{again}");
        let fields = [("text", "Dzień dobry"), ("lang", "pl")];
        let answer = browser.submit(&post.page, &to, &fields).await;
        let page = browser.get(answer.location()).await.body;
        assert!(page.contains("lang=\"pl\" dir=\"auto\"><p>Dzień dobry</p>"), "{page}");
        let answer = browser.submit(&post.page, &to, &[("text", "Without")]).await;
        let page = browser.get(answer.location()).await.body;
        assert!(page.contains(&format!("lang=\"{preset}\" dir=\"auto\"><p>Without</p>")));
    }
}

//! What pages show, and to whom.

use axum::http::StatusCode;
use carefolk_app::posts::{EditPost, NewPost};
use carefolk_domain::{Audience, Role};
use carefolk_testkit::Kit;

use crate::browser::Browser;

#[tokio::test]
async fn visitors_see_what_providers_said_and_members_whom_they_follow() {
    let kit = Kit::new().await;
    let maya = kit.account("maya", Role::Member).await;
    kit.account("sam", Role::Member).await;
    kit.provider("bridge", "maya").await;
    kit.post(&maya, "bridge", "Lunch is soup today").await;
    let mut visitor = Browser::new(&kit);
    assert!(visitor.get("/").await.body.contains("Lunch is soup today"));
    let mut sam = Browser::signed_in(&kit, "sam").await;
    assert!(!sam.get("/").await.body.contains("Lunch is soup today"));
    let fields = [("address", "bridge@care.example"), ("back", "/@bridge")];
    let answer = sam.submit("/@bridge", "/you/follow", &fields).await;
    assert_eq!(answer.location(), "/@bridge?said=following");
    assert!(sam.get("/").await.body.contains("Lunch is soup today"));
}

#[tokio::test]
async fn members_read_what_they_do_not_follow_on_a_page_beside_their_own() {
    let kit = Kit::new().await;
    let maya = kit.account("maya", Role::Member).await;
    kit.account("sam", Role::Member).await;
    kit.provider("bridge", "maya").await;
    for i in 0..=20 {
        kit.post(&maya, "bridge", &format!("Lunch is soup {i}")).await;
    }
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let home = sam.get("/").await.body;
    assert!(home.contains("href=\"/news\"") && !home.contains("Lunch is soup"));
    let news = sam.get("/news").await.body;
    assert!(news.contains("Lunch is soup 20") && news.contains("href=\"/news?before="));
    assert!(news.contains("<a href=\"/news\" aria-current=\"page\">"));
    let visitor = Browser::new(&kit).get("/").await.body;
    assert!(!visitor.contains("href=\"/news\""), "a visitor's front page is that page");
}

#[tokio::test]
async fn what_is_for_people_with_an_account_is_not_there_for_others() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    kit.account("ann", Role::Member).await;
    let new = NewPost { audience: Audience::Local, ..Kit::words("sam", "between us") };
    let post = kit.app.posts().publish(&sam, new).await.unwrap();
    let mut visitor = Browser::new(&kit);
    let answer = visitor.get(&post.page).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(!answer.body.contains("between us"));
    assert!(!visitor.get("/@sam").await.body.contains("between us"));
    let mut ann = Browser::signed_in(&kit, "ann").await;
    let page = ann.get(&post.page).await.body;
    assert!(page.contains("between us") && page.contains("Only people with an account here"));
}

#[tokio::test]
async fn a_reply_stands_under_its_post_and_a_change_is_seen() {
    let kit = Kit::new().await;
    let maya = kit.account("maya", Role::Member).await;
    kit.account("sam", Role::Member).await;
    kit.provider("bridge", "maya").await;
    let post = kit.post(&maya, "bridge", "Open on Friday").await;
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let reply = format!("{}/reply", post.page);
    let answer = sam.submit(&post.page, &reply, &[("text", "")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("#text") && answer.body.contains("Open on Friday"));
    let answer = sam.submit(&post.page, &reply, &[("text", "See you there")]).await;
    // The notice has the focus, and a fragment would take it away.
    let to = answer.location();
    assert!(to.contains("said=replied") && !to.contains('#'), "{to}");
    let page = sam.get(to).await.body;
    let (_, notice) = page.split_once("role=\"status\" tabindex=\"-1\" autofocus>").unwrap();
    let (notice, _) = notice.split_once("</div>").unwrap();
    let (_, anchor) = notice.split_once("Your reply is published. <a href=\"#").unwrap();
    let (anchor, words) = anchor.split_once("\">").unwrap();
    assert!(words.starts_with("See your reply</a>"), "{notice}");
    let (_, reply) = page.split_once(&format!("id=\"{anchor}\"")).unwrap();
    assert!(reply.contains("See you there"), "{reply}");
    // Whoever makes an address up puts no link into the notice.
    let made_up = sam.get(&format!("{}?reply=%23x&said=replied", post.page)).await.body;
    assert!(made_up.contains("Your reply is published.") && !made_up.contains("See your reply"));
    let page = sam.get(&post.page).await.body;
    assert!(page.contains("See you there") && page.contains("1 reply"));
    let edit = EditPost {
        post: post.id,
        text: "Open on Saturday".to_owned(),
        warning: None,
        lang: None,
        pictures: None,
    };
    kit.app.posts().edit(&maya, edit).await.unwrap();
    let history = format!("{}/history", post.page);
    assert!(sam.get(&post.page).await.body.contains(&history));
    let page = sam.get(&history).await.body;
    assert!(page.contains("Open on Friday") && page.contains("Open on Saturday"));
}

#[tokio::test]
async fn a_thread_leads_up_and_down_on_its_own_page() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    let post = kit.post(&sam, "sam", "Who comes?").await;
    let answer =
        |to: String, text: &str| NewPost { in_reply_to: Some(to), ..Kit::words("sam", text) };
    let first = kit.app.posts().publish(&sam, answer(post.uri.clone(), "Me")).await.unwrap();
    let second = kit.app.posts().publish(&sam, answer(first.uri.clone(), "You?")).await.unwrap();
    let mut visitor = Browser::new(&kit);
    for prefix in ["", "/cy"] {
        let page = visitor.get(&format!("{prefix}{}", post.page)).await.body;
        let up = format!("<a href=\"{prefix}{}#post-{}\">", post.page, first.id);
        assert!(page.contains(&up), "{up}: {page}");
    }
    let page = visitor.get(&second.page).await.body;
    assert!(page.contains("<h2 class=\"hidden\">post by "), "no level of headings is left out");
}

#[tokio::test]
async fn a_long_post_above_an_answer_is_shown_by_its_beginning() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    let post = kit.post(&sam, "sam", &"word ".repeat(400)).await;
    let words = Kit::words("sam", "A short answer");
    let new = NewPost { in_reply_to: Some(post.uri.clone()), ..words };
    let answer = kit.app.posts().publish(&sam, new).await.unwrap();
    let mut visitor = Browser::new(&kit);
    let page = visitor.get(&answer.page).await.body;
    assert!(page.contains("Read the whole post") && page.contains("A short answer"));
    assert!(!visitor.get(&post.page).await.body.contains("Read the whole post"));
}

#[tokio::test]
async fn whoever_answers_is_led_to_their_answer_however_many_there_are() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    let post = kit.post(&sam, "sam", "Who comes?").await;
    for i in 0..50 {
        let words = Kit::words("sam", &format!("Number {i}"));
        let new = NewPost { in_reply_to: Some(post.uri.clone()), ..words };
        kit.app.posts().publish(&sam, new).await.unwrap();
    }
    let mut browser = Browser::signed_in(&kit, "sam").await;
    let reply = format!("{}/reply", post.page);
    let answer = browser.submit(&post.page, &reply, &[("text", "And me")]).await;
    assert!(!browser.get(&post.page).await.body.contains("And me"), "the first page is full");
    let page = browser.get(answer.location()).await.body;
    assert!(page.contains("And me") && page.contains("Your reply is published"), "{page}");
}

/// Where the link with these words leads.
fn link_to(page: &str, words: &str) -> String {
    let (before, _) = page.split_once(&format!("\">{words}</a>")).expect(words);
    before.rsplit_once("href=\"").unwrap().1.to_owned()
}

#[tokio::test]
async fn the_pages_of_a_hashtag_lead_to_its_oldest_post_and_back() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    for i in 0..45 {
        kit.post(&sam, "sam", &format!("Lunch no. {i}! #lunchclub")).await;
    }
    let mut visitor = Browser::new(&kit);
    for (first, older, newest) in [
        ("/tags/lunchclub", "Older posts", "Back to the newest"),
        ("/cy/tags/lunchclub", "Negeseuon hŷn", "Yn ôl i&#39;r diweddaraf"),
    ] {
        let second = link_to(&visitor.get(first).await.body, older);
        let page = visitor.get(&second).await.body;
        assert!(page.contains("Lunch no. 24!") && !page.contains("Lunch no. 25!"), "{second}");
        assert_eq!(link_to(&page, newest), first);
        let third = link_to(&page, older);
        assert_eq!(third.matches("before=").count(), 1, "{third}");
        let page = visitor.get(&third).await.body;
        assert!(page.contains("Lunch no. 0!") && !page.contains("Lunch no. 5!"), "{third}");
        assert!(!page.contains(older), "there is nothing older");
        assert_eq!(link_to(&page, newest), first);
    }
}

#[tokio::test]
async fn only_who_may_change_a_post_is_offered_to() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    kit.account("ann", Role::Member).await;
    let post = kit.post(&sam, "sam", "mine").await;
    let (edit, delete) = (format!("{}/edit", post.page), format!("{}/delete", post.page));
    let mut ann = Browser::signed_in(&kit, "ann").await;
    assert!(!ann.get(&post.page).await.body.contains(&edit));
    assert_eq!(ann.get(&edit).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ann.submit("/write", &delete, &[]).await.status, StatusCode::FORBIDDEN);
    let mut browser = Browser::signed_in(&kit, "sam").await;
    assert!(browser.get(&delete).await.body.contains("mine"));
    let answer = browser.submit(&delete, &delete, &[]).await;
    assert_eq!(answer.location(), "/@sam?said=removed");
    assert!(!browser.get(&post.page).await.body.contains("mine"));
}

#[tokio::test]
async fn what_people_write_cannot_become_markup() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    let new = NewPost {
        title: Some("<b>\"'&".to_owned()),
        warning: Some("</summary><script>".to_owned()),
        ..Kit::words("sam", "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x>")
    };
    let post = kit.app.posts().publish(&sam, new).await.unwrap();
    for path in [post.page.as_str(), "/@sam", "/?said=<script>", "/tags/<b>", "/@<b>"] {
        let path = path.replace('<', "%3C").replace('>', "%3E");
        let page = Browser::new(&kit).get(&path).await.body;
        for bad in ["<script", "<b>", "href=\"javascript", "<img", " style=", " onclick"] {
            assert!(!page.contains(bad), "{path}: {bad}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_has_a_page_of_its_own() {
    let kit = Kit::new().await;
    let mut visitor = Browser::new(&kit);
    for (path, title) in [
        ("/nothing", "We cannot find that page"),
        ("/@nobody", "We cannot find that page"),
        ("/@nobody@elsewhere.example", "We cannot find that page"),
        ("/@a@b@c", "We cannot find that page"),
        ("/cy/dim-byd", "Allwn ni ddim dod o hyd i&#39;r dudalen honno"),
    ] {
        let answer = visitor.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains(title), "{path}: {}", answer.body);
        assert!(answer.body.contains("<main id=\"main\""), "{path}");
    }
    let answer = visitor.get("/sign-out").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.body.contains("This address cannot do that"));
}

#[tokio::test]
async fn settings_of_reading_are_kept_for_this_browser() {
    let kit = Kit::new().await;
    let mut visitor = Browser::new(&kit);
    let fields = [("size", "larger"), ("scheme", "dark"), ("space", "wide")];
    visitor.submit("/reading", "/reading", &fields).await;
    let page = visitor.get("/").await.body;
    assert!(page.contains("class=\"size-larger scheme-dark space-wide\""));
}

#[tokio::test]
async fn only_an_admin_adds_providers() {
    let kit = Kit::new().await;
    kit.account("alex", Role::Admin).await;
    kit.account("sam", Role::Member).await;
    let fields = [("name", "Bridge Care"), ("handle", "bridge"), ("summary", ""), ("owner", "sam")];
    let mut sam = Browser::signed_in(&kit, "sam").await;
    assert_eq!(sam.get("/providers/new").await.status, StatusCode::FORBIDDEN);
    let answer = sam.submit("/write", "/providers/new", &fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let mut alex = Browser::signed_in(&kit, "alex").await;
    let answer = alex.submit("/providers/new", "/providers/new", &fields).await;
    assert_eq!(answer.location(), "/@bridge?said=provider");
    assert!(sam.get("/team/bridge").await.body.contains("Team of Bridge Care"));
}

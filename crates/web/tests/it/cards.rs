//! A post as somebody hears it who does not see the page: in its order, with its headings.

use axum::http::StatusCode;
use carefolk_app::Caller;
use carefolk_app::posts::{NewPost, PostRef};
use carefolk_app::profiles::ChangeActor;
use carefolk_domain::{Lang, Role};
use carefolk_testkit::Kit;
use serde_json::json;

use crate::browser::Browser;
use crate::origins::{hear, note, scene};

/// What stands inside and what stands around the folded part of the only post with a warning.
fn folded(page: &str) -> (String, String) {
    let (before, rest) = page.split_once("<details class=\"warning\"").expect("a warning");
    let (mut inside, mut around) = (String::new(), before.to_owned());
    let mut depth = 1;
    for piece in rest.split_inclusive('>') {
        let part = if depth > 0 { &mut inside } else { &mut around };
        part.push_str(piece);
        depth += i32::from(piece.contains("<details")) - i32::from(piece.contains("</details>"));
    }
    assert_eq!(depth, 0, "{page}");
    (inside, around)
}

#[tokio::test]
async fn nothing_of_a_post_stands_outside_its_warning() {
    let (kit, mut browser) = scene().await;
    let mut photo = note(7, "<p>He fell</p>");
    photo["summary"] = json!("Injury");
    photo["attachment"] = json!([{"type": "Document", "mediaType": "image/jpeg",
        "name": "A deep cut", "url": "https://files.example/cut.jpg"}]);
    hear(&kit, 7, "Create", photo).await;
    let by = PostRef::Uri("https://e.example/notes/7".to_owned());
    let page = kit.app.posts().find(&Caller::Visitor, &by).await.unwrap().page;
    let maya = kit.account("maya", Role::Member).await;
    let new = NewPost { warning: Some("Death".to_owned()), ..Kit::words("maya", "Mot the cat") };
    let post = kit.app.posts().publish(&maya, new).await.unwrap();
    let by = PostRef::Id(post.id);
    let cy = Lang::parse("cy").unwrap();
    kit.app.posts().translate(&maya, &by, cy, "Bu farw Mot").await.unwrap();
    for (path, hidden) in [
        (page.as_str(), ["He fell", "A deep cut"]),
        ("/", ["He fell", "A deep cut"]),
        (&post.page, ["Mot the cat", "Bu farw Mot"]),
        ("/@maya", ["Mot the cat", "Bu farw Mot"]),
    ] {
        let (inside, around) = folded(&browser.get(path).await.body);
        for words in hidden {
            assert!(inside.contains(words), "{path}: {words} is gone");
            assert!(!around.contains(words), "{path}: {words} is there for all to see");
        }
    }
}

/// The levels of the headings of a page's main part, in their order.
fn levels(page: &str) -> Vec<u32> {
    let (_, main) = page.split_once("<main").unwrap();
    let names = main.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10));
    names.collect()
}

#[tokio::test]
async fn headings_in_a_post_stand_under_its_own() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    let post = kit.post(&sam, "sam", "# Menu\n\nx\n\n#### Soup\n\nx\n\n# Times").await;
    let words = Kit::words("sam", "# Answer");
    let new = NewPost { in_reply_to: Some(post.uri.clone()), ..words };
    let answer = kit.app.posts().publish(&sam, new).await.unwrap();
    let mut visitor = Browser::new(&kit);
    for (path, first) in [
        (post.page.as_str(), "<h2>Menu</h2>"),
        (&answer.page, "<h3>Menu</h3>"),
        ("/@sam", "<h4>Menu</h4>"),
        (&format!("{}/history", post.page), "<h3>Menu</h3>"),
    ] {
        let page = visitor.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.body.contains(first), "{path}: {}", page.body);
        let levels = levels(&page.body);
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{path}: {levels:?}");
        assert!(levels.is_sorted_by(|over, under| *under <= *over + 1), "{path}: {levels:?}");
    }
}

#[tokio::test]
async fn what_people_say_about_themselves_is_said_to_be_in_no_language() {
    let kit = Kit::new().await;
    let maya = kit.account("maya", Role::Member).await;
    kit.provider("bridge", "maya").await;
    let change = ChangeActor {
        handle: "bridge".to_owned(),
        summary: Some("# Ni\n\nGofal yn y cartref".to_owned()),
        ..ChangeActor::default()
    };
    kit.app.profiles().change(&maya, change).await.unwrap();
    let post = kit.post(&maya, "bridge", "Bore da").await;
    let mut visitor = Browser::new(&kit);
    for (path, said) in [
        ("/@bridge", "<div class=\"text\" lang=\"\" dir=\"auto\"><h2>Ni</h2>"),
        ("/providers", "<p lang=\"\" dir=\"auto\">Ni"),
        (&post.page, "<p lang=\"\" dir=\"auto\">Ni"),
    ] {
        let page = visitor.get(path).await.body;
        assert!(page.contains(said), "{path}: {page}");
    }
}

#[tokio::test]
async fn a_link_or_a_heading_says_what_it_is_about() {
    let (kit, mut browser) = scene().await;
    let by = PostRef::Uri("https://e.example/notes/1".to_owned());
    let page = kit.app.posts().find(&Caller::Visitor, &by).await.unwrap().page;
    for (path, words) in [
        (page.clone(), "See it on e.example</a>"),
        (format!("/cy{page}"), "Ei gweld ar e.example</a>"),
    ] {
        assert!(browser.get(&path).await.body.contains(words), "{path}");
    }
    let maya = kit.account("maya", Role::Member).await;
    let new = NewPost {
        title: Some("Sad news".to_owned()),
        warning: Some("Death".to_owned()),
        ..Kit::words("maya", "Mot the cat")
    };
    let post = kit.app.posts().publish(&maya, new).await.unwrap();
    let cy = Lang::parse("cy").unwrap();
    kit.app.posts().translate(&maya, &PostRef::Id(post.id), cy, "Bu farw Mot").await.unwrap();
    let list = browser.get("/@maya").await.body;
    assert!(
        list.contains("Sad news</a><span class=\"hidden\">, post by maya</span></h3>"),
        "{list}"
    );
    let (_, summary) = list.split_once("<details class=\"warning\"><summary>").unwrap();
    let (summary, _) = summary.split_once("</summary>").unwrap();
    assert!(summary.ends_with("<span class=\"show\">Show the post</span>"), "{summary}");
    let offer = "<summary>Read this in <span lang=\"cy\" dir=\"auto\">Cymraeg</span></summary>";
    assert!(list.contains(offer), "{list}");
    let write = browser.get("/write").await.body;
    assert!(write.contains("id=\"warning-hint\">You do not need one."), "{write}");
}

#[tokio::test]
async fn what_is_gone_says_so_in_its_heading_and_in_the_tab() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    let post = kit.post(&sam, "sam", "mine").await;
    kit.app.posts().delete(&sam, post.id).await.unwrap();
    for (prefix, words) in [("", "This post was removed"), ("/cy", "Cafodd y neges hon ei dileu")] {
        let answer = Browser::new(&kit).get(&format!("{prefix}{}", post.page)).await;
        assert_eq!(answer.status, StatusCode::GONE);
        assert!(answer.body.contains(&format!("<h1 dir=\"auto\">{words}</h1>")), "{}", answer.body);
        assert!(answer.body.contains(&format!("<title>{words} - ")), "{}", answer.body);
    }
}

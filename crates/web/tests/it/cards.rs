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
    let mut depth = 1;
    let mut at = 0;
    while depth > 0 {
        let (end, step) = match (rest[at..].find("<details"), rest[at..].find("</details>")) {
            (Some(open), Some(close)) if open < close => (open + 1, 1),
            (_, Some(close)) => (close + 1, -1),
            _ => panic!("the warning is never closed: {page}"),
        };
        at += end;
        depth += step;
    }
    (rest[..at].to_owned(), format!("{before}{}", &rest[at..]))
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
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{path}: {levels:?}");
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

//! Pictures of other servers, which we copy when somebody looks (S-088, S-129).

use carefolk_app::pictures::PictureSize;
use carefolk_app::ports::PortError;
use carefolk_app::posts::PostView;
use carefolk_app::{Caller, Error};
use carefolk_domain::Span;
use carefolk_store::entity::remote_picture;
use carefolk_testkit::{Kit, PIXEL};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::kinds::scene;
use crate::stranger::{act, note, say};

const CAT: &str = "https://files.example/cat.jpg";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_looks_while_it_is_being_copied_asks_nobody_again() {
    let (kit, _fan) = scene().await;
    let kit = std::sync::Arc::new(kit);
    for number in 1..=12 {
        let url = format!("https://files.example/{number}.jpg");
        kit.remote.put_picture(&url, Ok(PIXEL.to_vec()));
        let post = shows(&kit, number, json!([picture(&url)]), crate::stranger::PUBLIC).await;
        let mut looks = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let (kit, post) = (std::sync::Arc::clone(&kit), post.clone());
            looks.spawn(async move { seen(&kit, &Caller::Visitor, &post, 0).await });
        }
        assert!(looks.join_all().await.iter().all(|it| *it == Some(true)));
        let asked = kit.remote.asked().iter().filter(|asked| **asked == url).count();
        assert_eq!(asked, 1, "{url}");
    }
}

/// Ann says something with these attached, to everybody or to who follows her.
async fn shows(kit: &Kit, number: u32, attached: Value, to: &str) -> PostView {
    let mut note = note(number, "<p>Look</p>");
    note["attachment"] = attached;
    note["to"] = json!([to]);
    note["cc"] = json!([]);
    say(kit, &act(number, "Create", note)).await;
    let uri = format!("https://v.example/notes/{number}");
    let fan = kit.app.accounts().seen_as(&carefolk_testkit::operator(), "fan").await.unwrap();
    kit.app.posts().find(&fan, &carefolk_app::posts::PostRef::Uri(uri)).await.unwrap()
}

fn picture(url: &str) -> Value {
    json!({"type": "Document", "mediaType": "image/jpeg", "url": url, "name": "A cat",
        "width": 1600, "height": 900})
}

async fn seen(kit: &Kit, viewer: &Caller, post: &PostView, position: i32) -> Option<bool> {
    let pictures = kit.app.pictures();
    match pictures.show_elsewhere(viewer, post.id, position, PictureSize::Small).await {
        Ok(shown) => Some(shown.is_open),
        Err(Error::NotFound(_)) => None,
        Err(other) => panic!("{other}"),
    }
}

fn asked(kit: &Kit) -> usize {
    kit.remote.asked().iter().filter(|url| *url == CAT).count()
}

#[tokio::test]
async fn a_picture_elsewhere_is_copied_once_for_all_who_look() {
    let (kit, fan) = scene().await;
    kit.remote.put_picture(CAT, Ok(PIXEL.to_vec()));
    let link = json!({"type": "Link", "href": "https://w.example/page"});
    let post = shows(&kit, 1, json!([picture(CAT), link]), crate::stranger::PUBLIC).await;
    assert_eq!(post.attachments[0].size, Some((1600, 900)));
    assert_eq!(asked(&kit), 0, "nobody looked yet");
    let looks = (0..16).map(|_| seen(&kit, &Caller::Visitor, &post, 0));
    assert!(futures_util::future::join_all(looks).await.iter().all(|it| *it == Some(true)));
    assert_eq!(seen(&kit, &fan, &post, 0).await, Some(true));
    assert_eq!(asked(&kit), 1);
    // What is no picture of that post cannot be asked for.
    for (post_at, position) in [(&post, 1), (&post, 2), (&post, -1)] {
        assert_eq!(seen(&kit, &fan, post_at, position).await, None);
    }
    assert_eq!(kit.remote.asked().iter().filter(|url| url.contains("w.example")).count(), 0);
    // Somebody tidies the folder.
    for name in kit.files.names() {
        kit.files.lose(&name);
    }
    assert_eq!(seen(&kit, &fan, &post, 0).await, Some(true));
    assert_eq!(asked(&kit), 2);
}

#[tokio::test]
async fn a_picture_for_few_is_shown_to_them_and_goes_with_its_post() {
    let (kit, fan) = scene().await;
    kit.remote.put_picture(CAT, Ok(PIXEL.to_vec()));
    let followers = "https://v.example/users/ann/followers";
    let post = shows(&kit, 1, json!([picture(CAT)]), followers).await;
    assert_eq!(seen(&kit, &Caller::Visitor, &post, 0).await, None);
    assert_eq!(asked(&kit), 0);
    assert_eq!(seen(&kit, &fan, &post, 0).await, Some(false));
    assert_eq!(kit.files.names().len(), 3);
    let gone = json!({"id": "https://v.example/notes/1", "type": "Tombstone"});
    say(&kit, &act(2, "Delete", gone)).await;
    assert_eq!(seen(&kit, &fan, &post, 0).await, None);
    kit.app.sweep().await.unwrap();
    assert_eq!(kit.files.names(), Vec::<String>::new());
    assert_eq!(remote_picture::Entity::find().one(kit.app.db().read()).await.unwrap(), None);
}

#[tokio::test]
async fn another_picture_in_its_place_is_another_version_and_a_file_that_stays_holds_up_nothing() {
    let (kit, fan) = scene().await;
    let dog = "https://files.example/dog.jpg";
    for url in [CAT, dog] {
        kit.remote.put_picture(url, Ok(PIXEL.to_vec()));
    }
    let post = shows(&kit, 1, json!([picture(CAT)]), crate::stranger::PUBLIC).await;
    let version = async || {
        let shown = kit.app.pictures().show_elsewhere(&fan, post.id, 0, PictureSize::Small).await;
        shown.unwrap().version
    };
    let cat = version().await;
    assert_eq!(cat, version().await);
    let mut changed = note(1, "<p>Look</p>");
    changed["attachment"] = json!([picture(dog)]);
    changed["updated"] = json!("2026-12-02T09:00:00Z");
    say(&kit, &act(2, "Update", changed)).await;
    assert_ne!(cat, version().await);
    // The cat has to go, and its file cannot: everything else is swept, and it goes later.
    kit.files.fill(true);
    kit.app.sweep().await.unwrap();
    assert_eq!(kit.files.names().len(), 6);
    kit.files.fill(false);
    kit.app.sweep().await.unwrap();
    assert_eq!(kit.files.names().len(), 3);
}

#[tokio::test]
async fn what_could_not_be_copied_rests_before_it_is_asked_for_again() {
    let (kit, fan) = scene().await;
    let later = PortError::Unavailable("later".to_owned());
    kit.remote.put_picture(CAT, Err(later.clone()));
    let post = shows(&kit, 1, json!([picture(CAT)]), crate::stranger::PUBLIC).await;
    let rests = [(Span::minutes(10), 1), (Span::minutes(40), 2), (Span::minutes(160), 3)];
    for (rest, times) in rests {
        for _ in 0..3 {
            assert_eq!(seen(&kit, &fan, &post, 0).await, None);
        }
        assert_eq!(asked(&kit), times);
        kit.clock.advance(rest - Span::seconds(1));
        assert_eq!(seen(&kit, &fan, &post, 0).await, None);
        assert_eq!(asked(&kit), times);
        kit.clock.advance(Span::seconds(1));
    }
    kit.remote.put_picture(CAT, Ok(b"<svg/>".to_vec()));
    assert_eq!(seen(&kit, &fan, &post, 0).await, None);
    kit.remote.put_picture(CAT, Ok(PIXEL.to_vec()));
    kit.clock.advance(Span::days(7) - Span::seconds(1));
    assert_eq!(seen(&kit, &fan, &post, 0).await, None);
    kit.clock.advance(Span::seconds(1));
    assert_eq!(seen(&kit, &fan, &post, 0).await, Some(true));
    kit.clock.advance(Span::days(29));
    assert_eq!(seen(&kit, &fan, &post, 0).await, Some(true));
    kit.clock.advance(Span::days(29));
    kit.app.sweep().await.unwrap();
    assert_eq!(kit.files.names().len(), 3, "somebody looked since");
    kit.clock.advance(Span::days(2));
    kit.app.sweep().await.unwrap();
    assert_eq!(kit.files.names(), Vec::<String>::new());
}

//! Pictures in posts: who may put them there, who sees them, and when they go.

use carefolk_app::pictures::{NewPicture, PictureSize, PictureView};
use carefolk_app::posts::{EditPost, NewPost, PostView};
use carefolk_app::{Caller, Error};
use carefolk_domain::{Audience, Focus, GroupKind, Invalid, Role, Span};
use carefolk_store::entity::{outbox_activity, picture};
use carefolk_testkit::{Kit, PIXEL, operator};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use crate::closed_groups::scene;
use crate::stranger::{follow, say, settle_in};

/// Whether `viewer` is shown the picture called `key`, and if so, whether anybody is.
async fn seen(kit: &Kit, viewer: &Caller, key: &str) -> Option<bool> {
    let mut seen = None;
    for size in [PictureSize::Full, PictureSize::Small] {
        match kit.app.pictures().show(viewer, key, size).await {
            Ok(shown) => seen = Some(shown.is_open),
            Err(Error::NotFound(_)) => assert_eq!(seen, None, "one size and not the other"),
            Err(other) => panic!("{other}"),
        }
    }
    seen
}

async fn wrong(kit: &Kit, caller: &Caller, new: NewPost) -> Vec<(&'static str, Invalid)> {
    match kit.app.posts().publish(caller, new).await {
        Err(Error::Invalid(wrong)) => wrong.into_iter().map(|it| (it.field, it.invalid)).collect(),
        other => panic!("{other:?}"),
    }
}

/// What was said last.
async fn said(kit: &Kit) -> Value {
    let last = outbox_activity::Entity::find().order_by_desc(outbox_activity::Column::Id);
    let last = last.one(kit.app.db().read()).await.unwrap().unwrap();
    serde_json::from_str(&last.body).unwrap()
}

fn showing(author: &str, pictures: Vec<NewPicture>) -> NewPost {
    NewPost { pictures, ..Kit::words(author, "Look") }
}

async fn publish(kit: &Kit, caller: &Caller, new: NewPost) -> PostView {
    kit.app.posts().publish(caller, new).await.unwrap()
}

fn keys(pictures: &[PictureView]) -> Vec<&str> {
    pictures.iter().map(|picture| picture.key.as_str()).collect()
}

#[tokio::test]
async fn pictures_stand_in_a_post_in_their_order_with_what_they_show() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let first = kit.picture(&nurse, " The garden ").await;
    let second = NewPicture { focus: Focus::Top, ..kit.picture(&nurse, "").await };
    assert_eq!(seen(&kit, &nurse, &first.key).await, Some(false));
    assert_eq!(seen(&kit, &Caller::Visitor, &first.key).await, None);
    let both = vec![second.clone(), first.clone()];
    let post = publish(&kit, &nurse, showing("nurse", both)).await;
    assert_eq!(keys(&post.pictures), [second.key.as_str(), &first.key]);
    assert_eq!(post.pictures[0].description, None);
    assert_eq!(post.pictures[0].focus, Focus::Top);
    assert_eq!(post.pictures[1].description.as_deref(), Some("The garden"));
    assert_eq!(seen(&kit, &Caller::Visitor, &first.key).await, Some(true));

    let said = said(&kit).await;
    let attached = &said["object"]["attachment"];
    let url = format!("https://care.example/media/{}/full", first.key);
    assert_eq!(attached[1]["url"], json!(url));
    assert_eq!(attached[1]["name"], json!("The garden"));
    assert_eq!(attached[1]["mediaType"], json!("image/png"));
    assert_eq!((&attached[1]["width"], &attached[1]["height"]), (&json!(1), &json!(1)));
    assert!(attached[1]["blurhash"].is_string() && attached[1].get("focalPoint").is_none());
    assert_eq!(attached[0]["focalPoint"][0], json!(0.0));
}

#[tokio::test]
async fn nobody_uses_a_picture_of_somebody_else_or_one_twice() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let sam = kit.account("sam", Role::Member).await;
    let picture = kit.picture(&nurse, "Mine").await;
    let unknown = [("pictures", Invalid::Unknown)];
    assert_eq!(wrong(&kit, &sam, showing("sam", vec![picture.clone()])).await, unknown);
    let twice = vec![picture.clone(), picture.clone()];
    let post = publish(&kit, &nurse, showing("nurse", vec![picture.clone()])).await;
    assert_eq!(wrong(&kit, &nurse, showing("nurse", twice)).await, unknown);
    let own = kit.post(&sam, "sam", "Hello").await;
    let edit = |post: &PostView, pictures| EditPost {
        post: post.id,
        text: "Look again".to_owned(),
        warning: None,
        lang: None,
        pictures: Some(pictures),
    };
    let taken = kit.app.posts().edit(&sam, edit(&own, vec![picture.clone()])).await;
    assert!(matches!(taken, Err(Error::Invalid(_))), "{taken:?}");
    let found = kit.app.pictures().loose(&sam, std::slice::from_ref(&picture.key)).await.unwrap();
    assert_eq!(found, []);
    let pictures = kit.app.posts().find(&nurse, &carefolk_app::posts::PostRef::Id(post.id)).await;
    assert_eq!(keys(&pictures.unwrap().pictures), [picture.key.as_str()]);
}

#[tokio::test]
async fn who_writes_for_others_says_what_a_picture_shows() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    let silent = vec![kit.picture(&nurse, "").await];
    let missing = [("description_1", Invalid::Missing)];
    assert_eq!(wrong(&kit, &nurse, showing("hazelbank", silent.clone())).await, missing);
    publish(&kit, &nurse, showing("nurse", silent)).await;
    let boss = kit.account("boss", Role::Moderator).await;
    let silent = vec![kit.picture(&boss, " ").await];
    assert_eq!(wrong(&kit, &boss, showing("boss", silent)).await, missing);

    let mut five = Vec::new();
    for _ in 0..5 {
        five.push(kit.picture(&nurse, &"x".repeat(1_501)).await);
    }
    let too_long = Invalid::TooLong(1_500);
    let all = [("pictures", Invalid::TooMany(4))].into_iter();
    let fields = ["description_1", "description_2", "description_3", "description_4"];
    let all: Vec<_> = all.chain(fields.map(|field| (field, too_long))).collect();
    assert_eq!(wrong(&kit, &nurse, showing("nurse", five)).await, all);
}

#[tokio::test]
async fn what_not_everybody_may_see_is_shown_to_who_may_and_by_a_secret_address_to_other_servers() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let sam = kit.account("sam", Role::Member).await;
    let url = kit.app.actors().find_local("nurse").await.unwrap().uri;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &url)).await;
    let picture = kit.picture(&nurse, "Few").await;
    let few = NewPost { audience: Audience::Followers, ..showing("nurse", vec![picture.clone()]) };
    let post = publish(&kit, &nurse, few).await;
    for stranger in [&Caller::Visitor, &sam] {
        assert_eq!(seen(&kit, stranger, &picture.key).await, None);
    }
    assert_eq!(seen(&kit, &nurse, &picture.key).await, Some(false));
    let said = said(&kit).await;
    let told = said["object"]["attachment"][0]["url"].as_str().unwrap().to_owned();
    let shared = told.split('/').nth(4).unwrap();
    assert_ne!(shared, picture.key);
    assert_eq!(seen(&kit, &Caller::Visitor, shared).await, Some(false));
    kit.app.posts().delete(&nurse, post.id).await.unwrap();
    for key in [shared, &picture.key] {
        assert_eq!(seen(&kit, &nurse, key).await, None);
        assert_eq!(seen(&kit, &Caller::Visitor, key).await, None);
    }
    let local = kit.picture(&nurse, "Here").await;
    let here = NewPost { audience: Audience::Local, ..showing("nurse", vec![local.clone()]) };
    publish(&kit, &nurse, here).await;
    assert_eq!(seen(&kit, &sam, &local.key).await, Some(false));
    assert_eq!(seen(&kit, &Caller::Visitor, &local.key).await, None);
    kit.settle().await;
}

#[tokio::test]
async fn what_leaves_a_post_is_gone_at_once_and_its_files_soon_after() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let (stays, goes) = (kit.picture(&nurse, "Stays").await, kit.picture(&nurse, "Goes").await);
    let unused = kit.picture(&nurse, "Never used").await;
    let post = publish(&kit, &nurse, showing("nurse", vec![goes.clone(), stays.clone()])).await;
    assert_eq!(kit.files.names().len(), 9);
    let changed = NewPicture { description: Some("It stays".to_owned()), ..stays.clone() };
    let edit = EditPost {
        post: post.id,
        text: "Look again".to_owned(),
        warning: None,
        lang: None,
        pictures: Some(vec![changed]),
    };
    let edited = kit.app.posts().edit(&nurse, edit).await.unwrap();
    assert_eq!(edited.pictures[0].description.as_deref(), Some("It stays"));
    assert_eq!(keys(&edited.pictures), [stays.key.as_str()]);
    assert_eq!(seen(&kit, &nurse, &goes.key).await, None);
    assert_eq!(seen(&kit, &nurse, &stays.key).await, Some(true));
    kit.app.sweep().await.unwrap();
    assert_eq!(kit.files.names().len(), 6);

    // A disk that fails keeps the row, and so somebody knows what is left to do.
    kit.app.posts().delete(&nurse, post.id).await.unwrap();
    kit.files.fill(true);
    kit.app.sweep().await.unwrap();
    assert_eq!(kit.files.names().len(), 6);
    kit.files.fill(false);
    kit.app.sweep().await.unwrap();
    assert_eq!(kit.files.names().len(), 3);
    kit.clock.advance(Span::hours(25));
    assert_eq!(seen(&kit, &nurse, &unused.key).await, Some(false));
    kit.app.sweep().await.unwrap();
    assert_eq!(seen(&kit, &nurse, &unused.key).await, None);
    assert_eq!(kit.files.names(), Vec::<String>::new());
    kit.settle().await;
}

#[tokio::test]
async fn what_is_none_is_refused_and_too_many_are() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    for (bytes, invalid) in [
        (b"GIF89a".as_slice(), Invalid::Format),
        (b"", Invalid::Format),
        (&PIXEL[..40], Invalid::Broken),
    ] {
        match kit.try_picture(&nurse, bytes).await {
            Err(Error::Invalid(wrong)) => {
                assert_eq!((wrong[0].field, wrong[0].invalid), ("picture", invalid));
            }
            other => panic!("{other:?}"),
        }
    }
    let denied = kit.try_picture(&Caller::Visitor, PIXEL).await;
    assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
    kit.files.fill(true);
    assert!(matches!(kit.try_picture(&nurse, PIXEL).await, Err(Error::Store(_))));
    kit.files.fill(false);
    assert_eq!(kit.files.names(), Vec::<String>::new());
    // What did not come to its end is gone within an hour.
    let begun = kit.picture(&nurse, "").await;
    let update = format!("UPDATE picture SET ready_at = NULL WHERE key = '{}'", begun.key);
    kit.database.meddle(&update).await;
    kit.clock.advance(Span::hours(1));
    kit.app.sweep().await.unwrap();
    assert_eq!(kit.files.names().len(), 3);
    kit.clock.advance(Span::seconds(1));
    kit.app.sweep().await.unwrap();
    assert_eq!(kit.files.names(), Vec::<String>::new());
    for _ in 0..100 {
        kit.picture(&nurse, "").await;
    }
    let over = kit.try_picture(&nurse, PIXEL).await;
    assert!(matches!(over, Err(Error::Throttled { .. })), "{over:?}");
    kit.clock.advance(Span::hours(24));
    kit.picture(&nurse, "").await;
}

#[tokio::test]
async fn who_leaves_a_private_group_sees_its_pictures_no_more() {
    let (kit, mo, sam, bob) = scene(GroupKind::Private).await;
    let picture = kit.picture(&mo, "Between us").await;
    let group = Some("table".to_owned());
    publish(&kit, &mo, NewPost { group, ..showing("mo", vec![picture.clone()]) }).await;
    assert_eq!(seen(&kit, &sam, &picture.key).await, Some(false));
    let row = picture::Entity::find().one(kit.app.db().read()).await.unwrap().unwrap();
    for outsider in [&Caller::Visitor, &bob, &operator()] {
        assert_eq!(seen(&kit, outsider, &picture.key).await, None);
        assert_eq!(seen(&kit, outsider, &row.shared_key).await, None);
    }
    kit.app.groups().leave(&sam, "sam", "table").await.unwrap();
    assert_eq!(seen(&kit, &sam, &picture.key).await, None);
}

//! Pictures of people, providers and groups themselves, and what else they say about themselves.

use carefolk_app::groups::{ChangeGroup, NewGroup};
use carefolk_app::pictures::{NewPicture, PictureSize};
use carefolk_app::posts::NewPost;
use carefolk_app::profiles::ChangeActor;
use carefolk_app::{Caller, Error};
use carefolk_domain::{
    Address, ApprovalRule, Denial, Focus, GroupKind, Invalid, PostingRule, Role, Span,
};
use carefolk_testkit::{Kit, PIXEL, operator};
use serde_json::json;

use crate::closed_groups::scene;
use crate::grouping::table;
use crate::stranger::{ANN, SHARED_INBOX, act, follow, person, say, settle_in};

fn change(handle: &str, picture: Vec<NewPicture>) -> ChangeActor {
    ChangeActor { handle: handle.to_owned(), picture: Some(picture), ..ChangeActor::default() }
}

fn group(picture: Vec<NewPicture>) -> ChangeGroup {
    ChangeGroup { handle: "table".to_owned(), picture: Some(picture), ..ChangeGroup::default() }
}

/// Whether `viewer` is shown the picture called `key`, and if so, whether anybody is.
async fn seen(kit: &Kit, viewer: &Caller, key: &str) -> Option<bool> {
    let shown = kit.app.pictures().show(viewer, key, PictureSize::Icon).await;
    shown.ok().map(|shown| shown.is_open)
}

fn field<T: std::fmt::Debug>(done: Result<T, Error>) -> (&'static str, Invalid) {
    match done {
        Err(Error::Invalid(wrong)) => (wrong[0].field, wrong[0].invalid),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_provider_has_a_picture_that_everybody_sees_and_other_servers_are_told_of() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let eve = kit.account("eve", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    let door = NewPicture { focus: Focus::Top, ..kit.picture(&nurse, "Our blue door").await };
    let profiles = kit.app.profiles();
    let denied = profiles.change(&eve, change("hazelbank", vec![door.clone()])).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::Team))), "{denied:?}");
    let silent = NewPicture { description: None, ..door.clone() };
    let done = profiles.change(&nurse, change("hazelbank", vec![silent])).await;
    assert_eq!(field(done), ("description_1", Invalid::Missing));
    assert_eq!(seen(&kit, &Caller::Visitor, &door.key).await, None, "it hangs nowhere yet");
    profiles.change(&nurse, change("hazelbank", vec![door.clone()])).await.unwrap();
    kit.settle().await;

    let shown = kit.app.actors().find_local("hazelbank").await.unwrap().portrait.unwrap();
    assert_eq!((shown.address, shown.focus), (format!("/media/{}", door.key), Focus::Top));
    assert_eq!(seen(&kit, &Caller::Visitor, &door.key).await, Some(true));
    let told = kit.remote.sent_to(SHARED_INBOX).pop().unwrap();
    assert_eq!(told["type"], "Update");
    let icon = &told["object"]["icon"];
    assert_eq!((&icon["type"], &icon["name"]), (&json!("Image"), &json!("Our blue door")));
    let url = format!("https://care.example/media/{}/small", door.key);
    assert_eq!((&icon["url"], &icon["mediaType"]), (&json!(url), &json!("image/png")));

    // The same with other words, then another one, then none.
    let other = NewPicture { description: Some("A door".to_owned()), ..door.clone() };
    profiles.change(&nurse, change("hazelbank", vec![other])).await.unwrap();
    let own = profiles.own(&nurse, "hazelbank").await.unwrap().picture.unwrap();
    assert_eq!(own.description.as_deref(), Some("A door"));
    let roof = kit.picture(&nurse, "The roof").await;
    profiles.change(&nurse, change("hazelbank", vec![roof.clone()])).await.unwrap();
    assert_eq!(seen(&kit, &Caller::Visitor, &door.key).await, None);
    let back = profiles.change(&nurse, change("hazelbank", vec![door])).await;
    assert_eq!(field(back), ("pictures", Invalid::Unknown), "what was taken down is gone");
    kit.app.sweep().await.unwrap();
    assert_eq!(kit.files.names().len(), 3, "one picture in three sizes");
    kit.clock.advance(Span::days(2));
    kit.app.sweep().await.unwrap();
    assert_eq!(seen(&kit, &Caller::Visitor, &roof.key).await, Some(true), "it hangs, and stays");
    profiles.change(&nurse, change("hazelbank", Vec::new())).await.unwrap();
    assert_eq!(seen(&kit, &Caller::Visitor, &roof.key).await, None);
    kit.settle().await;
    let told = kit.remote.sent_to(SHARED_INBOX).pop().unwrap();
    assert_eq!((&told["type"], told["object"].get("icon")), (&json!("Update"), None));
}

#[tokio::test]
async fn a_picture_hangs_in_one_place_and_whose_it_is_decides() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let eve = kit.account("eve", Role::Member).await;
    let profiles = kit.app.profiles();
    let mine = kit.picture(&nurse, "").await;
    let stolen = profiles.change(&eve, change("eve", vec![mine.clone()])).await;
    assert_eq!(field(stolen), ("pictures", Invalid::Unknown));
    let two = vec![mine.clone(), kit.picture(&nurse, "").await];
    assert_eq!(
        field(profiles.change(&nurse, change("nurse", two)).await),
        ("pictures", Invalid::TooMany(1))
    );
    profiles.change(&nurse, change("nurse", vec![mine.clone()])).await.unwrap();
    let posted = NewPost { pictures: vec![mine.clone()], ..Kit::words("nurse", "Me") };
    let posted = kit.app.posts().publish(&nurse, posted).await;
    assert_eq!(field(posted), ("pictures", Invalid::Unknown), "one that hangs is no loose one");
    assert_eq!(seen(&kit, &eve, &mine.key).await, Some(true));
    let shared = kit.app.pictures().loose(&nurse, std::slice::from_ref(&mine.key)).await.unwrap();
    assert!(shared.is_empty());

    kit.app.profiles().close(&operator(), "nurse").await.unwrap();
    assert_eq!(seen(&kit, &eve, &mine.key).await, None, "it goes with who it is of");
    let closed = kit.app.actors().document_by_handle("nurse").await;
    assert!(matches!(closed, Err(Error::NotFound(_))), "{closed:?}");
    kit.app.sweep().await.unwrap();
    assert_eq!(kit.files.names().len(), 3, "the other one of the two is loose");
}

#[tokio::test]
async fn the_picture_of_a_private_group_is_for_who_knows_of_it() {
    for (kind, outside) in [(GroupKind::Private, None), (GroupKind::Closed, Some(true))] {
        let (kit, mo, sam, bob) = scene(kind).await;
        let cups = kit.picture(&mo, "Cups").await;
        for other in [&sam, &bob] {
            let done = kit.app.groups().change(other, group(vec![cups.clone()])).await;
            let is_refused =
                matches!(done, Err(Error::Denied(Denial::GroupOrder) | Error::NotFound(_)));
            assert!(is_refused, "{done:?}");
        }
        kit.app.groups().change(&mo, group(vec![cups.clone()])).await.unwrap();
        let inside = Some(kind != GroupKind::Private);
        assert_eq!(seen(&kit, &sam, &cups.key).await, inside);
        for outsider in [&bob, &Caller::Visitor] {
            assert_eq!(seen(&kit, outsider, &cups.key).await, outside, "{kind:?}");
        }
        let shown = kit.app.groups().show(&sam, "table").await.unwrap().group;
        assert_eq!(shown.portrait.unwrap().address, format!("/media/{}", cups.key));
        kit.app.groups().leave(&sam, "sam", "table").await.unwrap();
        assert_eq!(seen(&kit, &sam, &cups.key).await, outside, "and no more once they left");
        kit.app.groups().change(&mo, group(Vec::new())).await.unwrap();
        assert_eq!(seen(&kit, &mo, &cups.key).await, None);
    }
}

#[tokio::test]
async fn moderators_change_what_a_group_says_and_how_it_is_written_in() {
    let kit = Kit::new().await;
    let mo = kit.account("mo", Role::Member).await;
    kit.account("molly", Role::Member).await;
    let bob = kit.account("bob", Role::Member).await;
    let made = kit.app.groups().create(&operator(), table()).await.unwrap();
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &made.actor.unwrap().uri)).await;
    let wanted = ChangeGroup {
        handle: "table".to_owned(),
        name: Some(" Monday table ".to_owned()),
        about: Some("For **Mondays**".to_owned()),
        posting: Some(PostingRule::Moderators),
        approval: Some(ApprovalRule::All),
        rules: Some("\n Be kind \n\n".to_owned()),
        area: Some(" ".to_owned()),
        ..ChangeGroup::default()
    };
    let denied = kit.app.groups().change(&bob, wanted.clone()).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::GroupOrder))), "{denied:?}");
    for wrong in [
        ChangeGroup { name: Some(String::new()), ..wanted.clone() },
        ChangeGroup { name: Some("x".repeat(1_000)), ..wanted.clone() },
    ] {
        assert_eq!(field(kit.app.groups().change(&mo, wrong).await).0, "name");
    }
    kit.app.groups().change(&mo, wanted).await.unwrap();
    kit.settle().await;
    let own = kit.app.groups().own(&mo, "table").await.unwrap();
    let shown = own.group;
    assert_eq!(
        (shown.name.name.as_str(), own.about_source.as_str()),
        ("Monday table", "For **Mondays**")
    );
    assert!(shown.about.as_str().contains("<strong>Mondays</strong>"));
    assert_eq!((shown.posting, shown.approval), (PostingRule::Moderators, ApprovalRule::All));
    assert_eq!((shown.rules, shown.area), (vec!["Be kind".to_owned()], None));
    let told = kit.remote.sent_to(SHARED_INBOX).pop().unwrap();
    assert_eq!(
        (&told["type"], &told["object"]["name"]),
        (&json!("Update"), &json!("Monday table"))
    );
    assert_eq!(told["object"]["postingRestrictedToMods"], true);

    // What is not said stays.
    kit.app
        .groups()
        .change(&mo, ChangeGroup { handle: "table".into(), ..ChangeGroup::default() })
        .await
        .unwrap();
    let same = kit.app.groups().own(&mo, "table").await.unwrap().group;
    assert_eq!((same.name.name.as_str(), same.posting), ("Monday table", PostingRule::Moderators));
    // An announce-only group has a rule of its own.
    let news = NewGroup { handle: "news".into(), kind: GroupKind::Announce, ..table() };
    kit.app.groups().create(&operator(), news).await.unwrap();
    let open = ChangeGroup {
        handle: "news".into(),
        posting: Some(PostingRule::Anyone),
        ..ChangeGroup::default()
    };
    kit.app.groups().change(&mo, open).await.unwrap();
    let news = kit.app.groups().own(&mo, "news").await.unwrap().group;
    assert_eq!(news.posting, PostingRule::Moderators);
}

#[tokio::test]
async fn the_picture_of_somebody_elsewhere_is_copied_when_somebody_looks() {
    const FACE: &str = "https://files.example/ann.png";
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    let mut ann = person("v.example", "ann");
    ann["icon"] = json!({"type": "Image", "mediaType": "image/png", "url": FACE});
    kit.remote.put(ANN, &ann.to_string());
    kit.remote.put_picture(FACE, Ok(PIXEL.to_vec()));
    let me = kit.app.actors().find_local("nurse").await.unwrap();
    say(&kit, &follow(1, &me.uri)).await;
    let address = Address::parse("ann@v.example").unwrap();
    let shown = kit.app.actors().find(&nurse, &address).await.unwrap().unwrap();
    assert_eq!(shown.portrait.unwrap().address, format!("/media/of/{}", shown.id));
    assert_eq!(kit.remote.asked().iter().filter(|url| *url == FACE).count(), 0);
    let pictures = kit.app.pictures();
    let look = || pictures.show_of(shown.id, PictureSize::Icon);
    assert!(look().await.unwrap().is_open);
    look().await.unwrap();
    assert_eq!(kit.remote.asked().iter().filter(|url| *url == FACE).count(), 1);
    // One size alone was tidied away.
    for name in kit.files.names().iter().filter(|name| name.ends_with("-icon")) {
        kit.files.lose(name);
    }
    assert!(look().await.is_ok(), "it is copied again");
    let none = kit.app.pictures().show_of(me.id, PictureSize::Icon).await;
    assert!(matches!(none, Err(Error::NotFound(_))), "nobody here is elsewhere: {none:?}");
    // A picture that they have no more is shown no more.
    let faceless = person("v.example", "ann");
    kit.remote.put(ANN, &faceless.to_string());
    say(&kit, &act(5, "Update", faceless)).await;
    assert!(matches!(look().await, Err(Error::NotFound(_))));
    kit.remote.put(ANN, &ann.to_string());
    say(&kit, &act(6, "Update", ann)).await;
    look().await.unwrap();
    kit.app.peers().suspend(&operator(), "v.example").await.unwrap();
    assert!(matches!(look().await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn two_who_change_it_at_once_hang_one_picture() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    for _ in 0..5 {
        let pictures = [kit.picture(&nurse, "One").await, kit.picture(&nurse, "Two").await];
        let profiles = kit.app.profiles();
        let changes = pictures
            .iter()
            .map(|picture| profiles.change(&nurse, change("hazelbank", vec![picture.clone()])));
        for done in futures_util::future::join_all(changes).await {
            done.unwrap();
        }
        let mut there = 0;
        for picture in &pictures {
            there += usize::from(seen(&kit, &Caller::Visitor, &picture.key).await.is_some());
        }
        assert_eq!(there, 1);
    }
}

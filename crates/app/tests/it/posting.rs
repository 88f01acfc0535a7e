//! Publishing, changing and deleting.

use carefolk_app::posts::{EditPost, NewPost, PostDocument, PostRef};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{Audience, Denial, Invalid, Role};
use carefolk_testkit::{Kit, operator};

#[tokio::test]
async fn a_provider_speaks_through_a_member_of_its_team_and_through_nobody_else() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let admin = kit.account("boss", Role::Admin).await;
    kit.provider("hazelbank", "nurse").await;

    let post = kit.post(&nurse, "hazelbank", "We are **open**.").await;
    assert_eq!(post.html.as_str(), "<p>We are <strong>open</strong>.</p>");
    assert_eq!(post.author.handle, "hazelbank");

    let refused = kit.app.posts().publish(&admin, Kit::words("hazelbank", "I am the boss")).await;
    assert!(matches!(refused, Err(Error::Denied(Denial::Team))), "{refused:?}");
    let refused = kit.app.posts().publish(&Caller::Visitor, Kit::words("hazelbank", "hello")).await;
    assert!(matches!(refused, Err(Error::Denied(Denial::NotSignedIn))), "{refused:?}");
}

#[tokio::test]
async fn who_wrote_for_a_provider_is_not_in_its_document() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    let post = kit.post(&nurse, "hazelbank", "We are open.").await;
    let slug = post.page.rsplit('/').next().unwrap();
    let PostDocument::Note(json) = kit.app.posts().document(slug).await.unwrap() else {
        panic!("not a note")
    };
    assert!(!json.contains("nurse"), "{json}");
}

#[tokio::test]
async fn all_wrong_fields_are_named_at_once() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let new = NewPost {
        warning: Some("x".repeat(301)),
        in_reply_to: Some("https://v.example/nothing".to_owned()),
        ..Kit::words("nurse", "  ")
    };
    let Err(Error::Invalid(wrong)) = kit.app.posts().publish(&nurse, new).await else {
        panic!("it was published")
    };
    let fields: Vec<_> = wrong.iter().map(|w| (w.field, w.invalid)).collect();
    assert_eq!(
        fields,
        [
            ("text", Invalid::Missing),
            ("warning", Invalid::TooLong(300)),
            ("in_reply_to", Invalid::Unknown)
        ]
    );
}

#[tokio::test]
async fn an_edit_keeps_the_text_before_in_the_history() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let post = kit.post(&nurse, "nurse", "Lunch at 12").await;
    let edit = EditPost {
        post: post.id,
        text: "Lunch at 1".to_owned(),
        warning: None,
        lang: None,
        pictures: None,
    };
    let edited = kit.app.posts().edit(&nurse, edit).await.unwrap();
    assert_eq!(edited.html.as_str(), "<p>Lunch at 1</p>");
    assert!(edited.edited.is_some());
    let by = PostRef::Id(post.id);
    let history = kit.app.posts().history(&Caller::Visitor, &by).await.unwrap();
    let texts: Vec<_> = history.iter().map(|r| r.html.as_str()).collect();
    assert_eq!(texts, ["<p>Lunch at 1</p>", "<p>Lunch at 12</p>"]);
}

#[tokio::test]
async fn a_deleted_post_leaves_a_tombstone_and_no_words() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let other = kit.account("other", Role::Member).await;
    let post = kit.post(&nurse, "nurse", "A secret that slipped out").await;
    let refused = kit.app.posts().delete(&other, post.id).await;
    assert!(matches!(refused, Err(Error::Denied(Denial::Team))), "{refused:?}");

    kit.app.posts().delete(&nurse, post.id).await.unwrap();
    let slug = post.page.rsplit('/').next().unwrap();
    let document = kit.app.posts().document(slug).await.unwrap();
    let PostDocument::Tombstone(json) = document else { panic!("{document:?}") };
    assert!(json.contains("Tombstone") && !json.contains("secret"), "{json}");
    let seen = kit.app.posts().find(&Caller::Visitor, &PostRef::Id(post.id)).await.unwrap();
    assert!(seen.deleted && seen.html.as_str().is_empty());
    assert!(kit.app.posts().history(&nurse, &PostRef::Id(post.id)).await.is_err());
    let again = kit.app.posts().delete(&nurse, post.id).await;
    assert!(matches!(again, Err(Error::NotFound(_))), "{again:?}");
}

#[tokio::test]
async fn a_reply_is_never_for_more_people_than_what_it_answers() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let quiet = NewPost { audience: Audience::Local, ..Kit::words("nurse", "Only us") };
    let parent = kit.app.posts().publish(&nurse, quiet).await.unwrap();
    let reply = NewPost {
        in_reply_to: Some(format!("http://127.0.0.1:8080{}", parent.page)),
        ..Kit::words("nurse", "Yes")
    };
    let reply = kit.app.posts().publish(&nurse, reply).await.unwrap();
    assert_eq!(reply.audience, Audience::Local);
    let thread =
        kit.app.posts().thread(&nurse, &PostRef::Id(parent.id), Page::first(20)).await.unwrap();
    assert_eq!(thread.replies.len(), 1);
    assert_eq!(thread.post.replies, 1);
}

#[tokio::test]
async fn only_an_operator_can_say_when_a_post_was_written() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let at = carefolk_testkit::BEGINNING - carefolk_domain::Span::days(20);
    let old = NewPost { at: Some(at), ..Kit::words("nurse", "long ago") };
    let seeded = kit.app.posts().publish(&operator(), old.clone()).await.unwrap();
    assert_eq!(seeded.published, at);
    let claimed = kit.app.posts().publish(&nurse, old).await.unwrap();
    assert_eq!(claimed.published, carefolk_testkit::BEGINNING);
    assert!(seeded.id < claimed.id, "lists are in the order of time");
}

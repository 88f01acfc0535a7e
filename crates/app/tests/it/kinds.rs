//! Articles, pages, events and films from elsewhere; what goes with posts; several languages.

use carefolk_app::posts::{AttachmentKind, EditPost, PostRef, PostView};
use carefolk_app::{Caller, Error};
use carefolk_domain::{Address, Lang, Role};
use carefolk_store::entity::attachment;
use carefolk_testkit::Kit;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::stranger::{ANN, PUBLIC, act, note, say, settle_in};

/// A kit in which somebody follows Ann.
pub(crate) async fn scene() -> (Kit, Caller) {
    let kit = Kit::new().await;
    let fan = kit.account("fan", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    let ann = Address::parse("ann@v.example").unwrap();
    kit.app.follows().follow(&fan, "fan", &ann).await.unwrap();
    kit.settle().await;
    let asked = serde_json::from_str(&kit.remote.sent().pop().unwrap().1).unwrap();
    say(&kit, &act(900, "Accept", asked)).await;
    (kit, fan)
}

fn thing(number: u32, kind: &str, more: &Value) -> Value {
    let mut thing = note(number, "<p>The whole of it.</p>");
    thing["type"] = json!(kind);
    for (name, value) in more.as_object().unwrap() {
        thing[name] = value.clone();
    }
    thing
}

async fn find(kit: &Kit, number: u32) -> Result<PostView, Error> {
    let by = PostRef::Uri(format!("https://v.example/notes/{number}"));
    kit.app.posts().find(&Caller::Visitor, &by).await
}

#[tokio::test]
async fn other_kinds_are_shown_with_title_summary_and_link() {
    let (kit, _fan) = scene().await;
    let page = "https://v.example/read/1";
    for (number, kind) in (1..).zip(["Article", "Page", "Event", "Video"]) {
        let more = json!({"name": "Dementia <b>café</b>", "summary": "Friday, 2pm", "url": page});
        say(&kit, &act(number, "Create", thing(number, kind, &more))).await;
        let view = find(&kit, number).await.unwrap();
        assert_eq!(view.title.as_deref(), Some("Dementia café"), "{kind}");
        assert_eq!(view.html.to_plain().replace('\n', " ").trim(), "Friday, 2pm The whole of it.");
        assert_eq!((view.warning, view.url.as_str()), (None, page), "{kind}");
    }
    // On a note the summary is a warning; what begins with its summary anyway is shown once.
    say(&kit, &act(5, "Create", thing(5, "Note", &json!({"summary": "Food"})))).await;
    assert_eq!(find(&kit, 5).await.unwrap().warning.as_deref(), Some("Food"));
    let more = json!({"summary": "The whole of it."});
    say(&kit, &act(6, "Create", thing(6, "Article", &more))).await;
    assert_eq!(find(&kit, 6).await.unwrap().html.to_plain().trim(), "The whole of it.");
    say(&kit, &act(7, "Create", thing(7, "Offer", &json!({})))).await;
    say(&kit, &act(8, "Create", thing(8, "Relationship", &json!({})))).await;
    assert!(find(&kit, 7).await.is_err() && find(&kit, 8).await.is_err());
}

#[tokio::test]
async fn an_event_says_when_and_where() {
    let (kit, _fan) = scene().await;
    let more = json!({"name": "Café", "startTime": "2026-12-04T14:00:00Z",
        "endTime": "2026-12-04T16:00:00Z", "location": {"type": "Place", "name": "Library",
            "address": {"type": "PostalAddress", "streetAddress": "1 High Street",
                "addressLocality": "Northtown", "postalCode": "NT1 1AA"}}});
    say(&kit, &act(1, "Create", thing(1, "Event", &more))).await;
    let event = find(&kit, 1).await.unwrap().event.unwrap();
    assert_eq!(event.place.as_deref(), Some("Library, 1 High Street, Northtown, NT1 1AA"));
    assert_eq!(event.ends.unwrap() - event.starts, carefolk_domain::Span::minutes(120));
    // It is put off, and moves.
    let more = json!({"name": "Café", "startTime": "2026-12-11T14:00:00Z", "location": "Town hall",
        "updated": "2026-12-02T09:00:00Z"});
    say(&kit, &act(2, "Update", thing(1, "Event", &more))).await;
    let later = find(&kit, 1).await.unwrap().event.unwrap();
    assert_eq!((later.place.as_deref(), later.ends), (Some("Town hall"), None));
    assert_eq!(later.starts - event.starts, carefolk_domain::Span::days(7));
}

/// S-037: nothing becomes something else.
#[tokio::test]
async fn an_update_changes_no_kind() {
    let (kit, _fan) = scene().await;
    say(&kit, &act(1, "Create", thing(1, "Note", &json!({})))).await;
    let more = json!({"name": "Now an event", "updated": "2026-12-02T09:00:00Z"});
    say(&kit, &act(2, "Update", thing(1, "Event", &more))).await;
    let view = find(&kit, 1).await.unwrap();
    assert!(view.title.is_none() && view.event.is_none() && view.edited.is_none());
}

#[tokio::test]
async fn what_goes_with_a_post_is_a_link_with_its_description() {
    let (kit, _fan) = scene().await;
    let picture = |number: u32| {
        json!({"type": "Document", "mediaType": "image/jpeg", "name": "A <i>garden</i>",
            "url": format!("https://files.example/{number}.jpg")})
    };
    let mut all: Vec<Value> = vec![
        picture(1),
        json!({"type": "Document", "mediaType": "text/html", "url": "javascript:alert(1)"}),
        json!({"type": "Video", "url": [{"type": "Link", "mediaType": "video/mp4",
            "href": "https://files.example/film.mp4"}]}),
        json!({"type": "Link", "href": "https://w.example/page"}),
        json!({"type": "Document", "url": format!("https://files.example/{}", "x".repeat(3_000))}),
    ];
    say(&kit, &act(1, "Create", thing(1, "Note", &json!({"attachment": all})))).await;
    let shown = find(&kit, 1).await.unwrap().attachments;
    let kinds: Vec<AttachmentKind> = shown.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [AttachmentKind::Picture, AttachmentKind::Film, AttachmentKind::Link]);
    assert_eq!(shown.first().unwrap().name.as_deref(), Some("A garden"));
    assert_eq!(shown.last().unwrap().name, None);
    all.extend((10..40).map(picture));
    let more = json!({"attachment": all, "updated": "2026-12-02T09:00:00Z"});
    say(&kit, &act(2, "Update", thing(1, "Note", &more))).await;
    assert_eq!(find(&kit, 1).await.unwrap().attachments.len(), 16);
    let gone = json!({"id": "https://v.example/notes/1", "type": "Tombstone"});
    say(&kit, &act(3, "Delete", gone)).await;
    assert_eq!(attachment::Entity::find().count(kit.app.db().read()).await.unwrap(), 0);
}

#[tokio::test]
async fn each_language_of_a_post_stands_for_itself() {
    let (kit, _fan) = scene().await;
    let both = "<p>Mae'r caffi ar agor.</p><p>The café is open.</p>";
    let map = json!({"cy": "<p>Mae'r caffi ar agor.</p>", "en": "<p>The café is open.</p>"});
    let more = json!({"content": both, "contentMap": map});
    say(&kit, &act(1, "Create", thing(1, "Note", &more))).await;
    let view = find(&kit, 1).await.unwrap();
    assert_eq!((view.lang.as_str(), view.html.to_plain().trim()), ("cy", "Mae'r caffi ar agor."));
    let others: Vec<(&str, String)> =
        view.renditions.iter().map(|it| (it.lang.as_str(), it.html.to_plain())).collect();
    assert_eq!(others.len(), 1);
    assert_eq!(others.first().unwrap().0, "en");
    assert_eq!(others.first().unwrap().1.trim(), "The café is open.");
    // One language, as Mastodon sends it; and a change that leaves a language out.
    let more = json!({"content": "<p>Closed.</p>", "contentMap": {"en": "<p>Closed.</p>"},
        "updated": "2026-12-02T09:00:00Z"});
    say(&kit, &act(2, "Update", thing(1, "Note", &more))).await;
    let view = find(&kit, 1).await.unwrap();
    assert_eq!((view.lang.as_str(), view.renditions.len()), ("en", 0));
}

#[tokio::test]
async fn a_film_is_by_the_person_and_not_by_the_channel() {
    let (kit, _fan) = scene().await;
    let channel = "https://v.example/video-channels/care";
    let by = json!([{"type": "Person", "id": ANN}, {"type": "Group", "id": channel}]);
    let more = json!({"name": "How to lift", "attributedTo": by, "to": [PUBLIC]});
    say(&kit, &act(1, "Create", thing(1, "Video", &more))).await;
    assert_eq!(find(&kit, 1).await.unwrap().author.uri, ANN);
    // Two people are nobody (S-033), and a note has one author.
    let two = json!([{"type": "Person", "id": ANN},
        {"type": "Person", "id": "https://v.example/users/bob"}]);
    say(&kit, &act(2, "Create", thing(2, "Video", &json!({"attributedTo": two})))).await;
    say(&kit, &act(3, "Create", thing(3, "Note", &json!({"attributedTo": by})))).await;
    assert!(find(&kit, 2).await.is_err() && find(&kit, 3).await.is_err());
}

#[tokio::test]
async fn a_post_of_ours_is_sent_in_all_its_languages() {
    let (kit, _fan) = scene().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
    say(&kit, &crate::stranger::follow(1, &uri)).await;
    let post = kit.post(&nurse, "nurse", "The café is open.").await;
    let by = PostRef::Id(post.id);
    let (cy, en) = (Lang::parse("cy").unwrap(), Lang::parse("en").unwrap());
    let posts = kit.app.posts();
    let refused = posts.translate(&nurse, &by, en, "Again").await;
    assert!(matches!(refused, Err(Error::Invalid(_))));
    let other = kit.account("other", Role::Member).await;
    assert!(posts.translate(&other, &by, cy.clone(), "Ar agor").await.is_err());
    posts.translate(&nurse, &by, cy.clone(), "Ar agor").await.unwrap();
    posts.translate(&nurse, &by, cy, "Mae'r **caffi** ar agor.").await.unwrap();
    kit.settle().await;
    let update = kit.remote.sent_to(crate::stranger::SHARED_INBOX).pop().unwrap();
    let map = update["object"]["contentMap"].as_object().unwrap();
    assert_eq!(map.len(), 2);
    assert!(map["cy"].as_str().unwrap().contains("<strong>caffi</strong>"));
    let whole = update["object"]["content"].as_str().unwrap();
    assert!(whole.starts_with("<div lang=\"en\">") && whole.contains("<div lang=\"cy\">"));
    assert_eq!(posts.find(&Caller::Visitor, &by).await.unwrap().renditions.len(), 1);
    // A change of the post takes them away.
    let edit = EditPost {
        post: post.id,
        text: "It is shut.".to_owned(),
        warning: None,
        lang: None,
        pictures: None,
    };
    posts.edit(&nurse, edit).await.unwrap();
    kit.settle().await;
    let update = kit.remote.sent_to(crate::stranger::SHARED_INBOX).pop().unwrap();
    assert_eq!(update["object"]["contentMap"].as_object().unwrap().len(), 1);
}

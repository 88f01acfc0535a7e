//! A poll of Hazelbank's, and a vote in one of Ann's.

use carefolk_app::posts::{NewPoll, NewPost, PostRef};
use carefolk_domain::Span;
use carefolk_testkit::Kit;
use serde_json::{Value, json};

use super::{ANN, Golden, PUBLIC, Scene};

/// What a poll says when it is published, counted and closed, in a community of its own.
pub(super) async fn polls() -> Vec<Golden> {
    let mut scene = Scene::new().await;
    let hazelbank = scene.actor("hazelbank").await;
    scene.hear("Follow", json!(hazelbank)).await;
    let options = ["Soup", "Pie"].map(str::to_owned).to_vec();
    let poll = Some(NewPoll { options, multiple: false, open_for: Some(Span::days(1)) });
    let new = NewPost { poll, ..Kit::words("hazelbank", "What shall we cook?") };
    let post = scene.say(new).await;
    let mut golden = vec![("question.json", scene.get(&post.uri).await)];
    scene.hear("Create", ballot(&post.uri, "Pie")).await;
    scene.kit.clock.advance(Span::minutes(1));
    scene.kit.settle().await;
    golden.push(("update_question.json", scene.sent("Update")));
    scene.kit.clock.advance(Span::days(1));
    scene.kit.settle().await;
    golden.push(("question_closed.json", scene.get(&post.uri).await));

    scene.hear("Create", theirs(&hazelbank)).await;
    let by = PostRef::Uri("https://v.example/notes/7".to_owned());
    scene.kit.app.posts().vote(&scene.nurse, "nurse", &by, &[1]).await.unwrap();
    scene.kit.settle().await;
    golden.push(("vote.json", scene.sent("Create")));
    golden
}

fn ballot(poll: &str, name: &str) -> Value {
    json!({"id": format!("{ANN}#votes/1"), "type": "Note", "attributedTo": ANN, "name": name,
        "inReplyTo": poll, "to": poll})
}

/// A poll by Ann, for an actor of ours among others.
fn theirs(named: &str) -> Value {
    let option = |name| {
        json!({"type": "Note", "name": name,
        "replies": {"type": "Collection", "totalItems": 0}})
    };
    json!({"id": "https://v.example/notes/7", "type": "Question", "attributedTo": ANN,
        "content": "<p>Tea or coffee?</p>", "to": [PUBLIC], "cc": [named],
        "oneOf": [option("Tea"), option("Coffee")]})
}

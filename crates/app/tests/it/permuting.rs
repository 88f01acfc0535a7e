//! Whatever order activities come in, the end is the same, and each has its effect once.

use carefolk_app::inbound::Acceptance;
use carefolk_app::posts::PostRef;
use carefolk_app::{Caller, Page};
use carefolk_domain::{Role, Span};
use carefolk_store::entity::post;
use carefolk_testkit::Kit;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::stranger::{act, follow, hand_in, note, say, settle_in};

/// All orders of `items`.
fn orders<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (at, first) in items.iter().enumerate() {
        let mut rest = items.to_vec();
        rest.remove(at);
        for mut order in orders(&rest) {
            order.insert(0, first.clone());
            all.push(order);
        }
    }
    all
}

struct Scene {
    kit: Kit,
    nurse: Caller,
    nurse_uri: String,
    post: String,
}

impl Scene {
    async fn new() -> Self {
        let kit = Kit::new().await;
        let nurse = kit.account("nurse", Role::Member).await;
        settle_in(&kit, "v.example", "ann");
        let nurse_uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
        let post = kit.post(&nurse, "nurse", "Any questions?").await.uri;
        Self { kit, nurse, nurse_uri, post }
    }

    /// Note `number`, an answer to `parent` that names the nurse.
    fn note(&self, number: u32, text: &str, parent: &str) -> Value {
        let mut note = note(number, text);
        note["inReplyTo"] = json!(parent);
        note["tag"] = json!([{"type": "Mention", "href": self.nurse_uri, "name": "@nurse"}]);
        note
    }

    /// Its words, if there are any: of a deleted one there is a mark at most.
    async fn text(&self, number: u32) -> Option<String> {
        let by = PostRef::Uri(uri(number));
        let found = self.kit.app.posts().find(&Caller::Visitor, &by).await.ok()?;
        Some(found.html.to_plain()).filter(|words| !words.is_empty())
    }

    /// How many answer `to`, and how many stand above it.
    async fn around(&self, to: &str) -> (usize, usize) {
        let by = PostRef::Uri(to.to_owned());
        let page = Page::first(100);
        let thread = self.kit.app.posts().thread(&self.nurse, &by, page).await.unwrap();
        (thread.replies.len(), thread.ancestors.len())
    }

    async fn likes(&self) -> i64 {
        let rows = post::Entity::find().all(self.kit.app.db().read()).await.unwrap();
        rows.into_iter().find(|row| row.uri == self.post).unwrap().like_count
    }
}

fn uri(number: u32) -> String {
    format!("https://v.example/notes/{number}")
}

/// One after the other, and all at once.
async fn come(kit: &Kit, order: &[Value], together: bool) {
    for activity in order {
        if together {
            hand_in(kit, activity).await;
        } else {
            say(kit, activity).await;
        }
    }
    kit.settle().await;
}

#[tokio::test]
async fn a_post_its_edit_and_its_deletion_leave_nothing_in_any_order() {
    let scene = Scene::new().await;
    for (round, order) in (1_u32..).zip(orders(&[0, 1, 2, 3, 4])) {
        let n = round * 10;
        let mut edited = scene.note(n, "edited", &scene.post);
        edited["updated"] = json!("2026-12-01T08:59:55Z");
        let like = act(n + 3, "Like", json!(scene.post));
        let all = [
            act(n, "Create", scene.note(n, "first", &scene.post)),
            act(n + 1, "Update", edited),
            act(n + 2, "Delete", json!({"id": uri(n), "type": "Tombstone"})),
            like.clone(),
            act(n + 4, "Undo", like),
        ];
        let order: Vec<Value> = order.iter().map(|&index: &usize| all[index].clone()).collect();
        come(&scene.kit, &order, round % 2 == 0).await;
        let kinds: Vec<_> = order.iter().map(|activity| activity["type"].to_string()).collect();
        assert_eq!(scene.text(n).await, None, "{kinds:?}");
        assert_eq!(scene.likes().await, 0, "{kinds:?}");
    }
}

#[tokio::test]
async fn an_edited_post_and_what_answers_it_are_one_conversation_in_any_order() {
    let scene = Scene::new().await;
    for (round, order) in (1_u32..).zip(orders(&[0, 1, 2, 3])) {
        let n = round * 10;
        let mut edited = scene.note(n, "edited", &scene.post);
        edited["updated"] = json!("2026-12-01T08:59:55Z");
        let all = [
            act(n, "Create", scene.note(n, "first", &scene.post)),
            act(n + 1, "Update", edited),
            act(n + 2, "Create", scene.note(n + 2, "an answer", &uri(n))),
            act(n + 3, "Create", scene.note(n + 3, "an answer to that", &uri(n + 2))),
        ];
        let order: Vec<Value> = order.iter().map(|&index: &usize| all[index].clone()).collect();
        come(&scene.kit, &order, round % 2 == 0).await;
        assert_eq!(scene.text(n).await.as_deref(), Some("edited"), "{order:?}");
        assert_eq!(scene.around(&uri(n)).await, (1, 1), "{order:?}");
        assert_eq!(scene.around(&uri(n + 2)).await, (1, 2), "{order:?}");
    }
}

#[tokio::test]
async fn a_follow_taken_back_is_none_in_any_order() {
    let scene = Scene::new().await;
    for (round, order) in (1_u32..).zip(orders(&[0, 1])) {
        for together in [true, false] {
            let number = round * 10 + u32::from(together);
            let asked = follow(number, &scene.nurse_uri);
            let all = [asked.clone(), act(number, "Undo", asked)];
            let order: Vec<Value> = order.iter().map(|&index: &usize| all[index].clone()).collect();
            come(&scene.kit, &order, together).await;
            let follows = scene.kit.app.follows();
            let all = follows.followers(&scene.nurse, "nurse", Page::first(9)).await.unwrap();
            assert!(all.is_empty(), "{order:?}");
        }
    }
}

/// while the first is still at work, and its worker ends with it.
#[tokio::test]
async fn an_activity_that_comes_again_while_it_is_worked_on_has_one_effect() {
    let scene = Scene::new().await;
    let ann = "https://v.example/users/ann";
    scene.kit.remote.hang(ann);
    let create = act(1, "Create", scene.note(1, "hello", &scene.post));
    assert_eq!(hand_in(&scene.kit, &create).await, Acceptance::Stored);
    let app = scene.kit.app.clone();
    let mut first = JoinSet::new();
    first.spawn(async move { app.inbound().process_due().await });
    while scene.kit.remote.hanging() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(hand_in(&scene.kit, &create).await, Acceptance::Duplicate);
    scene.kit.settle().await;
    assert_eq!(scene.text(1).await, None);
    drop(first);
    scene.kit.remote.answer_again(ann);
    scene.kit.clock.advance(Span::minutes(2));
    scene.kit.settle().await;
    assert_eq!(scene.text(1).await.as_deref(), Some("hello"));
    assert_eq!(hand_in(&scene.kit, &create).await, Acceptance::Duplicate);
    scene.kit.settle().await;
    assert_eq!(scene.around(&scene.post).await, (1, 0));
}

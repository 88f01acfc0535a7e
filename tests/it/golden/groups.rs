//! A group: its actor, a conversation that began in it, and how it passes that on.

use carefolk_app::Page;
use carefolk_app::groups::NewGroup;
use carefolk_app::posts::{NewPost, PostRef};
use carefolk_domain::{GroupKind, PostingRule, Role};
use carefolk_testkit::{Kit, operator};
use serde_json::{Value, json};

use super::{Golden, Scene, unproven};

pub(super) async fn groups() -> Vec<Golden> {
    let mut scene = Scene::new().await;
    scene.kit.account("walt", Role::Member).await;
    let group = NewGroup {
        handle: "out_of_doors".to_owned(),
        name: "Out of doors, slowly".to_owned(),
        about: "Walks, benches and birds.".to_owned(),
        kind: GroupKind::Open,
        posting: PostingRule::Anyone,
        approval: carefolk_domain::ApprovalRule::None,
        rules: "Say how steep it is.".to_owned(),
        lang: None,
        area: String::new(),
        moderators: vec!["nurse".to_owned(), "walt".to_owned()],
    };
    let group = scene.kit.app.groups().create(&operator(), group).await.unwrap();
    let id = group.actor.unwrap().uri;
    scene.hear("Follow", json!(id)).await;
    // Ann hears of the post from its author as well, and so what both say can be compared.
    let nurse = scene.actor("nurse").await;
    scene.hear("Follow", json!(nurse)).await;
    let words = Kit::words("nurse", "The way round the duck pond is flat now.");
    let title = Some("The duck pond".to_owned());
    let group_name = Some("out_of_doors".to_owned());
    scene.say(NewPost { title, group: group_name, ..words }).await;
    let (created, boosted) = (scene.sent("Create"), scene.sent("Announce"));
    // From now on Ann's server says that it knows groups.
    scene.kit.database.meddle("UPDATE peer SET software = 'lemmy'").await;
    let inside = Some("out_of_doors".to_owned());
    scene.say(NewPost { group: inside, ..Kit::words("nurse", "And dry.") }).await;
    let sent = scene.kit.remote.sent().into_iter().map(|(_, body)| body);
    let is_whole = |body: &String| {
        let said: Value = serde_json::from_str(body).unwrap();
        said["type"] == "Announce" && said["object"].is_object()
    };
    let passed_on = unproven(&sent.into_iter().find(is_whole).unwrap());
    let deeds = deeds(&scene).await;
    vec![
        ("actor_group.json", scene.get(&id).await),
        ("create_in_group.json", created),
        ("announce_by_group.json", boosted),
        ("announce_activity.json", passed_on),
        ("moderators.json", scene.get(&format!("{id}/moderators")).await),
        ("lock.json", inner(&deeds, "Lock")),
        ("add_in_group.json", inner(&deeds, "Add")),
        ("ban.json", inner(&deeds, "Block")),
    ]
}

/// What moderators do, as it is told.
async fn deeds(scene: &Scene) -> Vec<String> {
    let groups = scene.kit.app.groups();
    let began = groups.conversations(&operator(), "out_of_doors", Page::first(1)).await.unwrap();
    let post = PostRef::Uri(began.posts[0].uri.clone());
    groups.pin(&operator(), &post, true).await.unwrap();
    groups.lock(&operator(), &post, true).await.unwrap();
    groups.ban(&operator(), "out_of_doors", "ann@v.example", 7).await.unwrap();
    scene.kit.settle().await;
    scene.kit.remote.sent().into_iter().map(|(_, body)| body).collect()
}

/// The one that passes an activity of that type on.
fn inner(sent: &[String], kind: &str) -> String {
    let is_it = |body: &&String| {
        let said: Value = serde_json::from_str(body).unwrap();
        said["object"]["type"] == kind
    };
    unproven(sent.iter().find(is_it).unwrap())
}

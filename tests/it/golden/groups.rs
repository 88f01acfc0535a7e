//! A group: its actor, a conversation that began in it, and how it passes that on.

use carefolk_app::groups::NewGroup;
use carefolk_app::posts::NewPost;
use carefolk_domain::{GroupKind, PostingRule, Role};
use carefolk_testkit::{Kit, operator};
use serde_json::json;

use super::{Golden, Scene};

pub(super) async fn groups() -> Vec<Golden> {
    let mut scene = Scene::new().await;
    scene.kit.account("walt", Role::Member).await;
    let group = NewGroup {
        handle: "out_of_doors".to_owned(),
        name: "Out of doors, slowly".to_owned(),
        about: "Walks, benches and birds.".to_owned(),
        kind: GroupKind::Open,
        posting: PostingRule::Anyone,
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
    vec![
        ("actor_group.json", scene.get(&id).await),
        ("create_in_group.json", scene.sent("Create")),
        ("announce_by_group.json", scene.sent("Announce")),
    ]
}

//! What Hazelbank likes and pins, whom it blocks, and what the instance reports.

use carefolk_app::posts::{NewPost, Policies, PostRef};
use carefolk_app::profiles::ChangeActor;
use carefolk_app::reactions::ReactionKind;
use carefolk_app::reports::{NewReport, Readers};
use carefolk_domain::{Address, Reach};
use carefolk_testkit::{Kit, operator};
use http::StatusCode;
use serde_json::json;

use super::{ANN, Golden, Scene};

/// Hazelbank likes and boosts what Ann said, and takes both back.
pub(super) async fn reactions(scene: &Scene) -> Vec<Golden> {
    let post = PostRef::Uri("https://v.example/notes/1".to_owned());
    let mut golden = Vec::new();
    for (kind, said, undone) in [
        (ReactionKind::Like, ("Like", "like.json"), "undo_like.json"),
        (ReactionKind::Boost, ("Announce", "announce.json"), "undo_announce.json"),
    ] {
        let reactions = scene.kit.app.reactions();
        reactions.add(&scene.nurse, "hazelbank", &post, kind).await.unwrap();
        scene.kit.settle().await;
        golden.push((said.1, scene.sent(said.0)));
        reactions.remove(&scene.nurse, "hazelbank", &post, kind).await.unwrap();
        scene.kit.settle().await;
        golden.push((undone, scene.sent("Undo")));
    }
    golden
}

/// Hazelbank pins a post and unpins it.
pub(super) async fn pins(scene: &Scene) -> Vec<Golden> {
    let posts = scene.kit.app.posts();
    let post = scene.say(Kit::words("hazelbank", "How to reach us: 01632 960000")).await;
    let by = PostRef::Id(post.id);
    posts.pin(&scene.nurse, &by).await.unwrap();
    scene.kit.settle().await;
    let hazelbank = scene.actor("hazelbank").await;
    let featured = scene.get(&format!("{hazelbank}/featured")).await;
    posts.unpin(&scene.nurse, &by).await.unwrap();
    scene.kit.settle().await;
    vec![
        ("add.json", scene.sent("Add")),
        ("remove.json", scene.sent("Remove")),
        ("featured.json", featured),
    ]
}

/// Ann is blocked, and her server told; then not any more.
pub(super) async fn blocks(scene: &Scene) -> Vec<Golden> {
    let blocks = scene.kit.app.blocks();
    let ann = Address::parse("ann@v.example").unwrap();
    blocks.block(&scene.nurse, "nurse", &ann, true).await.unwrap();
    scene.kit.settle().await;
    let block = scene.sent("Block");
    blocks.unblock(&scene.nurse, "nurse", &ann).await.unwrap();
    scene.kit.settle().await;
    vec![("block.json", block), ("undo_block.json", scene.sent("Undo"))]
}

/// Ann asks to quote two posts, and may quote the first.
pub(super) async fn quotes(scene: &mut Scene) -> Vec<Golden> {
    let open = scene.say(Kit::words("hazelbank", "Quote me")).await;
    let policies = Policies { replies: Reach::Followers, quotes: Reach::Nobody };
    let closed = NewPost { policies, ..Kit::words("hazelbank", "Do not quote me") };
    let closed = scene.say(closed).await;
    let mut golden = Vec::new();
    for (number, post) in [(21, &open), (22, &closed)] {
        let request = json!({"id": format!("https://v.example/asks/{number}"),
            "type": "QuoteRequest", "actor": ANN, "object": post.uri,
            "instrument": format!("https://v.example/notes/{number}")});
        scene.hear_whole(request).await;
        let kind = if number == 21 { "Accept" } else { "Reject" };
        let name = if number == 21 { "accept_quote.json" } else { "reject_quote.json" };
        golden.push((name, scene.sent(kind)));
    }
    let accept: serde_json::Value = serde_json::from_str(&golden.first().unwrap().1).unwrap();
    let stamp = accept["result"].as_str().unwrap().to_owned();
    golden.push(("quote_authorization.json", scene.get(&stamp).await));
    golden
}

/// Ann, who was refused, waits again; she is approved, and waits once more.
pub(super) async fn second_thoughts(scene: &Scene) -> Vec<Golden> {
    let follows = scene.kit.app.follows();
    let ann = Address::parse("ann@v.example").unwrap();
    follows.reconsider(&scene.nurse, "hazelbank", &ann).await.unwrap();
    scene.kit.settle().await;
    let undo_reject = scene.sent("Undo");
    follows.approve(&scene.nurse, "hazelbank", &ann).await.unwrap();
    follows.reconsider(&scene.nurse, "hazelbank", &ann).await.unwrap();
    scene.kit.settle().await;
    vec![("undo_reject.json", undo_reject), ("undo_accept.json", scene.sent("Undo"))]
}

/// Hazelbank changes its words and moves to another server.
pub(super) async fn changes(scene: &Scene) -> Vec<Golden> {
    let profiles = scene.kit.app.profiles();
    let hazelbank = scene.actor("hazelbank").await;
    let change = ChangeActor {
        handle: "hazelbank".to_owned(),
        name: Some("Hazelbank House".to_owned()),
        ..ChangeActor::default()
    };
    profiles.change(&scene.nurse, change).await.unwrap();
    scene.kit.settle().await;
    let update = scene.sent("Update");
    let new = "https://n.example/users/hazelbank";
    let document = json!({"id": new, "type": "Organization", "preferredUsername": "hazelbank",
        "inbox": format!("{new}/inbox"), "alsoKnownAs": [hazelbank]});
    scene.kit.remote.put(new, &document.to_string());
    scene.kit.remote.finger("hazelbank@n.example", new);
    let target = Address::parse("hazelbank@n.example").unwrap();
    profiles.move_to(&scene.nurse, "hazelbank", &target).await.unwrap();
    scene.kit.settle().await;
    vec![("update_actor.json", update), ("move.json", scene.sent("Move"))]
}

/// It is closed while Ann follows it.
pub(super) async fn closing(scene: &mut Scene) -> Vec<Golden> {
    let hazelbank = scene.actor("hazelbank").await;
    scene.hear("Follow", json!(hazelbank)).await;
    scene.kit.app.profiles().close(&operator(), "hazelbank").await.unwrap();
    scene.kit.settle().await;
    vec![
        ("delete_actor.json", scene.sent("Delete")),
        ("tombstone_actor.json", scene.read(&hazelbank, StatusCode::GONE).await),
    ]
}

/// Something that Ann said is reported to her server.
pub(super) async fn reports(scene: &Scene) -> Golden {
    let report = NewReport {
        reporter: "nurse".to_owned(),
        about: Address::parse("ann@v.example").unwrap(),
        posts: vec!["https://v.example/notes/1".to_owned()],
        comment: "Names a person and where they live".to_owned(),
        to: Readers::Community,
        forward: true,
    };
    scene.kit.app.reports().send(&scene.nurse, report).await.unwrap();
    scene.kit.settle().await;
    ("flag.json", scene.sent("Flag"))
}

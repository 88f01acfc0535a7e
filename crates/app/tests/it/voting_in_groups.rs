//! Likes in groups: votes where servers know groups, and nobody else's business.

use carefolk_app::posts::{PostRef, PostView};
use carefolk_app::reactions::ReactionKind;
use carefolk_domain::GroupRole;
use carefolk_testkit::operator;
use serde_json::{Value, json};

use crate::group_servers::{
    FERNS, LOU, THEIR_INBOX, announce, follows_ferns, lou_joins, page, told,
};
use crate::grouping::{ann_joins, begin, scene, table, uri};
use crate::stranger::{act, person, say};

/// What Lou does.
fn by_lou(number: u32, kind: &str, object: Value) -> Value {
    json!({"@context": "https://www.w3.org/ns/activitystreams", "type": kind, "actor": LOU,
        "id": format!("https://lemmy.example/activities/{kind}/{number}"), "object": object})
}

fn votes(told: &[(String, String)]) -> usize {
    told.iter().filter(|(kind, _)| kind == "Like" || kind == "Undo").count()
}

#[tokio::test]
async fn a_group_of_ours_passes_votes_on_and_what_takes_them_back() {
    let (kit, mo, carer) = scene(table()).await;
    ann_joins(&kit).await;
    lou_joins(&kit).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let before = told(&kit).await.len();
    let vote = by_lou(1, "Like", json!(post.uri));
    say(&kit, &vote).await;
    say(&kit, &vote).await;
    kit.settle().await;
    let sent = kit.remote.sent_to(THEIR_INBOX);
    let passed: Vec<&Value> = sent.iter().filter(|said| said["object"]["type"] == "Like").collect();
    assert_eq!(passed.len(), 1);
    let group = uri(&kit).await;
    let inner = &passed[0]["object"];
    assert_eq!((&passed[0]["type"], &passed[0]["actor"]), (&json!("Announce"), &json!(group)));
    assert_eq!((&inner["id"], &inner["actor"]), (&vote["id"], &json!(LOU)));
    assert_eq!((&inner["object"], &inner["audience"]), (&json!(post.uri), &json!(group)));
    let undo = by_lou(2, "Undo", vote.clone());
    say(&kit, &undo).await;
    kit.settle().await;
    let sent = kit.remote.sent_to(THEIR_INBOX);
    let undone = sent.iter().find(|said| said["object"]["type"] == "Undo").unwrap();
    assert_eq!((&undone["object"]["id"], &undone["object"]["actor"]), (&undo["id"], &json!(LOU)));
    assert_eq!(undone["object"]["object"]["id"], vote["id"]);

    // Ann did not vote, nor did who is here; and a post that is in no group is nobody's vote.
    let now = told(&kit).await;
    assert_eq!(votes(&now), 2);
    assert_eq!(now.len(), before + 2);
    say(&kit, &act(70, "Like", json!(post.uri))).await;
    let by = PostRef::Uri(post.uri.clone());
    kit.app.reactions().add(&carer, "carer", &by, ReactionKind::Like).await.unwrap();
    let alone = kit.post(&mo, "mo", "By myself").await;
    say(&kit, &by_lou(3, "Like", json!(alone.uri))).await;
    assert_eq!(votes(&told(&kit).await), 2);
    // Who is banned has no vote there, though their server goes on hearing of others.
    let lin = "https://lemmy.example/users/lin";
    kit.remote.put(lin, &person("lemmy.example", "lin").to_string());
    let mut follow = by_lou(6, "Follow", json!(group));
    follow["actor"] = json!(lin);
    say(&kit, &follow).await;
    kit.app
        .groups()
        .appoint(&operator(), "table", "lou@lemmy.example", GroupRole::Banned)
        .await
        .unwrap();
    say(&kit, &by_lou(4, "Like", json!(post.uri))).await;
    assert_eq!(votes(&told(&kit).await), 2);
    let mut other = by_lou(5, "Like", json!(post.uri));
    other["actor"] = json!(lin);
    say(&kit, &other).await;
    assert_eq!(votes(&told(&kit).await), 3);
    kit.keeps_its_rules().await;
}

#[tokio::test]
async fn our_people_vote_in_a_group_elsewhere_and_take_it_back() {
    let (kit, sam) = follows_ferns().await;
    say(&kit, &announce(1, "Create", LOU, page(1, "Spring"))).await;
    let by = PostRef::Uri("https://lemmy.example/post/1".to_owned());
    let post: PostView = kit.app.posts().find(&sam, &by).await.unwrap();
    kit.app.reactions().add(&sam, "sam", &by, ReactionKind::Like).await.unwrap();
    kit.settle().await;
    let inbox = format!("{FERNS}/inbox");
    let like = kit.remote.sent_to(&inbox).pop().unwrap();
    assert_eq!((&like["type"], &like["object"]), (&json!("Like"), &json!(post.uri)));
    assert_eq!((&like["to"], &like["cc"]), (&json!([LOU]), &json!([FERNS])));
    assert_eq!(like["audience"], FERNS);
    kit.app.reactions().remove(&sam, "sam", &by, ReactionKind::Like).await.unwrap();
    kit.settle().await;
    let undo = kit.remote.sent_to(&inbox).pop().unwrap();
    assert_eq!((&undo["type"], &undo["object"]["id"]), (&json!("Undo"), &like["id"]));
    assert_eq!(undo["audience"], FERNS);
}

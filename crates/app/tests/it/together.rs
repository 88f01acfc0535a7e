//! What comes of a post, a like or a boost does not depend on what it comes with: many that come at once, and the
//! same one by one, leave the same rows.

use std::collections::BTreeMap;

use carefolk_app::ports::PortError;
use carefolk_app::posts::NewPost;
use carefolk_domain::{Address, Audience, Role};
use carefolk_store::entity::{
    account, actor, addressed, attachment, hashtag, home, job, mention, notification, poll_option,
    post, post_hashtag, reaction, rendition, revision, tombstone,
};
use carefolk_testkit::Kit;
use sea_orm::{EntityTrait, Iterable, ModelTrait};
use serde_json::{Value, json};

use crate::stranger::{ANN, ANN_INBOX, PUBLIC, act, hand_in, note, say, settle_in};

const LONG_AGO: &str = "2026-11-03T10:00:00Z";

struct Scene {
    kit: Kit,
    nurse: String,
    /// Of the nurse, for anybody.
    post: String,
    /// Of the nurse, for her followers.
    private: String,
    /// Of the clerk, for anybody.
    clerks: String,
}

/// The nurse follows Ann, Bob, Jon and Kim, and not Eve, whom the clerk blocks. Eve answered the nurse before.
async fn scene() -> Scene {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let clerk = kit.account("clerk", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    settle_in(&kit, "w.example", "eve");
    settle_in(&kit, "f.example", "fay");
    for name in ["bob", "carl", "dora", "hal", "jon", "kim"] {
        let who = settle_in(&kit, &format!("{}.example", name.chars().next().unwrap()), name);
        // Of something that is not here: who says it is known from then on.
        say(&kit, &does(&who, 900, "Like", &json!(uri(999)))).await;
    }
    let address = |text: &str| Address::parse(text).unwrap();
    for (who, at) in [
        (ANN, "ann@v.example"),
        (BOB, "bob@b.example"),
        (JON, "jon@j.example"),
        (KIM, "kim@k.example"),
    ] {
        kit.app.follows().follow(&nurse, "nurse", &address(at)).await.unwrap();
        kit.settle().await;
        let asked = kit.remote.sent_to(&format!("{who}/inbox")).pop().unwrap();
        say(&kit, &does(who, 901, "Accept", &asked)).await;
    }
    say(&kit, &act(902, "Create", note(59, "<p>Good morning</p>"))).await;
    kit.app.blocks().block(&clerk, "clerk", &address("eve@w.example"), false).await.unwrap();
    let post = kit.post(&nurse, "nurse", "Any questions?").await.uri;
    let only = NewPost { audience: Audience::Followers, ..Kit::words("nurse", "Among us") };
    let private = kit.app.posts().publish(&nurse, only).await.unwrap().uri;
    let clerks = kit.post(&clerk, "clerk", "Open until six.").await.uri;
    let nurse = kit.app.actors().find_local("nurse").await.unwrap().uri;
    for (who, number) in [(EVE, 41), (EVE, 42), (FAY, 43)] {
        say(&kit, &answer(who, number, &post, &nurse)).await;
    }
    Scene { kit, nurse, post, private, clerks }
}

/// A note by Ann with some more.
fn with(number: u32, content: &str, more: &Value) -> Value {
    let mut note = note(number, content);
    for (key, value) in more.as_object().unwrap() {
        note[key] = value.clone();
    }
    note
}

fn uri(number: u32) -> String {
    format!("https://v.example/notes/{number}")
}

/// An answer by Eve, whom nobody follows.
fn by_eve(number: u32, parent: &str, named: &str) -> Value {
    answer(EVE, number, parent, named)
}

fn answer(who: &str, number: u32, parent: &str, named: &str) -> Value {
    let site = who.split("/users").next().unwrap();
    let note = json!({"id": format!("{site}/notes/{number}"), "type": "Note",
        "attributedTo": who, "content": format!("<p>No {number}</p>"), "to": [PUBLIC],
        "published": "2026-12-01T08:59:50Z", "inReplyTo": parent,
        "tag": [{"type": "Mention", "href": named, "name": "@somebody"}]});
    json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Create", "actor": who,
        "id": format!("{site}/acts/{number}"), "object": note, "to": [PUBLIC]})
}

/// What comes: each kind of thing that makes a post different from others.
fn arrivals(scene: &Scene) -> Vec<Value> {
    let tag = |name: &str| json!({"type": "Hashtag", "name": name});
    let picture = json!([{"type": "Image", "url": "https://v.example/1.png", "name": "A lift"}]);
    let nurse = json!({"type": "Mention", "href": scene.nurse, "name": "@nurse"});
    let clerk = scene.nurse.replace("nurse", "clerk");
    let ask = json!({"type": "Question", "oneOf": [
        {"type": "Note", "name": "Tea", "replies": {"type": "Collection", "totalItems": 1}},
        {"type": "Note", "name": "Coffee", "replies": {"type": "Collection", "totalItems": 2}}]});
    let only = json!({"to": [format!("{ANN}/followers")], "cc": []});
    let notes = [
        with(1, "<p>One</p>", &json!({"tag": [tag("#Lift"), tag("#Care")]})),
        with(2, "<p>Two</p>", &json!({"tag": [tag("#care"), nurse], "published": LONG_AGO})),
        with(3, "<p>Three</p>", &json!({"attachment": picture, "published": LONG_AGO})),
        with(4, "<p>Four</p>", &json!({"inReplyTo": uri(1), "published": LONG_AGO})),
        with(5, "<p>Five</p>", &json!({"inReplyTo": uri(4)})),
        // What it answers comes after it.
        with(6, "<p>Six</p>", &json!({"inReplyTo": uri(7)})),
        with(7, "<p>Seven</p>", &json!({"context": "https://v.example/contexts/7"})),
        with(8, "<p>Eight</p>", &json!({"inReplyTo": scene.post})),
        // What it answers never comes.
        with(9, "<p>Nine</p>", &json!({"inReplyTo": "https://x.example/notes/1"})),
        with(10, "<p>Ten?</p>", &ask),
        with(11, "<p>Eleven</p>", &only),
        with(12, "<p>Twelve</p>", &json!({"summary": "Falls", "sensitive": true})),
        with(
            13,
            "<p>Thirteen</p>",
            &json!({"contentMap": {"en": "<p>A</p>", "cy": "<p>B</p>"},
            "content": null}),
        ),
        with(14, "<p>Deleted</p>", &json!({})),
        with(1, "<p>One again</p>", &json!({})),
    ];
    let mut all: Vec<Value> =
        (1..).zip(notes).map(|(number, note)| act(number, "Create", note)).collect();
    all.insert(0, act(99, "Delete", json!(uri(14))));
    all.push(by_eve(20, &scene.post, &scene.nurse));
    all.push(by_eve(21, &uri(3), &clerk));
    all.push(by_eve(22, "https://w.example/notes/20", &scene.nurse));
    all
}

/// All rows of a table, without what differs between any two runs, and with names in place of numbers.
async fn rows<E: EntityTrait>(kit: &Kit, names: &BTreeMap<i64, String>) -> Vec<String>
where
    E::Model: ModelTrait<Entity = E>,
{
    let mut all: Vec<String> = Vec::new();
    for row in E::find().all(kit.app.db().read()).await.unwrap() {
        let values = E::Column::iter().filter_map(|column| {
            let name = format!("{column:?}");
            let value = format!("{:?}", row.get(column));
            let own = matches!(name.as_str(), "Id" | "Payload" | "Slug" | "CreatedAt" | "At");
            let number = value.split(['(', ')']).find_map(|part| part.parse::<i64>().ok());
            let named = number.and_then(|number| names.get(&number));
            (!own).then(|| format!("{name}={}", named.unwrap_or(&value)))
        });
        all.push(values.collect::<Vec<_>>().join(" "));
    }
    all.sort_unstable();
    all
}

/// What rows are called whose numbers differ between any two runs.
async fn names(kit: &Kit) -> BTreeMap<i64, String> {
    let db = kit.app.db().read();
    let mut names: BTreeMap<i64, String> = BTreeMap::new();
    for row in post::Entity::find().all(db).await.unwrap() {
        names.insert(row.id.0, row.uri);
    }
    for row in actor::Entity::find().all(db).await.unwrap() {
        names.insert(row.id.0, row.uri);
    }
    for row in hashtag::Entity::find().all(db).await.unwrap() {
        names.insert(row.id.0, row.name);
    }
    for row in account::Entity::find().all(db).await.unwrap() {
        names.insert(row.id.0, format!("account of {}", names[&row.actor_id.0]));
    }
    names
}

/// Everything that is kept of posts.
async fn kept(kit: &Kit) -> Vec<Vec<String>> {
    let names = names(kit).await;
    vec![
        rows::<post::Entity>(kit, &names).await,
        rows::<actor::Entity>(kit, &names).await,
        rows::<rendition::Entity>(kit, &names).await,
        rows::<revision::Entity>(kit, &names).await,
        rows::<attachment::Entity>(kit, &names).await,
        rows::<mention::Entity>(kit, &names).await,
        rows::<addressed::Entity>(kit, &names).await,
        rows::<hashtag::Entity>(kit, &names).await,
        rows::<post_hashtag::Entity>(kit, &names).await,
        rows::<poll_option::Entity>(kit, &names).await,
        rows::<home::Entity>(kit, &names).await,
        rows::<notification::Entity>(kit, &names).await,
        rows::<job::Entity>(kit, &names).await,
    ]
}

/// Hands the same to both, one by one and together.
async fn both_ways(arrivals: impl Fn(&Scene) -> Vec<Value>) -> (Kit, Kit) {
    let (one_by_one, together) = (scene().await, scene().await);
    for activity in arrivals(&one_by_one) {
        hand_in(&one_by_one.kit, &activity).await;
        one_by_one.kit.app.inbound().process_due().await.unwrap();
    }
    for activity in arrivals(&together) {
        hand_in(&together.kit, &activity).await;
    }
    together.kit.app.inbound().process_due().await.unwrap();
    (one_by_one.kit, together.kit)
}

fn same(one_by_one: &[Vec<String>], together: &[Vec<String>]) {
    for (table, (apart, together)) in one_by_one.iter().zip(together).enumerate() {
        let lost: Vec<_> = apart.iter().filter(|row| !together.contains(row)).collect();
        let made: Vec<_> = together.iter().filter(|row| !apart.contains(row)).collect();
        assert!(apart == together, "table {table}: not together {lost:#?}, only then {made:#?}");
    }
}

#[tokio::test]
async fn posts_that_come_together_leave_what_they_leave_one_by_one() {
    let (one_by_one, together) = both_ways(arrivals).await;
    let (one_by_one, together) = (kept(&one_by_one).await, kept(&together).await);
    same(&one_by_one, &together);
    let counts: Vec<usize> = together.iter().map(Vec::len).collect();
    assert_eq!(counts[0], 3 + 14 + 6, "posts: ours, Ann's without the deleted one, Eve's, Fay's");
    assert!(counts.iter().all(|count| *count > 0), "a table that says nothing: {counts:?}");
}

/// What somebody does with a post, or with what they did.
fn does(who: &str, number: u32, kind: &str, object: &Value) -> Value {
    json!({"@context": "https://www.w3.org/ns/activitystreams", "type": kind, "actor": who,
        "id": format!("{who}/acts/{number}"), "object": object})
}

/// Who likes and passes on; each lives on a server of their own.
const BOB: &str = "https://b.example/users/bob";
const CARL: &str = "https://c.example/users/carl";
const DORA: &str = "https://d.example/users/dora";
const EVE: &str = "https://w.example/users/eve";
const FAY: &str = "https://f.example/users/fay";
const GUS: &str = "https://g.example/users/gus";
const HAL: &str = "https://h.example/users/hal";
const JON: &str = "https://j.example/users/jon";
const KIM: &str = "https://k.example/users/kim";

/// What may come of a like or a boost.
fn reactions(scene: &Scene) -> Vec<Value> {
    let post = json!(scene.post);
    let (gone, stays) = ("https://w.example/notes/41", "https://w.example/notes/42");
    let fays = "https://f.example/notes/43";
    settle_in(&scene.kit, "g.example", "gus");
    scene.kit.remote.fail(FAY, PortError::Gone);
    let ivys = "https://i.example/notes/1";
    let ivy = settle_in(&scene.kit, "i.example", "ivy");
    let note_by_ivy = json!({"id": ivys, "type": "Note", "attributedTo": ivy, "to": [PUBLIC],
        "content": "<p>Ivy</p>", "published": "2026-12-01T08:59:50Z"});
    scene.kit.remote.put(ivys, &note_by_ivy.to_string());
    let early = does(CARL, 1, "Like", &post);
    let late = does(DORA, 1, "Like", &post);
    vec![
        does(ANN, 50, "Like", &post),
        does(BOB, 1, "Like", &post),
        // Again, by another name.
        does(BOB, 2, "Like", &post),
        // The clerk blocks her; the other is not for him; the last is not here.
        does(EVE, 51, "Like", &json!(scene.clerks)),
        does(BOB, 3, "Like", &json!(scene.private)),
        does(BOB, 4, "Like", &json!("https://v.example/notes/999")),
        // The nurse follows Ann, who is the first.
        does(ANN, 52, "Announce", &json!(scene.clerks)),
        does(BOB, 5, "Announce", &json!(scene.clerks)),
        does(BOB, 6, "Announce", &json!(scene.private)),
        // Taken back before it came, and after; and said once more.
        does(CARL, 2, "Undo", &early),
        early,
        late.clone(),
        does(DORA, 2, "Undo", &late),
        does(DORA, 3, "Like", &post),
        // Deleted before somebody likes it, and not.
        does(EVE, 53, "Delete", &json!(gone)),
        does(BOB, 7, "Like", &json!(gone)),
        does(BOB, 8, "Like", &json!(stays)),
        // Somebody is sooner than the post, and somebody is not.
        does(BOB, 9, "Like", &json!(uri(60))),
        act(60, "Create", note(60, "<p>Just now</p>")),
        does(HAL, 1, "Like", &json!(uri(60))),
        // It is here because Bob passes it on.
        does(BOB, 11, "Announce", &json!(ivys)),
        does(GUS, 3, "Like", &json!(ivys)),
        // Fay closed her account before somebody heard of whom nothing was known either.
        does(FAY, 55, "Delete", &json!(FAY)),
        does(GUS, 1, "Like", &json!(fays)),
        does(GUS, 2, "Announce", &json!(stays)),
    ]
}

#[tokio::test]
async fn likes_and_boosts_that_come_together_leave_what_they_leave_one_by_one() {
    let (one_by_one, together) = both_ways(reactions).await;
    same(&kept(&one_by_one).await, &kept(&together).await);
    same(&reacted(&one_by_one).await, &reacted(&together).await);
    let [likes, boosts] = counted(&together).await;
    assert_eq!(
        likes,
        [3, 1, 1, 1],
        "Ann, Bob and Dora the nurse's; one each of Eve's, Ann's, Ivy's"
    );
    assert_eq!(boosts, [2, 1, 1], "Ann and Bob the clerk's; one each of Eve's and Ivy's");
}

/// Reactions, and what is known to be gone.
async fn reacted(kit: &Kit) -> Vec<Vec<String>> {
    let names = names(kit).await;
    vec![rows::<reaction::Entity>(kit, &names).await, rows::<tombstone::Entity>(kit, &names).await]
}

/// How many likes and boosts posts have, the most first, of those that have any.
async fn counted(kit: &Kit) -> [Vec<i64>; 2] {
    let posts = post::Entity::find().all(kit.app.db().read()).await.unwrap();
    let of = |count: fn(&post::Model) -> i64| {
        let mut all: Vec<i64> = posts.iter().map(count).filter(|count| *count > 0).collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        all
    };
    [of(|row| row.like_count), of(|row| row.boost_count)]
}

type Arrivals<'a> = &'a dyn Fn(&Scene) -> Vec<Value>;

/// What one finds that keeps its place before a boost: that the nurse is not to follow Ann any more, an earlier
/// boost, and that one was taken back.
#[tokio::test]
async fn a_boost_that_depends_on_what_comes_before_it_keeps_its_place() {
    let like = |scene: &Scene| does(HAL, 1, "Like", &json!(scene.post));
    let unfollowed = |scene: &Scene| {
        let asked = scene.kit.remote.sent_to(ANN_INBOX).into_iter().next().unwrap();
        vec![like(scene), act(70, "Reject", asked), does(JON, 1, "Announce", &json!(uri(59)))]
    };
    let second = |scene: &Scene| {
        let clerks = json!(scene.clerks);
        let (first, second) =
            (does(ANN, 1, "Announce", &clerks), does(JON, 1, "Announce", &clerks));
        vec![like(scene), act(71, "Delete", json!(uri(998))), first, second]
    };
    let taken_back = |scene: &Scene| {
        let boosts = [BOB, JON, KIM].map(|who| does(who, 1, "Announce", &json!(scene.clerks)));
        let undo = does(BOB, 2, "Undo", &boosts[0]);
        let [bobs, jons, kims] = boosts;
        vec![like(scene), bobs, jons, undo, kims]
    };
    let ways: [Arrivals<'_>; 3] = [&unfollowed, &second, &taken_back];
    for (arrivals, wanted) in ways.into_iter().zip([JON, ANN, JON]) {
        let (one_by_one, together) = both_ways(arrivals).await;
        same(&kept(&one_by_one).await, &kept(&together).await);
        same(&reacted(&one_by_one).await, &reacted(&together).await);
        let homes = rows::<home::Entity>(&together, &names(&together).await).await;
        let boosted = homes.iter().filter(|row| row.contains(&format!("BoostedBy={wanted}")));
        assert_eq!(boosted.count(), 1, "{homes:#?}");
    }
}

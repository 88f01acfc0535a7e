//! Who may say what (S-031 to S-036).

use carefolk_app::Caller;
use carefolk_app::posts::PostRef;
use serde_json::{Value, json};

use super::{Case, Door, Effect, applied, heard, refused};
use crate::village::{ed25519_key, eves_key};

#[tokio::test]
async fn s_031_an_activity_lives_where_its_actor_lives() {
    let door = Door::new().await;
    let at = |id: String, actor: &str| {
        let mut like = door.dislike(actor);
        like["id"] = json!(id);
        like
    };
    let eves = at(door.village.url("v", "/acts/900"), &door.eve);
    let vics = at(door.village.url("e", "/acts/900"), &door.vic);
    let cases = [
        refused("Eve's, with an id at Vic's", door.eves(&eves), 403),
        refused("Vic's, with an id at Eve's", door.vics(&vics), 403),
    ];
    door.judge("S-031", cases).await;
}

#[tokio::test]
async fn s_032_what_lives_elsewhere_is_never_taken_from_inside() {
    let door = Door::new().await;
    let mut fake = door.note(&door.vic);
    fake["content"] = json!("FAKE");
    let create = |object: &Value| door.eves(&door.act(&door.eve, "Create", object));
    let cases = [
        refused("a note of Vic in Eve's Create", create(&fake), 403),
        refused("the id of a note of Vic", create(&fake["id"]), 403),
        refused("in Eve's Update", door.eves(&door.act(&door.eve, "Update", &fake)), 403),
    ];
    door.judge("S-032", cases).await;
    // What is named only by its id is read from its own server, which knows nothing of it.
    let unwritten = json!(door.note(&door.vic)["id"]);
    let vics = door.vics(&door.act(&door.vic, "Create", &unwritten));
    door.judge("S-032", [heard("an id under which nothing stands", vics)]).await;
    let written = format!("{:?}", door.rows().await["post"]);
    assert!(!written.contains("FAKE"), "S-032: {written}");
}

#[tokio::test]
async fn s_033_only_its_author_publishes_a_note() {
    let door = Door::new().await;
    let nurse = door.town.app.actors().find_local("nurse").await.unwrap();
    let by = |author: Value| {
        let mut note = door.note(&door.eve);
        note["attributedTo"] = author;
        door.eves(&door.act(&door.eve, "Create", &note))
    };
    let mut missing = door.note(&door.eve);
    missing.as_object_mut().unwrap().remove("attributedTo");
    let missing = door.eves(&door.act(&door.eve, "Create", &missing));
    let cases = [
        heard("Vic", by(json!(door.vic))),
        heard("somebody here", by(json!(nurse.uri))),
        heard("a number", by(json!(1))),
        heard("a number as text", by(json!("1"))),
        heard("an address", by(json!(format!("acct:nurse@{}", door.town.host)))),
        heard("Eve and Vic", by(json!([door.eve, door.vic]))),
        heard("Vic as an object", by(json!({"id": door.vic, "type": "Person"}))),
        heard("null", by(Value::Null)),
        heard("nobody", missing),
        applied("Eve", by(json!(door.eve))),
    ];
    door.judge("S-033", cases).await;
}

#[tokio::test]
async fn s_034_nothing_here_is_said_from_there() {
    let door = Door::new().await;
    let nurse = door.town.app.actors().find_local("nurse").await.unwrap().uri;
    let ours = format!("{}/ap/activity/mzxw6ytboi777", door.town.url);
    let mut like = door.dislike(&door.eve);
    like["id"] = json!(ours);
    let mut as_nurse = door.dislike(&nurse);
    as_nurse["id"] = json!(format!("{}/acts/1", door.eve));
    let mut note = door.note(&door.eve);
    note["id"] = json!(door.post.uri);
    let mut described = json!({"id": nurse, "type": "Person", "name": "Eve was here"});
    described["preferredUsername"] = json!("nurse");
    let says = |kind: &str, object: &Value| door.eves(&door.act(&door.eve, kind, object));
    let cases = [
        refused("an activity id of ours", door.eves(&like), 403),
        refused("an actor of ours", door.eves(&as_nurse), 403),
        refused("Create of a post of ours", says("Create", &note), 403),
        refused("Update of a post of ours", says("Update", &note), 403),
        refused("Delete of a post of ours", says("Delete", &json!(door.post.uri)), 403),
        refused("Update of somebody here", says("Update", &described), 403),
        refused("Delete of somebody here", says("Delete", &json!(nurse)), 403),
    ];
    door.judge("S-034", cases).await;
}

/// A like of Eve under this id.
fn under(door: &Door, id: &str) -> Value {
    let mut like = door.dislike(&door.eve);
    like["id"] = json!(id);
    like
}

#[tokio::test]
async fn s_035_an_id_has_one_spelling_or_is_refused() {
    let door = Door::new().await;
    let id = |path: &str| door.village.url("e", path);
    let plain = id("/acts/1");
    door.judge("S-035", [heard("as it is", door.eves(&under(&door, &plain)))]).await;
    // Other spellings of the same id are the same activity, which was heard already.
    let same = [
        plain.replace("e.localhost", "E.LocalHost"),
        id("/x/../acts/1"),
        id("/%2e/acts/1"),
        id("/x/%2E%2e/acts/./1"),
        plain.replace("http://", "HTTP://"),
    ];
    let same = same.map(|spelling| {
        let knock = door.eves(&under(&door, &spelling));
        Case { effect: Effect::Nothing, ..heard(spelling, knock) }
    });
    door.judge("S-035", same).await;
    let port = plain.split(':').nth(2).unwrap().split('/').next().unwrap().to_owned();
    let cases = [
        (plain.replace("e.localhost", "e.localhost."), 400),
        (plain.replace("e.localhost", "v.localhost@e.localhost"), 400),
        (plain.replace("e.localhost", "e%2elocalhost"), 400),
        (plain.replace("e.localhost", "e。localhost"), 400),
        (plain.replace("e.localhost", "e..localhost"), 400),
        (plain.replace("/acts", "\\acts"), 400),
        (plain.replace("/acts", "/\tacts"), 400),
        (plain.replace("/acts", "/a\ncts"), 400),
        (format!(" {plain}"), 400),
        (plain.replace(&format!(":{port}"), ""), 403),
        (plain.replace("http:", "https:"), 403),
        (plain.replace("http:", "ftp:"), 400),
        ("1".to_owned(), 400),
    ];
    let cases = cases.map(|(spelling, status)| {
        refused(format!("{spelling:?}"), door.eves(&under(&door, &spelling)), status)
    });
    door.judge("S-035", cases).await;
    let fragment = door.dislike(&format!("{}#me", door.eve));
    let cases =
        [refused("an actor with a fragment", door.by(&door.eve, eves_key(), &fragment), 400)];
    door.judge("S-035", cases).await;
}

#[tokio::test]
async fn s_036_only_its_author_changes_a_note() {
    let door = Door::new().await;
    let note = door.note(&door.vic);
    let create = door.vics(&door.act(&door.vic, "Create", &note));
    door.judge("S-036", [applied("Vic's note", create)]).await;
    let mal = door.village.settle_in("v", "mal", ed25519_key());
    let mut other = note.clone();
    other["content"] = json!("<p>There is no cake</p>");
    other["updated"] = json!("2026-12-01T08:59:55Z");
    let mut mals = other.clone();
    mals["attributedTo"] = json!(mal);
    let by_mal = |object: &Value| door.by(&mal, ed25519_key(), &door.act(&mal, "Update", object));
    let cases = [
        refused("by Eve", door.eves(&door.act(&door.eve, "Update", &other)), 403),
        heard("by a neighbour of Vic", by_mal(&other)),
        heard("by the neighbour, as his own", by_mal(&mals)),
    ];
    door.judge("S-036", cases).await;
    let by = PostRef::Uri(note["id"].as_str().unwrap().to_owned());
    let text = async || {
        let post = door.town.app.posts().find(&Caller::Visitor, &by).await.unwrap();
        (post.html.to_plain(), post.author.handle)
    };
    assert_eq!(text().await, ("Is there cake?".to_owned(), "vic".to_owned()), "S-036");
    let vics = door.vics(&door.act(&door.vic, "Update", &other));
    door.judge("S-036", [applied("by Vic", vics)]).await;
    assert_eq!(text().await.0, "There is no cake", "S-036");
}

//! Who follows whom, compared between two servers (FEP-8fcf).

use carefolk_app::posts::NewPost;
use carefolk_app::{Caller, Page};
use carefolk_domain::{Address, Audience, Role, Span, followers};
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::job;
use carefolk_testkit::Kit;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::stranger::{ANN, ANN_INBOX, act, follow, person, say, settle_in};

const LIST: &str = "https://v.example/users/ann/followers_synchronization";

async fn actor(kit: &Kit, handle: &str) -> String {
    kit.app.actors().find_local(handle).await.unwrap().uri
}

/// A follow of somebody of ours by `name` on `host`.
async fn followed_by(kit: &Kit, host: &str, name: &str, whom: &str) -> String {
    let id = format!("https://{host}/users/{name}");
    kit.remote.put(&id, &person(host, name).to_string());
    let mut asked = follow(1, whom);
    asked["actor"] = json!(id);
    asked["id"] = json!(format!("{id}/follows/1"));
    say(kit, &asked).await;
    id
}

async fn following(kit: &Kit, handle: &str) -> Vec<FollowState> {
    let rows = kit.app.follows().following(&Caller::Visitor, handle, Page::first(9)).await.unwrap();
    rows.iter().map(|row| row.state).collect()
}

/// Somebody here asks to follow Ann; Ann agrees if she is told to.
async fn follow_ann(kit: &Kit, caller: &Caller, handle: &str, number: u32, agrees: bool) {
    let address = Address::parse("ann@v.example").unwrap();
    kit.app.follows().follow(caller, handle, &address).await.unwrap();
    kit.settle().await;
    if agrees {
        let asked = kit.remote.sent_to(ANN_INBOX).pop().unwrap();
        say(kit, &act(number, "Accept", asked)).await;
    }
}

/// Ann's server announces a list, with the digest of `announced`; what stands there is `listed`.
async fn announce(kit: &Kit, announced: &[&str], listed: &[&str]) {
    let digest = followers::digest(announced.iter().copied());
    let list = json!({"id": LIST, "type": "OrderedCollection", "orderedItems": listed});
    kit.remote.put(LIST, &list.to_string());
    let header = format!(r#"collectionId="{ANN}/followers", url="{LIST}", digest="{digest}""#);
    kit.app.follows().announced(ANN, &header).await.unwrap();
    kit.clock.advance(Span::minutes(2));
    kit.settle().await;
}

async fn compared(kit: &Kit) -> usize {
    let jobs = job::Entity::find().all(kit.app.db().read()).await.unwrap();
    jobs.iter().filter(|job| job.name == "follows.synchronize").count()
}

/// The actors whom Ann's server was told not to follow her.
fn disowned(kit: &Kit) -> Vec<String> {
    let undone = kit.remote.sent_to(ANN_INBOX).into_iter().filter(|said| said["type"] == "Undo");
    undone.map(|said| said["object"]["actor"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_is_for_followers_says_to_each_host_which_of_its_people_those_are() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let nurse_uri = actor(&kit, "nurse").await;
    let ann = followed_by(&kit, "v.example", "ann", &nurse_uri).await;
    let ben = followed_by(&kit, "v.example", "ben", &nurse_uri).await;
    let wes = followed_by(&kit, "w.example", "wes", &nurse_uri).await;
    let slug = nurse_uri.rsplit('/').next().unwrap();
    let before = kit.remote.sent().len();
    kit.post(&nurse, "nurse", "for anyone").await;
    kit.settle().await;
    let public = kit.remote.synchronizations().split_off(before);
    assert_eq!(public, [None, None]);
    let words = NewPost { audience: Audience::Followers, ..Kit::words("nurse", "among us") };
    kit.app.posts().publish(&nurse, words).await.unwrap();
    kit.settle().await;
    let sent = kit.remote.sent().split_off(before + 2);
    let said = kit.remote.synchronizations().split_off(before + 2);
    assert_eq!(said.len(), 2);
    for (host, people) in [("v.example", vec![&ann, &ben]), ("w.example", vec![&wes])] {
        let at = sent.iter().position(|(inbox, _)| inbox.contains(host)).unwrap();
        let digest = followers::digest(people.iter().map(|id| id.as_str()));
        let header = format!(
            r#"collectionId="{nurse_uri}/followers", url="{nurse_uri}/followers_synchronization", digest="{digest}""#
        );
        assert_eq!(said[at].as_ref(), Some(&header), "{host}");
        let list = kit.app.actors().followers_on(slug, host).await.unwrap();
        let list: Value = serde_json::from_str(&list).unwrap();
        assert_eq!(list["orderedItems"], json!(people), "{host}");
    }
    let nobody = kit.app.actors().followers_on(slug, "e.example").await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&nobody).unwrap()["totalItems"], 0);
}

#[tokio::test]
async fn follows_that_only_one_side_knows_end() {
    let kit = Kit::new().await;
    settle_in(&kit, "v.example", "ann");
    let (nurse, porter) =
        (kit.account("nurse", Role::Member).await, kit.account("porter", Role::Member).await);
    kit.account("cook", Role::Member).await;
    follow_ann(&kit, &nurse, "nurse", 1, true).await;
    follow_ann(&kit, &porter, "porter", 2, false).await;
    let (porter_uri, cook_uri) = (actor(&kit, "porter").await, actor(&kit, "cook").await);
    // Ann's server forgot Nurse, lost its answer to Porter, and believes that Cook follows.
    let listed = [porter_uri.as_str(), cook_uri.as_str(), "https://care.example/ap/actor/nobody"];
    announce(&kit, &listed, &listed).await;
    assert_eq!(following(&kit, "nurse").await, []);
    assert_eq!(following(&kit, "porter").await, [FollowState::Accepted]);
    assert_eq!(following(&kit, "cook").await, []);
    assert_eq!(disowned(&kit), [cook_uri]);
}

#[tokio::test]
async fn nothing_is_read_while_both_know_the_same() {
    let kit = Kit::new().await;
    settle_in(&kit, "v.example", "ann");
    let nurse = kit.account("nurse", Role::Member).await;
    follow_ann(&kit, &nurse, "nurse", 1, true).await;
    let nurse = actor(&kit, "nurse").await;
    announce(&kit, &[&nurse], &[]).await;
    assert_eq!(compared(&kit).await, 0);
    assert_eq!(following(&kit, "nurse").await, [FollowState::Accepted]);
}

/// Half a list would end the follows of the other half.
#[tokio::test]
async fn a_list_that_is_not_the_one_that_was_announced_ends_nothing() {
    let kit = Kit::new().await;
    settle_in(&kit, "v.example", "ann");
    let nurse = kit.account("nurse", Role::Member).await;
    follow_ann(&kit, &nurse, "nurse", 1, true).await;
    announce(&kit, &["https://care.example/ap/actor/other"], &[]).await;
    assert_eq!(compared(&kit).await, 1);
    assert_eq!(following(&kit, "nurse").await, [FollowState::Accepted]);
    // Longer than what is read at all.
    let many: Vec<String> = (0..1_100).map(|n| format!("https://care.example/x/{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    announce(&kit, &many, &many).await;
    assert_eq!(compared(&kit).await, 2);
    assert_eq!(following(&kit, "nurse").await, [FollowState::Accepted]);
}

#[tokio::test]
async fn an_announcement_counts_for_its_own_actor_only_and_is_heeded_once_a_minute() {
    let kit = Kit::new().await;
    settle_in(&kit, "v.example", "ann");
    settle_in(&kit, "v.example", "ben");
    let nurse = kit.account("nurse", Role::Member).await;
    follow_ann(&kit, &nurse, "nurse", 1, true).await;
    let digest = followers::digest(["https://care.example/ap/actor/other"]);
    let header = |collection: &str, url: &str| {
        format!(r#"collectionId="{collection}", url="{url}", digest="{digest}""#)
    };
    let own = format!("{ANN}/followers");
    for (actor, bad) in [
        (ANN, header("https://v.example/users/ben/followers", LIST)),
        (ANN, header(&own, "https://e.example/list")),
        ("https://v.example/users/ben", header(&own, LIST)),
        ("https://e.example/users/eve", header(&own, LIST)),
        (ANN, "nonsense".to_owned()),
    ] {
        kit.app.follows().announced(actor, &bad).await.unwrap();
        assert_eq!(compared(&kit).await, 0, "{bad}");
    }
    kit.remote.hang(LIST);
    for _ in 0..3 {
        kit.app.follows().announced(ANN, &header(&own, LIST)).await.unwrap();
    }
    assert_eq!(compared(&kit).await, 1);
    kit.clock.advance(Span::seconds(50));
    kit.settle().await;
}

//! Whom nothing here is about is forgotten in the end (S-104).

use carefolk_domain::{InboundId, Role, Span, UriHash};
use carefolk_store::entity::inbound_activity::{self, InboundState};
use carefolk_store::entity::job::{self, JobState};
use carefolk_store::entity::{actor, actor_key, follow, notification, outbox_activity, peer};
use carefolk_testkit::{Kit, operator};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};
use serde_json::{Value, json};

use crate::stranger::{ANN, PUBLIC, hand_in, say, settle_in};

/// What somebody says, under an id of their own.
fn act(who: &str, kind: &str, object: Value) -> Value {
    json!({"@context": "https://www.w3.org/ns/activitystreams", "type": kind, "actor": who,
        "id": format!("{who}/acts/{kind}"), "object": object, "to": [PUBLIC]})
}

async fn is_known(kit: &Kit, who: &str) -> bool {
    let found = actor::Entity::find().filter(actor::Column::Uri.eq(who));
    found.count(kit.app.db().read()).await.unwrap() > 0
}

async fn is_met(kit: &Kit, host: &str) -> bool {
    let found = peer::Entity::find().filter(peer::Column::Host.eq(host));
    found.count(kit.app.db().read()).await.unwrap() > 0
}

#[tokio::test]
async fn strangers_who_did_nothing_are_forgotten_and_others_are_not() {
    let kit = Kit::new().await;
    let owner = kit.account("nurse", Role::Member).await;
    let hazel = kit.provider("hazelbank", "nurse").await;
    let post = kit.post(&owner, "hazelbank", "Any questions?").await;
    let strangers: Vec<String> =
        (0..5).map(|it| settle_in(&kit, &format!("n{it}.example"), "ghost")).collect();
    for who in &strangers {
        say(&kit, &act(who, "Dislike", json!(post.uri))).await;
    }
    let follows = settle_in(&kit, "v.example", "ann");
    say(&kit, &act(&follows, "Follow", json!(hazel.uri))).await;
    let likes = settle_in(&kit, "w.example", "bob");
    say(&kit, &act(&likes, "Like", json!(post.uri))).await;
    let decided = settle_in(&kit, "x.example", "cat");
    say(&kit, &act(&decided, "Dislike", json!(post.uri))).await;
    kit.app.peers().limit(&operator(), "x.example").await.unwrap();
    let keys = || async { actor_key::Entity::find().count(kit.app.db().read()).await.unwrap() };
    let before = keys().await;

    kit.clock.advance(Span::days(29));
    kit.app.sweep().await.unwrap();
    assert!(is_known(&kit, &strangers[0]).await, "it is not a month yet");

    kit.clock.advance(Span::days(2));
    kit.app.sweep().await.unwrap();
    for who in &strangers {
        assert!(!is_known(&kit, who).await, "{who}");
    }
    assert_eq!(keys().await, before - 6, "their keys went with them");
    assert!(is_known(&kit, ANN).await && is_known(&kit, &likes).await);
    assert!(is_met(&kit, "n0.example").await, "a server is kept for longer");

    kit.clock.advance(Span::days(60));
    kit.app.sweep().await.unwrap();
    assert!(!is_met(&kit, "n0.example").await);
    assert!(is_met(&kit, "x.example").await, "somebody decided about it");
    assert!(is_met(&kit, "v.example").await && is_met(&kit, "w.example").await);

    // Who comes again is read again.
    say(&kit, &act(&strangers[0], "Like", json!(post.uri))).await;
    assert!(is_known(&kit, &strangers[0]).await && is_met(&kit, "n0.example").await);
}

#[tokio::test]
async fn answers_and_notices_go_after_a_year_and_a_month_and_the_follow_stays() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let post = kit.post(&nurse, "nurse", "Any questions?").await;
    let uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
    let follows = settle_in(&kit, "v.example", "ann");
    say(&kit, &act(&follows, "Follow", json!(uri))).await;
    say(&kit, &act(&follows, "Like", json!(post.uri))).await;
    let accepts = || async {
        let said = outbox_activity::Entity::find();
        let said = said.filter(outbox_activity::Column::Kind.eq("Accept"));
        said.count(kit.app.db().read()).await.unwrap()
    };
    let notices =
        || async { notification::Entity::find().count(kit.app.db().read()).await.unwrap() };
    assert!(accepts().await == 1 && notices().await > 0);
    kit.clock.advance(Span::days(399));
    kit.app.sweep().await.unwrap();
    assert!(accepts().await == 1 && notices().await > 0, "it is not as long yet");
    kit.clock.advance(Span::days(2));
    kit.app.sweep().await.unwrap();
    assert_eq!([accepts().await, notices().await], [0, 0]);
    let rows = follow::Entity::find().count(kit.app.db().read()).await.unwrap();
    assert!(rows == 1 && is_known(&kit, ANN).await);
}

async fn questions(kit: &Kit) -> u64 {
    let waiting = job::Entity::find()
        .filter(job::Column::Name.eq("peers.learn_software"))
        .filter(job::Column::State.eq(JobState::Waiting));
    waiting.count(kit.app.db().read()).await.unwrap()
}

#[tokio::test]
async fn who_was_forgotten_is_not_asked_for_ever_what_they_run() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let post = kit.post(&nurse, "nurse", "Any questions?").await;
    let who = settle_in(&kit, "n0.example", "ghost");
    kit.remote.runs("n0.example", "mastodon", "4.5");
    say(&kit, &act(&who, "Dislike", json!(post.uri))).await;
    kit.settle().await;
    assert_eq!(questions(&kit).await, 1, "it is asked again in a week");
    for _ in 0..2 {
        kit.clock.advance(Span::days(91));
        kit.app.sweep().await.unwrap();
        kit.settle().await;
    }
    assert!(!is_met(&kit, "n0.example").await);
    assert_eq!(questions(&kit).await, 0);
}

#[tokio::test]
async fn below_one_name_only_so_many_are_asked_what_they_run() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let post = kit.post(&nurse, "nurse", "Any questions?").await;
    for number in 0..25 {
        let who = settle_in(&kit, &format!("n{number}.many.example"), "ghost");
        let dislike = act(&who, "Dislike", json!(post.uri));
        hand_in(&kit, &dislike).await;
    }
    kit.app.inbound().process_due().await.unwrap();
    assert_eq!(questions(&kit).await, 20);
}

/// A busy server is told more in a day than goes in one transaction.
#[tokio::test]
async fn what_is_old_goes_however_much_it_is() {
    let kit = Kit::new().await;
    let rows = (0..4_500_i64).map(|number| {
        let uri = format!("https://v.example/acts/{number}");
        inbound_activity::ActiveModel {
            id: Set(InboundId(number + 1)),
            uri_hash: Set(UriHash::of(&uri)),
            uri: Set(uri),
            actor_uri: Set(ANN.to_owned()),
            host: Set("v.example".to_owned()),
            kind: Set("Dislike".to_owned()),
            body: Set(String::new()),
            received_at: Set(kit.app.now()),
            state: Set(InboundState::Ignored),
            attempts: Set(1),
            waits: Set(0),
            run_at: Set(kit.app.now()),
            ..Default::default()
        }
    });
    let rows: Vec<_> = rows.collect();
    let tx = kit.app.db().begin().await.unwrap();
    for some in rows.chunks(500) {
        let some = some.iter().cloned();
        inbound_activity::Entity::insert_many(some).exec(tx.conn()).await.unwrap();
    }
    tx.commit().await.unwrap();
    kit.clock.advance(Span::days(31));
    assert_eq!(kit.app.sweep_all().await.unwrap(), 4_500);
}

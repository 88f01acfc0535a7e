//! What is said to more followers than one transaction takes: nobody is left out, nobody told twice, and what
//! happens meanwhile keeps its order.

use std::collections::BTreeMap;

use carefolk_app::ports::Receipt;
use carefolk_app::posts::EditPost;
use carefolk_app::{App, Caller};
use carefolk_domain::{ActorId, FollowId, PostId, Span, UriHash};
use carefolk_store::dialect::{ActorCounts, bump_actor_counts};
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::{actor, fan_out, follow, outbox_activity};
use carefolk_testkit::{Kit, operator};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};
use serde_json::json;

use crate::delivering::heard;
use crate::stranger::{ANN, SHARED_INBOX, act, hand_in};

/// More than two pages.
const MANY: i64 = 2_100;

/// So many of them share the inboxes of `HOSTS` servers; the others have one each.
const SHARING: i64 = 1_500;
const HOSTS: i64 = 300;

/// Hazelbank with Ann and `count` others as followers; Ann's follow is the last of all.
async fn crowd(count: i64) -> (Kit, Caller) {
    let (kit, nurse) = heard().await;
    let found = actor::Entity::find().filter(actor::Column::UriHash.eq(UriHash::of(ANN)));
    let ann = found.one(kit.app.db().read()).await.unwrap().unwrap();
    let hazelbank = kit.app.actors().find_local("hazelbank").await.unwrap().id;
    let tx = kit.app.db().begin().await.unwrap();
    for number in 1..=count {
        let host = format!("h{}.example", if number <= SHARING { number % HOSTS } else { number });
        let uri = format!("https://{host}/users/{number}");
        let row = actor::Model {
            id: ActorId(number),
            uri_hash: UriHash::of(&uri),
            inbox: format!("{uri}/inbox"),
            shared_inbox: (number <= SHARING).then(|| format!("https://{host}/inbox")),
            handle: format!("n{number}"),
            handle_folded: format!("n{number}"),
            following_count: 1,
            host,
            uri,
            ..ann.clone()
        };
        actor::ActiveModel::from(row).reset_all().insert(tx.conn()).await.unwrap();
        let activity_uri = format!("https://any.example/follows/{number}");
        let row = follow::Model {
            id: FollowId(number),
            follower_id: ActorId(number),
            followee_id: hazelbank,
            state: follow::FollowState::Accepted,
            activity_hash: UriHash::of(&activity_uri),
            activity_uri,
            created_at: ann.created_at,
            answered_at: Some(ann.created_at),
        };
        follow::ActiveModel::from(row).reset_all().insert(tx.conn()).await.unwrap();
    }
    let more = ActorCounts { followers: count, ..ActorCounts::default() };
    bump_actor_counts(&tx, hazelbank, more).await.unwrap();
    tx.commit().await.unwrap();
    (kit, nurse)
}

async fn left(app: &App) -> u64 {
    fan_out::Entity::find().count(app.db().read()).await.unwrap()
}

/// How many deliveries there are for each inbox; Ann's own has the answer to her Follow.
async fn written(app: &App) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for row in delivery::Entity::find().all(app.db().read()).await.unwrap() {
        *counts.entry(row.inbox_url).or_insert(0) += 1;
    }
    counts
}

fn kinds_for_ann(kit: &Kit) -> Vec<String> {
    let sent = kit.remote.sent_to(SHARED_INBOX);
    let kind = |activity: &serde_json::Value| activity["type"].as_str().unwrap().to_owned();
    sent.iter().map(kind).filter(|kind| kind != "Accept").collect()
}

#[tokio::test]
async fn a_post_to_many_is_written_page_by_page_and_each_inbox_hears_it_once() {
    let (kit, nurse) = crowd(MANY).await;
    kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    assert_eq!((left(&kit.app).await, kinds_for_ann(&kit).len()), (1, 0));
    // The first thousand share the inboxes of three hundred servers.
    assert_eq!(written(&kit.app).await.len(), 301);
    kit.settle().await;
    assert_eq!(left(&kit.app).await, 0);
    let all = usize::try_from(HOSTS + MANY - SHARING + 2).unwrap();
    let written = written(&kit.app).await;
    assert_eq!(written.len(), all);
    for (inbox, count) in written {
        assert_eq!((count, kit.remote.sent_to(&inbox).len()), (1, 1), "{inbox}");
    }
    assert_eq!(kinds_for_ann(&kit), ["Create"]);
    assert_eq!(kit.app.outbox().count(DeliveryState::Waiting).await.unwrap(), 0);
}

#[tokio::test]
async fn who_leaves_before_it_is_their_turn_hears_nothing() {
    let (kit, nurse) = crowd(1_100).await;
    kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    let undo = json!({"type": "Follow", "id": "https://v.example/follows/1", "actor": ANN,
        "object": kit.app.actors().find_local("hazelbank").await.unwrap().uri});
    hand_in(&kit, &act(1, "Undo", undo)).await;
    kit.app.inbound().process_due().await.unwrap();
    assert_eq!(left(&kit.app).await, 1);
    kit.settle().await;
    assert_eq!((left(&kit.app).await, kinds_for_ann(&kit).len()), (0, 0));
}

/// Whom an edit names is in its first page, and may be in the last of the post.
#[tokio::test]
async fn what_is_said_later_of_the_same_post_comes_behind_it() {
    let (kit, nurse) = crowd(MANY).await;
    let post = kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    let text = "Lunch at 1, @ann@v.example".to_owned();
    let edit = EditPost { post: post.id, text, warning: None, lang: None, pictures: None };
    kit.app.posts().edit(&nurse, edit).await.unwrap();
    kit.settle().await;
    assert_eq!(kinds_for_ann(&kit), ["Create", "Update"]);
}

#[tokio::test]
async fn what_is_deleted_is_not_written_out_any_further() {
    let (kit, nurse) = crowd(1_100).await;
    let post = kit.post(&nurse, "hazelbank", "a mistake").await;
    kit.app.posts().delete(&nurse, post.id).await.unwrap();
    kit.settle().await;
    assert_eq!((left(&kit.app).await, kinds_for_ann(&kit)), (0, vec!["Delete".to_owned()]));
}

/// R-023, on a page that is not the first.
#[tokio::test]
async fn an_edit_is_dropped_where_the_post_was_given_up() {
    let (kit, nurse) = crowd(1_100).await;
    kit.remote.answer(SHARED_INBOX, Receipt::Rejected { status: 422 });
    let post = kit.post(&nurse, "hazelbank", "one").await;
    kit.settle().await;
    kit.remote.answer(SHARED_INBOX, Receipt::Accepted { status: 202, profile: None });
    let edit = EditPost {
        post: post.id,
        text: "two".to_owned(),
        warning: None,
        lang: None,
        pictures: None,
    };
    kit.app.posts().edit(&nurse, edit).await.unwrap();
    kit.settle().await;
    assert_eq!(kinds_for_ann(&kit), ["Create"]);
    let updates = kit.remote.sent_to("https://h1.example/inbox");
    assert_eq!(updates.last().unwrap()["type"], "Update");
}

/// Nobody follows who is gone, so nobody could be found later.
#[tokio::test]
async fn who_closes_tells_all_followers_at_once() {
    let (kit, _nurse) = crowd(1_100).await;
    kit.app.profiles().close(&operator(), "hazelbank").await.unwrap();
    assert_eq!(left(&kit.app).await, 0);
    kit.settle().await;
    assert_eq!(kinds_for_ann(&kit), ["Delete"]);
}

/// What breaks each time holds up no other, and rests in between.
#[tokio::test]
async fn one_that_cannot_be_written_out_holds_up_no_other() {
    let (kit, nurse) = crowd(1_100).await;
    let odd = kit.post(&nurse, "hazelbank", "odd").await;
    kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    spoil(&kit, odd.id).await;
    kit.settle().await;
    assert_eq!((left(&kit.app).await, kinds_for_ann(&kit)), (1, vec!["Create".to_owned()]));
    let waiting = fan_out::Entity::find().one(kit.app.db().read()).await.unwrap().unwrap();
    assert!(waiting.run_at > kit.app.now());
    assert_eq!(kit.app.figures().await.unwrap().fan_outs.0, 1);
}

/// Spoils what waits to be written out of a post.
async fn spoil(kit: &Kit, post: PostId) {
    let said = outbox_activity::Entity::find().filter(outbox_activity::Column::PostId.eq(post));
    let said = said.one(kit.app.db().read()).await.unwrap().unwrap();
    let tx = kit.app.db().begin().await.unwrap();
    let activity_id = Set(said.id);
    let inboxes = Set(Some("no JSON".to_owned()));
    let row = fan_out::ActiveModel { activity_id, inboxes, ..Default::default() };
    row.update(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

/// The server may have been off for a week in the middle of it.
#[tokio::test]
async fn who_heard_it_long_ago_is_not_told_again() {
    let (kit, nurse) = crowd(MANY).await;
    kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    let tx = kit.app.db().begin().await.unwrap();
    delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Done))
        .col_expr(delivery::Column::EndedAt, Expr::value(kit.app.now()))
        .exec(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    kit.clock.advance(Span::days(8));
    kit.app.sweep_all().await.unwrap();
    kit.settle().await;
    assert!(kit.remote.sent_to("https://h1.example/inbox").is_empty());
    assert_eq!(kinds_for_ann(&kit), ["Create"]);
}

/// Turns go by the ids of deliveries, and each process mints them by its own clock.
#[tokio::test]
async fn order_holds_between_processes_whose_clocks_differ() {
    let (kit, nurse) = heard().await;
    let other = kit.beside().await;
    kit.clock.advance(Span::minutes(5));
    let post = kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    kit.clock.advance(Span::minutes(-5));
    let text = "Lunch at 1".to_owned();
    let edit = EditPost { post: post.id, text, warning: None, lang: None, pictures: None };
    other.posts().edit(&nurse, edit).await.unwrap();
    kit.clock.advance(Span::minutes(6));
    kit.settle().await;
    assert_eq!(kinds_for_ann(&kit), ["Create", "Update"]);
}

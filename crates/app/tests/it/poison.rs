//! What breaks our own code: put aside alone, and no worker ends with it (P11).

use std::time::{Duration, Instant};

use carefolk_app::Caller;
use carefolk_app::Duty;
use carefolk_app::Page;
use carefolk_app::posts::PostRef;
use carefolk_domain::{Role, Span};
use carefolk_store::DbKind;
use carefolk_store::entity::delivery::DeliveryState;
use carefolk_store::entity::inbound_activity::InboundState;
use carefolk_store::entity::job::{self, JobState};
use carefolk_testkit::{Kit, operator};
use sea_orm::EntityTrait;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::delivering::heard;
use crate::scheduling::in_state;
use crate::stranger::{act, follow, hand_in, note, settle_in};

/// From now on the database refuses rows of `table` whose `column` holds "poison".
pub(crate) async fn break_on(kit: &Kit, table: &str, column: &str) {
    refuse(kit, table, column, "ABORT").await;
}

/// The same; on SQLite `what` is what goes with the row.
async fn refuse(kit: &Kit, table: &str, column: &str, what: &str) {
    let when = format!("WHEN (NEW.{column} LIKE '%poison%')");
    let statements = match kit.app.db().kind() {
        DbKind::Sqlite => vec![format!(
            "CREATE TRIGGER poison BEFORE INSERT ON {table} {when} \
                 BEGIN SELECT RAISE({what}, 'bad medicine'); END"
        )],
        DbKind::Postgres => vec![
            "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'bad medicine'; END $$"
                .to_owned(),
            format!(
                "CREATE TRIGGER poison BEFORE INSERT ON {table} \
                 FOR EACH ROW {when} EXECUTE FUNCTION poison()"
            ),
        ],
    };
    run(kit, statements).await;
}

/// From now on the database refuses that rows of `table` become such as `when` says.
async fn refuse_change(kit: &Kit, table: &str, when: &str) {
    let statements = match kit.app.db().kind() {
        DbKind::Sqlite => vec![format!(
            "CREATE TRIGGER poison BEFORE UPDATE ON {table} WHEN ({when}) \
             BEGIN SELECT RAISE(ABORT, 'bad medicine'); END"
        )],
        DbKind::Postgres => vec![
            "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'bad medicine'; END $$"
                .to_owned(),
            format!(
                "CREATE TRIGGER poison BEFORE UPDATE ON {table} \
                 FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION poison()"
            ),
        ],
    };
    run(kit, statements).await;
}

/// The database takes them again.
pub(crate) async fn mend(kit: &Kit, table: &str) {
    let statements = match kit.app.db().kind() {
        DbKind::Sqlite => vec!["DROP TRIGGER poison".to_owned()],
        DbKind::Postgres => vec![format!("DROP TRIGGER poison ON {table}")],
    };
    run(kit, statements).await;
}

async fn run(kit: &Kit, statements: Vec<String>) {
    for statement in statements {
        kit.database.meddle(&statement).await;
    }
}

pub(crate) async fn with_nurse() -> (Kit, Caller, String) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    let post = kit.post(&nurse, "nurse", "Any questions?").await;
    (kit, nurse, post.uri)
}

pub(crate) async fn answer(kit: &Kit, number: u32, to: &str) {
    let mut reply = note(number, "hello");
    reply["inReplyTo"] = json!(to);
    hand_in(kit, &act(number, "Create", reply)).await;
}

pub(crate) async fn is_here(kit: &Kit, number: u32) -> bool {
    let by = PostRef::Uri(format!("https://v.example/notes/{number}"));
    kit.app.posts().find(&Caller::Visitor, &by).await.is_ok()
}

pub(crate) async fn count(kit: &Kit, state: InboundState) -> usize {
    kit.app.inbound().list(&operator(), state, None, Page::first(99)).await.unwrap().len()
}

#[tokio::test]
async fn a_panic_in_an_effect_parks_its_own_activity_and_no_other() {
    let (kit, nurse, post) = with_nurse().await;
    answer(&kit, 1, &post).await;
    kit.settle().await;
    let nurse_uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
    // Whoever accepts a Follow asks for chance.
    kit.chance.explode(true);
    hand_in(&kit, &follow(1, &nurse_uri)).await;
    answer(&kit, 2, &post).await;
    for _ in 0..5 {
        kit.app.inbound().process_due().await.unwrap();
        kit.clock.advance(Span::hours(1));
    }
    kit.chance.explode(false);
    assert!(is_here(&kit, 2).await);
    let page = Page::first(9);
    let failed =
        kit.app.inbound().list(&operator(), InboundState::Failed, None, page).await.unwrap();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].error.as_deref(), Some("bug: it panicked"));
    assert_eq!(count(&kit, InboundState::Waiting).await, 0);
    let followers =
        async || kit.app.follows().followers(&nurse, "nurse", page).await.unwrap().len();
    assert_eq!(followers().await, 0, "half of it had an effect");
    let again = carefolk_app::inbound::Parked::One(failed[0].id);
    kit.app.inbound().retry(&operator(), &again).await.unwrap();
    kit.settle().await;
    assert_eq!(followers().await, 1);
}

#[tokio::test]
async fn a_panic_while_something_is_fetched_parks_its_own_activity_and_no_other() {
    let (kit, _nurse, post) = with_nurse().await;
    kit.remote.explode("https://v.example/users/ann");
    settle_in(&kit, "w.example", "bob");
    answer(&kit, 1, &post).await;
    let mut reply = note(1, "hello");
    reply["id"] = json!("https://w.example/notes/1");
    reply["attributedTo"] = json!("https://w.example/users/bob");
    reply["inReplyTo"] = json!(post);
    let mut create = act(1, "Create", reply);
    create["id"] = json!("https://w.example/acts/1");
    create["actor"] = json!("https://w.example/users/bob");
    hand_in(&kit, &create).await;
    for _ in 0..5 {
        kit.settle().await;
        kit.clock.advance(Span::hours(1));
    }
    let by = PostRef::Uri("https://w.example/notes/1".to_owned());
    assert!(kit.app.posts().find(&Caller::Visitor, &by).await.is_ok());
    assert_eq!(count(&kit, InboundState::Failed).await, 1);
    assert_eq!(count(&kit, InboundState::Waiting).await, 0);
}

/// Even the mark that it is over cannot be written for one of them.
#[tokio::test]
async fn what_breaks_a_whole_batch_is_found_and_parked_alone() {
    let (kit, _nurse, post) = with_nurse().await;
    answer(&kit, 1, &post).await;
    kit.settle().await;
    for number in 2..6 {
        answer(&kit, number, &post).await;
    }
    // It may fail, and it may not be done.
    let when = "NEW.state = 'done' AND NEW.uri = 'https://v.example/acts/3'";
    refuse_change(&kit, "inbound_activity", when).await;
    kit.settle().await;
    for number in [2, 4, 5] {
        assert!(is_here(&kit, number).await, "{number}");
    }
    assert!(!is_here(&kit, 3).await, "an effect without its mark");
    for _ in 0..4 {
        kit.clock.advance(Span::hours(1));
        kit.settle().await;
    }
    assert_eq!(count(&kit, InboundState::Failed).await, 1);
}

/// SQLite ends a transaction by itself when a disk is full; what was done in it before is gone.
#[tokio::test]
async fn what_the_database_takes_back_with_one_activity_is_not_marked_as_done() {
    let (kit, _nurse, post) = with_nurse().await;
    answer(&kit, 1, &post).await;
    kit.settle().await;
    refuse(&kit, "post", "uri", "ROLLBACK").await;
    answer(&kit, 2, &post).await;
    let mut reply = note(3, "hello");
    reply["id"] = json!("https://v.example/notes/poison");
    reply["inReplyTo"] = json!(post);
    hand_in(&kit, &act(3, "Create", reply)).await;
    answer(&kit, 4, &post).await;
    for _ in 0..5 {
        kit.settle().await;
        kit.clock.advance(Span::hours(1));
    }
    assert!(is_here(&kit, 2).await && is_here(&kit, 4).await);
    assert_eq!(count(&kit, InboundState::Failed).await, 1);
    assert_eq!(count(&kit, InboundState::Waiting).await, 0);
}

#[tokio::test]
async fn a_job_that_panics_ends_as_failed_and_others_are_done() {
    let (kit, _nurse, _post) = with_nurse().await;
    let nurse_uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
    let (bad, good) = ("https://w.example/notes/1", "https://w.example/notes/2");
    kit.remote.explode(bad);
    settle_in(&kit, "w.example", "bob");
    let mut parent = note(2, "the beginning");
    parent["id"] = json!(good);
    parent["attributedTo"] = json!("https://w.example/users/bob");
    kit.remote.put(good, &parent.to_string());
    for (number, parent) in [(1, bad), (2, good)] {
        let mut reply = note(number, "hello");
        reply["inReplyTo"] = json!(parent);
        reply["tag"] = json!([{"type": "Mention", "href": nurse_uri, "name": "@nurse"}]);
        hand_in(&kit, &act(number, "Create", reply)).await;
    }
    for _ in 0..7 {
        kit.settle().await;
        kit.clock.advance(Span::hours(4));
    }
    let by = PostRef::Uri(good.to_owned());
    assert!(kit.app.posts().find(&Caller::Visitor, &by).await.is_ok());
    let jobs = job::Entity::find().all(kit.app.db().read()).await.unwrap();
    let failed: Vec<_> = jobs.iter().filter(|job| job.state == JobState::Failed).collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].payload.contains(bad) && failed[0].attempts == 6, "{failed:?}");
}

/// An actor of ours without a key stops nobody else's deliveries, and its host is not blamed.
#[tokio::test]
async fn what_cannot_be_signed_waits_alone_and_is_given_up() {
    use carefolk_store::entity::actor_key;
    use carefolk_store::entity::delivery::DeliveryState;
    use sea_orm::{ColumnTrait, QueryFilter};

    use crate::scheduling::in_state;
    use crate::stranger::{SHARED_INBOX, say};

    let (kit, nurse) = crate::delivering::heard().await;
    let rivermead = kit.provider("rivermead", "nurse").await;
    say(&kit, &follow(2, &rivermead.uri)).await;
    let tx = kit.app.begin().await.unwrap();
    let lost = actor_key::Column::KeyUri.starts_with(&rivermead.uri);
    let lost = actor_key::Entity::delete_many().filter(lost).exec(tx.conn()).await.unwrap();
    assert_eq!(lost.rows_affected, 2);
    tx.commit().await.unwrap();

    let before = kit.remote.sent_to(SHARED_INBOX).len();
    kit.post(&nurse, "rivermead", "one").await;
    kit.post(&nurse, "hazelbank", "two").await;
    kit.work().await;
    let sent = kit.remote.sent_to(SHARED_INBOX).split_off(before);
    assert_eq!(sent.len(), 1);
    assert!(sent[0].to_string().contains("two"));
    let waiting = in_state(&kit, DeliveryState::Waiting).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].error.as_deref(), Some("bug: a local actor has no key"));
    kit.post(&nurse, "hazelbank", "three").await;
    kit.work().await;
    assert_eq!(kit.remote.sent_to(SHARED_INBOX).len(), before + 2, "its host is well");
    assert!(in_state(&kit, DeliveryState::Dead).await.is_empty());
    // As long as anything is tried: an admin has that long to mend it.
    for _ in 0..40 {
        kit.clock.advance(Span::hours(10));
        kit.work().await;
    }
    assert_eq!(in_state(&kit, DeliveryState::Dead).await.len(), 1);
}

/// P4: what was sent and could not be written down is written down as soon as it can be.
#[tokio::test]
async fn what_was_sent_while_the_database_failed_is_not_sent_again() {
    let (kit, nurse) = heard().await;
    refuse_change(&kit, "delivery", "NEW.state = 'done'").await;
    kit.post(&nurse, "hazelbank", "Soup at noon.").await;
    let before = kit.remote.sent().len();
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    kit.app.start_duties(&[Duty::Deliveries], &tasks, &stop);
    tasks.close();
    let deadline = Instant::now() + Duration::from_secs(20);
    let wait = async || {
        assert!(Instant::now() < deadline, "it takes too long");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    while kit.remote.sent().len() == before {
        wait().await;
    }
    mend(&kit, "delivery").await;
    while !in_state(&kit, DeliveryState::Waiting).await.is_empty() {
        wait().await;
    }
    stop.cancel();
    tasks.wait().await;
    kit.clock.advance(Span::minutes(2));
    kit.settle().await;
    assert_eq!(kit.remote.sent().len(), before + 1);
}

/// Results are written down together; one of them cannot be.
#[tokio::test]
async fn a_result_that_cannot_be_written_takes_no_other_with_it() {
    let (kit, nurse) = heard().await;
    kit.post(&nurse, "hazelbank", "one").await;
    kit.post(&nurse, "hazelbank", "two").await;
    let waiting = in_state(&kit, DeliveryState::Waiting).await;
    let when = format!("NEW.state = 'done' AND NEW.id = {}", waiting[0].id);
    refuse_change(&kit, "delivery", &when).await;
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    kit.app.start_duties(&[Duty::Deliveries], &tasks, &stop);
    tasks.close();
    let deadline = Instant::now() + Duration::from_secs(20);
    while in_state(&kit, DeliveryState::Waiting).await.len() == 2 {
        assert!(Instant::now() < deadline, "no result is written");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let left = in_state(&kit, DeliveryState::Waiting).await;
    assert_eq!(left.iter().map(|it| it.id).collect::<Vec<_>>(), [waiting[0].id]);
    mend(&kit, "delivery").await;
    stop.cancel();
    tasks.wait().await;
}

/// Writing down what came of a delivery asks for chance, outside of any single one.
#[tokio::test]
async fn a_panic_between_two_deliveries_does_not_end_the_worker() {
    let (kit, nurse) = heard().await;
    kit.post(&nurse, "hazelbank", "Soup at noon.").await;
    let before = kit.remote.sent().len();
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    kit.chance.explode(true);
    kit.app.start_duties(&[Duty::Deliveries], &tasks, &stop);
    tasks.close();
    let deadline = Instant::now() + Duration::from_secs(30);
    let wait = async |what: &str| {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    while kit.remote.sent().len() == before {
        wait("it is not sent").await;
    }
    // What the worker had in its hands is free when its lease is over.
    kit.clock.advance(Span::minutes(2));
    kit.chance.explode(false);
    while !in_state(&kit, DeliveryState::Waiting).await.is_empty() {
        wait("nobody delivers any more").await;
    }
    stop.cancel();
    tasks.wait().await;
}

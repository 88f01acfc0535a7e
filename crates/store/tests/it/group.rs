//! Group commit.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use carefolk_domain::InboundId;
use carefolk_store::dialect::{Insertion, insert_inbound_batch};
use carefolk_store::entity::inbound_activity;
use carefolk_store::{Db, GROUP_MAX, GROUP_QUEUE, GroupWriter, StoreError};
use sea_orm::{EntityTrait, PaginatorTrait};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet, yield_now};

use crate::database::fresh;
use crate::given;

type Writer = GroupWriter<inbound_activity::Model, Insertion>;

/// A writer that stores activities, counts its transactions, and waits at `gate` in each.
fn writer(db: &Db, gate: &Arc<Semaphore>) -> (Writer, JoinHandle<()>, Arc<AtomicUsize>) {
    let groups = Arc::new(AtomicUsize::new(0));
    let (gate, counter) = (Arc::clone(gate), Arc::clone(&groups));
    let (writer, task) = GroupWriter::spawn(db.clone(), move |tx, items: Vec<_>| {
        let (gate, counter) = (Arc::clone(&gate), Arc::clone(&counter));
        Box::pin(async move {
            counter.fetch_add(1, Ordering::SeqCst);
            gate.acquire().await.unwrap().forget();
            insert_inbound_batch(tx, &items).await
        })
    });
    (writer, task, groups)
}

fn item(id: i64) -> inbound_activity::Model {
    given::inbound(id, &format!("https://a.example/{id}"))
}

async fn count(db: &Db) -> u64 {
    inbound_activity::Entity::find().count(db.read()).await.unwrap()
}

/// Starts a caller for each of `ids` and returns when each has handed over its item.
async fn callers(writer: &Writer, ids: Range<i64>) -> JoinSet<Result<Insertion, StoreError>> {
    let at_the_door = Arc::new(AtomicUsize::new(0));
    let mut set = JoinSet::new();
    for id in ids.clone() {
        let (writer, at_the_door) = (writer.clone(), Arc::clone(&at_the_door));
        set.spawn(async move {
            // `write` hands over before it first waits, so nothing runs between these two lines.
            at_the_door.fetch_add(1, Ordering::SeqCst);
            writer.write(item(id)).await
        });
    }
    let count = usize::try_from(ids.end - ids.start).unwrap();
    while at_the_door.load(Ordering::SeqCst) < count {
        yield_now().await;
    }
    set
}

#[tokio::test]
async fn an_answer_means_that_the_row_is_stored() {
    let db = fresh("group_durable").await;
    let (writer, _task, _) = writer(&db, &Arc::new(Semaphore::new(100)));
    for id in 1..=5 {
        assert_eq!(writer.write(item(id)).await.unwrap(), Insertion::New);
        let row = inbound_activity::Entity::find_by_id(InboundId(id)).one(db.read()).await;
        assert_eq!(row.unwrap(), Some(item(id)));
    }
    assert_eq!(writer.write(item(3)).await.unwrap(), Insertion::Known);
}

#[tokio::test]
async fn callers_that_wait_together_share_a_transaction() {
    let db = fresh("group_shared").await;
    let gate = Arc::new(Semaphore::new(0));
    let (writer, _task, groups) = writer(&db, &gate);
    let callers = callers(&writer, 0..600).await;
    gate.add_permits(100);

    let answers = callers.join_all().await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(Insertion::New))));
    assert_eq!(count(&db).await, 600);
    let groups = groups.load(Ordering::SeqCst);
    assert!(groups <= 600 / GROUP_MAX + 2, "{groups} transactions");
}

#[tokio::test]
async fn each_caller_gets_its_own_answer_in_its_own_order() {
    let db = fresh("group_order").await;
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let notes = Arc::clone(&seen);
    let (writer, task) = GroupWriter::spawn(db.clone(), move |_tx, items: Vec<i64>| {
        notes.lock().unwrap().extend(items.iter().copied());
        Box::pin(async move { Ok(items.into_iter().map(|item| item * 2).collect()) })
    });
    let mut set = JoinSet::new();
    for item in 0..1_000_i64 {
        let writer = writer.clone();
        set.spawn(async move { (item, writer.write(item).await.unwrap()) });
    }
    assert!(set.join_all().await.into_iter().all(|(item, answer)| answer == item * 2));
    drop(writer);
    task.await.unwrap();
    assert!(seen.lock().unwrap().is_sorted(), "first come, first written");
}

#[tokio::test]
async fn a_group_that_fails_is_told_to_all_and_leaves_nothing() {
    let db = fresh("group_failure").await;
    let (writer, _task) = GroupWriter::spawn(db.clone(), |tx, items: Vec<_>| {
        Box::pin(async move {
            let answers = insert_inbound_batch(tx, &items).await?;
            let poisoned = items.iter().any(|item| item.body == "poison");
            if poisoned { Err(StoreError::Conflict) } else { Ok(answers) }
        })
    });
    let poison = inbound_activity::Model { body: "poison".to_owned(), ..item(1) };
    assert_eq!(writer.write(poison).await, Err(StoreError::Conflict));
    assert_eq!(count(&db).await, 0);
    assert_eq!(writer.write(item(1)).await, Ok(Insertion::New), "the next group is written");
}

#[tokio::test]
async fn a_wrong_number_of_answers_is_a_bug_and_not_a_commit() {
    let db = fresh("group_bug").await;
    let (writer, _task) = GroupWriter::spawn(db.clone(), |tx, items: Vec<_>| {
        Box::pin(async move {
            insert_inbound_batch(tx, &items).await?;
            Ok(Vec::<Insertion>::new())
        })
    });
    assert!(matches!(writer.write(item(1)).await, Err(StoreError::Bug(_))));
    assert_eq!(count(&db).await, 0);
}

#[tokio::test]
async fn a_full_queue_says_busy_at_once() {
    let db = fresh("group_busy").await;
    let gate = Arc::new(Semaphore::new(0));
    let (writer, _task, groups) = writer(&db, &gate);
    let first = callers(&writer, 0..1).await;
    while groups.load(Ordering::SeqCst) == 0 {
        yield_now().await;
    }
    let full = i64::try_from(GROUP_QUEUE).unwrap();
    let rest = callers(&writer, 1..full + 1).await;

    assert_eq!(writer.write(item(full + 1)).await, Err(StoreError::Busy));
    gate.add_permits(1_000);
    let answers = [first.join_all().await, rest.join_all().await].concat();
    assert!(answers.iter().all(Result::is_ok), "nobody who was let in is turned away");
    assert_eq!(writer.write(item(full + 1)).await, Ok(Insertion::New));
}

#[tokio::test]
async fn the_task_ends_when_the_last_writer_is_gone_and_all_is_written() {
    let db = fresh("group_end").await;
    let gate = Arc::new(Semaphore::new(0));
    let (writer, task, _) = writer(&db, &gate);
    let callers = callers(&writer, 0..10).await;
    drop(writer);
    gate.add_permits(100);
    callers.join_all().await;
    task.await.unwrap();
    assert_eq!(count(&db).await, 10);
}

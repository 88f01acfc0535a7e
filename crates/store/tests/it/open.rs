//! Connections, transactions and the words for what goes wrong.

use std::time::Duration;

use carefolk_domain::ActorId;
use carefolk_store::entity::{actor, setting};
use carefolk_store::{Db, DbKind, OpenOptions, StoreError};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait,
};

use crate::database::{empty, fresh, kind, new_file};
use crate::given;

fn word(key: &str) -> setting::Model {
    setting::Model { key: key.to_owned(), value: "x".to_owned() }
}

async fn put(conn: &impl ConnectionTrait, key: &str) -> Result<(), StoreError> {
    word(key).into_active_model().insert(conn).await?;
    Ok(())
}

async fn count(conn: &DatabaseConnection) -> u64 {
    setting::Entity::find().count(conn).await.unwrap()
}

#[tokio::test]
async fn a_change_is_seen_when_it_is_committed_and_not_before() {
    let db = fresh("open_commit").await;
    let tx = db.begin().await.unwrap();
    put(tx.conn(), "a").await.unwrap();
    assert_eq!(count(db.read()).await, 0);
    tx.commit().await.unwrap();
    assert_eq!(count(db.read()).await, 1);
}

#[tokio::test]
async fn a_dropped_change_leaves_no_trace() {
    let db = fresh("open_drop").await;
    let tx = db.begin().await.unwrap();
    put(tx.conn(), "a").await.unwrap();
    drop(tx);
    let tx = db.begin().await.unwrap();
    put(tx.conn(), "b").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(setting::Entity::find().all(db.read()).await.unwrap(), [word("b")]);
}

#[tokio::test]
async fn a_part_of_a_change_can_fail_alone() {
    let db = fresh("open_savepoint").await;
    let tx = db.begin().await.unwrap();
    put(tx.conn(), "a").await.unwrap();
    let part = tx.savepoint().await.unwrap();
    put(part.conn(), "b").await.unwrap();
    assert_eq!(put(part.conn(), "a").await, Err(StoreError::Conflict));
    drop(part);
    let part = tx.savepoint().await.unwrap();
    put(part.conn(), "c").await.unwrap();
    part.commit().await.unwrap();
    tx.commit().await.unwrap();

    let mut keys = setting::Entity::find().all(db.read()).await.unwrap();
    keys.sort_by(|a, b| a.key.cmp(&b.key));
    assert_eq!(keys, [word("a"), word("c")]);
}

#[tokio::test]
async fn errors_have_the_words_of_the_store() {
    let db = fresh("open_errors").await;
    let tx = db.begin().await.unwrap();
    tx.conn().execute_unprepared("SAVEPOINT before").await.unwrap();
    put(tx.conn(), "a").await.unwrap();
    assert_eq!(put(tx.conn(), "a").await, Err(StoreError::Conflict));
    drop(tx);
    let unknown = db.read().execute_unprepared("SELECT nothing FROM nowhere").await.unwrap_err();
    assert!(matches!(StoreError::from(unknown), StoreError::Bug(_)));
    let missing = DbErr::RecordNotFound("row".to_owned());
    assert_eq!(StoreError::from(missing), StoreError::NotFound);
    let gone = given::remote_actor(9, "one.example").into_active_model();
    let gone = actor::ActiveModel { name: sea_orm::Set("x".to_owned()), ..gone };
    let error = gone.update(db.migrate()).await.unwrap_err();
    assert_eq!(StoreError::from(error), StoreError::NotFound);
    assert!(actor::Entity::find_by_id(ActorId(9)).one(db.read()).await.unwrap().is_none());
}

#[tokio::test]
async fn an_address_of_another_kind_is_refused() {
    for url in ["mysql://root@localhost/x", "care.db", ""] {
        let opened = Db::open(url, OpenOptions::default()).await;
        assert!(matches!(opened, Err(StoreError::Unavailable(_))), "{url}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_not_available() {
    let patience = Duration::from_millis(50);
    let options = OpenOptions { patience, ..OpenOptions::default() };
    let opened = Db::open("postgres://nobody@127.0.0.1:1/nothing", options).await;
    assert!(matches!(opened, Err(StoreError::Unavailable(_))), "{opened:?}");
}

#[tokio::test]
async fn who_waits_too_long_for_a_turn_is_told_busy() {
    if kind() == DbKind::Postgres {
        return; // One pool for all there; the pool's own wait is the same code.
    }
    let url = format!("sqlite:{}", new_file("open_busy").display());
    let patience = Duration::from_secs(1);
    let db = Db::open(&url, OpenOptions { patience, ..OpenOptions::default() }).await.unwrap();
    let first = db.begin().await.unwrap();
    assert!(matches!(db.begin().await, Err(StoreError::Busy)));
    first.commit().await.unwrap();
    assert!(db.begin().await.is_ok());
}

#[tokio::test]
async fn a_sqlite_file_is_made_and_its_readers_do_not_write() {
    if kind() == DbKind::Postgres {
        return;
    }
    let path = new_file("open_sqlite");
    let db = Db::open(&format!("sqlite:{}", path.display()), OpenOptions::default()).await.unwrap();
    assert!(path.exists());
    assert_eq!(db.kind(), DbKind::Sqlite);
    let refused = db.read().execute_unprepared("CREATE TABLE t (x)").await.unwrap_err();
    assert!(matches!(StoreError::from(refused), StoreError::Unavailable(_)));
    db.close().await.unwrap();
    let nowhere = format!("sqlite:{}/no/such/folder.db", path.display());
    let opened = Db::open(&nowhere, OpenOptions::default()).await;
    assert!(matches!(opened, Err(StoreError::Unavailable(_))), "{opened:?}");
}

#[tokio::test]
async fn sqlite_transactions_hold_the_pen_from_their_first_moment() {
    if kind() == DbKind::Postgres {
        return;
    }
    let db = empty("open_immediate").await;
    let url = format!("sqlite:{}/store/open_immediate/test.db", env!("CARGO_TARGET_TMPDIR"));
    let other = sea_orm::Database::connect(url.as_str()).await.unwrap();
    other.execute_unprepared("PRAGMA busy_timeout = 0").await.unwrap();
    let tx = db.begin().await.unwrap();
    let refused = other.execute_unprepared("CREATE TABLE t (x)").await.unwrap_err();
    assert_eq!(StoreError::from(refused), StoreError::Busy);
    drop(tx);
}

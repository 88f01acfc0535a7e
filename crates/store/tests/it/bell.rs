//! Bells between processes, and the turn to bring the schema up to date.

use std::time::Duration;

use carefolk_store::DbKind;
use carefolk_store::dialect::{Listener, ring, schema_turn};

use crate::database::fresh;

#[tokio::test]
async fn what_one_process_rings_another_hears() {
    let db = fresh("bell").await;
    let listener = Listener::open(&db).await.unwrap();
    ring(&db, "d").await.unwrap();
    let Some(mut listener) = listener else {
        assert_eq!(db.kind(), DbKind::Sqlite, "on PostgreSQL there is a listener");
        return;
    };
    let heard = tokio::time::timeout(Duration::from_secs(10), listener.hear()).await;
    assert_eq!(heard.unwrap().unwrap(), "d");
}

#[tokio::test]
async fn one_process_at_a_time_brings_the_schema_up_to_date() {
    let db = fresh("turn").await;
    let Some(first) = schema_turn(&db).await.unwrap() else {
        assert_eq!(db.kind(), DbKind::Sqlite, "on PostgreSQL there are turns");
        return;
    };
    let mut second = std::pin::pin!(schema_turn(&db));
    let early = tokio::time::timeout(Duration::from_millis(300), &mut second).await;
    assert!(early.is_err(), "the first has its turn still");
    drop(first);
    let late = tokio::time::timeout(Duration::from_secs(10), second).await;
    assert!(late.unwrap().unwrap().is_some());
}

//! Work for later: once for each key, in order, and not lost.

use carefolk_domain::{JobId, Span};
use carefolk_store::dialect::{
    Insertion, JobEnd, claim_jobs, finish_jobs, insert_job, prolong_jobs,
};
use carefolk_store::entity::job::{self, JobState};
use carefolk_store::{Db, DbKind};
use sea_orm::EntityTrait;

use crate::database::{fresh, kind};
use crate::given::{self, NOW, in_tx};

const LEASE: Span = Span::minutes(2);

async fn insert(db: &Db, job: job::Model) -> Insertion {
    in_tx(db, async |tx| insert_job(tx, &job).await.unwrap()).await
}

async fn finish(db: &Db, id: i64, state: JobState) {
    let end = JobEnd { id: JobId(id), state, run_at: NOW, last_error: Some("why".to_owned()) };
    in_tx(db, async |tx| finish_jobs(tx, &[end]).await.unwrap()).await;
}

#[tokio::test]
async fn a_key_is_taken_until_its_job_is_over() {
    let db = fresh("job_key").await;
    assert_eq!(insert(&db, given::job(1, Some("sweep"))).await, Insertion::New);
    assert_eq!(insert(&db, given::job(2, Some("sweep"))).await, Insertion::Known);
    assert_eq!(insert(&db, given::job(3, None)).await, Insertion::New);
    assert_eq!(insert(&db, given::job(4, None)).await, Insertion::New);

    finish(&db, 1, JobState::Waiting).await;
    assert_eq!(insert(&db, given::job(5, Some("sweep"))).await, Insertion::Known);
    finish(&db, 1, JobState::Done).await;
    assert_eq!(insert(&db, given::job(6, Some("sweep"))).await, Insertion::New);
}

#[tokio::test]
async fn jobs_are_claimed_once_and_again_when_their_worker_died() {
    let db = fresh("job_claim").await;
    insert(&db, job::Model { run_at: NOW + Span(1), ..given::job(1, None) }).await;
    insert(&db, given::job(2, None)).await;
    let claim = async |now| {
        let got = in_tx(&db, async |tx| claim_jobs(tx, now, now + LEASE, 10).await.unwrap()).await;
        got.into_iter().map(|row| (row.id.0, row.attempts)).collect::<Vec<_>>()
    };

    assert_eq!(claim(NOW).await, [(2, 1)]);
    assert_eq!(claim(NOW + Span(1)).await, [(1, 1)]);
    finish(&db, 1, JobState::Failed).await;
    assert_eq!(claim(NOW + LEASE + Span(1)).await, [(2, 2)]);
    let failed = job::Entity::find_by_id(JobId(1)).one(db.read()).await.unwrap().unwrap();
    assert_eq!((failed.state, failed.last_error.as_deref()), (JobState::Failed, Some("why")));
}

#[tokio::test]
async fn a_job_that_is_still_in_work_is_left_to_its_worker() {
    let db = fresh("job_prolong").await;
    for id in 1..=3 {
        insert(&db, given::job(id, None)).await;
    }
    let claim = async |now| {
        let got = in_tx(&db, async |tx| claim_jobs(tx, now, now + LEASE, 10).await.unwrap()).await;
        got.into_iter().map(|row| row.id.0).collect::<Vec<_>>()
    };
    assert_eq!(claim(NOW).await, [1, 2, 3]);
    finish(&db, 2, JobState::Done).await;
    let later = NOW + LEASE + LEASE;
    let held = [JobId(1), JobId(2)];
    in_tx(&db, async |tx| prolong_jobs(tx, &held, later).await.unwrap()).await;
    // The third was not prolonged; what is done is not brought back.
    assert_eq!(claim(NOW + LEASE).await, [3]);
    assert_eq!(claim(later).await, [1, 3]);
}

#[tokio::test]
async fn on_postgres_a_claim_steps_over_what_another_holds() {
    if kind() != DbKind::Postgres {
        return; // SQLite has one pen: two claims cannot meet.
    }
    let db = fresh("job_skip_locked").await;
    for id in 1..=4 {
        insert(&db, given::job(id, None)).await;
    }
    let (one, two) = (db.begin().await.unwrap(), db.begin().await.unwrap());
    let first = claim_jobs(&one, NOW, NOW + LEASE, 2).await.unwrap();
    let second = claim_jobs(&two, NOW, NOW + LEASE, 10).await.unwrap();
    let ids = |rows: Vec<job::Model>| rows.into_iter().map(|row| row.id.0).collect::<Vec<_>>();
    assert_eq!((ids(first), ids(second)), (vec![1, 2], vec![3, 4]));
}

//! Work for later: once for each key, in order, and not lost.

use carefolk_domain::{InboundId, JobId, Span, backoff};
use carefolk_store::dialect::{
    Insertion, JobEnd, Starts, claim_inbound, claim_jobs, finish_jobs, insert_inbound_batch,
    insert_job, mend_waits, renew_jobs,
};
use carefolk_store::entity::inbound_activity;
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
    let last_error = Some("why".to_owned());
    let end = JobEnd { id: JobId(id), state, run_at: NOW, last_error, unbegun: false };
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
async fn a_job_in_work_is_kept_as_long_as_its_worker_says_so() {
    let db = fresh("job_renew").await;
    for id in 1..=3 {
        insert(&db, given::job(id, None)).await;
    }
    let claim = async |now, limit| {
        let claimed =
            in_tx(&db, async |tx| claim_jobs(tx, now, now + LEASE, limit).await.unwrap()).await;
        claimed.into_iter().map(|row| row.id.0).collect::<Vec<_>>()
    };
    assert_eq!(claim(NOW, 2).await, [1, 2]);
    finish(&db, 2, JobState::Done).await;
    // One is in work, one is over, and one was not begun.
    let ids = [JobId(1), JobId(2), JobId(3)];
    let until = NOW + LEASE + LEASE;
    let kept = in_tx(&db, async |tx| renew_jobs(tx, &ids, until).await.unwrap()).await;
    assert_eq!(kept, 1);
    assert_eq!(claim(NOW + LEASE, 9).await, [3]);
    assert_eq!(claim(until, 9).await, [1, 3]);
}

///
#[tokio::test]
async fn what_was_put_off_while_the_clock_was_ahead_is_due() {
    let db = fresh("job_mend").await;
    let ahead = NOW + Span::days(10);
    // A poll ends on that day, and something is still in work since then.
    insert(&db, job::Model { run_at: ahead, ..given::job(1, None) }).await;
    let in_work = job::Model { run_at: ahead, locked_until: Some(ahead), ..given::job(2, None) };
    insert(&db, in_work).await;
    let usual = NOW + Span::hours(9);
    let rows = [(1, ahead), (2, usual)].map(|(id, run_at)| inbound_activity::Model {
        run_at,
        ..given::inbound(id, &format!("https://a.example/{id}"))
    });
    in_tx(&db, async |tx| insert_inbound_batch(tx, &rows).await.unwrap()).await;

    let never = NOW + backoff::WAIT_MAX;
    let mended = in_tx(&db, async |tx| mend_waits(tx, never, NOW).await.unwrap()).await;
    assert_eq!(mended, 2);
    let jobs = in_tx(&db, async |tx| claim_jobs(tx, NOW, NOW + LEASE, 9).await.unwrap()).await;
    assert_eq!(jobs.into_iter().map(|row| row.id).collect::<Vec<_>>(), [JobId(2)]);
    let came = in_tx(&db, async |tx| {
        claim_inbound(tx, NOW, NOW + LEASE, Starts::Below(9), 9).await.unwrap()
    })
    .await;
    assert_eq!(came.into_iter().map(|row| row.id).collect::<Vec<_>>(), [InboundId(1)]);
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

//! Ids.

use std::collections::HashSet;
use std::sync::Arc;

use carefolk_domain::{Moment, Span};
use carefolk_store::{Mint, Worker};

use crate::given::NOW;

fn mint(floor: i64) -> Mint {
    Mint::new(Worker::new(5).unwrap(), floor)
}

#[test]
fn an_id_tells_its_moment_and_its_worker() {
    let id = mint(0).next(NOW);
    assert_eq!(id >> 16, NOW.0);
    assert_eq!((id >> 10) & 0x3f, 5);
    assert_eq!(id & 0x3ff, 0);
}

#[test]
fn ids_grow_when_the_clock_stands_and_when_it_goes_back() {
    let mint = mint(0);
    let ids: Vec<i64> =
        [0, 0, -60_000, -1, 0, 1].into_iter().map(|step| mint.next(NOW + Span(step))).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    assert_eq!(ids[5] >> 16, NOW.0 + 1, "an old moment does not hold the new one back");
}

#[test]
fn a_full_millisecond_borrows_from_the_next() {
    let mint = mint(0);
    let ids: Vec<i64> = (0..3_000).map(|_| mint.next(NOW)).collect();
    assert!(ids.is_sorted_by(|a, b| a < b));
    assert_eq!(ids[1_023] >> 16, NOW.0);
    assert_eq!(ids[1_024] >> 16, NOW.0 + 1);
    assert!(ids.iter().all(|id| (id >> 10) & 0x3f == 5), "no carry into the worker bits");
}

#[test]
fn every_id_is_above_the_floor_whatever_the_clock_says() {
    let floor = Mint::new(Worker::new(63).unwrap(), 0).next(NOW);
    for now in [Moment(-5), Moment(0), NOW - Span::days(400), NOW] {
        assert!(mint(floor).next(now) > floor, "{now:?}");
    }
    assert!(mint(i64::from(u16::MAX)).next(Moment(0)) > i64::from(u16::MAX));
}

#[test]
fn workers_end_at_sixty_three() {
    assert!(Worker::new(63).is_some());
    assert!(Worker::new(64).is_none());
}

/// Another process may have a clock that is ahead.
#[test]
fn a_mint_that_is_raised_goes_on_above_that_and_never_back() {
    let (ahead, mint) = (mint(0).next(NOW + Span::minutes(5)), mint(0));
    assert!(mint.next(NOW) < ahead);
    mint.raise(ahead);
    let next = mint.next(NOW);
    assert!(next > ahead);
    mint.raise(1);
    assert!(mint.next(NOW) > next);
}

#[test]
fn threads_share_a_mint() {
    let mint = Arc::new(mint(0));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let mint = Arc::clone(&mint);
            std::thread::spawn(move || (0..20_000).map(|_| mint.next(NOW)).collect::<Vec<_>>())
        })
        .collect();
    let mut all = HashSet::new();
    for thread in threads {
        let ids = thread.join().unwrap();
        assert!(ids.is_sorted_by(|a, b| a < b));
        all.extend(ids);
    }
    assert_eq!(all.len(), 80_000);
}

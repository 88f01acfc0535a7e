//! What becomes of a delivery when its answer is known (promise P7).

use carefolk_domain::{Health, Moment, Span, backoff};
use carefolk_store::entity::delivery::DeliveryState;

use crate::kernel::ports::Receipt;

/// What is known of a delivery before its answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    /// When it was asked for.
    pub created_at: Moment,
    /// How often it was tried, with this time.
    pub attempts: u32,
    /// Since when its host answers and says no to it.
    pub refused_since: Option<Moment>,
    /// How often its host had failed in a row when this try began.
    pub failures: u32,
    /// When its host last took something from us.
    pub host_took: Option<Moment>,
    /// Whether its host took something else since this try began.
    pub took_meanwhile: bool,
}

/// A host that said no to a signature and took nothing for this long is taken to refuse all of them: it
/// rests then, like one that does not answer.
const REFUSES_ALL_AFTER: Span = Span::minutes(10);

/// How long before the delivery that failed a host is due again: what else waits for it is tried first, for it
/// may be that one delivery on which it breaks.
const OTHERS_FIRST: Span = Span::seconds(1);

/// How long a host that refuses rests at most. It may have only one of our actors blocked, and others wait with that one.
const REFUSING_RESTS_MAX: Span = Span::minutes(5);

/// What becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct After {
    /// The delivery's state.
    pub state: DeliveryState,
    /// When it is tried again, if it waits.
    pub run_at: Moment,
    /// The status, if there was one.
    pub status: Option<i32>,
    /// What went wrong, for the admin.
    pub error: Option<String>,
    /// Since when its host answers and says no to it.
    pub refused_since: Option<Moment>,
    /// What this says about the host.
    pub host: HostNews,
}

/// What an answer says about its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HostNews {
    /// It answers; the dialect that worked.
    Well(Option<String>),
    /// It fails; wait until then.
    Failing(Health, Moment),
    /// It asks to be left alone until then.
    Asked(Moment),
    /// Nothing: the fault lies in this one delivery.
    Nothing,
}

/// What is written whatever the ending.
fn after(state: DeliveryState, run_at: Moment, status: Option<u16>, error: &str) -> After {
    let (status, error) = (status.map(i32::from), Some(error.to_owned()));
    After { state, run_at, status, error, refused_since: None, host: HostNews::Nothing }
}

/// The rule of P7.
pub(super) fn judge(receipt: &Receipt, before: Before, now: Moment, chance: u64) -> After {
    use DeliveryState::{Dead, Done};
    match receipt {
        Receipt::Accepted { status, profile } => After {
            error: None,
            host: HostNews::Well(profile.clone()),
            ..after(Done, now, Some(*status), "")
        },
        Receipt::Gone => after(Dead, now, Some(410), "the inbox is gone"),
        Receipt::Rejected { status } => after(Dead, now, Some(*status), "the peer rejected it"),
        Receipt::NotFound => {
            let again = now + backoff::NOT_FOUND_AGAIN_AFTER;
            let patience = (backoff::NOT_FOUND_GIVE_UP_AFTER, "the inbox was not found");
            unwanted(before, now, again, Some(404), patience)
        }
        Receipt::Refused { status } => {
            let again = now + wait(before.attempts, chance);
            let patience = (backoff::REFUSED_GIVE_UP_AFTER, "refused");
            let what = unwanted(before, now, again, Some(*status), patience);
            After { host: refusing(before, now, chance), ..what }
        }
        Receipt::NotSent { why } => {
            // Whoever mends our keys within 14 days loses nothing.
            let again = now + wait(before.attempts, chance);
            after(waits(before, now), again, None, why)
        }
        Receipt::Throttled { status, retry_after: Some(asked) } => {
            let until = now + (*asked).clamp(Span::seconds(1), backoff::RETRY_AFTER_MAX);
            let what = after(waits(before, now), until, Some(*status), "the peer asked us to wait");
            After { host: HostNews::Asked(until), ..what }
        }
        Receipt::Throttled { status, retry_after: None } => {
            failed(before, now, chance, Some(*status), "the peer asked us to wait")
        }
        Receipt::Failed { status, why } => failed(before, now, chance, *status, why),
    }
}

fn wait(failures: u32, chance: u64) -> Span {
    backoff::jitter(backoff::delay(failures), chance)
}

/// Whether it is tried again, as far as its age goes.
fn waits(before: Before, now: Moment) -> DeliveryState {
    let is_old = now - before.created_at >= backoff::GIVE_UP_AFTER;
    if is_old { DeliveryState::Dead } else { DeliveryState::Waiting }
}

/// Its host answers, and this one delivery does not get through: for how long,
/// counts from the first time, since before that its host may have been silent for days.
fn unwanted(
    before: Before,
    now: Moment,
    again: Moment,
    status: Option<u16>,
    (patience, why): (Span, &str),
) -> After {
    let since = before.refused_since.unwrap_or(now);
    let is_over = now - since >= patience;
    let state = if is_over { DeliveryState::Dead } else { waits(before, now) };
    After { refused_since: Some(since), ..after(state, again, status, why) }
}

/// What a refused signature says about the host: nothing, if it takes others.
fn refusing(before: Before, now: Moment, chance: u64) -> HostNews {
    if before.host_took.is_some_and(|at| now - at < REFUSES_ALL_AFTER) {
        return HostNews::Nothing;
    }
    let rests = wait(before.failures + 1, chance).min(REFUSING_RESTS_MAX);
    HostNews::Failing(Health::Failing, now + rests)
}

/// Its host does not answer. The host rests as often as it failed, and the delivery as often as it
/// was tried: one that breaks its host does not come back each time the host does well with others.
fn failed(before: Before, now: Moment, chance: u64, status: Option<u16>, why: &str) -> After {
    let failures = before.failures + 1;
    let state = waits(before, now);
    let health = if state == DeliveryState::Dead { Health::Dead } else { Health::Failing };
    let until = now + (wait(failures, chance) - OTHERS_FIRST);
    if before.took_meanwhile && status.is_none() {
        // It hung, and its host is there: nothing else waits for it.
        let again = now + wait(before.attempts, chance);
        return after(state, again, status, why);
    }
    let again = now + wait(failures.max(before.attempts), chance);
    After { host: HostNews::Failing(health, until), ..after(state, again, status, why) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_000_000_000_000);

    fn before(age: Span, failures: u32) -> Before {
        let attempts = failures + 1;
        let host_took = Some(NOW - Span::minutes(1));
        Before {
            created_at: NOW - age,
            attempts,
            refused_since: None,
            failures,
            host_took,
            took_meanwhile: false,
        }
    }

    fn refused_for(span: Span) -> Before {
        Before { refused_since: Some(NOW - span), ..before(Span::days(5), 3) }
    }

    fn failed() -> Receipt {
        Receipt::Failed { status: None, why: "connection refused".into() }
    }

    fn state(receipt: &Receipt, before: Before) -> DeliveryState {
        judge(receipt, before, NOW, 200).state
    }

    #[test]
    fn a_dead_peer_is_tried_for_fourteen_days_and_not_longer() {
        let early = judge(&failed(), before(Span::days(13) + Span::hours(23), 40), NOW, 200);
        assert_eq!(early.state, DeliveryState::Waiting);
        assert_eq!(early.run_at, NOW + Span::hours(8));
        let late = judge(&failed(), before(Span::days(14), 40), NOW, 200);
        assert_eq!(late.state, DeliveryState::Dead);
    }

    #[test]
    fn the_waits_are_those_of_the_table() {
        let minutes = |n| Span::minutes(n);
        let table = [Span::seconds(10), minutes(1), minutes(5), minutes(15), Span::hours(1)];
        for (failures, wait) in (0_u32..).zip(table) {
            let after = judge(&failed(), before(Span::ZERO, failures), NOW, 200);
            assert_eq!(after.run_at - NOW, wait, "{failures}");
            // No answer is counted for the host, a refusal for the delivery: the waits are the same.
            let refused = Receipt::Refused { status: 401 };
            let after = judge(&refused, before(Span::ZERO, failures), NOW, 200);
            assert_eq!(after.run_at - NOW, wait, "{failures}");
        }
    }

    #[test]
    fn one_that_breaks_its_host_waits_longer_than_the_host() {
        let often = Before { attempts: 6, ..before(Span::hours(2), 0) };
        let after = judge(&failed(), often, NOW, 200);
        assert_eq!(after.run_at, NOW + Span::hours(2));
        assert_eq!(after.host, HostNews::Failing(Health::Failing, NOW + Span::seconds(9)));
    }

    ///
    #[test]
    fn one_that_hangs_while_its_host_takes_others_makes_nothing_else_wait() {
        let beside = Before { took_meanwhile: true, ..before(Span::ZERO, 0) };
        let hung = Receipt::Failed { status: None, why: "no answer in time".to_owned() };
        let after = judge(&hung, beside, NOW, 200);
        assert_eq!((after.host, after.run_at), (HostNews::Nothing, NOW + Span::seconds(10)));
        // What it answers counts all the same.
        let answered = Receipt::Failed { status: Some(500), why: "500".to_owned() };
        assert_ne!(judge(&answered, beside, NOW, 200).host, HostNews::Nothing);
        assert_ne!(judge(&hung, before(Span::ZERO, 0), NOW, 200).host, HostNews::Nothing);
    }

    #[test]
    fn a_refused_signature_is_tried_for_two_days() {
        let refused = Receipt::Refused { status: 401 };
        assert_eq!(state(&refused, refused_for(Span::hours(47))), DeliveryState::Waiting);
        assert_eq!(state(&refused, refused_for(Span::hours(48))), DeliveryState::Dead);
        // However long it waited before, for a host that was silent.
        assert_eq!(state(&refused, before(Span::days(13), 40)), DeliveryState::Waiting);
    }

    #[test]
    fn a_host_rests_that_refuses_and_takes_nothing() {
        let refused = Receipt::Refused { status: 401 };
        let host = |host_took, failures| {
            let before = Before { host_took, ..before(Span::ZERO, failures) };
            judge(&refused, before, NOW, 200).host
        };
        let rests = |span| HostNews::Failing(Health::Failing, NOW + span);
        assert_eq!(host(None, 0), rests(Span::seconds(10)));
        assert_eq!(host(Some(NOW - Span::minutes(10)), 0), rests(Span::seconds(10)));
        assert_eq!(host(None, 40), rests(Span::minutes(5)), "others may wait with it");
        assert_eq!(host(Some(NOW - Span::minutes(9)), 0), HostNews::Nothing, "it takes others");
    }

    #[test]
    fn an_inbox_that_is_not_found_is_tried_three_times_over_three_days() {
        let first = judge(&Receipt::NotFound, before(Span::days(5), 9), NOW, 200);
        assert_eq!((first.state, first.run_at - NOW), (DeliveryState::Waiting, Span::hours(36)));
        assert_eq!(first.refused_since, Some(NOW));
        let second = state(&Receipt::NotFound, refused_for(Span::hours(36)));
        assert_eq!(second, DeliveryState::Waiting);
        assert_eq!(state(&Receipt::NotFound, refused_for(Span::hours(72))), DeliveryState::Dead);
    }

    #[test]
    fn what_can_never_succeed_ends_at_once_and_does_not_blame_the_host() {
        for receipt in [Receipt::Gone, Receipt::Rejected { status: 422 }] {
            let after = judge(&receipt, before(Span::ZERO, 0), NOW, 200);
            assert_eq!((after.state, after.host), (DeliveryState::Dead, HostNews::Nothing));
        }
    }

    #[test]
    fn a_fault_of_our_own_does_not_blame_the_host() {
        let receipt = Receipt::NotSent { why: "no key".to_owned() };
        let after = judge(&receipt, before(Span::ZERO, 0), NOW, 200);
        assert_eq!((after.state, after.host), (DeliveryState::Waiting, HostNews::Nothing));
        assert_eq!(after.run_at, NOW + Span::seconds(10));
        assert_eq!(state(&receipt, before(Span::days(13), 40)), DeliveryState::Waiting);
        assert_eq!(state(&receipt, before(Span::days(14), 40)), DeliveryState::Dead);
    }

    #[test]
    fn a_peer_that_always_asks_us_to_wait_is_given_up_as_well() {
        for retry_after in [None, Some(Span::seconds(7))] {
            let receipt = Receipt::Throttled { status: 503, retry_after };
            assert_eq!(state(&receipt, before(Span::days(13), 0)), DeliveryState::Waiting);
            assert_eq!(state(&receipt, before(Span::days(14), 0)), DeliveryState::Dead);
        }
    }

    #[test]
    fn retry_after_is_honoured_up_to_a_day() {
        let wait = |span| {
            let receipt = Receipt::Throttled { status: 429, retry_after: Some(span) };
            let after = judge(&receipt, before(Span::ZERO, 0), NOW, 200);
            assert_eq!(after.host, HostNews::Asked(after.run_at));
            after.run_at - NOW
        };
        assert_eq!(wait(Span::seconds(7)), Span::seconds(7));
        assert_eq!(wait(Span::days(3_650)), Span::hours(24));
    }
}

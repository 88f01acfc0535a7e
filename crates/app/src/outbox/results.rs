//! What becomes of a delivery when its answer is known (promise P7).

use carefolk_domain::{Health, Moment, Span, backoff};
use carefolk_store::entity::delivery::DeliveryState;

use crate::kernel::ports::Receipt;

/// What is known of a delivery before this try.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    /// When it was asked for.
    pub created_at: Moment,
    /// How often it was tried.
    pub attempts: u32,
    /// How often its host failed in a row.
    pub failures: u32,
}

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
    /// Nothing: the fault lies in this one delivery.
    Nothing,
}

/// What is written whatever the ending.
fn after(state: DeliveryState, run_at: Moment, status: Option<u16>, error: &str) -> After {
    let status = status.map(i32::from);
    After { state, run_at, status, error: Some(error.to_owned()), host: HostNews::Nothing }
}

/// The rule of P7.
pub(super) fn judge(receipt: &Receipt, before: Before, now: Moment, chance: u64) -> After {
    use DeliveryState::{Dead, Done, Waiting};
    let age = now - before.created_at;
    let wait = |failures: u32| now + backoff::jitter(backoff::delay(failures), chance);
    match receipt {
        Receipt::Accepted { status, profile } => After {
            error: None,
            host: HostNews::Well(profile.clone()),
            ..after(Done, now, Some(*status), "")
        },
        Receipt::Gone => after(Dead, now, Some(410), "the inbox is gone"),
        Receipt::Rejected { status } => after(Dead, now, Some(*status), "the peer rejected it"),
        Receipt::NotFound if age >= backoff::NOT_FOUND_GIVE_UP_AFTER => {
            after(Dead, now, Some(404), "the inbox was not found for three days")
        }
        Receipt::NotFound => {
            after(Waiting, now + Span::days(1), Some(404), "the inbox was not found")
        }
        Receipt::Refused { status } if age >= backoff::REFUSED_GIVE_UP_AFTER => {
            after(Dead, now, Some(*status), "refused")
        }
        Receipt::Refused { status } => {
            let until = wait(before.attempts + 1);
            after(Waiting, until, Some(*status), "the peer refused our signature")
        }
        Receipt::Throttled { status, .. } if age >= backoff::GIVE_UP_AFTER => {
            after(Dead, now, Some(*status), "the peer asked us to wait for fourteen days")
        }
        Receipt::Throttled { status, retry_after } => {
            let asked = retry_after.map_or(backoff::delay(before.failures + 1), |span| {
                span.clamp(Span::seconds(1), backoff::RETRY_AFTER_MAX)
            });
            let until = now + asked;
            let host = HostNews::Failing(Health::Failing, until);
            After { host, ..after(Waiting, until, Some(*status), "the peer asked us to wait") }
        }
        Receipt::Failed { status, why } => {
            let until = wait(before.failures + 1);
            let (state, health) = if age >= backoff::GIVE_UP_AFTER {
                (Dead, Health::Dead)
            } else {
                (Waiting, Health::Failing)
            };
            After { host: HostNews::Failing(health, until), ..after(state, until, *status, why) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_000_000_000_000);

    fn before(age: Span, failures: u32) -> Before {
        Before { created_at: NOW - age, attempts: failures, failures }
    }

    fn failed() -> Receipt {
        Receipt::Failed { status: None, why: "connection refused".into() }
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
    fn a_refused_signature_is_tried_for_two_days() {
        let refused = Receipt::Refused { status: 401 };
        assert_eq!(
            judge(&refused, before(Span::hours(47), 3), NOW, 200).state,
            DeliveryState::Waiting
        );
        assert_eq!(
            judge(&refused, before(Span::hours(48), 3), NOW, 200).state,
            DeliveryState::Dead
        );
    }

    #[test]
    fn what_can_never_succeed_ends_at_once_and_does_not_blame_the_host() {
        for receipt in [Receipt::Gone, Receipt::Rejected { status: 422 }] {
            let after = judge(&receipt, before(Span::ZERO, 0), NOW, 200);
            assert_eq!((after.state, after.host), (DeliveryState::Dead, HostNews::Nothing));
        }
    }

    #[test]
    fn a_peer_that_always_asks_us_to_wait_is_given_up_as_well() {
        let receipt = Receipt::Throttled { status: 503, retry_after: None };
        let early = judge(&receipt, before(Span::days(13), 0), NOW, 200);
        assert_eq!(early.state, DeliveryState::Waiting);
        let late = judge(&receipt, before(Span::days(14), 0), NOW, 200);
        assert_eq!(late.state, DeliveryState::Dead);
    }

    #[test]
    fn retry_after_is_honoured_up_to_a_day() {
        let wait = |span| {
            let receipt = Receipt::Throttled { status: 429, retry_after: Some(span) };
            judge(&receipt, before(Span::ZERO, 0), NOW, 200).run_at - NOW
        };
        assert_eq!(wait(Span::seconds(7)), Span::seconds(7));
        assert_eq!(wait(Span::days(3_650)), Span::hours(24));
    }
}

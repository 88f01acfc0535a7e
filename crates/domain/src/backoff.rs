//! When to try again (promise P7).

use crate::moment::Span;

/// How long a delivery is tried before it ends in a dead letter.
pub const GIVE_UP_AFTER: Span = Span::days(14);

/// How long a peer may answer 401 or 403 before a delivery to it ends.
pub const REFUSED_GIVE_UP_AFTER: Span = Span::days(2);

/// How long an inbox may answer 404 before a delivery to it ends.
pub const NOT_FOUND_GIVE_UP_AFTER: Span = Span::days(3);

/// How long after a 404 it is tried again: three times over three days.
pub const NOT_FOUND_AGAIN_AFTER: Span = Span::hours(36);

/// The longest `Retry-After` that is honoured.
pub const RETRY_AFTER_MAX: Span = Span::hours(24);

/// The longest that anything is made to wait before its next try. A later moment was written down
/// while the clock was ahead.
pub const WAIT_MAX: Span = NOT_FOUND_AGAIN_AFTER;

/// How long to wait after failure number `failures` (the first is 1), before jitter.
pub fn delay(failures: u32) -> Span {
    match failures {
        0 => Span::ZERO,
        1 => Span::seconds(10),
        2 => Span::minutes(1),
        3 => Span::minutes(5),
        4 => Span::minutes(15),
        5 => Span::hours(1),
        6 => Span::hours(2),
        7 => Span::hours(4),
        _ => Span::hours(8),
    }
}

/// `span` with up to 20 % added or taken away; `chance` is any number, used for its last digits.
pub fn jitter(span: Span, chance: u64) -> Span {
    let permille = i64::try_from(chance % 401).unwrap_or(200) - 200;
    Span(span.0 + span.0 / 1_000 * permille)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_to_eight_hours_and_no_further() {
        let seconds: Vec<i64> = (1..=9).map(|n| delay(n).0 / 1_000).collect();
        assert_eq!(seconds, [10, 60, 300, 900, 3_600, 7_200, 14_400, 28_800, 28_800]);
    }

    #[test]
    fn nothing_waits_longer_than_the_longest_wait() {
        let longest = delay(u32::MAX);
        assert!(longest + Span(longest.0 / 5) <= WAIT_MAX && RETRY_AFTER_MAX <= WAIT_MAX);
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        for chance in 0..2_000 {
            let got = jitter(Span::seconds(100), chance).0;
            assert!((80_000..=120_000).contains(&got), "{got}");
        }
    }
}

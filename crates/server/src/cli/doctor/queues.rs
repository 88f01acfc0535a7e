//! What waits, for how long, and what was given up; and whether our keys can be used.

use carefolk_app::App;
use carefolk_app::figures::Figures;
use carefolk_domain::Span;
use carefolk_signatures::vault::MasterKey;

use super::{Finding, failed};
use crate::files::MASTER_KEY_BYTES;

/// More waiting deliveries than this are worth a look.
const WAITING_MANY: u64 = 10_000;

/// A delivery that has waited longer than this is worth a look.
const DELIVERY_OLD: Span = Span::days(2);

/// What came in is applied within seconds; after this, nobody does it. It may wait for days for a
/// server that does not answer, so this is no fault by itself.
const ARRIVAL_OLD: Span = Span::hours(1);

/// A job that has been due for longer is done by nobody.
const JOB_OLD: Span = Span::hours(1);

/// What is said to many is in the queue for all of them within seconds; after this, nobody does it.
const FAN_OUT_OLD: Span = Span::minutes(10);

/// Looks at every queue. `runs` says whether a server is running.
pub(super) async fn look(app: &App, runs: bool) -> Vec<Finding> {
    match app.figures().await {
        Ok(figures) => vec![
            deliveries(&figures),
            fan_outs(&figures, runs),
            dead_letters(&figures),
            arrivals(&figures, runs),
            parked(&figures),
            jobs(&figures, runs),
        ],
        Err(error) => vec![failed("queues", &error)],
    }
}

fn deliveries(figures: &Figures) -> Finding {
    let what = "deliveries";
    let waiting: u64 = figures.queues.iter().map(|queue| queue.waiting).sum();
    let oldest = figures.queues.iter().max_by_key(|queue| queue.oldest);
    match oldest {
        Some(queue) if queue.oldest > DELIVERY_OLD => Finding::notice(
            what,
            format!("{waiting} wait; the oldest, to {}, for {}", queue.host, words(queue.oldest)),
            "see why that server takes nothing: carefolk peer show HOST",
        ),
        _ if waiting > WAITING_MANY => Finding::notice(
            what,
            format!("{waiting} wait"),
            "see whether one server is slow: carefolk peer list",
        ),
        _ => Finding::good(what, format!("{waiting} wait")),
    }
}

fn fan_outs(figures: &Figures, runs: bool) -> Finding {
    let what = "posts to many";
    match figures.fan_outs {
        (0, _) => Finding::good(what, "none waits to be put in the queue"),
        (count, oldest) if oldest > FAN_OUT_OLD && runs => Finding::problem(
            what,
            format!(
                "{count} are not in the queue for all followers, the oldest since {} minutes",
                oldest.0 / 60_000
            ),
            "look at the log of the server, and start it again if it says nothing",
        ),
        (count, _) => Finding::good(what, format!("{count} are on their way into the queue")),
    }
}

fn dead_letters(figures: &Figures) -> Finding {
    match figures.dead_letters {
        0 => Finding::good("failed deliveries", "none"),
        count => Finding::notice(
            "failed deliveries",
            format!("{count} were given up"),
            "see them with: carefolk delivery list --failed",
        ),
    }
}

fn arrivals(figures: &Figures, runs: bool) -> Finding {
    let what = "arrivals";
    let (waiting, oldest) = figures.arrivals;
    if oldest > ARRIVAL_OLD && runs {
        return Finding::notice(
            what,
            format!("{waiting} wait to be applied, the oldest for {}", words(oldest)),
            "some wait for servers that do not answer; if many do, look at the log of the server, and \
             start it again if it says nothing",
        );
    }
    Finding::good(what, format!("{waiting} wait to be applied"))
}

fn parked(figures: &Figures) -> Finding {
    match figures.arrivals_parked {
        0 => Finding::good("parked arrivals", "none"),
        count => Finding::notice(
            "parked arrivals",
            format!("{count} could not be applied"),
            "the log of the server says why; they are kept for 90 days",
        ),
    }
}

fn jobs(figures: &Figures, runs: bool) -> Finding {
    let what = "jobs";
    let (due, oldest) = figures.jobs_due;
    let failed = figures.jobs_failed;
    if oldest > JOB_OLD && runs {
        let says = format!("{due} are due, the oldest for {}", words(oldest));
        return Finding::problem(
            what,
            says,
            "look at the log of the server, and start it again if it says nothing",
        );
    }
    let says = format!("{due} are due, {failed} were given up in the last days");
    Finding::good(what, says)
}

/// Whether what our keys are sealed with is the master key that is here.
pub(super) async fn keys(app: &App, key: [u8; MASTER_KEY_BYTES]) -> Finding {
    let what = "keys";
    match app.actors().instance_key().await {
        Ok(own) if MasterKey::new(key).open(&own.sealed).is_ok() => {
            Finding::good(what, "can be opened with the master key")
        }
        Ok(_) => Finding::problem(
            what,
            "cannot be opened: master.key is not the one that this database was made with",
            "put the right master.key back from your backup",
        ),
        // A database that was only migrated has nobody who could sign.
        Err(carefolk_app::Error::Bug(_)) => Finding::notice(
            what,
            "there are none yet",
            "the first start makes them: carefolk serve",
        ),
        Err(error) => failed(what, &error),
    }
}

/// A long time in words.
fn words(span: Span) -> String {
    let hours = span.0 / 3_600_000;
    if hours >= 48 { format!("{} days", hours / 24) } else { format!("{hours} hours") }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use carefolk_app::figures::HostQueue;

    use super::super::State;
    use super::*;

    fn figures() -> Figures {
        Figures {
            queues: Vec::new(),
            fan_outs: (0, Span::ZERO),
            dead_letters: 0,
            arrivals: (0, Span::ZERO),
            arrivals_parked: 0,
            jobs_due: (0, Span::ZERO),
            jobs_later: 0,
            jobs_failed: 0,
            peers: Vec::new(),
            answered_in: Duration::ZERO,
        }
    }

    fn queue(waiting: u64, oldest: Span) -> Vec<HostQueue> {
        vec![HostQueue { host: "v.example".to_owned(), waiting, oldest }]
    }

    #[test]
    fn an_old_queue_names_the_server_that_takes_nothing() {
        let old = Figures { queues: queue(3, Span::days(5)), ..figures() };
        let finding = deliveries(&old);
        assert_eq!(finding.state, State::Notice);
        assert!(finding.says.contains("v.example, for 5 days"), "{}", finding.says);
        let many = Figures { queues: queue(20_000, Span::ZERO), ..figures() };
        assert_eq!(deliveries(&many).state, State::Notice);
        let few = Figures { queues: queue(3, Span::hours(3)), ..figures() };
        assert_eq!(deliveries(&few).state, State::Good);
    }

    #[test]
    fn jobs_that_nobody_does_are_a_problem_while_a_server_runs() {
        let old = Figures { jobs_due: (4, Span::hours(7)), ..figures() };
        assert_eq!(jobs(&old, true).state, State::Problem);
        assert_eq!(jobs(&old, false).state, State::Good);
        let old = Figures { arrivals: (4, Span::hours(7)), arrivals_parked: 1, ..figures() };
        assert_eq!(arrivals(&old, true).state, State::Notice);
        assert_eq!(parked(&old).state, State::Notice);
        let late = Figures { fan_outs: (1, Span::minutes(11)), ..figures() };
        assert_eq!(fan_outs(&late, true).state, State::Problem);
        assert_eq!(fan_outs(&late, false).state, State::Good);
        assert_eq!(dead_letters(&Figures { dead_letters: 2, ..figures() }).state, State::Notice);
    }
}

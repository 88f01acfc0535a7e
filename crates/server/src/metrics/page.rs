//! The page of numbers: every name that there is, and where its numbers come from.

use carefolk_app::App;
use carefolk_app::figures::Figures;
use carefolk_domain::{Health, Span};

use super::text::{Family, Kind, Text};
use crate::telemetry;
use crate::wiring::VERSION;

macro_rules! families {
    ($($constant:ident = $kind:ident $name:literal $help:literal;)+) => {
        $(const $constant: Family = Family { name: $name, kind: Kind::$kind, help: $help };)+
    };
}

families! {
    BUILD = Gauge "carefolk_build_info" "1, with the version of this process.";
    PANICS = Counter "carefolk_panics_total" "Faults of the program that ended one piece of work.";
    RESULTS = Counter "carefolk_deliveries_total" "Tries at deliveries by this process, by how they ended.";
    REFUSALS = Counter "carefolk_refusals_total" "What this process refused of other servers, by reason.";
    KEYS = Counter "carefolk_keys_total" "Keys that signatures were held against, by where they were found.";
    VERIFYING = Histogram "carefolk_inbox_verify_seconds" "Time to find out who signed what came in.";
    STORING = Histogram "carefolk_inbox_store_seconds" "Time to store what came in.";
    PROCESSING = Histogram "carefolk_inbox_process_seconds" "Time from the arrival of an activity to its effects.";
    BEGINNING = Histogram "carefolk_database_begin_seconds" "Time a change waited for its turn at the database.";
    COMMITTING = Histogram "carefolk_database_commit_seconds" "Time a change took to become durable.";
    DATABASE = Gauge "carefolk_database_up" "1 if the database answers, otherwise 0.";
    ANSWER = Gauge "carefolk_database_answer_seconds" "Time the database took to answer a small question just now.";
    QUEUE = Gauge "carefolk_queue_deliveries" "Deliveries that wait, by host; the 50 that wait longest are named.";
    QUEUE_AGE = Gauge "carefolk_queue_oldest_seconds" "How long the oldest waiting delivery has waited, by host.";
    FAN_OUTS = Gauge "carefolk_fan_outs" "Things said to many followers that are not in the queue for all of them yet.";
    FAN_OUTS_AGE = Gauge "carefolk_fan_outs_oldest_seconds" "How long the oldest of them has waited.";
    DEAD = Gauge "carefolk_dead_letters" "Deliveries that were given up and not yet dealt with.";
    ARRIVALS = Gauge "carefolk_inbound_waiting" "Activities that came in and were not applied yet.";
    ARRIVALS_AGE = Gauge "carefolk_inbound_oldest_seconds" "How long the oldest of them has waited.";
    PARKED = Gauge "carefolk_inbound_parked" "Activities that could not be applied, and wait for somebody to look.";
    JOBS = Gauge "carefolk_jobs" "Jobs that are due, for later, or given up.";
    JOBS_AGE = Gauge "carefolk_jobs_oldest_seconds" "How long the oldest due job has been due.";
    PEERS = Gauge "carefolk_peers" "Other servers, by how they answer.";
    DISK = Gauge "carefolk_disk_free_bytes" "Room left where storage.path is.";
}

/// What was looked up for the page.
pub(super) struct Facts {
    /// How much waits; nothing if the database does not answer.
    pub(super) figures: Option<Figures>,
    /// Bytes left where storage.path is, if the system says.
    pub(super) disk_free: Option<u64>,
}

/// The whole page.
pub(super) fn page(app: &App, facts: &Facts) -> String {
    let mut text = Text::default();
    one(&mut text, &BUILD, &[("version", VERSION)], 1);
    one(&mut text, &PANICS, &[], telemetry::panics());
    counted(&mut text, app);
    one(&mut text, &DATABASE, &[], u8::from(facts.figures.is_some()));
    if let Some(figures) = &facts.figures {
        waiting(&mut text, figures);
    }
    if let Some(free) = facts.disk_free {
        one(&mut text, &DISK, &[], free);
    }
    text.page()
}

fn one(text: &mut Text, family: &Family, labels: &[(&str, &str)], value: impl std::fmt::Display) {
    text.family(family);
    text.number(family.name, labels, value);
}

/// What this process counted since it started.
fn counted(text: &mut Text, app: &App) {
    let meters = app.meters();
    text.family(&RESULTS);
    for (result, count) in meters.results() {
        text.number(RESULTS.name, &[("result", result)], count);
    }
    text.family(&REFUSALS);
    for (reason, count) in meters.refusals() {
        text.number(REFUSALS.name, &[("reason", reason)], count);
    }
    text.family(&KEYS);
    for (place, count) in meters.keys() {
        text.number(KEYS.name, &[("from", place)], count);
    }
    for (family, histogram) in [
        (&VERIFYING, &meters.verifying),
        (&STORING, &meters.storing),
        (&PROCESSING, &meters.processing),
        (&BEGINNING, &meters.beginning),
        (&COMMITTING, &meters.committing),
    ] {
        text.family(family);
        text.steps(family.name, &histogram.steps());
    }
}

/// What the database says: the same in every process.
fn waiting(text: &mut Text, figures: &Figures) {
    one(text, &ANSWER, &[], figures.answered_in.as_secs_f64());
    text.family(&QUEUE);
    for queue in &figures.queues {
        text.number(QUEUE.name, &[("host", &queue.host)], queue.waiting);
    }
    text.family(&QUEUE_AGE);
    for queue in &figures.queues {
        text.number(QUEUE_AGE.name, &[("host", &queue.host)], seconds(queue.oldest));
    }
    one(text, &FAN_OUTS, &[], figures.fan_outs.0);
    one(text, &FAN_OUTS_AGE, &[], seconds(figures.fan_outs.1));
    one(text, &DEAD, &[], figures.dead_letters);
    one(text, &ARRIVALS, &[], figures.arrivals.0);
    one(text, &ARRIVALS_AGE, &[], seconds(figures.arrivals.1));
    one(text, &PARKED, &[], figures.arrivals_parked);
    text.family(&JOBS);
    text.number(JOBS.name, &[("state", "due")], figures.jobs_due.0);
    text.number(JOBS.name, &[("state", "later")], figures.jobs_later);
    text.number(JOBS.name, &[("state", "failed")], figures.jobs_failed);
    one(text, &JOBS_AGE, &[], seconds(figures.jobs_due.1));
    text.family(&PEERS);
    for (health, name) in [(Health::Ok, "ok"), (Health::Failing, "failing"), (Health::Dead, "dead")]
    {
        let count = figures.peers.iter().find(|(of, _)| *of == health).map_or(0, |(_, n)| *n);
        text.number(PEERS.name, &[("health", name)], count);
    }
}

/// Whole seconds are exact enough for how long something waits.
fn seconds(span: Span) -> i64 {
    span.0 / 1_000
}

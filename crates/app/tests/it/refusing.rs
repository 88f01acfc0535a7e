//! What is not taken is counted by reason, and what is not understood is kept for a while.

use std::sync::{Arc, Mutex};

use carefolk_app::peers::RefusalView;
use carefolk_app::{Caller, Error};
use carefolk_domain::Span;
use carefolk_store::entity::{inbound_activity, refusal};
use carefolk_testkit::{Kit, operator};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::stranger::{act, note, say, settle_in};

pub(crate) async fn of(kit: &Kit, host: Option<&str>) -> Vec<(String, u64)> {
    kit.app.peers().write_refusals().await.unwrap();
    let found = kit.app.peers().refusals(&operator(), host).await.unwrap();
    let mut found: Vec<(String, u64)> =
        found.into_iter().map(|RefusalView { reason, count, .. }| (reason, count)).collect();
    found.sort();
    found
}

#[tokio::test]
async fn what_is_not_taken_is_counted_by_host_and_reason() {
    let kit = Kit::new().await;
    settle_in(&kit, "v.example", "ann");
    settle_in(&kit, "w.example", "bob");
    for number in 1..4 {
        say(&kit, &act(number, "Create", note(number, "for nobody"))).await;
    }
    let mut forged = note(9, "FAKE");
    forged["attributedTo"] = json!("https://v.example/users/bob");
    say(&kit, &act(9, "Create", forged)).await;
    say(&kit, &act(10, "Dislike", json!("https://v.example/notes/1"))).await;
    let nobody = "nobody here follows, is named or is answered".to_owned();
    let wanted = [
        ("a dislike".to_owned(), 1),
        ("it speaks for somebody else".to_owned(), 1),
        (nobody.clone(), 3),
    ];
    assert_eq!(of(&kit, Some("v.example")).await, wanted);
    // Counts go on, and nothing is counted twice.
    say(&kit, &act(20, "Create", note(20, "for nobody"))).await;
    assert!(of(&kit, Some("V.example")).await.contains(&(nobody, 4)));
    assert!(of(&kit, Some("w.example")).await.is_empty());
    let refused = kit.app.peers().refusals(&Caller::Visitor, None).await;
    assert!(matches!(refused, Err(Error::Denied(_))));
}

/// S-104: whoever may call itself anything fills no table.
#[tokio::test]
async fn strangers_are_counted_together_and_without_end_in_no_room() {
    let kit = Kit::new().await;
    for number in 0..12_000 {
        kit.app.peers().refused(&format!("{number}.example"), "no signature");
    }
    assert_eq!(of(&kit, None).await, [("no signature".to_owned(), 12_000)]);
    let rows = refusal::Entity::find().count(kit.app.db().read()).await.unwrap();
    assert_eq!(rows, 1);
    // They are forgotten in the end.
    kit.clock.advance(Span::days(91));
    kit.app.sweep().await.unwrap();
    assert!(of(&kit, None).await.is_empty());
}

/// What is told in the log at `info`, as the text of its fields.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let text = format!("{}={value:?} ", field.name());
        self.0.lock().unwrap().last_mut().unwrap().push_str(&text);
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.0.lock().unwrap().push(String::new());
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// S-111: a flood is one line for each host and minute, and one host does not hide another.
#[tokio::test]
async fn a_host_is_logged_once_a_minute_whatever_is_refused_of_it() {
    let kit = Kit::new().await;
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let flood = || {
        for _ in 0..1_000 {
            for host in ["v.example", "w.example"] {
                kit.app.peers().refused(host, "no signature");
                kit.app.peers().refused(host, "it is not JSON");
            }
        }
    };
    let lines_about = |host: &str| {
        let lines = log.0.lock().unwrap();
        lines.iter().filter(|line| line.contains(&format!("host=\"{host}\""))).count()
    };
    flood();
    assert_eq!([lines_about("v.example"), lines_about("w.example")], [1, 1]);
    kit.clock.advance(Span::seconds(59));
    flood();
    assert_eq!([lines_about("v.example"), lines_about("w.example")], [1, 1]);
    kit.clock.advance(Span::seconds(1));
    flood();
    assert_eq!([lines_about("v.example"), lines_about("w.example")], [2, 2]);
    assert!(log.0.lock().unwrap().iter().all(|line| line.contains("reason=\"no signature\"")));
}

/// Whoever calls itself by a thousand names is logged as often as there are lines in a minute.
#[tokio::test]
async fn a_thousand_names_do_not_fill_the_log() {
    let kit = Kit::new().await;
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    for number in 0..1_000 {
        kit.app.peers().refused(&format!("{number}.example"), "no signature");
    }
    assert_eq!(log.0.lock().unwrap().len(), 60);
}

#[tokio::test]
async fn what_is_not_understood_is_kept_for_a_week() {
    let kit = Kit::new().await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &act(1, "Listen", json!("https://v.example/songs/1"))).await;
    say(&kit, &act(2, "Listen", json!("https://v.example/songs/2"))).await;
    say(&kit, &act(3, "Create", note(3, "for nobody"))).await;
    let types = kit.app.inbound().unknown_types(&operator()).await.unwrap();
    let types: Vec<(&str, u64)> = types.iter().map(|it| (it.kind.as_str(), it.count)).collect();
    assert_eq!(types, [("Listen", 2)]);
    let bodies = || async {
        let rows = inbound_activity::Entity::find().all(kit.app.db().read()).await.unwrap();
        rows.into_iter().filter(|row| !row.body.is_empty()).count()
    };
    assert_eq!(bodies().await, 2);
    kit.clock.advance(Span::days(6));
    kit.app.sweep().await.unwrap();
    assert_eq!(bodies().await, 2);
    kit.clock.advance(Span::days(2));
    kit.app.sweep().await.unwrap();
    assert_eq!(bodies().await, 0);
    assert!(kit.app.inbound().unknown_types(&Caller::Visitor).await.is_err());
}

/// A server that says nonsense all day fills nobody's disk.
#[tokio::test]
async fn a_few_small_texts_a_day_are_kept_of_one_site() {
    let kit = Kit::new().await;
    settle_in(&kit, "v.example", "ann");
    let mut long = act(1, "Listen", json!("https://v.example/songs/1"));
    long["pad"] = json!("x".repeat(20_000));
    say(&kit, &long).await;
    for number in 2..40 {
        say(&kit, &act(number, "Listen", json!("https://v.example/songs/1"))).await;
    }
    let types = kit.app.inbound().unknown_types(&operator()).await.unwrap();
    assert_eq!(types.first().unwrap().count, 20);
}

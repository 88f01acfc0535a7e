//! A log that strangers can neither forge nor fill (S-111): an event is one line, whatever stands in
//! it, and one place in the code tells so many a minute.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::callsite::Identifier;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// How many lines one place in the code tells in [`WINDOW`]; further ones are counted.
const LINES_OF_ONE: u32 = 200;

/// For how long that is counted.
const WINDOW: Duration = Duration::from_mins(1);

/// Standard error, or something like it, to which an event is written as one line.
pub(super) struct OneLine<W> {
    /// Where it goes.
    pub(super) to: W,
    /// Whether the log has colours of its own, which begin with an escape. What others wrote is then
    /// cleaned of escapes before it comes here.
    pub(super) colours: bool,
}

impl<W: Write> Write for OneLine<W> {
    /// Takes one whole event, as the formatter writes it.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.to.write_all(one_line(event, self.colours).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The text of an event without line breaks and other control characters, but for the last.
fn one_line(event: &[u8], colours: bool) -> String {
    let text = String::from_utf8_lossy(event);
    let (text, end) = match text.strip_suffix('\n') {
        Some(text) => (text, "\n"),
        None => (text.as_ref(), ""),
    };
    let mut line = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        let own = c == '\t' || colours && c == '\u{1b}';
        // The two of U+2028 and U+2029 are line breaks to some who show logs.
        if !own && (c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line + end
}

/// How many lines a place told in its window.
struct Told {
    since: Instant,
    lines: u32,
    left_out: u64,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is told.
    Told,
    /// It is told, and is the first after so many that were not.
    ToldAfter(u64),
    /// It is counted.
    LeftOut,
}

impl Told {
    fn new(now: Instant) -> Self {
        Self { since: now, lines: 0, left_out: 0 }
    }

    fn next(&mut self, now: Instant) -> Fate {
        let mut missed = 0;
        if now.saturating_duration_since(self.since) >= WINDOW {
            missed = self.left_out;
            *self = Self::new(now);
        }
        if self.lines >= LINES_OF_ONE {
            self.left_out += 1;
            return Fate::LeftOut;
        }
        self.lines += 1;
        if missed > 0 { Fate::ToldAfter(missed) } else { Fate::Told }
    }
}

/// Leaves out what one place tells too often. There are as many places as the program has, so that
/// nobody can add one. What only somebody who looks for a fault wants to see is not counted.
#[derive(Default)]
pub(super) struct Bounded(Mutex<HashMap<Identifier, Told>>);

impl Bounded {
    fn fate(&self, place: Identifier, now: Instant) -> Fate {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.entry(place).or_insert_with(|| Told::new(now)).next(now)
    }
}

impl<S: Subscriber> Layer<S> for Bounded {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let what = event.metadata();
        if *what.level() > Level::INFO {
            return true;
        }
        match self.fate(what.callsite(), Instant::now()) {
            Fate::Told => true,
            Fate::ToldAfter(lines) => {
                tracing::warn!(lines, of = what.target(), "left out of the log: too many at once");
                true
            }
            Fate::LeftOut => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    /// A log in memory.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn log_of(tell: impl FnOnce()) -> String {
        let paper = Paper::default();
        let page = paper.clone();
        let told = tracing_subscriber::fmt::layer()
            .compact()
            .with_ansi(false)
            .with_writer(move || OneLine { to: page.clone(), colours: false });
        let subscriber = tracing_subscriber::registry().with(Bounded::default()).with(told);
        tracing::subscriber::with_default(subscriber, tell);
        let told = paper.0.lock().unwrap().clone();
        String::from_utf8(told).unwrap()
    }

    #[test]
    fn what_strangers_wrote_stays_on_its_line() {
        let forged = "Like\n2026-01-01 ERROR the database is gone\r\u{1b}[2J\u{9b}31m\u{2028}";
        let log = log_of(|| tracing::info!(kind = %forged, said = forged, "inbound {forged}"));
        assert_eq!(log.lines().count(), 1, "{log}");
        assert!(!log.trim_end_matches('\n').contains(|c: char| c.is_control()), "{log:?}");
        assert!(log.contains("the database is gone"), "it is still there to be read: {log}");
    }

    #[test]
    fn one_place_does_not_fill_the_log_and_others_are_heard() {
        let log = log_of(|| {
            for number in 0..10_000 {
                tracing::warn!(number, "again");
            }
            tracing::warn!("something else");
        });
        let again = log.lines().filter(|line| line.contains("again")).count();
        assert_eq!(again, usize::try_from(LINES_OF_ONE).unwrap());
        assert!(log.contains("something else"));
    }

    #[test]
    fn a_minute_later_it_is_told_how_many_were_left_out() {
        let began = Instant::now();
        let mut told = Told::new(began);
        let fates: Vec<Fate> = (0..LINES_OF_ONE + 3).map(|_| told.next(began)).collect();
        assert_eq!(fates.iter().filter(|fate| **fate == Fate::LeftOut).count(), 3);
        assert_eq!(told.next(began + WINDOW), Fate::ToldAfter(3));
        assert_eq!(told.next(began + WINDOW), Fate::Told);
    }
}

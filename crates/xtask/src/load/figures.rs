//! Figures: what was measured, in lines that can be pasted into `docs/performance.md`.

use std::time::Duration;

/// Rows of a Markdown table.
#[derive(Debug, Default)]
pub(crate) struct Figures(Vec<(String, String)>);

impl Figures {
    pub(crate) fn add(&mut self, what: &str, figure: impl Into<String>) {
        self.0.push((what.to_owned(), figure.into()));
    }

    /// `count` things in `took`: how many a second.
    pub(crate) fn add_rate(&mut self, what: &str, count: usize, took: Duration) {
        self.add(
            what,
            format!("{:.0} a second ({count} in {:.2} s)", rate(count, took), took.as_secs_f64()),
        );
    }

    /// Half, nearly all and the slowest of these times.
    pub(crate) fn add_times(&mut self, what: &str, times: &mut [Duration]) {
        times.sort_unstable();
        let of = |part: f64| millis(quantile(times, part));
        self.add(
            what,
            format!(
                "half {} ms, 95 % {} ms, 99 % {} ms, slowest {} ms",
                of(0.5),
                of(0.95),
                of(0.99),
                of(1.0)
            ),
        );
    }

    pub(crate) fn print(&self) {
        let width = self.0.iter().map(|(what, _)| what.chars().count()).max().unwrap_or(0);
        println!("| {:width$} | figure |", "what");
        println!("| {:-<width$} | --- |", "");
        for (what, figure) in &self.0 {
            println!("| {what:width$} | {figure} |");
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^52")]
fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64().max(f64::EPSILON)
}

/// The time that the part `part` (0 to 1) of these sorted times does not exceed.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an index into a list of at most a few hundred thousand"
)]
fn quantile(sorted: &[Duration], part: f64) -> Duration {
    let last = sorted.len().saturating_sub(1);
    let index = (last as f64 * part).round() as usize;
    sorted.get(index).copied().unwrap_or_default()
}

fn millis(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_times() {
        let times: Vec<_> = (1..=101).map(Duration::from_millis).collect();
        assert_eq!(quantile(&times, 0.5), Duration::from_millis(51));
        assert_eq!(quantile(&times, 1.0), Duration::from_millis(101));
        assert_eq!(quantile(&[], 0.5), Duration::ZERO);
    }

    #[test]
    fn a_rate_is_by_the_second() {
        assert!((rate(300, Duration::from_millis(1500)) - 200.0).abs() < 0.001);
    }
}

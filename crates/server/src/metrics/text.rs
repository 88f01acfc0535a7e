//! Numbers as text, in Prometheus' exposition format 0.0.4.

use std::fmt::{Display, Write};

use carefolk_app::kernel::meters::Steps;

/// What kind of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It only grows, until the process ends.
    Counter,
    /// It goes up and down.
    Gauge,
    /// It says how often something took how long.
    Histogram,
}

/// One name with what stands behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Family {
    /// What it is called.
    pub(super) name: &'static str,
    /// What kind of number.
    pub(super) kind: Kind,
    /// What it says, in a few words.
    pub(super) help: &'static str,
}

/// The page in the making.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    /// Begins a family: its numbers follow.
    pub(super) fn family(&mut self, family: &Family) {
        let Family { name, kind, help } = family;
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    /// One number of the family.
    pub(super) fn number(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        let labels =
            if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        self.line(format_args!("{name}{labels} {value}"));
    }

    /// All numbers of a histogram.
    pub(super) fn steps(&mut self, name: &str, steps: &Steps) {
        let bucket = format!("{name}_bucket");
        for (end, below) in &steps.at_most {
            self.number(&bucket, &[("le", &end.as_secs_f64().to_string())], below);
        }
        self.number(&bucket, &[("le", "+Inf")], steps.count);
        self.number(&format!("{name}_sum"), &[], steps.sum.as_secs_f64());
        self.number(&format!("{name}_count"), &[], steps.count);
    }

    /// The page.
    pub(super) fn page(self) -> String {
        self.0
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing into a String cannot fail.
        let _ = writeln!(self.0, "{line}");
    }
}

/// A value that ends no label and no line.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_value_can_end_neither_its_label_nor_its_line() {
        let mut text = Text::default();
        text.number("x", &[("host", "a\"} 1\nb\\")], 2);
        assert_eq!(text.page(), "x{host=\"a\\\"} 1\\nb\\\\\"} 2\n");
    }

    #[test]
    fn a_histogram_ends_with_all_of_it() {
        let at_most = vec![(Duration::from_millis(5), 1), (Duration::from_secs(1), 3)];
        let steps = Steps { at_most, count: 4, sum: Duration::from_millis(2_500) };
        let mut text = Text::default();
        text.steps("t", &steps);
        let page = "t_bucket{le=\"0.005\"} 1\nt_bucket{le=\"1\"} 3\nt_bucket{le=\"+Inf\"} 4\n\
                    t_sum 2.5\nt_count 4\n";
        assert_eq!(text.page(), page);
    }
}

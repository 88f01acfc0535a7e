//! What the program says: answers on standard output, one line on standard error when it fails.
//!
//! `println!` is not used because it panics when the reader has gone (`carefolk … | head -1`);
//! what cannot be said any more is dropped, and the command still does its work.

use std::io::Write;

use serde::Serialize;

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Out {
    /// For people.
    Text,
    /// One JSON document for scripts.
    Json,
}

impl Out {
    /// Says `value`: as JSON for scripts, or as `text` for people.
    pub(crate) fn show<T: Serialize + ?Sized>(
        self,
        value: &T,
        text: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        match self {
            Self::Text => say(&text()),
            Self::Json => say(&serde_json::to_string_pretty(value)?),
        }
        Ok(())
    }
}

/// A text that moves no cursor: what others wrote must not hide what stands beside it.
fn still(text: &str) -> String {
    let safe = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
    text.chars().map(safe).collect()
}

/// Writes `text` and a line end to standard output.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let text = still(text.trim_end());
    let _gone = out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush());
}

/// Says on standard error why the command failed, with its causes, in exactly one line.
pub(crate) fn complain(error: &anyhow::Error) {
    let line = one_line(&format!("{error:#}"));
    let _gone = writeln!(std::io::stderr().lock(), "carefolk: {line}");
}

/// `text` with every run of white space made one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Rows in columns as wide as their widest cell, below `heads`; `none` if there are no rows.
pub(crate) fn table(heads: &[&str], rows: &[Vec<String>], none: &str) -> String {
    if rows.is_empty() {
        return none.to_owned();
    }
    let mut widths: Vec<usize> = heads.iter().map(|head| head.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let heads: Vec<String> = heads.iter().map(|&head| head.to_owned()).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    std::iter::once(&heads).chain(rows).map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_lines_its_columns_up() {
        let rows = vec![vec!["ann".to_owned(), "Ann".to_owned()], vec!["bo".into(), "Bo".into()]];
        assert_eq!(table(&["name", "who"], &rows, "none"), "name  who\nann   Ann\nbo    Bo");
        assert_eq!(table(&["name"], &[], "nobody"), "nobody");
    }

    #[test]
    fn an_error_is_one_line_whatever_its_cause_says() {
        assert_eq!(one_line("a\n  | b\n\tc "), "a | b c");
    }

    #[test]
    fn what_others_wrote_moves_no_cursor() {
        assert_eq!(still("By \u{1b}[2K\ralice\n"), "By \u{fffd}[2K\u{fffd}alice\n");
    }
}

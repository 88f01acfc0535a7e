//! The short names in comments, such as `S-024` or `P1`, are explained in the repository.

use std::collections::BTreeSet;

use crate::tree::{files, read};

/// Where they are explained.
const PAGES: [&str; 2] = ["docs/dev/cases.md", "docs/federation/door.md"];

/// The names of cases in `text`: `S-024`, `R-015`, `P7`, `T13`.
fn names(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let words = text.split(|c: char| !is_part(c));
    words.filter(|word| is_name(word)).map(str::to_owned).collect()
}

fn is_name(word: &str) -> bool {
    let digits = |rest: &str, from: usize, to: usize| {
        (from..=to).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_digit())
    };
    let case = word.strip_prefix("S-").or_else(|| word.strip_prefix("R-"));
    let rule = word.strip_prefix('P').or_else(|| word.strip_prefix('T'));
    case.is_some_and(|rest| digits(rest, 3, 3)) || rule.is_some_and(|rest| digits(rest, 1, 2))
}

/// The comments of a source file: strings may hold words that only look like names.
fn comments(source: &str) -> String {
    let of_line = |line: &str| line.split_once("//").map(|(_, comment)| comment.to_owned());
    source.lines().filter_map(of_line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_case_that_a_comment_names_is_explained() {
    let explained: BTreeSet<String> = PAGES.iter().flat_map(|page| names(&read(page))).collect();
    let mut faults = Vec::new();
    for folder in ["crates", "tests"] {
        for path in files(folder, &[".rs"]).iter().filter(|path| !path.ends_with("/cases.rs")) {
            for name in names(&comments(&read(path))).difference(&explained) {
                faults.push(format!("{path} names {name}: explain it in {}", PAGES[0]));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn names_are_told_from_other_words() {
    let found = names("(S-024, P7) T13: R-1, S-0240, P256, TP7, X-001 and 2026-T1");
    let expected = ["P7", "S-024", "T13"].map(str::to_owned);
    assert_eq!(found, expected.into());
}

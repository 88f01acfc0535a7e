//! Every refusal has a reason that tells who runs the server something (S-111).

use std::collections::BTreeSet;

use crate::tree::{code, files, read};

/// Where what comes from other servers is judged: below these, and in what they call.
const DOOR: &str = "crates/federation/src/door";
const APP: &str = "crates/app/src";

/// What begins a reason, and ends with a quote.
const MADE_BY: [&str; 12] = [
    "Outcome::Refused(\"",
    "Outcome::Ignored(\"",
    " refused(\"",
    " ignored(\"",
    ".because(\"",
    "malformed(\"",
    "unauthorised(\"",
    "unproven(\"",
    "forbidden(\"",
    "nobody(\"",
    "unsupported(\"",
    "misdirected(\"",
];

fn sources(folder: &str) -> Vec<(String, String)> {
    files(folder, &[".rs"]).into_iter().map(|file| (file.clone(), code(&read(&file)))).collect()
}

#[test]
fn what_the_door_refuses_is_made_in_one_place_which_asks_for_the_reason() {
    for (file, source) in sources(DOOR) {
        if file.ends_with("/refusal.rs") {
            for line in source.lines().filter(|line| line.contains("Problem::")) {
                assert!(line.contains(".because(why)"), "{file}: no reason in: {line}");
            }
            continue;
        }
        for made in
            ["Problem::new", "Problem::throttled", "Problem::unavailable", "Problem::not_found"]
        {
            assert!(!source.contains(made), "{file}: {made} belongs into door/refusal.rs");
        }
    }
}

#[test]
fn every_reason_is_a_few_plain_words() {
    let mut reasons = BTreeSet::new();
    for (file, source) in sources(DOOR).into_iter().chain(sources(APP)) {
        for begin in MADE_BY {
            for (at, _) in source.match_indices(begin) {
                let rest = source.get(at + begin.len()..).unwrap_or_default();
                let reason = rest.split('"').next().unwrap_or_default().to_owned();
                let plain = reason.chars().all(|c| c.is_ascii_graphic() || c == ' ');
                let is_key = reason.starts_with("problem-") || !reason.contains(' ');
                assert!(plain && !is_key, "{file}: {reason:?} tells nobody why");
                assert!(
                    (8..=90).contains(&reason.len()),
                    "{file}: {reason:?} is too short or too long"
                );
                reasons.insert(reason);
            }
        }
    }
    assert!(reasons.len() > 60, "only {} reasons were found: look at MADE_BY", reasons.len());
}

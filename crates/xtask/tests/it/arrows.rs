//! I1: the arrows between our crates are those of the table in docs/ARCHITECTURE.md, and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::tree::{between, read, root};

type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The only crates of ours that tests may use beyond the arrows: fakes and builders, a schema, and
/// rows to look at.
const FOR_TESTS: [&str; 3] = ["testkit", "migrations", "store"];

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn short(name: &str) -> String {
    name.strip_prefix("carefolk-").unwrap_or(name).to_owned()
}

/// Our crates and which of ours each depends on, for the program or for its tests.
fn arrows(for_tests: bool) -> Arrows {
    let metadata = metadata();
    let mut arrows = Arrows::new();
    for package in metadata["packages"].as_array().unwrap() {
        let from = short(package["name"].as_str().unwrap());
        let to = arrows.entry(from).or_default();
        for dependency in package["dependencies"].as_array().unwrap() {
            let is_ours = !dependency["path"].is_null();
            if is_ours && (dependency["kind"] == "dev") == for_tests {
                to.insert(short(dependency["name"].as_str().unwrap()));
            }
        }
    }
    arrows
}

/// The table `| crate | may use |` between the markers; "none" and "-" mean nothing.
fn table() -> Arrows {
    let text = read("docs/ARCHITECTURE.md");
    let table = between(&text, "<!-- arrows -->", "<!-- /arrows -->")
        .expect("docs/ARCHITECTURE.md has a table between <!-- arrows --> and <!-- /arrows -->");
    let mut arrows = Arrows::new();
    for line in table.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let name = cells[0].trim_matches('`');
        if name == "crate" || name.starts_with('-') || name.starts_with(':') {
            continue;
        }
        let uses = cells[1].split(',').map(|word| word.trim().trim_matches('`').to_owned());
        let uses = uses.filter(|word| !["", "none", "-", "–"].contains(&word.as_str()));
        arrows.insert(name.to_owned(), uses.collect());
    }
    arrows
}

#[test]
fn the_arrows_between_crates_are_those_of_the_table() {
    let (real, written) = (arrows(false), table());
    for (from, to) in &real {
        let allowed = written.get(from).unwrap_or_else(|| panic!("the table lacks '{from}'"));
        let new: Vec<_> = to.difference(allowed).collect();
        assert!(
            new.is_empty(),
            "{from} -> {new:?}: a new arrow needs an ADR and a line in the table"
        );
        let stale: Vec<_> = allowed.difference(to).collect();
        assert!(stale.is_empty(), "{from} -> {stale:?} is in the table, but nothing uses it");
    }
    let gone: Vec<_> = written.keys().filter(|name| !real.contains_key(*name)).collect();
    assert!(gone.is_empty(), "the table names crates that do not exist: {gone:?}");
}

#[test]
fn there_is_no_circle_of_crates() {
    let mut left = arrows(false);
    while !left.is_empty() {
        let ground: Vec<String> = left
            .iter()
            .filter(|(_, to)| to.iter().all(|name| !left.contains_key(name)))
            .map(|(from, _)| from.clone())
            .collect();
        assert!(!ground.is_empty(), "these crates depend on each other: {:?}", left.keys());
        left.retain(|name, _| !ground.contains(name));
    }
}

#[test]
fn tests_use_only_what_is_for_tests_beyond_the_arrows() {
    let allowed = arrows(false);
    for (from, to) in arrows(true) {
        for name in to {
            let is_allowed = FOR_TESTS.contains(&name.as_str()) || allowed[&from].contains(&name);
            assert!(is_allowed, "{from}'s tests use {name}: only {FOR_TESTS:?} may be added");
        }
    }
}

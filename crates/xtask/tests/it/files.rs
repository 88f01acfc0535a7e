//! Files: how long they may be, and what none of them may say.

use crate::tree::{files, read, root};

/// No file of Rust is longer than this; aim at 150 to 250 lines.
const MOST_LINES: usize = 400;

/// Files that are longer all the same. This list may only get shorter.
const LONGER: [&str; 0] = [];

/// Names that tell where a file was made, or bind the project to one mirror: lock files and scripts
/// must work with whatever source the reader's tools are set up for.
const FORBIDDEN: [&str; 8] = [
    concat!("registry.npm", "js"),
    concat!("npm", "js.org"),
    concat!("static.crates", ".io"),
    concat!("index.crates", ".io"),
    concat!("pypi", ".org"),
    concat!("python", "hosted"),
    concat!("deb.debian", ".org"),
    concat!("/wo", "rk/"),
];

#[test]
fn no_rust_file_is_too_long() {
    let mut faults = Vec::new();
    for path in files("", &[".rs"]) {
        let lines = read(&path).lines().count();
        match (lines > MOST_LINES, LONGER.contains(&path.as_str())) {
            (true, false) => faults.push(format!("{path}: {lines} lines, split it by act or noun")),
            (false, true) => faults.push(format!("{path} is short again: take it off the list")),
            _ => {}
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_file_is_called_after_nothing() {
    for path in files("crates", &[".rs"]) {
        let name = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
        let is_vague = ["utils", "util", "helpers", "common", "misc"].contains(&name);
        assert!(!is_vague, "{path}: name the file after what is in it");
    }
}

#[test]
fn no_file_names_a_mirror_or_a_machine() {
    let mut faults = Vec::new();
    for path in files("", &[]) {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        for word in FORBIDDEN.iter().filter(|word| text.contains(**word)) {
            faults.push(format!("{path} says '{word}'"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

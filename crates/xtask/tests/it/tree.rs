//! The repository as the tidy tests see it.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold nothing of ours.
const SKIPPED: [&str; 7] = [".git", "target", "node_modules", "data", "demo", "var", ".cargo"];

/// Where the repository begins.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The text of the file at this path from the root, if it is there.
pub(crate) fn find(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// The text of a file that must be there.
pub(crate) fn read(path: &str) -> String {
    find(path).unwrap_or_else(|| panic!("{path} is missing"))
}

/// Paths from the root of all files below `folder` whose name ends with one of `endings`
/// (or all files, when there are none), in order.
pub(crate) fn files(folder: &str, endings: &[&str]) -> Vec<String> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.map(Result::unwrap) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() && !is_skipped(&root, &entry.path(), &name) {
                folders.push(entry.path());
            } else if kind.is_file()
                // A second working folder of one clone has a file there, with a path in it.
                && name != ".git"
                && (endings.is_empty() || endings.iter().any(|end| name.ends_with(end)))
            {
                let path = entry.path();
                found.push(path.strip_prefix(&root).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

/// `demo` and the like are left-overs only at the root: a module may be called so.
fn is_skipped(root: &Path, path: &Path, name: &str) -> bool {
    let is_at_root = path.parent() == Some(root);
    name == "node_modules" || (is_at_root && SKIPPED.contains(&name))
}

/// Rust source without its comments, so that a sentence may name what the code may not.
/// Good enough for words: a `//` inside a string also ends the line.
pub(crate) fn code(source: &str) -> String {
    let bare = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    source.lines().map(bare).collect::<Vec<_>>().join("\n")
}

/// Whether `word` stands in `text` on its own, not as a part of a longer name.
pub(crate) fn names(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let (before, rest) = text.split_at(at);
        let (_, after) = rest.split_at(word.len());
        !before.ends_with(part) && !after.starts_with(part)
    })
}

/// What stands between two markers, each on a line of its own.
pub(crate) fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(open)?;
    Some(rest.split_once(close)?.0)
}

#[test]
fn a_longer_name_is_another_name() {
    assert!(names("use axum::Router;", "axum"));
    assert!(!names("use axum_extra::Query;", "axum"));
    assert!(!names("a relaxum", "axum"));
}

//! The order inside `app`: a module uses only modules that stand above it in crates/app/ORDER.

use std::collections::BTreeSet;

use crate::tree::{code, files, find, read};

/// Arrows that still point up, as (user, used). This list may only get shorter: each is a knot to
/// untie, by moving what both need to a module above both.
const KNOTS: [(&str, &str); 2] = [("actors", "instance"), ("outbox", "actors")];

/// The module that a file belongs to: the first name below `src`.
fn module(path: &str) -> String {
    let inside = path.strip_prefix("crates/app/src/").unwrap_or(path);
    inside.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned()
}

/// The names that follow `crate::` in this code, one by one or in braces.
fn used(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, mark) in code.match_indices("crate::") {
        let (_, rest) = code.split_at(at + mark.len());
        if let Some(group) = rest.strip_prefix('{') {
            found.extend(heads(group));
        } else {
            found.insert(head(rest));
        }
    }
    found
}

fn head(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first name of each member of a group of imports, whose opening brace is gone.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut found) = (0_usize, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                let member = group.get(start..at).unwrap_or_default();
                found.push(head(member));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn modules_of_the_app_use_only_what_stands_above_them() {
    let Some(order) = find("crates/app/ORDER") else { return };
    let lines =
        order.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let floors: Vec<Vec<&str>> = lines.map(|line| line.split_whitespace().collect()).collect();
    let floor = |name: &str| floors.iter().position(|names| names.contains(&name));
    let (mut faults, mut met) = (Vec::new(), BTreeSet::<&(&str, &str)>::new());
    for path in files("crates/app/src", &[".rs"]) {
        let own = module(&path);
        let Some(here) = floor(&own) else {
            faults.push(format!("{path}: give '{own}' a line in crates/app/ORDER"));
            continue;
        };
        for name in used(&code(&read(&path))) {
            if name == own || floor(&name).is_none_or(|there| there < here) {
                continue;
            }
            let knot = KNOTS.iter().find(|(from, to)| *from == own && *to == name);
            if knot.is_none() {
                faults.push(format!("{path} uses crate::{name}, which does not stand above {own}"));
            }
            met.extend(knot);
        }
    }
    for knot in KNOTS.iter().filter(|knot| !met.contains(*knot)) {
        faults.push(format!("{knot:?} is untied: take it off the list"));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn imports_are_read_one_by_one_and_in_braces() {
    let code = "use crate::kernel::{a, b};\nuse crate::{App, posts::{x, y}, outbox};";
    let found: Vec<_> = used(code).into_iter().collect();
    assert_eq!(found, ["App", "kernel", "outbox", "posts"]);
}

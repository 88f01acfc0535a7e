//! The JSON that docs/federation shows is the JSON that the golden files hold.

use crate::tree::{files, read};

/// The pieces of a page between `<!-- golden: NAME -->` and `<!-- /golden -->`.
fn shown(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for piece in page.split("<!-- golden: ").skip(1) {
        let Some((name, rest)) = piece.split_once(" -->") else { continue };
        let shown = rest.split("<!-- /golden -->").next().unwrap_or_default();
        let json = shown.trim().trim_start_matches("```json").trim_end_matches("```");
        found.push((name.trim().to_owned(), json.trim().to_owned()));
    }
    found
}

#[test]
fn every_golden_file_is_shown_on_a_page_as_it_is() {
    let golden = files("tests/golden/federation", &[".json"]);
    let pages = files("docs/federation", &[".md"]);
    let all: Vec<(String, String)> = pages.iter().flat_map(|page| shown(&read(page))).collect();
    let mut faults = Vec::new();
    for path in &golden {
        let name = path.rsplit('/').next().unwrap_or_default();
        let text = read(path);
        match all.iter().find(|(shown, _)| shown == name) {
            None => faults.push(format!("no page of docs/federation shows {name}")),
            Some((_, json)) if json != text.trim() => {
                faults.push(format!("docs/federation shows an old {name}: run `cargo xtask docs`"));
            }
            Some(_) => {}
        }
    }
    for (name, _) in &all {
        let is_there = golden.iter().any(|path| path.ends_with(&format!("/{name}")));
        if !is_there {
            faults.push(format!("docs/federation shows {name}, which is not in tests/golden"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_page_is_read_between_its_markers() {
    let page = "a\n<!-- golden: x.json -->\n```json\n{\"a\": 1}\n```\n<!-- /golden -->\nb";
    assert_eq!(shown(page), [("x.json".to_owned(), "{\"a\": 1}".to_owned())]);
}

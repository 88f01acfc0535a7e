//! Links between the pages of the repository lead somewhere.

use std::path::{Component, Path, PathBuf};

use crate::tree::{files, find, read};

/// The targets of the links of a page, `](target)`, without those in code.
fn targets(page: &str) -> Vec<String> {
    let text = page.split("```").step_by(2).collect::<String>();
    let after = text.split("](").skip(1);
    after.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.to_owned()).collect()
}

/// Where `target` leads from the page at `page`; nothing for another site.
fn leads_to(page: &str, target: &str) -> Option<PathBuf> {
    let path = target.split('#').next().unwrap_or_default();
    let is_elsewhere = target.contains("://") || target.starts_with("mailto:");
    if is_elsewhere || path.is_empty() {
        return None;
    }
    let mut whole = Path::new(page).parent().map(Path::to_owned).unwrap_or_default();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            Component::CurDir => {}
            _ => whole.push(part),
        }
    }
    Some(whole)
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let root = crate::tree::root();
    let at_the_top =
        ["README.md", "FEDERATION.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
    let mut pages = files("docs", &[".md"]);
    pages.extend(at_the_top.iter().filter(|page| find(page).is_some()).map(ToString::to_string));
    let mut faults = Vec::new();
    for page in &pages {
        for target in targets(&read(page)) {
            if leads_to(page, &target).is_some_and(|path| !root.join(path).exists()) {
                faults.push(format!("{page} links to {target}, which is not there"));
            }
        }
    }
    assert!(!pages.is_empty(), "there are no pages");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_link_is_read_from_its_page() {
    let page = "[a](../b.md#c) [d](https://care.example/) ```\n[e](f)\n``` [g](#h)";
    assert_eq!(targets(page), ["../b.md#c", "https://care.example/", "#h"]);
    assert_eq!(leads_to("docs/x/a.md", "../b.md#c"), Some(PathBuf::from("docs/b.md")));
    assert_eq!(leads_to("docs/a.md", "https://care.example/"), None);
    assert_eq!(leads_to("docs/a.md", "#h"), None);
}

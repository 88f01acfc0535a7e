//! Every setting is explained where it is set and in the book for admins.

use crate::tree::{find, read};

/// The keys of config/default.toml as `section.key`, each with whether a comment precedes it.
fn keys() -> Vec<(String, bool)> {
    let text = read("config/default.toml");
    let (mut section, mut is_explained, mut keys) = (String::new(), false, Vec::new());
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
            is_explained = false;
        } else if line.starts_with('#') {
            is_explained = true;
        } else if line.is_empty() {
            is_explained = false;
        } else if let Some((key, _)) = line.split_once('=') {
            keys.push((format!("{section}.{}", key.trim()), is_explained));
            is_explained = false;
        }
    }
    keys
}

#[test]
fn every_setting_has_its_explanation_in_the_default_file() {
    let keys = keys();
    assert!(!keys.is_empty(), "config/default.toml has no key");
    for (key, is_explained) in keys {
        assert!(is_explained, "config/default.toml: write a comment above {key}");
    }
}

#[test]
fn every_setting_is_in_the_book_for_admins() {
    let Some(book) = find("docs/admin/settings.md") else { return };
    for (key, _) in keys() {
        assert!(book.contains(&format!("`{key}`")), "docs/admin/settings.md lacks `{key}`");
    }
}

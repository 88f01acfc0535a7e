//! The words people read: what is said in English is said in Welsh too.

use std::collections::BTreeSet;

use crate::tree::{files, read};

/// The keys of all Fluent files of a language.
fn keys(language: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for path in files(&format!("crates/i18n/locales/{language}"), &[".ftl"]) {
        for line in read(&path).lines() {
            let is_message = line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-');
            if let Some((key, _)) = line.split_once('=').filter(|_| is_message) {
                keys.insert(key.trim().to_owned());
            }
        }
    }
    keys
}

#[test]
fn every_english_message_has_its_welsh() {
    let (english, welsh) = (keys("en-GB"), keys("cy"));
    let missing: Vec<_> = english.difference(&welsh).collect();
    assert!(missing.is_empty(), "no Welsh for {missing:?}");
    let stale: Vec<_> = welsh.difference(&english).collect();
    assert!(stale.is_empty(), "Welsh for messages that English does not have: {stale:?}");
}

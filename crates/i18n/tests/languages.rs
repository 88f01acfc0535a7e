//! The two languages say the same things.

#![expect(clippy::unwrap_used, reason = "test code: a failure here is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Every key of a language with the `$names` its words use, file by file.
fn keys(language: &str) -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language);
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        files.insert(name, read(&std::fs::read_to_string(path).unwrap()));
    }
    files
}

fn read(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    let mut key = String::new();
    for line in text.lines() {
        let starts = line.starts_with(|c: char| c.is_ascii_lowercase());
        if let Some((name, _)) = line.split_once(" =").filter(|_| starts) {
            name.clone_into(&mut key);
            let twice = found.insert(key.clone(), BTreeSet::new());
            assert!(twice.is_none(), "{key} stands in the file twice");
        }
        for rest in line.split('$').skip(1).filter(|_| !line.starts_with('#')) {
            let name: String =
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            found.get_mut(&key).unwrap().insert(name);
        }
    }
    found
}

#[test]
fn every_english_key_has_welsh_words_with_the_same_names_in_them_and_the_reverse() {
    let (english, welsh) = (keys("en-GB"), keys("cy"));
    assert_eq!(
        english.keys().collect::<Vec<_>>(),
        welsh.keys().collect::<Vec<_>>(),
        "the two languages have the same files"
    );
    for (file, english) in &english {
        let welsh = &welsh[file];
        for (key, names) in english {
            let other = welsh.get(key).unwrap_or_else(|| panic!("{file}: {key} has no Welsh"));
            assert_eq!(names, other, "{file}: {key}");
        }
        for key in welsh.keys() {
            assert!(english.contains_key(key), "{file}: {key} has no English");
        }
    }
}

#[test]
fn a_key_stands_in_one_file_only() {
    let mut seen = BTreeMap::new();
    for (file, keys) in keys("en-GB") {
        for key in keys.into_keys() {
            let earlier = seen.insert(key.clone(), file.clone());
            assert!(earlier.is_none(), "{key} stands in {file} and in {earlier:?}");
        }
    }
}

#[test]
fn welsh_plurals_have_all_six_forms() {
    for (file, _) in keys("cy") {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/cy");
        let text = std::fs::read_to_string(folder.join(&file)).unwrap();
        for block in text.split("->").skip(1) {
            let forms = block.split('}').next().unwrap();
            if !forms.contains("[one]") && !forms.contains("[zero]") {
                continue;
            }
            for form in ["[zero]", "[one]", "[two]", "[few]", "[many]", "*[other]"] {
                assert!(block.contains(form), "{file}: {form} is missing in {forms}");
            }
        }
    }
}

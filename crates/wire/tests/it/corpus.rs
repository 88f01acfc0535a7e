//! What other servers send: every file is read, and its outcome compared with a list.
//!
//! The files of `tests/corpus` are ours. Those of the folder that `CAREFOLK_CORPUS` names are
//! others': they are read where they are, and only their names and outcomes are in the repository.
//! `tests/corpus/README.md` says how the lists are written anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use carefolk_wire::read;
use serde_json::Value;

use crate::outcome::{How, Ids, OURS, describe, outcome};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/corpus");

#[test]
fn every_file_of_the_corpus_is_understood_as_before() {
    let files = files(Path::new(CORPUS));
    assert!(files.len() >= 60, "the corpus has shrunk to {} files", files.len());
    let line = |(name, file): &(String, PathBuf)| {
        let outcome = outcome(name, &fs::read(file).unwrap(), OURS);
        format!("{name} → {outcome}\n")
    };
    compare("outcomes.txt", &files.iter().map(line).collect::<String>());
}

#[test]
fn every_file_of_others_is_understood_as_before() {
    let Some(folder) = std::env::var_os("CAREFOLK_CORPUS").map(PathBuf::from) else {
        println!("corpus: read 0 files of others, for CAREFOLK_CORPUS names no folder");
        return;
    };
    let files = files(&folder);
    assert!(!files.is_empty(), "{} holds no .json file", folder.display());
    let how = How { ids: Ids::Hidden, ..OURS };
    let (mut lines, mut refused) = (String::new(), 0);
    for (name, file) in &files {
        let outcome = outcome(name, &unwrapped(name, &fs::read(file).unwrap()), how);
        refused += usize::from(outcome.starts_with("refused: "));
        writeln!(lines, "{name} → {outcome}").unwrap();
    }
    let (count, place) = (files.len(), folder.display());
    println!("corpus: read {count} files of others in {place}; {refused} of them are refused");
    compare("others.txt", &lines);
}

#[test]
fn every_honest_file_is_taken_and_every_lie_is_refused() {
    for (name, file) in files(Path::new(CORPUS)) {
        let document = read::parse(&fs::read(file).unwrap());
        if name.starts_with("lies/") {
            let taken = document.and_then(|it| describe(it, OURS).map(|_| ()));
            assert!(taken.is_err(), "{name}");
        } else {
            assert!(document.is_ok(), "{name}: {document:?}");
        }
    }
}

/// The `.json` files in and below `folder`, with their names from there, in order.
fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut paths = Vec::new();
    collect(folder, &mut paths);
    paths.sort();
    let named =
        |path: PathBuf| (path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned(), path);
    paths.into_iter().map(named).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
}

/// The document itself, where a file also holds the exchange in which it was seen: the body of a
/// delivery byte for byte, or what was served, without its spacing.
fn unwrapped(name: &str, bytes: &[u8]) -> Vec<u8> {
    let Ok(whole) = serde_json::from_slice::<Value>(bytes) else { return bytes.to_vec() };
    if whole.get("request").is_none() {
        bytes.to_vec()
    } else if name.contains("-delivery-") {
        whole.pointer("/request/raw_body").and_then(Value::as_str).unwrap().into()
    } else {
        whole.pointer("/response/body").unwrap().to_string().into()
    }
}

/// Compares what was found with a list of `tests/corpus`, or writes it there if that was asked for.
fn compare(list: &str, found: &str) {
    let list = Path::new(CORPUS).join(list);
    if std::env::var_os("CAREFOLK_UPDATE_CORPUS").is_some_and(|word| word == "1") {
        return fs::write(list, found).unwrap();
    }
    let expected = fs::read_to_string(&list).unwrap();
    let new: Vec<&str> = missing(found, &expected);
    let gone: Vec<&str> = missing(&expected, found);
    let list = list.display();
    assert!(
        new.is_empty() && gone.is_empty() && found == expected,
        "{list} has other lines.\nnow:\n{}\nbefore:\n{}",
        new.join("\n"),
        gone.join("\n")
    );
}

/// The lines of `these` that `those` lacks.
fn missing<'a>(these: &'a str, those: &str) -> Vec<&'a str> {
    let known: std::collections::HashSet<&str> = those.lines().collect();
    these.lines().filter(|line| !known.contains(line)).collect()
}

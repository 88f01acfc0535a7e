//! Documents: an inbox's JSON and WebFinger's answers.

use carefolk_wire::read::{self, Activity, Actor, Collection, Document, Network, Note};
use carefolk_wire::webfinger::{Jrd, MAX_LINKS};

use super::{Taken, Target, ensure, files, fuzz};

const WORDS: &[&str] = &[
    "null",
    "true",
    "-1",
    "1e400",
    "[]",
    "{}",
    "\"\"",
    "\"id\":",
    "\"type\":",
    "\"actor\":",
    "\"object\":",
    "\"attributedTo\":",
    "\"to\":",
    "\"@id\":",
    "\"as:actor\":",
    "\"Create\"",
    "\"Note\"",
    "\"Person\"",
    "\"Tombstone\"",
    "\"OrderedCollection\"",
    "\"as:Public\"",
    "\"https://v.example/1\"",
    "\"https://v.example/1#a\"",
    "\"https://V.example:443/../1\"",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    ",",
    ":",
    "[",
    "]",
    "{",
    "}",
    "\"subject\":",
    "\"links\":",
    "\"rel\":\"self\"",
    "\"2026-08-18T09:00:00Z\"",
    "\"publicKey\":",
    "\"inbox\":",
];

/// Reads a document as whatever it says it is; true if anything of it was understood.
fn understood(document: &Document) -> Result<bool, String> {
    let network = Network::Public;
    let mut is_understood = Note::read(document, network).is_ok();
    is_understood |= Actor::read(document, network).is_ok();
    is_understood |= Collection::read(document, network).is_ok();
    if let Ok(head) = read::head(document, network) {
        // What is compared as text has one spelling.
        let id = read::canonical_key_id(&head.id);
        ensure(id.as_ref() == Ok(&head.id), || format!("the id {} is not canonical", head.id))?;
        let actor = read::canonical_id(&head.actor);
        ensure(actor.as_ref() == Ok(&head.actor), || format!("nor is {}", head.actor))?;
    }
    if let Ok(activity) = Activity::read(document.clone(), network) {
        is_understood = true;
        let head = read::head(document, network).map_err(|error| error.to_string())?;
        ensure(head.id == activity.id && head.actor == activity.actor, || {
            "the door and the reader disagree about who says it".to_owned()
        })?;
        let most = activity.to.len().max(activity.cc.len());
        ensure(most <= read::MAX_ADDRESSEES, || format!("{most} addressees"))?;
    }
    Ok(is_understood)
}

#[test]
fn an_inbox_survives_any_json_and_reads_it_the_same_twice() {
    let mut corpus = files("corpus");
    corpus.extend(files("fuzz/documents"));
    let target = Target { name: "documents", corpus, words: WORDS, inputs: 4_000 };
    fuzz(&target, |input| {
        let Ok(document) = read::parse(input) else { return Ok(Taken::No) };
        let printed = document.to_json();
        let again = read::parse(printed.as_bytes());
        ensure(again.as_ref() == Ok(&document), || format!("printed, it is {again:?}"))?;
        Ok(if understood(&document)? { Taken::Yes } else { Taken::No })
    });
}

#[test]
fn webfinger_survives_any_answer_and_reads_it_the_same_twice() {
    let corpus = files("corpus").into_iter().chain(files("fuzz/documents"));
    let corpus = corpus.filter(|file| Jrd::parse(file).is_ok()).collect();
    let target = Target { name: "webfinger", corpus, words: WORDS, inputs: 4_000 };
    fuzz(&target, |input| {
        let Ok(jrd) = Jrd::parse(input) else { return Ok(Taken::No) };
        let again = Jrd::parse(jrd.to_json().as_bytes());
        ensure(again.as_ref() == Ok(&jrd), || format!("printed, it is {again:?}"))?;
        let most = jrd.links.len().max(jrd.aliases.len());
        ensure(most <= MAX_LINKS, || format!("{most} links or aliases"))?;
        if let Some(actor) = jrd.actor() {
            let is_linked = jrd.links.iter().any(|link| link.href.as_deref() == Some(actor));
            ensure(is_linked, || format!("{actor} is nowhere in it"))?;
        }
        Ok(Taken::Yes)
    });
}

//! Every file of `tests/corpus` is parsed, and its outcome compared with `outcomes.txt`.

use std::fs;
use std::path::{Path, PathBuf};

use carefolk_wire::read::{Activity, Actor, Collection, Document, Key, Network, Node, Note};
use carefolk_wire::{Kind, ObjectKind, ParseError, nodeinfo, read, webfinger};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/corpus");

#[test]
fn every_file_of_the_corpus_is_understood_as_before() {
    let corpus = Path::new(CORPUS);
    let mut files = Vec::new();
    collect(corpus, &mut files);
    files.sort();
    assert!(files.len() >= 60, "the corpus has shrunk to {} files", files.len());
    let line = |file: &PathBuf| {
        let path = file.strip_prefix(corpus).unwrap().to_str().unwrap();
        [path, " → ", &outcome(path, &fs::read(file).unwrap()), "\n"].concat()
    };
    let found: String = files.iter().map(line).collect();
    let expected = fs::read_to_string(corpus.join("outcomes.txt")).unwrap();
    if found != expected {
        let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outcomes.txt");
        fs::write(&copy, &found).unwrap();
        let changed = found.lines().filter(|line| !expected.lines().any(|old| old == *line));
        let changed: Vec<&str> = changed.collect();
        panic!("now (all of it is in {}):\n{}", copy.display(), changed.join("\n"));
    }
}

#[test]
fn every_honest_file_is_taken_and_every_lie_is_refused() {
    let mut files = Vec::new();
    collect(Path::new(CORPUS), &mut files);
    for file in files {
        let document = read::parse(&fs::read(&file).unwrap());
        let is_lie = file.components().any(|part| part.as_os_str() == "lies");
        if is_lie {
            let taken = document.and_then(|document| describe(document).map(|_| ()));
            assert!(taken.is_err(), "{}", file.display());
        } else {
            assert!(document.is_ok(), "{}: {document:?}", file.display());
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}

fn outcome(path: &str, bytes: &[u8]) -> String {
    let outcome = if path.ends_with("webfinger.json") {
        webfinger::Jrd::parse(bytes).map(|jrd| {
            let template = jrd.subscribe_template().is_some();
            format!("JRD {} actor={:?} follow={template}", jrd.subject, jrd.actor())
        })
    } else if path.ends_with("nodeinfo.json") {
        read::parse(bytes).map(|document| format!("NodeInfo {:?}", nodeinfo::software(&document)))
    } else {
        read::parse(bytes).and_then(describe)
    };
    outcome.unwrap_or_else(|error| format!("refused: {error}"))
}

fn describe(document: Document) -> Result<String, ParseError> {
    match document.kind()? {
        Kind::Activity(_) => Activity::read(document, Network::Public).map(|it| activity(&it)),
        Kind::Actor(_) if document.get("inbox").is_none() => Ok(stub(&document)),
        Kind::Actor(_) => Actor::read(&document, Network::Public).map(|it| actor(&it)),
        Kind::Object(
            ObjectKind::Collection
            | ObjectKind::OrderedCollection
            | ObjectKind::OrderedCollectionPage,
        ) => Collection::read(&document, Network::Public).map(|it| {
            format!(
                "{} total={:?} items={} next={}",
                it.kind,
                it.total_items,
                it.items.len(),
                it.next.is_some()
            )
        }),
        Kind::Object(ObjectKind::Tombstone) => {
            document.id(Network::Public).map(|id| format!("Tombstone {id:?}"))
        }
        _ => Note::read(&document, Network::Public).map(|it| note(&it)),
    }
}

fn activity(it: &Activity) -> String {
    let object = match &it.object {
        None => format!("{} objects", it.objects.len()),
        Some(Node::Iri(iri)) => iri.clone(),
        Some(Node::Object(inner)) => {
            let inner = describe(inner.clone()).unwrap_or_else(|error| match inner.kind() {
                Ok(kind) => format!("{}, not read: {error}", kind.as_str()),
                Err(_) => format!("not read: {error}"),
            });
            format!("[{inner}]")
        }
    };
    format!(
        "{} {} by {} to={} cc={} of {object}",
        it.kind,
        it.id,
        it.actor,
        it.to.len(),
        it.cc.len()
    )
}

fn actor(it: &Actor) -> String {
    let name = it.webfinger.as_deref().or(it.preferred_username.as_deref());
    format!(
        "{} {} name={name:?} keys={}+{} url={:?} icon={} shared={} approves={} published={:?} implements={}",
        it.kind,
        it.id,
        it.keys.len(),
        it.multikeys.len(),
        it.url,
        it.icon.is_some(),
        it.shared_inbox.is_some(),
        it.manually_approves,
        it.published,
        it.implements.len(),
    )
}

fn stub(document: &Document) -> String {
    let key_id = document.get("publicKey").and_then(|key| key.as_object()?.text("id"));
    let key = Key::find(document, key_id.unwrap_or_default(), Network::Public);
    format!("stub with key of {:?}", key.map(|key| key.owner().to_owned()))
}

fn note(it: &Note) -> String {
    format!(
        "{} {} by {} to={} cc={} name={:?} warning={:?} text={:?} languages={} tags={} attachments={} \
         answers={:?} published={:?} updated={} url={:?} context={:?} replies={}",
        it.kind,
        it.id,
        it.attributed_to,
        it.to.len(),
        it.cc.len(),
        it.name,
        it.summary,
        it.content.as_ref().map(String::len),
        it.content_map.len(),
        it.tags.len(),
        it.attachments.len(),
        it.in_reply_to,
        it.published,
        it.updated.is_some(),
        it.url,
        it.context,
        it.replies.is_some(),
    )
}

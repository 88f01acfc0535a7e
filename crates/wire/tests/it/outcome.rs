//! What was read from a document, in one line.

use carefolk_wire::read::{self, Activity, Actor, Collection, Document, Key, Network, Node, Note};
use carefolk_wire::{Fault, Kind, ObjectKind, ParseError, nodeinfo, webfinger};

/// Whether a line shows ids, names and moments. Those of files that are not ours stay out of the
/// repository: it names no real server and no real person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ids {
    Shown,
    Hidden,
}

/// How documents are read and told of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct How {
    pub(crate) ids: Ids,
    pub(crate) network: Network,
}

/// Our own files, which may name everybody.
pub(crate) const OURS: How = How { ids: Ids::Shown, network: Network::Public };

impl How {
    fn one(self, id: &str) -> &str {
        if self.ids == Ids::Shown { id } else { "…" }
    }

    fn maybe<T: std::fmt::Debug>(self, value: Option<T>) -> String {
        match (self.ids, value) {
            (Ids::Shown, value) => format!("{value:?}"),
            (Ids::Hidden, Some(_)) => "Some(…)".to_owned(),
            (Ids::Hidden, None) => "None".to_owned(),
        }
    }
}

/// What `bytes` mean, read as what the name of the file says; or why they are refused.
pub(crate) fn outcome(name: &str, bytes: &[u8], how: How) -> String {
    let outcome = if name.ends_with("webfinger.json") {
        webfinger::Jrd::parse(bytes).map(|jrd| {
            let template = jrd.subscribe_template().is_some();
            let actor = how.maybe(jrd.actor());
            format!("JRD {} actor={actor} follow={template}", how.one(&jrd.subject))
        })
    } else if name.ends_with("nodeinfo-links.json") {
        read::parse(bytes)
            .map(|document| format!("NodeInfo at {}", how.maybe(nodeinfo::document_url(&document))))
    } else if name.ends_with("nodeinfo.json") || name.ends_with("nodeinfo-doc.json") {
        read::parse(bytes).map(|document| format!("NodeInfo {:?}", nodeinfo::software(&document)))
    } else {
        read::parse(bytes).and_then(|document| describe(document, how))
    };
    outcome.unwrap_or_else(|error| format!("refused: {error}{}", in_a_lab(&error, bytes, how)))
}

/// What a document means in a laboratory, if only its plain `http` keeps it out.
fn in_a_lab(error: &ParseError, bytes: &[u8], how: How) -> String {
    if how.network == Network::Lab || !matches!(error.fault(), Fault::Id("scheme")) {
        return String::new();
    }
    let lab = How { network: Network::Lab, ..how };
    let read = read::parse(bytes).and_then(|document| describe(document, lab));
    let read = read.unwrap_or_else(|error| format!("refused: {error}"));
    format!("; in a laboratory {read}")
}

/// What a document means.
///
/// # Errors
/// Why it is refused.
pub(crate) fn describe(document: Document, how: How) -> Result<String, ParseError> {
    let network = how.network;
    match document.kind()? {
        Kind::Activity(_) => Activity::read(document, network).map(|it| activity(&it, how)),
        Kind::Actor(_) if document.get("inbox").is_none() => Ok(stub(&document, how)),
        Kind::Actor(_) => Actor::read(&document, network).map(|it| actor(&it, how)),
        Kind::Object(
            ObjectKind::Collection
            | ObjectKind::OrderedCollection
            | ObjectKind::OrderedCollectionPage,
        ) => Collection::read(&document, network).map(|it| {
            format!(
                "{} total={:?} items={} next={}",
                it.kind,
                it.total_items,
                it.items.len(),
                it.next.is_some()
            )
        }),
        Kind::Object(ObjectKind::Tombstone) => {
            document.id(network).map(|id| format!("Tombstone {}", how.maybe(id)))
        }
        _ => Note::read(&document, network).map(|it| note(&it, how)),
    }
}

fn activity(it: &Activity, how: How) -> String {
    let object = match &it.object {
        None => format!("{} objects", it.objects.len()),
        Some(Node::Iri(iri)) => how.one(iri).to_owned(),
        Some(Node::Object(inner)) => {
            let inner = describe(inner.clone(), how).unwrap_or_else(|error| match inner.kind() {
                Ok(kind) => format!("{}, not read: {error}", kind.as_str()),
                Err(_) => format!("not read: {error}"),
            });
            format!("[{inner}]")
        }
    };
    format!(
        "{} {} by {} to={} cc={} of {object}",
        it.kind,
        how.one(&it.id),
        how.one(&it.actor),
        it.to.len(),
        it.cc.len()
    )
}

fn actor(it: &Actor, how: How) -> String {
    let name = it.webfinger.as_deref().or(it.preferred_username.as_deref());
    format!(
        "{} {} name={} keys={}+{} url={} icon={} shared={} approves={} published={} implements={}",
        it.kind,
        how.one(&it.id),
        how.maybe(name),
        it.keys.len(),
        it.multikeys.len(),
        how.maybe(it.url.as_ref()),
        it.icon.is_some(),
        it.shared_inbox.is_some(),
        it.manually_approves,
        how.maybe(it.published),
        it.implements.len(),
    )
}

fn stub(document: &Document, how: How) -> String {
    let key_id = document.get("publicKey").and_then(|key| key.as_object()?.text("id"));
    let key = Key::find(document, key_id.unwrap_or_default(), how.network);
    let owner = key.map(|key| how.one(key.owner()).to_owned());
    format!("stub with key of {owner:?}")
}

fn note(it: &Note, how: How) -> String {
    format!(
        "{} {} by {} to={} cc={} name={} warning={} text={:?} languages={} tags={} attachments={} \
         answers={} published={} updated={} url={} context={} replies={}",
        it.kind,
        how.one(&it.id),
        how.one(&it.attributed_to),
        it.to.len(),
        it.cc.len(),
        how.maybe(it.name.as_ref()),
        how.maybe(it.summary.as_ref()),
        it.content.as_ref().map(String::len),
        it.content_map.len(),
        it.tags.len(),
        it.attachments.len(),
        how.maybe(it.in_reply_to.as_ref()),
        how.maybe(it.published),
        it.updated.is_some(),
        how.maybe(it.url.as_ref()),
        how.maybe(it.context.as_ref()),
        it.replies.is_some(),
    )
}

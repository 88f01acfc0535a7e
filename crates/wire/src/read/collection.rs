//! Collections and their pages (AS2 § 5).

use super::MAX_ITEMS;
use super::activity::Node;
use super::document::{Document, Value};
use super::id::{Fragment, Network, canonical};
use crate::error::{Fault, ParseError};
use crate::kind::{Kind, ObjectKind};

/// A set or list, or a page of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Collection {
    /// Its id; pages inside other documents may have none.
    pub id: Option<String>,
    /// Which of the four.
    pub kind: ObjectKind,
    /// How many there are, as claimed.
    pub total_items: Option<u64>,
    /// The first page.
    pub first: Option<Node>,
    /// The page after this one.
    pub next: Option<String>,
    /// What this is a page of.
    pub part_of: Option<String>,
    /// The entries here; what is neither an id nor an object is left out.
    pub items: Vec<Node>,
}

impl Collection {
    /// Reads a collection or a page.
    ///
    /// # Errors
    ///
    /// [`Fault::Not`] for another type; [`Fault::Not`] or [`Fault::Id`] at `id`, or where a number
    /// stands for an id.
    pub fn read(document: &Document, network: Network) -> Result<Self, ParseError> {
        let items = document.list("orderedItems").iter().chain(document.list("items"));
        Ok(Self {
            id: document.activity_id(network)?,
            kind: collection_kind(document)?,
            total_items: document.count("totalItems"),
            first: document.list("first").first().and_then(|first| node(first, network)),
            next: document.hint_id("next", network, Fragment::Refused)?,
            part_of: document.hint_id("partOf", network, Fragment::Refused)?,
            items: items.take(MAX_ITEMS).filter_map(|item| node(item, network)).collect(),
        })
    }
}

fn collection_kind(document: &Document) -> Result<ObjectKind, ParseError> {
    match document.kind()? {
        Kind::Object(
            kind @ (ObjectKind::Collection
            | ObjectKind::OrderedCollection
            | ObjectKind::CollectionPage
            | ObjectKind::OrderedCollectionPage),
        ) => Ok(kind),
        _ => Err(ParseError::at("type", Fault::Not("a type of collection"))),
    }
}

fn node(value: &Value, network: Network) -> Option<Node> {
    match value {
        Value::Text(text) => canonical(text, network, Fragment::Kept).ok().map(Node::Iri),
        Value::Object(document) => Some(Node::Object(document.clone())),
        _ => None,
    }
}

//! Ordered collections as we publish them (AS2 § 5): posts of an actor newest first, conversations
//! oldest first.

use serde::Serialize;

use super::activity::Object;
use super::context::Context;
use super::frame;
use crate::kind::ObjectKind;

/// A list as a whole: its length, and where it begins or what it holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderedCollection {
    /// AS2: the permanent id.
    pub id: String,
    /// Always `OrderedCollection`.
    #[serde(rename = "type")]
    kind: ObjectKind,
    /// AS2: whose list it is (FEP-7888 wants to know it of a conversation).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributed_to: Option<String>,
    /// AS2: how many there are.
    pub total_items: u64,
    /// AS2: the first page; none where only the number is public (Mastodon shows "hidden").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<First>,
    /// AS2: everything, where it is short enough for one document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordered_items: Option<Vec<Object>>,
}

/// Where a list begins.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum First {
    /// At this page.
    Iri(String),
    /// With this page, which saves who reads short lists a request.
    Page(Box<OrderedCollectionPage>),
}

impl OrderedCollection {
    fn new(id: impl Into<String>, total_items: u64) -> Self {
        let kind = ObjectKind::OrderedCollection;
        Self {
            id: id.into(),
            kind,
            attributed_to: None,
            total_items,
            first: None,
            ordered_items: None,
        }
    }

    /// A list that is read page by page.
    pub fn paged(id: impl Into<String>, total_items: u64, first: impl Into<String>) -> Self {
        Self { first: Some(First::Iri(first.into())), ..Self::new(id, total_items) }
    }

    /// A list that is read page by page, with its first page inside.
    pub fn begun(id: impl Into<String>, total_items: u64, first: OrderedCollectionPage) -> Self {
        Self { first: Some(First::Page(Box::new(first))), ..Self::new(id, total_items) }
    }

    /// The same list, and whose it is.
    #[must_use]
    pub fn attributed_to(self, owner: impl Into<String>) -> Self {
        Self { attributed_to: Some(owner.into()), ..self }
    }

    /// A list of which only the length is told.
    pub fn hidden(id: impl Into<String>, total_items: u64) -> Self {
        Self::new(id, total_items)
    }

    /// A short list, all of it.
    pub fn whole(id: impl Into<String>, items: Vec<Object>) -> Self {
        let total_items = u64::try_from(items.len()).unwrap_or(u64::MAX);
        Self { ordered_items: Some(items), ..Self::new(id, total_items) }
    }

    /// The document as it is served.
    pub fn to_json(&self) -> String {
        let items = match (&self.ordered_items, &self.first) {
            (Some(items), _) => items.as_slice(),
            (None, Some(First::Page(page))) => page.ordered_items.as_slice(),
            _ => &[],
        };
        frame(&context(items), self)
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderedCollectionPage {
    /// AS2: the page's own id.
    pub id: String,
    /// Always `OrderedCollectionPage`.
    #[serde(rename = "type")]
    kind: ObjectKind,
    /// AS2: the list.
    pub part_of: String,
    /// AS2: the length of the whole list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_items: Option<u64>,
    /// AS2: the page that comes after this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// AS2: what is on this page.
    pub ordered_items: Vec<Object>,
}

impl OrderedCollectionPage {
    /// A page; `next` where there is more.
    pub fn new(
        id: impl Into<String>,
        part_of: impl Into<String>,
        next: Option<String>,
        items: Vec<Object>,
    ) -> Self {
        Self {
            id: id.into(),
            kind: ObjectKind::OrderedCollectionPage,
            part_of: part_of.into(),
            total_items: None,
            next,
            ordered_items: items,
        }
    }

    /// The document as it is served.
    pub fn to_json(&self) -> String {
        frame(&context(&self.ordered_items), self)
    }
}

fn context(items: &[Object]) -> Context {
    items.iter().fold(Context::plain(), |context, item| item.add_terms(context))
}

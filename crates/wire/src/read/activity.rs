//! Activities (AS2 Vocabulary § 3.1), and the cheap look at the inbox door.

use super::MAX_OBJECTS;
use super::document::{Document, Value};
use super::id::{Fragment, Network, canonical};
use crate::error::{Fault, ParseError};
use crate::kind::{ActivityKind, Kind};
use crate::time::Millis;

/// Just enough of an activity to decide who has to have signed it and whether we had it before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The activity's id; may have a fragment.
    pub id: String,
    /// What was done.
    pub kind: ActivityKind,
    /// Who says so.
    pub actor: String,
    /// The id of the one object, where it has one we take; `actor` again if somebody deletes
    /// themselves.
    pub object: Option<String>,
}

/// Another object: named, or given whole.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Its id.
    Iri(String),
    /// What the sender says it is; true only as far as its origin is the sender's.
    Object(Document),
}

/// Something done.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// The activity's id; may have a fragment.
    pub id: String,
    /// What was done.
    pub kind: ActivityKind,
    /// Who says so; exactly one.
    pub actor: String,
    /// What it was done to, if that is one thing.
    pub object: Option<Node>,
    /// What it was done to, if that is several things (`Flag`, batches of votes).
    pub objects: Vec<Node>,
    /// Where to or with what.
    pub target: Option<Node>,
    /// Who it is for.
    pub to: Vec<String>,
    /// Who else it is for.
    pub cc: Vec<String>,
    /// When, by their clock.
    pub published: Option<Millis>,
    /// The whole document, for echoing and for what has no field here.
    pub raw: Document,
}

impl Node {
    /// The id, if there is one; it may have a fragment, because it may be an activity's.
    ///
    /// # Errors
    ///
    /// [`Fault::Not`] or [`Fault::Id`] if an embedded object has an id we do not take.
    pub fn id(&self, network: Network) -> Result<Option<String>, ParseError> {
        match self {
            Self::Iri(iri) => Ok(Some(iri.clone())),
            Self::Object(document) => document.activity_id(network),
        }
    }

    /// The document, if it was given whole.
    pub fn document(&self) -> Option<&Document> {
        match self {
            Self::Iri(_) => None,
            Self::Object(document) => Some(document),
        }
    }
}

/// Looks at the door of the inbox: id, type, actor, and the object's id.
///
/// # Errors
///
/// [`Fault::Missing`], [`Fault::Ambiguous`], [`Fault::Not`] or [`Fault::Id`] at `id`, `type` or
/// `actor`. An object we could not take is no error here.
pub fn head(document: &Document, network: Network) -> Result<Head, ParseError> {
    let id = document.activity_id(network)?;
    Ok(Head {
        id: id.ok_or_else(|| ParseError::at("id", Fault::Missing))?,
        kind: activity_kind(document)?,
        actor: document.need_id("actor", network, Fragment::Refused)?,
        object: document.one_id("object", network, Fragment::Kept).ok().flatten(),
    })
}

impl Activity {
    /// Reads an activity.
    ///
    /// # Errors
    ///
    /// As [`head`]; and [`Fault::Not`] or [`Fault::Id`] at `object` or `target`, or
    /// [`Fault::TooMany`] at a list.
    pub fn read(document: Document, network: Network) -> Result<Self, ParseError> {
        let head = head(&document, network)?;
        let mut objects = nodes(&document, "object", network)?;
        let object = if objects.len() == 1 { objects.pop() } else { None };
        let mut targets = nodes(&document, "target", network)?;
        Ok(Self {
            id: head.id,
            kind: head.kind,
            actor: head.actor,
            object,
            objects,
            target: if targets.len() == 1 { targets.pop() } else { None },
            to: document.addressees("to", network)?,
            cc: document.addressees("cc", network)?,
            published: document.moment("published"),
            raw: document,
        })
    }
}

fn activity_kind(document: &Document) -> Result<ActivityKind, ParseError> {
    match document.kind()? {
        Kind::Activity(kind) => Ok(kind),
        Kind::Other(word) => Ok(ActivityKind::Other(word)),
        Kind::Object(_) | Kind::Actor(_) => {
            Err(ParseError::at("type", Fault::Not("a type of activity")))
        }
    }
}

fn nodes(
    document: &Document,
    name: &'static str,
    network: Network,
) -> Result<Vec<Node>, ParseError> {
    let entries = document.list(name);
    if entries.len() > MAX_OBJECTS {
        return Err(ParseError::at(name, Fault::TooMany));
    }
    let node = |entry: &Value| match entry {
        Value::Text(text) => canonical(text, network, Fragment::Kept).map(Node::Iri),
        Value::Object(object) => Ok(Node::Object(object.clone())),
        _ => Err(Fault::Not("an id or an object")),
    };
    entries.iter().map(|entry| node(entry).map_err(|fault| ParseError::at(name, fault))).collect()
}

//! Actors (`ActivityPub` § 4).

use super::document::{Document, Value};
use super::id::{Fragment, Network, canonical};
use super::key::{Multikey, PublicKey, multikeys, public_keys};
use super::lenient::link_url;
use super::{MAX_ALIASES, MAX_ITEMS};
use crate::error::{Fault, ParseError};
use crate::kind::{ActorKind, Kind};
use crate::time::Millis;

/// Somebody who does things elsewhere. HTML in it is as it came: not yet clean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Its id.
    pub id: String,
    /// What it calls itself.
    pub kind: ActorKind,
    /// The name within its host.
    pub preferred_username: Option<String>,
    /// The address as `name@host` (FEP-2c59); wins over `preferred_username`.
    pub webfinger: Option<String>,
    /// The name to show, as plain text.
    pub name: Option<String>,
    /// About itself, as HTML.
    pub summary: Option<String>,
    /// The page where people see it.
    pub url: Option<String>,
    /// Its picture.
    pub icon: Option<String>,
    /// Where it is written to.
    pub inbox: String,
    /// What it said.
    pub outbox: Option<String>,
    /// Who hears it.
    pub followers: Option<String>,
    /// Whom it hears.
    pub following: Option<String>,
    /// What it pinned.
    pub featured: Option<String>,
    /// One inbox for all actors of its host.
    pub shared_inbox: Option<String>,
    /// Its keys in PEM; only those that say it is their owner.
    pub keys: Vec<PublicKey>,
    /// Its keys in multibase; only those that say it is their controller.
    pub multikeys: Vec<Multikey>,
    /// Whether a follow waits for somebody to decide.
    pub manually_approves: bool,
    /// Whether it wants to be found in directories; `None` if it does not say.
    pub discoverable: Option<bool>,
    /// Whether its posts may be searched (FEP-5feb); `None` if it does not say.
    pub indexable: Option<bool>,
    /// Where it moved.
    pub moved_to: Option<String>,
    /// Other ids it has.
    pub also_known_as: Vec<String>,
    /// When it came to be, by their clock.
    pub published: Option<Millis>,
    /// What its server can do (FEP-844e), from `generator` or from itself.
    pub implements: Vec<String>,
}

impl Actor {
    /// Reads an actor.
    ///
    /// # Errors
    ///
    /// [`Fault::Missing`], [`Fault::Ambiguous`], [`Fault::Not`] or [`Fault::Id`] at `id`, `type` or
    /// `inbox`; [`Fault::Not`] where a number stands for an id.
    pub fn read(document: &Document, network: Network) -> Result<Self, ParseError> {
        let id = document.id(network)?.ok_or_else(|| ParseError::at("id", Fault::Missing))?;
        let hint = |name| document.hint_id(name, network, Fragment::Refused);
        let keys = public_keys(document, network);
        let multikeys = multikeys(document, network);
        Ok(Self {
            kind: actor_kind(document)?,
            preferred_username: document.text("preferredUsername").map(str::to_owned),
            webfinger: document.text("webfinger").map(str::to_owned),
            name: document.text_or_first("name", "nameMap"),
            summary: document.text_or_first("summary", "summaryMap"),
            url: document.page_url("url"),
            icon: document.list("icon").iter().find_map(picture),
            inbox: document.need_id("inbox", network, Fragment::Refused)?,
            outbox: hint("outbox")?,
            followers: hint("followers")?,
            following: hint("following")?,
            featured: hint("featured")?,
            shared_inbox: shared_inbox(document, network)?,
            keys: keys.into_iter().filter(|key| key.owner == id).collect(),
            multikeys: multikeys.into_iter().filter(|key| key.controller == id).collect(),
            manually_approves: document.flag("manuallyApprovesFollowers").unwrap_or(false),
            discoverable: document.flag("discoverable"),
            indexable: document.flag("indexable"),
            moved_to: hint("movedTo")?,
            also_known_as: also_known_as(document, network),
            published: document.moment("published"),
            implements: implements(document),
            id,
        })
    }
}

fn actor_kind(document: &Document) -> Result<ActorKind, ParseError> {
    match document.kind()? {
        Kind::Actor(kind) => Ok(kind),
        _ => Err(ParseError::at("type", Fault::Not("a type of actor"))),
    }
}

fn shared_inbox(document: &Document, network: Network) -> Result<Option<String>, ParseError> {
    let Some(endpoints) = document.get("endpoints").and_then(Value::as_object) else {
        return Ok(None);
    };
    endpoints
        .hint_id("sharedInbox", network, Fragment::Refused)
        .map_err(|error| error.within("endpoints"))
}

fn also_known_as(document: &Document, network: Network) -> Vec<String> {
    let entries = document.list("alsoKnownAs").iter().take(MAX_ALIASES);
    entries
        .filter_map(|entry| canonical(entry.as_text()?, network, Fragment::Refused).ok())
        .collect()
}

fn picture(icon: &Value) -> Option<String> {
    match icon {
        Value::Object(document) => document.page_url("url").or_else(|| link_url(icon)),
        other => link_url(other),
    }
}

fn implements(document: &Document) -> Vec<String> {
    let generator = document.get("generator").and_then(Value::as_object);
    let lists = [Some(document), generator].into_iter().flatten();
    let entries = lists.flat_map(|holder| holder.list("implements"));
    let href = |entry: &Value| match entry {
        Value::Text(text) => Some(text.clone()),
        Value::Object(link) => link.text("href").or_else(|| link.text("id")).map(str::to_owned),
        _ => None,
    };
    entries.take(MAX_ITEMS).filter_map(href).collect()
}

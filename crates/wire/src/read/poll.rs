//! Polls and votes (AS2 Vocabulary § 3.1, `Question`, as Mastodon writes it).

use super::document::{Document, Value};
use super::id::{Fragment, Network};
use crate::error::{Fault, ParseError};
use crate::kind::{Kind, ObjectKind};
use crate::time::Millis;

/// The most options of a poll; with more it is refused (S-055): leaving some out would be a lie.
pub const MAX_POLL_OPTIONS: usize = 20;

/// The longest name of an option, in characters; more is cut (S-055).
pub const MAX_POLL_OPTION_CHARS: usize = 200;

/// The most votes of one option, and the most voters, that are believed; more is cut.
pub const MAX_POLL_COUNT: u64 = 1_000_000_000;

/// What makes a post a poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poll {
    /// Whether one may choose several options.
    pub multiple: bool,
    /// The options, in their order.
    pub options: Vec<Choice>,
    /// When it closes, by their clock.
    pub ends: Option<Millis>,
    /// Whether they say that it is closed.
    pub is_closed: bool,
    /// When it was closed, by their clock, if they say.
    pub closed: Option<Millis>,
    /// How many actors voted.
    pub voters: Option<u64>,
}

/// An option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it says, as plain text.
    pub name: String,
    /// How often it was chosen.
    pub votes: u64,
}

/// A vote: a `Note` with the name of an option, and no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Its id, which on Mastodon has a fragment.
    pub id: Option<String>,
    /// Who votes.
    pub attributed_to: String,
    /// The option, cut as the options of a poll are.
    pub name: String,
    /// The poll.
    pub in_reply_to: String,
}

impl Poll {
    /// Reads what makes a `Question` a poll; `None` if it has no options.
    ///
    /// # Errors
    ///
    /// [`Fault::TooMany`] at `oneOf` or `anyOf`.
    pub(super) fn read(document: &Document) -> Result<Option<Self>, ParseError> {
        let several = options(document, "anyOf")?;
        let multiple = !several.is_empty();
        let options = if multiple { several } else { options(document, "oneOf")? };
        if options.is_empty() {
            return Ok(None);
        }
        let closed = document.moment("closed");
        Ok(Some(Self {
            multiple,
            options,
            ends: document.moment("endTime"),
            is_closed: closed.is_some() || document.flag("closed").unwrap_or(false),
            closed,
            voters: document.count("votersCount").map(|count| count.min(MAX_POLL_COUNT)),
        }))
    }
}

fn options(document: &Document, name: &'static str) -> Result<Vec<Choice>, ParseError> {
    let entries = document.list(name);
    if entries.len() > MAX_POLL_OPTIONS {
        return Err(ParseError::at(name, Fault::TooMany));
    }
    Ok(entries.iter().filter_map(Value::as_object).filter_map(option).collect())
}

fn option(option: &Document) -> Option<Choice> {
    let name = option_name(&option.text_or_first("name", "nameMap")?);
    let replies = option.get("replies").and_then(Value::as_object);
    let votes = replies.and_then(|replies| replies.count("totalItems")).unwrap_or(0);
    (!name.is_empty()).then(|| Choice { name, votes: votes.min(MAX_POLL_COUNT) })
}

/// The name of an option: one line, without what cannot be seen, and not too long.
fn option_name(name: &str) -> String {
    name.trim().chars().filter(|c| !c.is_control()).take(MAX_POLL_OPTION_CHARS).collect()
}

impl Vote {
    /// Reads a note that may be a vote; `None` if it is another one. Whether what it answers is a
    /// poll is not known here.
    pub fn read(document: &Document, network: Network) -> Option<Self> {
        let is_note = matches!(document.kind(), Ok(Kind::Object(ObjectKind::Note)));
        let has_text = document.text("content").is_some_and(|text| !text.trim().is_empty())
            || !document.languages("contentMap").is_empty();
        if !is_note || has_text {
            return None;
        }
        Some(Self {
            id: document.activity_id(network).ok()?,
            attributed_to: document.need_id("attributedTo", network, Fragment::Refused).ok()?,
            name: option_name(&document.text_or_first("name", "nameMap")?),
            in_reply_to: document.need_id("inReplyTo", network, Fragment::Refused).ok()?,
        })
    }
}

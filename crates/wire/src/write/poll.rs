//! Polls and votes as we send them: AS2 Vocabulary § 3.1 (`Question`), as Mastodon writes it.

use serde::Serialize;

use crate::kind::ObjectKind;
use crate::time::{self, Millis};

/// What makes a post a `Question`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Poll {
    /// AS2: the options, where one may choose one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<Choice>,
    /// AS2: the options, where one may choose several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Choice>,
    /// AS2: when it closes.
    #[serde(serialize_with = "time::serialize", skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Millis>,
    /// AS2: when it was closed.
    #[serde(serialize_with = "time::serialize", skip_serializing_if = "Option::is_none")]
    pub closed: Option<Millis>,
    /// Mastodon: how many actors voted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voters_count: Option<u64>,
}

/// An option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    #[serde(rename = "type")]
    kind: ObjectKind,
    /// AS2: what it says, plain text.
    pub name: String,
    replies: Count,
}

/// How often an option was chosen: a collection without its members, who are nobody's business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Count {
    #[serde(rename = "type")]
    kind: ObjectKind,
    total_items: u64,
}

impl Choice {
    /// An option that was chosen `votes` times.
    pub fn new(name: impl Into<String>, votes: u64) -> Self {
        let replies = Count { kind: ObjectKind::Collection, total_items: votes };
        Self { kind: ObjectKind::Note, name: name.into(), replies }
    }
}

/// A vote: a `Note` with nothing but the name of the option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Vote {
    /// AS2: its permanent id.
    pub id: String,
    /// Always `Note`.
    #[serde(rename = "type")]
    kind: ObjectKind,
    /// AS2: the option, as the poll spells it.
    pub name: String,
    /// AS2: who votes.
    pub attributed_to: String,
    /// AS2: the poll.
    pub in_reply_to: String,
    /// AS2: whose poll it is, and nobody else.
    pub to: Vec<String>,
}

impl Vote {
    /// A vote by `voter` for the option `name` of `poll`, which is `author`'s.
    pub fn new(id: String, name: String, voter: String, poll: String, author: String) -> Self {
        let kind = ObjectKind::Note;
        Self { id, kind, name, attributed_to: voter, in_reply_to: poll, to: vec![author] }
    }
}

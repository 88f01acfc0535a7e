//! What others say, heard generously: every legal spelling is taken, every lie is refused.
//!
//! [`parse()`] makes a [`Document`] and refuses JSON that two readers could understand differently.
//! [`head`] is the cheap look at the inbox door; [`Activity`], [`Note`], [`Actor`], [`Key`] and
//! [`Collection`] are the full readings.
//!
//! Invariants: ids are canonical ([`canonical_id`]); [`crate::PUBLIC`] has one spelling; numbers are
//! never ids; lists are bounded.

mod activity;
mod actor;
mod collection;
mod document;
mod id;
mod json;
mod key;
mod lenient;
mod note;
mod poll;

pub use activity::{Activity, Head, Node, head};
pub use actor::Actor;
pub use collection::Collection;
pub use document::{Document, Value};
pub use id::{
    MAX_ID_BYTES, Network, canonical_id, canonical_id_in, canonical_key_id, canonical_key_id_in,
};
pub use json::{MAX_BYTES, MAX_DEPTH, MAX_VALUES, parse};
pub use key::{Key, Multikey, PublicKey};
pub use note::{Approval, Attachment, Note, Source, Tag};
pub use poll::{Choice, MAX_POLL_COUNT, MAX_POLL_OPTION_CHARS, MAX_POLL_OPTIONS, Poll, Vote};

/// The most entries of `to`, `cc`, `bto`, `bcc` or `audience`; beyond them the document is refused,
/// because leaving somebody out in silence would be wrong. Mastodon sends at most a few hundred.
pub const MAX_ADDRESSEES: usize = 1_000;

/// The most tags looked at; further ones are ignored.
pub const MAX_TAGS: usize = 200;

/// The most attachments looked at; further ones are ignored.
pub const MAX_ATTACHMENTS: usize = 32;

/// The most keys looked at on one actor; peers publish one to three.
pub const MAX_KEYS: usize = 8;

/// The most aliases looked at on one actor (Mastodon's own bound).
pub const MAX_ALIASES: usize = 256;

/// The most objects of one activity: a `Flag` lists posts, and PieFed sends votes in batches.
pub const MAX_OBJECTS: usize = 1_000;

/// The most entries of one collection page looked at; further ones are ignored.
pub const MAX_ITEMS: usize = 1_000;

/// The most languages of one text looked at; further ones are ignored.
pub const MAX_LANGUAGES: usize = 100;

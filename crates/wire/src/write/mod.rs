//! What we say: reading these structs is reading our wire format, in the order of its properties.
//!
//! Invariants: no struct here is ever read back from others; `@context` stands on the outside only
//! (but for an [`Object::Document`], which stays as it was); ids are lower case (`PieFed` folds
//! them); what is optional and empty is left out.

mod activity;
mod actor;
mod collection;
pub mod context;
mod note;
mod order;
mod policy;
mod poll;

use serde::Serialize;

pub use activity::{Activity, Follow, Object, Tombstone};
pub use actor::{Actor, Capability, Endpoints, Generator, Icon, Multikey, PublicKey};
pub use collection::{First, OrderedCollection, OrderedCollectionPage};
pub use context::Context;
pub use note::{Attachment, LanguageMap, Note, Source, Tag};
pub use order::{Ban, Deed};
pub use policy::{InteractionPolicy, QuoteAuthorization, QuoteRequest};
pub use poll::{Choice, Poll, Vote};

/// A document with its context, which comes first.
#[derive(Serialize)]
struct Framed<'a, T: Serialize> {
    #[serde(rename = "@context")]
    context: &'a Context,
    #[serde(flatten)]
    body: &'a T,
}

fn frame<T: Serialize>(context: &Context, body: &T) -> String {
    // Nothing in our structs can fail to be JSON: names are strings and there is no other I/O.
    serde_json::to_string(&Framed { context, body }).unwrap_or_default()
}

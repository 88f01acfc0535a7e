//! Actors: people, providers, the instance; here and elsewhere.
//!
//! Invariants: a handle is unique in a domain over all kinds of actor and never used twice; an
//! actor of another server is stored only as its own origin describes it.

pub(crate) mod documents;
mod followers;
pub(crate) mod handles;
mod inboxes;
mod keys;
pub(crate) mod local;
pub(crate) mod queries;
mod remote;
mod resolve;
mod rotate;
pub(crate) mod told;

use carefolk_domain::{ActorId, ActorKind, ActorState, Focus, Html, Moment};

pub(crate) use followers::{PART_MAX, synchronization};
pub(crate) use inboxes::OpenInboxes;
pub use keys::{KeyAlgorithm, KnownKey};
pub(crate) use keys::{proof_key, signing_key};
pub(crate) use remote::{Described, bury, is_tombstone, let_icon_go, tombstones, upsert};
pub use rotate::Rotated;

use crate::App;

/// The handle of this capability.
pub struct Actors<'a>(pub(crate) &'a App);

/// The picture of somebody, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portrait {
    /// Where it is on this server, as a path, without which size.
    pub address: String,
    /// The part that has to be seen.
    pub focus: Focus,
    /// What it is called, if somebody here sent it.
    pub(crate) key: Option<String>,
}

impl Portrait {
    /// The picture that a row names, if it names one.
    pub(crate) fn named(key: Option<&String>, focus: Option<&String>) -> Option<Self> {
        let focus = focus.and_then(|word| Focus::from_word(word)).unwrap_or_default();
        key.map(|key| Self { address: format!("/media/{key}"), focus, key: Some(key.clone()) })
    }
}

/// An actor, as it is shown.
#[derive(Clone, Debug)]
pub struct ActorView {
    /// The row.
    pub id: ActorId,
    /// What it is.
    pub kind: ActorKind,
    /// Where it is in its life.
    pub state: ActorState,
    /// The name before the `@`.
    pub handle: String,
    /// The host it lives on.
    pub host: String,
    /// Its display name; the handle if it has none.
    pub name: String,
    /// Its picture.
    pub portrait: Option<Portrait>,
    /// What it says about itself.
    pub summary: Html,
    /// Its id on the wire.
    pub uri: String,
    /// Its page for people, on its own server.
    pub url: String,
    /// Its page on this server, as a path.
    pub page: String,
    /// Whether it lives here.
    pub is_local: bool,
    /// How many follow it, as far as we know.
    pub followers: u64,
    /// How many it follows, as far as we know.
    pub following: u64,
    /// How many posts of it we hold.
    pub posts: u64,
    /// The id of the actor that it became, if it moved.
    pub moved_to: Option<String>,
    /// Since when it exists.
    pub published: Option<Moment>,
}

impl ActorView {
    /// `handle@host`, to be copied into another site's search box.
    pub fn address(&self) -> String {
        format!("{}@{}", self.handle, self.host)
    }

    /// The name, with the host behind it where that is not ours: a name alone can be anybody's.
    pub fn name_and_origin(&self) -> String {
        if self.is_local { self.name.clone() } else { format!("{} ({})", self.name, self.host) }
    }
}

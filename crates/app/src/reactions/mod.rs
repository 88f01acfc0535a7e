//! Likes and boosts: here and from other servers.
//!
//! Invariants: a reaction counts once however often it is told; only whose it is takes it back
//! (S-045); only what anybody may read is passed on (S-044); a like is told to its author, to the group elsewhere in which it is a
//! vote, and to nobody else; groups of ours pass on those of servers where all votes are told (`votes`).

mod commands;
mod queries;
pub(crate) mod receive;
mod votes;

pub(crate) use votes::Votes;

pub use carefolk_domain::ReactionKind;

use crate::App;

/// The handle of this capability.
pub struct Reactions<'a>(pub(crate) &'a App);

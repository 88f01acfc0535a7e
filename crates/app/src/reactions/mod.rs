//! Likes and boosts: here and from other servers.
//!
//! Invariants: a reaction counts once however often it is told; only whose it is takes it back
//! (S-045); only what anybody may read is passed on (S-044); a like is told to nobody but the author.

mod commands;
pub(crate) mod receive;

pub use carefolk_domain::ReactionKind;

use crate::App;

/// The handle of this capability.
pub struct Reactions<'a>(pub(crate) &'a App);

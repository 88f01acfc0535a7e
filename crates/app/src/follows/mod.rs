//! Who follows whom, here and across servers.
//!
//! Invariants: a follow of a remote actor holds only once that actor itself accepted it (S-046);
//! an Accept echoes the whole Follow with its own id, and a repeated Follow is answered again,
//! for that is how peers repair their state.

mod commands;
mod followers;
mod gone;
pub(crate) mod queries;
pub(crate) mod receive;
pub(crate) mod reconsider;
pub(crate) mod synchronize;
mod wire_map;

use carefolk_domain::Moment;
pub use carefolk_store::entity::follow::FollowState;
pub use followers::{Approval, FollowerView};

use crate::App;
use crate::actors::ActorView;

/// The handle of this capability.
pub struct Follows<'a>(pub(crate) &'a App);

/// A follow, from the side of who follows.
#[derive(Clone, Debug)]
pub struct FollowView {
    /// Who is followed.
    pub followee: ActorView,
    /// Whether they agreed yet.
    pub state: FollowState,
    /// Since when.
    pub created: Moment,
}

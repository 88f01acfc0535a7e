//! Blocks: who wants nothing to do with whom.
//!
//! Invariants: a block ends every follow between the two, in both directions; whoever is blocked
//! does not follow, answer, react to or reach who blocks them, and sees nothing of them when signed
//! in or signing (S-059). That somebody is blocked is told to their server only if who blocks them asks for it:
//! for somebody who is hounded, the telling is itself a danger.

mod commands;
mod readers;
pub(crate) mod receive;
mod wire_map;

use carefolk_domain::{Moment, UriHash};
use carefolk_store::entity::{actor, block};

pub use readers::Asked;

use crate::App;
use crate::actors::ActorView;

/// The handle of this capability.
pub struct Blocks<'a>(pub(crate) &'a App);

/// Somebody who is blocked.
#[derive(Clone, Debug)]
pub struct BlockView {
    /// Who.
    pub target: ActorView,
    /// Whether their server was told.
    pub told: bool,
    /// Since when.
    pub created: Moment,
}

/// The row of a block that is about to be written.
fn row(
    app: &App,
    actor: &actor::Model,
    target: &actor::Model,
    uri: String,
    told: bool,
    at: Moment,
) -> block::Model {
    block::Model {
        id: carefolk_domain::BlockId(app.id()),
        actor_id: actor.id,
        target_id: target.id,
        activity_hash: UriHash::of(&uri),
        activity_uri: uri,
        told,
        created_at: at,
    }
}

//! What we were told: stored first, answered, then applied exactly once by a worker.
//!
//! Invariants: an activity is durable before its sender hears 202 (P1); the mark that it was
//! applied and its effects are one transaction (P3); nobody speaks for another origin (FEP-fe34).

mod accept;
mod apply;
mod lanes;
mod plan;
mod process;

use carefolk_store::entity::inbound_activity::InboundState;

pub use accept::{Acceptance, Arrival};
pub(crate) use accept::{ArrivalWriter, arrival_writer};
pub(crate) use apply::audience;
pub(crate) use lanes::Lanes;

use crate::App;

/// The handle of this capability.
pub struct Inbound<'a>(pub(crate) &'a App);

/// What an activity did, or why it did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It had its effect.
    Applied,
    /// It is nothing that we do anything about; its row stays for 30 days, for who wonders.
    Ignored(&'static str),
    /// It was not allowed.
    Refused(&'static str),
}

impl Outcome {
    fn state(self) -> InboundState {
        match self {
            Self::Applied => InboundState::Done,
            Self::Ignored(_) => InboundState::Ignored,
            Self::Refused(_) => InboundState::Refused,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Ignored(why) | Self::Refused(why) => why,
        }
    }
}

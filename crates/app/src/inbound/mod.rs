//! What we were told: stored first, answered, then applied exactly once by a worker.
//!
//! Invariants: an activity is durable before its sender hears 202 (P1); the mark that it was
//! applied and its effects are one transaction (P3); nobody speaks for another origin (FEP-fe34).

mod accept;
mod apply;
mod by_group;
mod hear;
mod lanes;
mod parked;
mod plan;
mod process;
mod todo;
mod together;
pub(crate) mod unknown;

pub use accept::{Acceptance, Arrival};
pub(crate) use accept::{ArrivalWriter, arrival_writer};
pub(crate) use lanes::Lanes;
pub use parked::{ArrivalView, Parked};
pub use unknown::UnknownType;

pub(crate) use crate::kernel::outcome::Outcome;

use crate::App;

/// The handle of this capability.
pub struct Inbound<'a>(pub(crate) &'a App);

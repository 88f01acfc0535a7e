//! What every capability stands on: the ports, the caller, the errors, the unit of change.

pub mod caller;
pub mod error;
mod files;
pub(crate) mod guard;
pub(crate) mod jobs;
pub mod meters;
pub mod opaque;
pub(crate) mod outcome;
pub mod page;
pub mod ports;
pub mod settings;
pub mod tx;

/// How often a worker looks although no bell rang: work that a command line beside the server
/// left is found within this.
pub(crate) const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(500);

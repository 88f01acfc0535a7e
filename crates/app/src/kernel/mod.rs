//! What every capability stands on: the ports, the caller, the errors, the unit of change.

pub mod caller;
pub mod error;
pub mod opaque;
pub mod page;
pub mod ports;
pub mod settings;
pub mod tx;

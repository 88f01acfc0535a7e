//! How we reach other servers: which addresses, under which limits.
//!
//! Invariants: every address a connection goes to was classified by [`address`] after it was
//! resolved, in every build; every hop of a redirect is judged afresh; nothing of the environment
//! (proxies, switches) changes where we go.

pub mod address;
mod clients;
pub mod connector;
pub mod lab;
pub mod media_type;
mod resolver;
pub mod target;

pub use connector::{Answer, Connector, ConnectorOptions};
pub use lab::LabNetworks;
pub use target::TargetPolicy;

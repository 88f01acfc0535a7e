//! The ActivityStreams JSON we say and hear, and the small documents around it.
//!
//! Two families that never mix: [`mod@write`] is strict, and reading its structs is reading our wire
//! format; [`mod@read`] takes every legal spelling that peers use and refuses what could be
//! understood in two ways.
//!
//! Invariants: no I/O, no clock, no JSON-LD processing. Only literal property names count, and an
//! id that comes out of here is in its one canonical form.

pub mod error;
pub mod host_meta;
pub mod kind;
pub mod nodeinfo;
pub mod read;
pub mod synchronization;
pub mod time;
pub mod vocab;
pub mod webfinger;
pub mod write;

pub use error::{Fault, ParseError};
pub use kind::{ActivityKind, ActorKind, Kind, ObjectKind};
pub use vocab::PUBLIC;

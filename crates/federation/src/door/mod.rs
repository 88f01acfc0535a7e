//! The inbox door: what may come in, and what it is told (docs/federation/door.md).
//!
//! 202 durable, 400 malformed, 401 signature, 403 blocked or not allowed, 404 no such inbox, 413,
//! 415, 421 wrong host; 429 and 503 with `Retry-After` for everything temporary. Never 410: peers
//! take that for ever.
//!
//! Invariants: nothing is fetched for a request that could never pass; what is stored was signed
//! by the actor that it names; the usual case (a known key, verified) touches the database once,
//! to store.

mod inbox;
mod key_ring;
mod knock;
mod limits;
mod proofs;
mod reader;
mod refusal;

pub(crate) use inbox::{actor_inbox, shared_inbox};
pub(crate) use key_ring::{Evidence, Found, KeyRing, Verdict};
pub(crate) use knock::{Speaker, reader};
pub(crate) use limits::DoorLimits;
pub use limits::Limits;
pub use reader::Readers;
pub(crate) use reader::{check_signed, recognised};
pub(crate) use refusal::{count, forbidden};

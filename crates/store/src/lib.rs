//! The database: entities, connections, write transactions, and every line of SQL that is ours.
//!
//! Invariants: whoever changes rows holds a [`WriteTx`]; SQL as text is in [`dialect`] and nowhere
//! else; both databases behave alike, and the tests of this crate run on both.

pub mod dialect;
pub mod entity;

mod db;
mod error;
mod group;
mod mint;
mod tx;

pub use db::{Db, DbKind, OpenOptions};
pub use error::StoreError;
pub use group::{GROUP_MAX, GROUP_QUEUE, GroupFuture, GroupWriter};
pub use mint::{Mint, Worker};
pub use tx::{ReadTx, WriteTx};

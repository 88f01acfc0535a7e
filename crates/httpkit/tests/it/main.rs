//! The accept loop, asked over raw sockets: framing, limits, panics, draining (S-025, S-098,
//! S-110).

mod draining;
mod framing;
mod panics;
mod raw;

//! From a socket to the faces: one router, what happens around every request, and the end.

mod roles;
mod router;
mod server;
mod trace;

pub(crate) use server::Server;

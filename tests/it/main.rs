//! The whole, from outside: two servers that talk over real HTTP, the inbox door, and every
//! document we send. On SQLite and on PostgreSQL (`TEST_DB=postgres`).

mod door;
mod golden;
mod knock;
mod town;
mod two_servers;
mod village;

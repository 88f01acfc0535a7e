//! The application's behaviour, on SQLite and on PostgreSQL (`TEST_DB=postgres`).

mod accounts;
mod delivering;
mod following;
mod instance;
mod peers;
mod posting;
mod receiving;
mod seeing;
mod stranger;

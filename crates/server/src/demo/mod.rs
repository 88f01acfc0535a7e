//! The two communities that `carefolk demo` shows: what is in them, and how it gets there.

pub(crate) mod data;
pub(crate) mod hanging;
pub(crate) mod progress;
mod seed;
mod writing;

pub(crate) use data::Community;
pub(crate) use seed::Seeder;

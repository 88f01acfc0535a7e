//! The pages through the router, without a socket: the check of forms, headers, errors, words.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "test code: a failure here is a failed test"
)]

mod browser;
mod cards;
mod forms;
mod group_order;
mod groups;
mod headers;
mod languages;
mod likes;
mod origins;
mod pages;
mod pictures;
mod polls;
mod portraits;
mod reports;
mod stories;
mod updates;
mod waiting;
mod words;

//! The pages, one file for each act or noun. A function parses, asks the application, renders.

pub mod change;
pub mod composer;
pub mod follow;
pub mod home;
pub mod post;
pub mod profile;
pub mod providers;
pub mod reading;
pub mod setup;
pub mod sign_in;
pub mod team;
pub mod texts;
pub mod write;
pub mod you;

//! The pages, one file for each act or noun. A function parses, asks the application, renders.

pub(crate) mod change;
pub(crate) mod composer;
pub(crate) mod follow;
pub(crate) mod group;
pub(crate) mod groups;
pub(crate) mod home;
pub(crate) mod media;
pub(crate) mod members;
pub(crate) mod order;
pub(crate) mod own;
pub(crate) mod pictures;
pub(crate) mod post;
pub(crate) mod profile;
pub(crate) mod providers;
pub(crate) mod reading;
pub(crate) mod removing;
pub(crate) mod report;
pub(crate) mod setup;
pub(crate) mod sign_in;
pub(crate) mod team;
pub(crate) mod texts;
pub(crate) mod updates;
pub(crate) mod vote;
pub(crate) mod waiting;
pub(crate) mod write;
pub(crate) mod you;

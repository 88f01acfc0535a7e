//! What templates are given: the page models. Plain words and paths, made by `pages`.
//!
//! Invariant: everything is escaped by askama, except `Html`, which only the sanitiser makes, and
//! our own icons.

pub(crate) mod cards;
pub(crate) mod cx;
pub(crate) mod form;
pub(crate) mod groups;
pub(crate) mod models;
pub(crate) mod polls;
pub(crate) mod updates;

pub(crate) use cards::{Person, PostCard, PostList};
pub(crate) use cx::{Cx, Frame, Me};
pub(crate) use form::{Choice, Choices, Errors, Field, Item, KeptPicture, More, PictureItems};

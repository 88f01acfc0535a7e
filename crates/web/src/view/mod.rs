//! What templates are given: the page models. Plain words and paths, made by `pages`.
//!
//! Invariant: everything is escaped by askama, except `Html`, which only the sanitiser makes, and
//! our own icons.

pub mod cards;
pub mod cx;
pub mod form;
pub mod models;

pub use cards::{Person, PostCard, PostList};
pub use cx::{Cx, Frame, Me};
pub use form::{Choice, Choices, Errors, Field, Item, More};

//! Words in each language, by key.
//!
//! The words are Fluent files, one for each area of the product, in `locales/en-GB` and
//! `locales/cy`. Nothing here knows who asks: a caller says which [`Locale`] it wants, and
//! [`negotiate`] reads a browser's wish.

mod locale;
mod words;

pub use locale::{Locale, negotiate};
pub use words::{Arg, has, text};

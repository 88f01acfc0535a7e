//! What a poll may be.

use crate::Span;

/// The fewest options of a poll: with one there is nothing to choose.
pub const OPTIONS_MIN: usize = 2;

/// The most options of a poll that is made here: more can hardly be read at once.
pub const OPTIONS_MAX: usize = 8;

/// The longest option, in characters. One from elsewhere is cut there (S-055).
pub const OPTION_MAX_CHARS: usize = 200;

/// The shortest time that a poll made here is open.
pub const OPEN_MIN: Span = Span::hours(1);

/// The longest.
pub const OPEN_MAX: Span = Span::days(30);

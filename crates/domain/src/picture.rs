//! Pictures that somebody here sent.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// How many pictures a post may have: what Mastodon shows.
pub const PICTURES_MAX: usize = 4;

/// The longest description of a picture, in characters: what Mastodon takes.
pub const DESCRIPTION_MAX_CHARS: usize = 1_500;

/// The longest side of the small one of the two sizes of a picture, in pixels.
pub const SMALL_SIDE: u32 = 640;

/// The longest side of the smallest one, which stands beside a name, in pixels.
pub const ICON_SIDE: u32 = 192;

/// How large a picture of `size` is, across and down, once no side is longer than `side`.
pub fn within(size: (u32, u32), side: u32) -> (u32, u32) {
    let longest = size.0.max(size.1).max(1);
    if longest <= side {
        return size;
    }
    let scaled = |length: u32| {
        let exact = u64::from(length) * u64::from(side) / u64::from(longest);
        u32::try_from(exact).unwrap_or(side).max(1)
    };
    (scaled(size.0), scaled(size.1))
}

/// What a picture is written as.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MediaType {
    /// A photograph.
    #[sea_orm(string_value = "image/jpeg")]
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// A drawing, or something that can be seen through.
    #[sea_orm(string_value = "image/png")]
    #[serde(rename = "image/png")]
    Png,
}

impl MediaType {
    /// Its name (RFC 2046).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// The part of a picture that has to be seen where there is no room for all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Focus {
    /// The middle.
    #[default]
    Middle,
    /// The upper part.
    Top,
    /// The lower part.
    Bottom,
    /// The left part.
    Left,
    /// The right part.
    Right,
}

impl Focus {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Middle, Self::Top, Self::Bottom, Self::Left, Self::Right];

    /// The word for it in forms, commands and rows.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Middle => "middle",
            Self::Top => "top",
            Self::Bottom => "bottom",
            Self::Left => "left",
            Self::Right => "right",
        }
    }

    /// The part that `word` means.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|focus| focus.word() == word)
    }

    /// Where it is, from -1 to 1: to the right and up (Mastodon's `focalPoint`).
    pub const fn point(self) -> (f32, f32) {
        match self {
            Self::Middle => (0.0, 0.0),
            Self::Top => (0.0, 0.7),
            Self::Bottom => (0.0, -0.7),
            Self::Left => (-0.7, 0.0),
            Self::Right => (0.7, 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_side_is_longer_and_none_is_nothing() {
        assert_eq!(within((3_000, 1_500), 640), (640, 320));
        assert_eq!(within((9_000, 2), 640), (640, 1));
        assert_eq!(within((640, 10), 640), (640, 10));
        assert_eq!(within((u32::MAX, u32::MAX), 640), (640, 640));
        assert_eq!(within((0, 0), 640), (0, 0));
    }

    #[test]
    fn every_focus_is_found_by_its_word() {
        for focus in Focus::ALL {
            assert_eq!(Focus::from_word(focus.word()), Some(focus));
        }
        assert_eq!(Focus::from_word("nose"), None);
    }
}

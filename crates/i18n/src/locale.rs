//! The languages that the product itself speaks.

/// A language that the product itself speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    /// British English.
    #[default]
    En,
    /// Welsh.
    Cy,
}

/// The most languages of a wish that are looked at; browsers send a handful.
const WISHES_MAX: usize = 16;

impl Locale {
    /// Every language, the one to fall back on first.
    pub const ALL: [Self; 2] = [Self::En, Self::Cy];

    /// The language of a BCP 47 tag, by its first part: `cy`, `cy-GB`, `en-US`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let first = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|locale| first.eq_ignore_ascii_case(locale.language()))
    }

    /// The tag for `lang` attributes and `hreflang`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en-GB",
            Self::Cy => "cy",
        }
    }

    /// The language alone, as people tag their posts.
    pub fn language(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Cy => "cy",
        }
    }

    /// What the language calls itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Cy => "Cymraeg",
        }
    }

    /// The other language, for the link that every page has.
    #[must_use]
    pub fn twin(self) -> Self {
        match self {
            Self::En => Self::Cy,
            Self::Cy => Self::En,
        }
    }
}

/// The language that an `Accept-Language` header likes best of those we speak.
///
/// `*` and silence mean English.
pub fn negotiate(accept_language: &str) -> Locale {
    let mut best = (0_u16, Locale::En);
    for wish in accept_language.split(',').take(WISHES_MAX) {
        let mut parts = wish.split(';');
        let Some(locale) = parts.next().and_then(Locale::from_tag) else { continue };
        let quality =
            parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1_000, thousandths);
        if quality > best.0 {
            best = (quality, locale);
        }
    }
    best.1
}

/// A quality value in thousandths; what cannot be read counts as not wanted.
fn thousandths(quality: &str) -> u16 {
    let (whole, part) = quality.trim().split_once('.').unwrap_or((quality.trim(), ""));
    let part = format!("{part:0<3}");
    match (whole, part.parse::<u16>()) {
        ("1", _) => 1_000,
        ("0", Ok(value)) if part.len() == 3 => value,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_liked_best_wins() {
        for (wish, locale) in [
            ("cy", Locale::Cy),
            ("cy-GB,cy;q=0.9,en;q=0.8", Locale::Cy),
            ("en-GB,en;q=0.9,cy;q=0.8", Locale::En),
            ("en;q=0.2, cy;q=0.25", Locale::Cy),
            ("pl, cy;q=0.5, en;q=0.4", Locale::Cy),
            ("cy;q=0, en;q=0.1", Locale::En),
        ] {
            assert_eq!(negotiate(wish), locale, "{wish}");
        }
    }

    #[test]
    fn silence_and_nonsense_mean_english() {
        for wish in ["", "*", "pl", "cyx", ";;;,,q=1", "cy;q=9", "cy;q=0.00001"] {
            assert_eq!(negotiate(wish), Locale::En, "{wish}");
        }
    }

    #[test]
    fn a_tag_is_read_by_its_first_part() {
        assert_eq!(Locale::from_tag("CY-gb"), Some(Locale::Cy));
        assert_eq!(Locale::from_tag("english"), None);
    }
}

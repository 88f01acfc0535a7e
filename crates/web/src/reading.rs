//! How a reader likes pages: text size, colours, spacing. Kept in a cookie, for people with and
//! without an account.

/// What a reader chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// The size of the text.
    pub size: TextSize,
    /// The colours.
    pub scheme: Scheme,
    /// The space between lines, letters and words.
    pub is_wide: bool,
}

/// The size of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TextSize {
    /// As designed: 18 px.
    #[default]
    Normal,
    /// A sixth larger.
    Large,
    /// Nearly half as large again.
    Larger,
}

/// The colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// As the device says.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// Black on white.
    Contrast,
}

impl TextSize {
    /// Every size, with its word in forms.
    pub(crate) const ALL: [(Self, &'static str); 3] =
        [(Self::Normal, "normal"), (Self::Large, "large"), (Self::Larger, "larger")];
}

impl Scheme {
    /// Every scheme, with its word in forms.
    pub(crate) const ALL: [(Self, &'static str); 4] = [
        (Self::Auto, "auto"),
        (Self::Light, "light"),
        (Self::Dark, "dark"),
        (Self::Contrast, "contrast"),
    ];
}

fn find<T: Copy + Default>(all: &[(T, &'static str)], word: &str) -> T {
    all.iter().find(|(_, name)| *name == word).map(|(value, _)| *value).unwrap_or_default()
}

fn word<T: PartialEq>(all: &[(T, &'static str)], value: &T) -> &'static str {
    all.iter().find(|(one, _)| one == value).map_or("", |(_, name)| *name)
}

impl Reading {
    /// From the words of a form; what is none of the choices is as designed.
    pub(crate) fn from_words(size: &str, scheme: &str, space: &str) -> Self {
        Self {
            size: find(&TextSize::ALL, size),
            scheme: find(&Scheme::ALL, scheme),
            is_wide: space == "wide",
        }
    }

    /// The words, for the form: size, scheme, space.
    pub(crate) fn words(self) -> (&'static str, &'static str, &'static str) {
        let space = if self.is_wide { "wide" } else { "normal" };
        (word(&TextSize::ALL, &self.size), word(&Scheme::ALL, &self.scheme), space)
    }

    /// From the value of the cookie.
    pub(crate) fn from_cookie(value: &str) -> Self {
        let mut parts = value.split('.');
        let mut next = || parts.next().unwrap_or_default();
        Self::from_words(next(), next(), next())
    }

    /// The value of the cookie.
    pub(crate) fn to_cookie(self) -> String {
        let (size, scheme, space) = self.words();
        format!("{size}.{scheme}.{space}")
    }

    /// The classes of the page, if anything is not as designed.
    pub(crate) fn classes(self) -> Option<String> {
        let (size, scheme, space) = self.words();
        let all =
            [("size", size, "normal"), ("scheme", scheme, "auto"), ("space", space, "normal")];
        let classes: Vec<String> = all
            .into_iter()
            .filter(|(_, word, usual)| word != usual)
            .map(|(name, word, _)| format!("{name}-{word}"))
            .collect();
        (!classes.is_empty()).then(|| classes.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_keeps_what_was_chosen() {
        let chosen = Reading::from_words("larger", "dark", "wide");
        assert_eq!(Reading::from_cookie(&chosen.to_cookie()), chosen);
        assert_eq!(chosen.classes().unwrap(), "size-larger scheme-dark space-wide");
        assert_eq!(Reading::default().classes(), None);
    }

    #[test]
    fn a_cookie_somebody_made_up_changes_nothing() {
        for value in ["", "x\" onload=1", "dark.dark.dark", "....", "\u{0}"] {
            let reading = Reading::from_cookie(value);
            assert!(reading.classes().is_none_or(|c| c == "scheme-dark"), "{value}");
        }
    }
}

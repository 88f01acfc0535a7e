//! Looking words up.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, langid, static_loader};

use crate::locale::Locale;

static_loader! {
    static WORDS = {
        locales: "./locales",
        fallback_language: "en-GB",
        // We put isolation marks round what needs them ourselves: see `isolated`.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ENGLISH: LanguageIdentifier = langid!("en-GB");
static WELSH: LanguageIdentifier = langid!("cy");

/// First strong isolate, and its end: what stands between cannot turn the words around it.
const ISOLATE: char = '\u{2068}';
const ISOLATE_END: char = '\u{2069}';

/// What stands in for a `$name` of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg<'a> {
    /// Words, as they are.
    Text(Cow<'a, str>),
    /// A count, which chooses the plural form.
    Count(u64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Arg<'_> {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<usize> for Arg<'_> {
    fn from(count: usize) -> Self {
        Self::Count(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

/// The words behind `key`, not escaped for HTML.
///
/// Falls back on English; a key that nobody wrote comes back as itself, so that the page stays
/// usable and the gap is seen.
pub fn text(locale: Locale, key: &str, args: &[(&'static str, Arg<'_>)]) -> String {
    let args: Option<HashMap<&str, FluentValue<'_>>> =
        (!args.is_empty()).then(|| args.iter().map(|(name, arg)| (*name, value(arg))).collect());
    let find = |lang| WORDS.lookup_single_language(lang, key, args.as_ref()).ok();
    find(id(locale)).or_else(|| find(&ENGLISH)).unwrap_or_else(|| key.to_owned())
}

/// Whether `locale` itself has words for `key` that need no arguments.
pub fn has(locale: Locale, key: &str) -> bool {
    WORDS.lookup_single_language::<&str>(id(locale), key, None).is_ok()
}

fn id(locale: Locale) -> &'static LanguageIdentifier {
    match locale {
        Locale::En => &ENGLISH,
        Locale::Cy => &WELSH,
    }
}

fn value<'a>(arg: &'a Arg<'a>) -> FluentValue<'a> {
    match arg {
        Arg::Text(text) => FluentValue::String(isolated(text)),
        // A count above 2^53 would lose its last digits, and is no count of anything here.
        Arg::Count(count) => FluentValue::from(*count),
    }
}

/// Isolation marks only round text that is written from right to left: everywhere else they
/// would change nothing but what can be found by searching the page.
fn isolated(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_right_to_left) {
        Cow::Owned(format!("{ISOLATE}{text}{ISOLATE_END}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Hebrew, Arabic, Syriac, Thaana, `NKo` and their kin, and the marks that order text so.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}' | '\u{200f}' | '\u{202b}'
        | '\u{202e}' | '\u{2067}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn welsh_counts_in_six_forms() {
        let say = |n: u64| text(Locale::Cy, "post-replies", &[("count", n.into())]);
        let said = [0, 1, 2, 3, 6, 11].map(say);
        assert_eq!(said, ["Dim atebion", "1 ateb", "2 ateb", "3 ateb", "6 ateb", "11 o atebion"]);
    }

    #[test]
    fn english_counts_in_two_forms() {
        let say = |n: u64| text(Locale::En, "post-replies", &[("count", n.into())]);
        assert_eq!([0, 1, 2].map(say), ["No replies", "1 reply", "2 replies"]);
    }

    #[test]
    fn a_name_written_from_right_to_left_cannot_turn_the_sentence_round() {
        let said = text(Locale::En, "post-by", &[("name", "\u{645}\u{631}\u{64a}\u{645}".into())]);
        assert!(said.contains("\u{2068}\u{645}\u{631}\u{64a}\u{645}\u{2069}"), "{said}");
        let said = text(Locale::En, "post-by", &[("name", "Sam".into())]);
        assert!(!said.contains(ISOLATE));
    }

    #[test]
    fn a_key_without_words_is_shown_as_it_is() {
        assert_eq!(text(Locale::Cy, "no-such-key", &[]), "no-such-key");
    }
}

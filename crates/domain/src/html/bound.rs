//! Bounds on foreign markup, looked for before it is parsed: a browser's parser, which ours follows,
//! needs the square of the depth for some texts, and multiplies elements for others (S-100).
//!
//! Every `<` that could begin a tag counts, wherever it stands: more than a parser would see, and
//! never less.

use std::borrow::Cow;
use std::collections::HashMap;

/// Elements inside elements: posts have a handful. What is deeper is cut off, with all that follows.
pub(super) const NESTING_MAX: usize = 32;

/// Tags of one text, opening and closing.
pub(super) const TAGS_MAX: usize = 8_000;

/// Elements that hold nothing, or that the next of their kind closes: they do not nest by themselves.
const FLAT: [&str; 15] = [
    "p", "br", "li", "dd", "dt", "hr", "img", "wbr", "input", "source", "track", "col", "embed",
    "area", "option",
];

/// Formatting elements: a parser opens each that was not closed again in every block that follows.
const FORMATTING: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Formatting elements of one text.
const FORMATTING_MAX: usize = 500;

/// Formatting elements times everything else: so many elements can be made of one text. What closes
/// an element can be hidden in a comment or an attribute, so none is taken for closed.
const PRODUCT_MAX: usize = 100_000;

/// The beginning of `html` that keeps the bounds on nesting and tags, or nothing if its parts
/// could multiply.
pub(super) fn bounded(html: &str) -> Option<&str> {
    let mut open: HashMap<Cow<'_, str>, usize> = HashMap::new();
    let (mut depth, mut tags, mut formatting) = (0_usize, 0_usize, 0_usize);
    for (at, _) in html.match_indices('<') {
        let rest = html.get(at + 1..).unwrap_or_default();
        let (is_end, rest) = match rest.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let Some(name) = name(rest) else { continue };
        tags += 1;
        if !is_end && FORMATTING.contains(&&*name) {
            formatting += 1;
        }
        if !FLAT.contains(&&*name) {
            let count = open.entry(name).or_default();
            if !is_end {
                *count += 1;
                depth += 1;
            } else if *count > 0 {
                // An end tag that closes nothing must not make room.
                *count -= 1;
                depth -= 1;
            }
        }
        if formatting > FORMATTING_MAX || formatting * (tags - formatting) > PRODUCT_MAX {
            return None;
        }
        if depth > NESTING_MAX || tags > TAGS_MAX {
            return Some(html.get(..at).unwrap_or_default());
        }
    }
    Some(html)
}

/// The words of `html` without any tag, found without a tree. Safe to show: nothing is left that
/// could begin a tag.
pub(super) fn words(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        out.push_str(text);
        out.push(' ');
        rest = tag.split_once('>').map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out.replace('>', "&gt;").replace('"', "&quot;")
}

/// The name of the tag that `rest` continues, in lower case; nothing if this is no tag.
fn name(rest: &str) -> Option<Cow<'_, str>> {
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let is_after = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>');
    let name = rest.split(is_after).next().unwrap_or_default();
    let is_lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
    Some(if is_lower { Cow::Borrowed(name) } else { Cow::Owned(name.to_ascii_lowercase()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_stays_whole() {
        let list = format!("<ul>{}</ul>", "<li><p>bread & soup < 5 <br>".repeat(900));
        let nested = format!("{}x{}", "<blockquote>".repeat(9), "</blockquote>".repeat(9));
        for html in [list, nested, "<P>a<p>b<BR/>".repeat(900), "1 < 2 <3".to_owned()] {
            assert_eq!(bounded(&html), Some(html.as_str()));
        }
    }

    #[test]
    fn what_nests_without_end_is_cut() {
        for piece in ["<ul>", "<UL>", "<ul></x>", "<div\n>", "<svg/>", "<h1 a=1></h1", "</"] {
            let html = piece.repeat(20_000);
            let kept = bounded(&html).unwrap();
            let names = kept.matches(piece).count();
            let is_flat = matches!(piece, "<h1 a=1></h1" | "</");
            assert!(is_flat || names <= NESTING_MAX, "{piece}: {names}");
            assert!(kept.matches('<').count() <= TAGS_MAX || piece == "</", "{piece}");
        }
    }

    #[test]
    fn many_tags_are_cut_even_when_flat() {
        assert_eq!(bounded(&"<br>".repeat(TAGS_MAX * 2)).unwrap().len(), TAGS_MAX * "<br>".len());
    }

    #[test]
    fn what_could_multiply_is_no_tree_at_all() {
        for n in [r#"<p><b {n} x="</b>">"#, "<p><i {n}><!--</i>-->"] {
            let html: String = (0..400).map(|at| n.replace("{n}", &at.to_string())).collect();
            assert_eq!(bounded(&html), None, "{n}");
        }
        let letter =
            "<p>An <a href=https://a.example/>address</a> and <b>more</b>.</p>".repeat(100);
        assert!(bounded(&letter).is_some());
    }

    #[test]
    fn words_hold_nothing_that_could_begin_a_tag() {
        assert_eq!(words("<p>One</p>two > 1 <script"), " One two &gt; 1  ");
        assert!(!words("<<b>script>alert(1)<</b>/script>").contains('<'));
    }
}

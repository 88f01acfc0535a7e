//! Bounds on foreign markup, looked for before it is parsed: a browser's parser, which ours follows,
//! needs the square of the depth for some texts, and multiplies elements for others (S-100).

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

/// The beginning of `html` that keeps both bounds.
pub(super) fn bounded(html: &str) -> &str {
    let mut open: HashMap<Cow<'_, str>, usize> = HashMap::new();
    let (mut depth, mut tags) = (0_usize, 0_usize);
    for (at, _) in html.match_indices('<') {
        let rest = html.get(at + 1..).unwrap_or_default();
        let (is_end, rest) = match rest.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let Some(name) = name(rest) else { continue };
        tags += 1;
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
        if depth > NESTING_MAX || tags > TAGS_MAX {
            return html.get(..at).unwrap_or_default();
        }
    }
    html
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
            assert_eq!(bounded(&html), html);
        }
    }

    #[test]
    fn what_nests_without_end_is_cut() {
        for piece in ["<ul>", "<UL>", "<b></i>", "<ul></x>", "<div\n>", "<svg/>", "<b a=1></b", "</"]
        {
            let html = piece.repeat(20_000);
            let names = bounded(&html).matches(piece).count();
            let is_flat = matches!(piece, "<b a=1></b" | "</");
            assert!(is_flat || names <= NESTING_MAX, "{piece}: {names}");
            assert!(bounded(&html).matches('<').count() <= TAGS_MAX || piece == "</", "{piece}");
        }
    }

    #[test]
    fn many_tags_are_cut_even_when_flat() {
        assert_eq!(bounded(&"<br>".repeat(TAGS_MAX * 2)).len(), TAGS_MAX * "<br>".len());
    }
}

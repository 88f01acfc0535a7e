//! Which of two documents at one URL is meant: the page, or the ActivityStreams one.

use http::HeaderMap;
use http::header::ACCEPT;

/// The most media ranges of an `Accept` that are looked at.
const RANGES_MAX: usize = 32;

/// Media types that mean the ActivityStreams document. JSON-LD is taken with and without the
/// profile, since peers send both.
const ACTIVITY_TYPES: [&str; 2] = ["application/activity+json", "application/ld+json"];

/// Media types that mean the page.
const PAGE_TYPES: [&str; 2] = ["text/html", "application/xhtml+xml"];

/// Whether the client asks for ActivityStreams rather than for a page.
///
/// It must name one of the types (`*/*` is a browser or a script), and not like a page better.
pub fn wants_activity(headers: &HeaderMap) -> bool {
    let mut activity: Option<Wish> = None;
    let mut page: Option<Wish> = None;
    let ranges = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(split_outside_quotes)
        .take(RANGES_MAX);
    for (place, range) in ranges.enumerate() {
        let mut parts = range.split(';');
        let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let wish = Wish { quality: quality(parts), earliness: RANGES_MAX - place };
        if wish.quality == 0 {
            continue;
        }
        if ACTIVITY_TYPES.contains(&name.as_str()) {
            activity = activity.max(Some(wish));
        } else if PAGE_TYPES.contains(&name.as_str()) {
            page = page.max(Some(wish));
        }
    }
    activity.is_some() && activity > page
}

/// How much a type is wished for; the first of equals wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wish {
    quality: u16,
    earliness: usize,
}

/// The `q` in thousandths; what cannot be read counts as not given.
fn quality<'a>(parameters: impl Iterator<Item = &'a str>) -> u16 {
    let mut quality = 1_000;
    for parameter in parameters {
        let Some((name, value)) = parameter.split_once('=') else { continue };
        if !name.trim().eq_ignore_ascii_case("q") {
            continue;
        }
        let (whole, part) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
        let digits = format!("{part:0<3}");
        quality = match (whole, digits.parse::<u16>()) {
            ("0", Ok(thousandths)) if digits.len() == 3 => thousandths,
            _ => 1_000,
        };
    }
    quality
}

/// `a, b;p="x, y", c` in three: a comma in a quoted string separates nothing.
fn split_outside_quotes(line: &str) -> Vec<&str> {
    let mut quoted = false;
    line.split(move |c: char| {
        if c == '"' {
            quoted = !quoted;
        }
        c == ',' && !quoted
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(accept: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().unwrap());
        wants_activity(&headers)
    }

    #[test]
    fn servers_get_the_document() {
        for accept in [
            "application/activity+json",
            "application/activity+json, application/ld+json",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/ld+json;profile=\"a, b\", text/html;q=0.1",
            "APPLICATION/ACTIVITY+JSON; charset=utf-8",
            "application/activity+json, text/html",
            "text/html;q=0.5, application/activity+json;q=0.501",
        ] {
            assert!(wants(accept), "{accept}");
        }
    }

    #[test]
    fn browsers_and_scripts_get_the_page() {
        for accept in [
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "*/*",
            "",
            "application/json",
            "application/activity+json;q=0, text/html",
            "text/html, application/activity+json",
            "application/activity+json;q=0.4, text/html;q=0.9",
            "x/application/activity+json",
        ] {
            assert!(!wants(accept), "{accept}");
        }
        assert!(!wants_activity(&HeaderMap::new()));
    }
}

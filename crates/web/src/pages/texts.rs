//! The plain pages that the footer leads to.

use crate::answer::Answer;
use crate::view::models::{Section, TextPage};
use crate::web::{self, Web};

/// A page of text: its words stand in `texts.ftl`.
#[derive(Debug)]
pub(crate) struct Text {
    /// Its path.
    pub path: &'static str,
    /// What its keys begin with.
    key: &'static str,
    /// Its parts: `{key}-{part}-title` and `{key}-{part}`.
    parts: &'static [&'static str],
    /// Ways on: a path, and the key of its words.
    links: &'static [(&'static str, &'static str)],
}

/// The parts that say whom to call, and the numbers.
const CALLS: [(&str, &str); 4] =
    [("now", "999"), ("police", "101"), ("health", "111"), ("talk", "116 123")];

/// All of them.
pub(crate) static PAGES: [Text; 7] = [
    Text {
        path: "/help",
        key: "help",
        parts: &["read", "follow", "write", "size", "contact"],
        links: &[("/worried", "footer-worried"), ("/reading", "reading-link")],
    },
    Text {
        path: "/worried",
        key: "worried",
        parts: &["now", "police", "adult", "health", "talk"],
        links: &[],
    },
    Text {
        path: "/accessibility",
        key: "accessibility",
        parts: &["can", "aim", "known", "tell"],
        links: &[("/reading", "reading-link")],
    },
    Text {
        path: "/privacy",
        key: "privacy",
        parts: &["read", "account", "post", "team", "rights"],
        links: &[("/cookies", "footer-cookies")],
    },
    Text { path: "/cookies", key: "cookies", parts: &["session", "form", "reading"], links: &[] },
    Text { path: "/rules", key: "rules", parts: &["people", "kind", "true", "what"], links: &[] },
    Text {
        path: "/about",
        key: "about",
        parts: &["others", "software", "font"],
        links: &[("/providers", "home-all-providers")],
    },
];

/// `GET` of one of them.
pub(crate) fn show(web: &Web, page: &'static Text) -> Answer {
    let say = |key: String| {
        let community = web.visit().frame.community.as_str();
        let named = web.with(&key, "name", community);
        if key.ends_with("software") {
            web.with(&key, "version", web.visit().frame.version)
        } else {
            named
        }
    };
    let sections = page
        .parts
        .iter()
        .map(|part| Section {
            heading: say(format!("{}-{part}-title", page.key)),
            lines: vec![say(format!("{}-{part}", page.key))],
            is_warm: *part == "now",
            call: call(part),
        })
        .collect();
    let links = page.links.iter().map(|(path, key)| ((*path).to_owned(), web.t(key))).collect();
    web::show(&TextPage {
        cx: web.cx(say(format!("{}-title", page.key))).here(page.key),
        lead: vec![say(format!("{}-lead", page.key))],
        sections,
        links,
    })
}

/// The number that belongs to a part: its digits, and as people read it.
fn call(part: &str) -> Option<(String, String)> {
    let (_, number) = CALLS.iter().find(|(known, _)| *known == part)?;
    Some((number.replace(' ', ""), (*number).to_owned()))
}

#[cfg(test)]
mod tests {
    use carefolk_i18n::{Locale, text};

    use super::*;

    #[test]
    fn every_part_of_every_page_has_words() {
        let args = [("name", "x".into()), ("version", "1".into())];
        for page in &PAGES {
            let parts = page.parts.iter().flat_map(|part| {
                [format!("{}-{part}-title", page.key), format!("{}-{part}", page.key)]
            });
            for key in parts.chain([format!("{}-title", page.key), format!("{}-lead", page.key)]) {
                assert_ne!(text(Locale::Cy, &key, &args), key);
            }
        }
    }

    #[test]
    fn every_number_belongs_to_a_part_that_names_it() {
        for (part, number) in CALLS {
            let key = format!("worried-{part}");
            for locale in Locale::ALL {
                assert!(text(locale, &key, &[]).contains(number), "{key}: {number}");
            }
        }
    }
}

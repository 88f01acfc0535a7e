//! Text as it is shown: HTML that only the sanitiser can make.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::html::push_html;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, TextMergeStream};
use sea_orm::DeriveValueType;
use serde::Serialize;

use crate::text::{Piece, pieces};

mod bound;
mod outline;
mod pictures;

/// The largest HTML of another server that is looked at; the rest is cut before parsing.
pub const REMOTE_HTML_MAX_BYTES: usize = 256 * 1024;

/// The largest HTML that comes out of the sanitiser.
const CLEAN_MAX_BYTES: usize = 2 * REMOTE_HTML_MAX_BYTES;

/// How often a text goes through the sanitiser until it stays as it is. The second time shows that it
/// does, for nearly all; where elements stand inside each other that may not, it takes one or two more.
const PASSES_MAX: usize = 4;

/// What one byte of a text becomes at most, when it is escaped (`&amp;`).
const ESCAPED_MAX_BYTES: usize = 5;

/// HTML that has been through the sanitiser, and may stand in a page as it is.
///
/// The only ways to one are [`Html::from_markdown`], [`Html::sanitise`], what either gave with its
/// headings at other levels ([`Html::below`]), and the database, which holds nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, DeriveValueType)]
#[serde(transparent)]
pub struct Html(String);

impl Html {
    /// The HTML of a Markdown text that a person wrote here. Raw HTML in it is shown as text.
    pub fn from_markdown(source: &str) -> Self {
        let mut out = String::with_capacity(source.len() * 2);
        push_html(&mut out, parser(source));
        Self(clean(&out).trim_end().to_owned())
    }

    /// The HTML of a Markdown text, with names, hashtags and bare addresses made into links.
    ///
    /// `href` says where a name (without its first `@`) or a tag leads; what it does not know
    /// stays plain text. Nothing inside code or a link is touched.
    pub fn from_markdown_linked(source: &str, href: &dyn Fn(Piece<'_>) -> Option<String>) -> Self {
        let mut out = String::with_capacity(source.len() * 2);
        let mut closed = 0_u32;
        let events = TextMergeStream::new(parser(source)).flat_map(|event| {
            match &event {
                Event::Start(Tag::Link { .. } | Tag::CodeBlock(_)) => closed += 1,
                Event::End(TagEnd::Link | TagEnd::CodeBlock) => closed = closed.saturating_sub(1),
                Event::Text(words) if closed == 0 => return linked(words, href),
                _ => {}
            }
            vec![event.into_static()]
        });
        push_html(&mut out, events);
        Self(clean(&out).trim_end().to_owned())
    }

    /// What is left of another server's HTML when everything that could act is taken out, and what
    /// nests too deeply, with all that follows it.
    pub fn sanitise(dirty: &str) -> Self {
        let end = dirty.floor_char_boundary(REMOTE_HTML_MAX_BYTES);
        Self(clean(dirty.get(..end).unwrap_or_default()))
    }

    /// The same as it stands under a heading of `level` (1 to 6): its own headings begin one level
    /// below that, leave none out, and none is deeper than six (WCAG 1.3.1).
    #[must_use]
    pub fn below(&self, level: u8) -> Self {
        Self(outline::below(&self.0, level))
    }

    /// The HTML as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The words alone, without any markup, for titles and search.
    pub fn to_plain(&self) -> String {
        let spaced = self.0.replace("</p>", "</p> ").replace("<br>", " ");
        let bare = match bound::bounded(&spaced) {
            Some(spaced) => Builder::empty().clean(spaced).to_string(),
            None => bound::words(&spaced),
        };
        let text = bare
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&nbsp;", " ")
            .replace("&quot;", "\"")
            .replace("&amp;", "&");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Every text goes through here, ours as well: Markdown can nest, too. Of markup that could multiply,
/// and of markup that reads differently each time, the words are enough.
///
/// What comes out means the same to whoever parses it next: what a parser would move or close is
/// where text that was harmless has become something else (S-112).
fn clean(html: &str) -> String {
    let mut last = pass(html);
    for _ in 1..PASSES_MAX {
        let again = last.as_deref().and_then(pass);
        if again == last {
            return last.unwrap_or_else(|| words_of(html));
        }
        last = again;
    }
    words_of(html)
}

/// Once through the sanitiser; nothing if it could multiply or has grown too long.
fn pass(html: &str) -> Option<String> {
    let clean = SANITISER.clean(bound::bounded(html)?).to_string();
    (clean.len() <= CLEAN_MAX_BYTES).then_some(clean)
}

/// The words of `html`, spelled as the sanitiser spells words.
fn words_of(html: &str) -> String {
    let words = bound::words(html);
    let end = words.floor_char_boundary(CLEAN_MAX_BYTES / ESCAPED_MAX_BYTES);
    SANITISER.clean(words.get(..end).unwrap_or_default()).to_string()
}

fn parser(source: &str) -> impl Iterator<Item = Event<'_>> {
    let events = Parser::new_ext(source, Options::ENABLE_STRIKETHROUGH);
    pictures::linked(events).map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::SoftBreak => Event::HardBreak,
        other => other,
    })
}

/// The shape that Mastodon makes and reads.
fn linked(words: &str, href: &dyn Fn(Piece<'_>) -> Option<String>) -> Vec<Event<'static>> {
    let event = |piece: &Piece<'_>| {
        let link = match piece {
            Piece::Words(words) => return Event::Text((*words).to_owned().into()),
            Piece::Link(link) => Some((*link).to_owned()),
            Piece::Mention(_) | Piece::Hashtag(_) => href(*piece),
        };
        let link = link.as_deref().map(escape);
        let html = match (piece, link) {
            (Piece::Link(text), Some(link)) => format!("<a href=\"{link}\">{}</a>", escape(text)),
            (Piece::Mention(name), Some(link)) => {
                let name = name.split('@').next().unwrap_or(name);
                let open = "<span class=\"h-card\"><a class=\"u-url mention\"";
                format!("{open} href=\"{link}\">@<span>{}</span></a></span>", escape(name))
            }
            (Piece::Hashtag(tag), Some(link)) => {
                let open = "<a class=\"mention hashtag\"";
                format!("{open} href=\"{link}\">#<span>{}</span></a>", escape(tag))
            }
            (Piece::Hashtag(tag), None) => return Event::Text(format!("#{tag}").into()),
            (Piece::Mention(name), None) => return Event::Text(format!("@{name}").into()),
            (Piece::Words(text) | Piece::Link(text), _) => {
                return Event::Text((*text).to_owned().into());
            }
        };
        Event::InlineHtml(html.into())
    };
    pieces(words).iter().map(event).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What Mastodon keeps (docs/federation/peers.md), plus headings, which read as bold there.
static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let tags: HashSet<&str> = [
        "p",
        "br",
        "a",
        "span",
        "del",
        "s",
        "pre",
        "code",
        "em",
        "strong",
        "b",
        "i",
        "u",
        "ul",
        "ol",
        "li",
        "blockquote",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    ]
    .into();
    let classes: HashMap<&str, HashSet<&str>> = HashMap::from([
        ("a", ["mention", "hashtag", "u-url"].into()),
        ("span", ["h-card", "invisible", "ellipsis"].into()),
    ]);
    let attributes: HashMap<&str, HashSet<&str>> =
        HashMap::from([("a", ["href"].into()), ("ol", ["start"].into())]);
    let mut builder = Builder::empty();
    builder
        .tags(tags)
        .tag_attributes(attributes)
        .generic_attributes(["lang", "dir"].into())
        .allowed_classes(classes)
        .url_schemes(["https", "http", "mailto", "tel"].into())
        .url_relative(ammonia::UrlRelative::Deny)
        .clean_content_tags(["script", "style"].into())
        .link_rel(Some("nofollow noopener noreferrer ugc"));
    builder
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_html_and_raw_html_becomes_text() {
        let html = Html::from_markdown("**Hi** <script>alert(1)</script>");
        assert_eq!(
            html.as_str(),
            "<p><strong>Hi</strong> &lt;script&gt;alert(1)&lt;/script&gt;</p>"
        );
    }

    #[test]
    fn names_and_addresses_become_links_outside_code() {
        let href = |piece: Piece<'_>| match piece {
            Piece::Mention("ann") => Some("https://care.example/@ann".to_owned()),
            _ => None,
        };
        let html = Html::from_markdown_linked("@ann @bob `@ann` https://a.example/x_y_z", &href);
        let html = html.as_str();
        assert_eq!(html.matches("u-url mention").count(), 1, "{html}");
        assert!(html.contains("@bob <code>@ann</code>"), "{html}");
        assert!(html.contains("href=\"https://a.example/x_y_z\""), "{html}");
    }

    #[test]
    fn nothing_that_could_act_survives() {
        for dirty in [
            "<img src=x onerror=alert(1)>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
            "<svg><script>1</script></svg>",
            "<math><mtext><style><img src=x onerror=1></style>",
            "<p style=\"position:fixed\" onclick=1 id=x class=btn>y</p>",
            "<iframe srcdoc=x></iframe><form action=/><input></form>",
            "<noscript><p title=\"</noscript><img src=x onerror=1>\">",
        ] {
            let clean = Html::sanitise(dirty);
            for word in [
                "javascript",
                "onerror",
                "onclick",
                "<svg",
                "<math",
                "style",
                "<i",
                "<form",
                "id=",
                "class=",
                "<img",
                "<noscript",
            ] {
                let hit = clean.as_str().contains(word) && !clean.as_str().contains("&lt;");
                assert!(!hit, "{dirty} -> {}", clean.as_str());
            }
        }
    }

    #[test]
    fn what_nests_without_end_does_not_keep_us_busy() {
        for piece in
            ["<ul>", "<blockquote>", "<b><p>", "<p><b 1 x=\"</b>\">", "<p><i 1><!--</i>-->"]
        {
            let clean = Html::sanitise(&piece.repeat(5_000));
            let elements = clean.as_str().matches("</").count();
            assert!(elements < 4_000, "{piece}: {elements}");
            assert!(clean.as_str().len() <= CLEAN_MAX_BYTES);
        }
        let quotes = Html::from_markdown(&format!("{} x", ">".repeat(10_000)));
        assert!(quotes.as_str().matches("<blockquote>").count() <= bound::NESTING_MAX);
        let all = "words ".repeat(REMOTE_HTML_MAX_BYTES / 6);
        assert_eq!(Html::sanitise(&all).as_str(), all);
    }

    #[test]
    fn what_came_out_comes_out_again_as_it_is() {
        let odd = "<h1>t<h2>u</>y</a></a>".repeat(12);
        let twice = "<pre>\n\n\nx</pre>";
        let quoted = "<p><b 1 x=\"</b>\">".repeat(5_000) + "\"a\" & <b>";
        for dirty in [odd.as_str(), twice, &quoted, "1 &lt; 2 &amp; \"3\" > 0"] {
            let clean = Html::sanitise(dirty);
            assert_eq!(Html::sanitise(clean.as_str()), clean, "{dirty}");
        }
    }

    #[test]
    fn plain_text_has_no_markup_and_no_escapes() {
        assert_eq!(Html::from_markdown("a **b**\n\nc & d").to_plain(), "a b c & d");
    }
}

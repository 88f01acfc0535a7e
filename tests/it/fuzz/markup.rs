//! Foreign HTML and Markdown: what comes out of the sanitiser can act in no page.

use carefolk_domain::Html;
use carefolk_domain::html::REMOTE_HTML_MAX_BYTES;

use super::{Taken, Target, ensure, files, fuzz};

const WORDS: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<p>",
    "<b>",
    "<i ",
    "<a href=\"",
    "\">",
    "</a>",
    "<pre>\n",
    "<ol start=\"1\">",
    "<li>",
    "<ul>",
    "<blockquote>",
    "<h1>",
    "<span class=\"",
    "<svg>",
    "<math>",
    "<mtext>",
    "<style>",
    "<script>",
    "<title>",
    "<textarea>",
    "<noscript>",
    "<template>",
    "<table><tr><td>",
    "<select><option>",
    "<iframe srcdoc=\"",
    "<form><input name=\"",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "data:text/html,x",
    "&#x6a;avascript:",
    "https://v.example/",
    " onclick=\"x\"",
    " style=\"x\"",
    " id=x",
    " lang=\"cy\"",
    " dir=\"rtl\"",
    "&lt;",
    "&amp;",
    "&quot;",
    "&#0;",
    "\0",
    "`",
    "**",
    "[x](",
    "](javascript:1)",
    "\n\n> ",
    "\n- ",
    "<nobr>",
    "<font>",
    "<annotation-xml encoding=\"text/html\">",
    "mention u-url",
    "\u{202e}",
];

/// Elements that may come out, and the attributes each may have.
const ELEMENTS: &[(&str, &[&str])] = &[
    ("p", &[]),
    ("br", &[]),
    ("a", &["href", "class", "rel"]),
    ("span", &["class"]),
    ("del", &[]),
    ("s", &[]),
    ("pre", &[]),
    ("code", &[]),
    ("em", &[]),
    ("strong", &[]),
    ("b", &[]),
    ("i", &[]),
    ("u", &[]),
    ("ul", &[]),
    ("ol", &["start"]),
    ("li", &[]),
    ("blockquote", &[]),
    ("h1", &[]),
    ("h2", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
];

/// What every element may have.
const EVERYWHERE: [&str; 2] = ["lang", "dir"];

const CLASSES: [&str; 6] = ["mention", "hashtag", "u-url", "h-card", "invisible", "ellipsis"];
const SCHEMES: [&str; 4] = ["https:", "http:", "mailto:", "tel:"];

/// The work that one byte may make, in bytes that come out: an `<a>` of three becomes one of forty.
const GROWTH_MAX: usize = 20;

/// What formatting elements may make on top, opened again in each block (`domain::html::bound`).
const MULTIPLIED_MAX: usize = 512 * 1024;

/// Reads what came out as strictly as no browser does: tags as a serialiser writes them, and nothing
/// else that begins with `<`.
fn check(html: &str) -> Result<(), String> {
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        ensure(!text.contains('>'), || format!("a bare > in {text:?}"))?;
        let end = tag_end(tag).ok_or_else(|| format!("a tag without end: {tag:?}"))?;
        let (inside, after) = tag.split_at(end);
        check_tag(inside)?;
        rest = after.strip_prefix('>').unwrap_or_default();
    }
    ensure(!rest.contains('>'), || format!("a bare > in {rest:?}"))
}

/// Where the `>` of a tag stands, outside of quotes.
fn tag_end(tag: &str) -> Option<usize> {
    let mut is_quoted = false;
    tag.find(|c: char| {
        is_quoted ^= c == '"';
        c == '>' && !is_quoted
    })
}

fn check_tag(inside: &str) -> Result<(), String> {
    if let Some(name) = inside.strip_prefix('/') {
        let is_known = ELEMENTS.iter().any(|(known, _)| *known == name);
        return ensure(is_known, || format!("the end of {name:?}"));
    }
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    let element = ELEMENTS.iter().find(|(known, _)| *known == name);
    let (_, attributes) = element.ok_or_else(|| format!("the element {name:?}"))?;
    while !rest.is_empty() {
        let (attribute, after) = rest.split_once("=\"").ok_or_else(|| format!("{rest:?}"))?;
        let (value, after) = after.split_once('"').ok_or_else(|| format!("{rest:?}"))?;
        let is_known = attributes.contains(&attribute) || EVERYWHERE.contains(&attribute);
        ensure(is_known, || format!("{attribute} of {name}"))?;
        match attribute {
            "href" => {
                // A browser looks past white space, so it may be there.
                let lower = value.replace(['\t', '\r', '\n'], "").to_ascii_lowercase();
                let lower = lower.trim_start_matches(|c| c <= ' ');
                let is_known = SCHEMES.iter().any(|scheme| lower.starts_with(scheme));
                ensure(is_known, || format!("a link to {value}"))?;
            }
            "class" => {
                let mut classes = value.split_ascii_whitespace();
                let is_known = classes.all(|class| CLASSES.contains(&class));
                ensure(is_known, || format!("the classes {value}"))?;
            }
            _ => {}
        }
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    Ok(())
}

fn check_size(from: usize, clean: &Html) -> Result<(), String> {
    let (to, most) = (clean.as_str().len(), from * GROWTH_MAX + MULTIPLIED_MAX);
    ensure(to <= most, || format!("{from} bytes became {to}"))
}

#[test]
fn foreign_html_comes_out_harmless_and_cleaning_it_again_changes_nothing() {
    let target = Target { name: "html", corpus: files("fuzz/markup"), words: WORDS, inputs: 1_000 };
    fuzz(&target, |input| {
        let dirty = String::from_utf8_lossy(input);
        let clean = Html::sanitise(&dirty);
        check(clean.as_str())?;
        check_size(dirty.len(), &clean)?;
        if clean.as_str().len() <= REMOTE_HTML_MAX_BYTES {
            let again = Html::sanitise(clean.as_str());
            ensure(again == clean, || format!("{clean:?}\nbecame\n{again:?}"))?;
        }
        let plain = clean.to_plain();
        ensure(plain.len() <= clean.as_str().len(), || format!("its words are {plain:?}"))?;
        Ok(if clean.as_str().contains('<') { Taken::Yes } else { Taken::No })
    });
}

#[test]
fn markdown_comes_out_harmless() {
    let target =
        Target { name: "markdown", corpus: files("fuzz/markup"), words: WORDS, inputs: 500 };
    fuzz(&target, |input| {
        let source = String::from_utf8_lossy(input);
        let linked = Html::from_markdown_linked(&source, &|_| Some("https://v.example/".into()));
        for html in [Html::from_markdown(&source), linked] {
            check(html.as_str())?;
            check_size(source.len(), &html)?;
        }
        Ok(Taken::Yes)
    });
}

#[test]
fn the_strict_reader_sees_what_could_act() {
    for bad in [
        "<script>",
        "<p onclick=\"x\">",
        "<a href=\"javascript:1\">",
        "<p",
        "a > b",
        "<P>",
        "<p>x</q>",
        "<span class=\"btn\">",
        "<a href='https://v.example/'>",
        "<!--x-->",
        "<p ><img>",
    ] {
        assert!(check(bad).is_err(), "{bad}");
    }
    for good in [
        "<p lang=\"cy\">1 &lt; 2</p>",
        "<a href=\"https://v.example/?a>b\" rel=\"nofollow\">x</a><br>",
        "<span class=\"h-card\">y</span>",
        "words",
    ] {
        assert_eq!(check(good), Ok(()), "{good}");
    }
}

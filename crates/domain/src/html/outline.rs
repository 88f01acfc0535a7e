//! Headings in a text, under the heading that it stands under.

/// The deepest heading there is.
const DEEPEST: u8 = 6;

/// `html`, which the sanitiser made, with its headings under one of `level`: the first ones a level
/// below it, what they hold a level below them, and so on.
pub(super) fn below(html: &str, level: u8) -> String {
    let mut out = String::with_capacity(html.len());
    // What a heading counts for there, of those that the next one may stand under.
    let mut over: Vec<u8> = Vec::new();
    let mut open: Vec<u8> = Vec::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        out.push_str(before);
        out.push('<');
        rest = tag;
        let (slash, name) = match tag.strip_prefix('/') {
            Some(name) => ("/", name),
            None => ("", tag),
        };
        let Some((there, after)) = heading(name) else { continue };
        let here = if slash.is_empty() {
            while over.last().is_some_and(|last| *last >= there) {
                over.pop();
            }
            over.push(there);
            let depth = u8::try_from(over.len()).unwrap_or(DEEPEST);
            let here = level.saturating_add(depth).min(DEEPEST);
            open.push(here);
            here
        } else {
            open.pop().unwrap_or(DEEPEST)
        };
        out.push_str(slash);
        out.push('h');
        out.push(char::from(b'0' + here));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The level of the heading whose tag has this name, and what follows the name.
fn heading(tag: &str) -> Option<(u8, &str)> {
    let (digit, after) = tag.strip_prefix('h')?.split_at_checked(1)?;
    let level = digit.parse().ok().filter(|level| (1..=DEEPEST).contains(level))?;
    after.starts_with(['>', ' ']).then_some((level, after))
}

#[cfg(test)]
mod tests {
    use super::super::Html;

    fn below(html: &str, level: u8) -> String {
        Html::sanitise(html).below(level).as_str().to_owned()
    }

    #[test]
    fn headings_stand_under_the_one_over_the_text_and_leave_no_level_out() {
        let text = "<h2>A</h2><p>x</p><h4 lang=\"cy\">B</h4><h2>C</h2><h3>D</h3>";
        let there = "<h4>A</h4><p>x</p><h5 lang=\"cy\">B</h5><h4>C</h4><h5>D</h5>";
        assert_eq!(below(text, 3), there);
        assert_eq!(below("<h1>A</h1>", 1), "<h2>A</h2>");
        assert_eq!(below("<h3>A</h3><h1>B</h1><h2>C</h2>", 1), "<h2>A</h2><h2>B</h2><h3>C</h3>");
        assert_eq!(below("<h1>A</h1><h2>B</h2><h3>C</h3>", 5), "<h6>A</h6><h6>B</h6><h6>C</h6>");
    }

    #[test]
    fn nothing_but_headings_is_changed_and_what_comes_out_is_still_clean() {
        for html in [
            "<p>1 &lt;h1&gt; <a href=\"https://a.example/%3Ch1%3E\">x</a></p>",
            "<h1>t<h2>u</>y</a></a>",
            "<h1><blockquote><h2>x</h2></blockquote></h1>",
            "<p lang=\"<h1>\">x</p><h1>y</h1>",
            "no markup",
        ] {
            let clean = Html::sanitise(html).below(2);
            assert_eq!(Html::sanitise(clean.as_str()), clean, "{html}");
            let plain = Html::sanitise(html).to_plain();
            assert_eq!(clean.to_plain(), plain, "{html}");
        }
    }
}

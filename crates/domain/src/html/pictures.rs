//! Pictures in Markdown: nothing is loaded from elsewhere, so that a picture is a link to it.

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

/// What `events` say, with a link in place of each picture. Its words are what the author says that
/// the picture shows, or else its address. Inside a link, where no other can stand, they are words.
pub(super) fn linked<'a>(
    events: impl Iterator<Item = Event<'a>>,
) -> impl Iterator<Item = Event<'a>> {
    // For each link and picture that is open: whether it is a link in what comes out.
    let mut open: Vec<bool> = Vec::new();
    // The address of a picture for which there are no words yet.
    let mut silent: Option<CowStr<'a>> = None;
    events.flat_map(move |event| match event {
        Event::Start(Tag::Link { .. }) if open.contains(&true) => {
            open.push(false);
            Vec::new()
        }
        Event::Start(Tag::Link { .. }) => {
            open.push(true);
            vec![event]
        }
        Event::Start(Tag::Image { dest_url, title, id, .. }) => {
            silent = Some(dest_url.clone());
            let is_link = !open.contains(&true);
            open.push(is_link);
            let link_type = LinkType::Inline;
            let link = Event::Start(Tag::Link { link_type, dest_url, title, id });
            is_link.then_some(link).into_iter().collect()
        }
        Event::End(TagEnd::Link | TagEnd::Image) => {
            let words = silent.take().map(Event::Text);
            let end = open.pop().unwrap_or(false).then_some(Event::End(TagEnd::Link));
            words.into_iter().chain(end).collect()
        }
        Event::Text(_) | Event::Code(_) | Event::InlineHtml(_) => {
            silent = None;
            vec![event]
        }
        other => vec![other],
    })
}

#[cfg(test)]
mod tests {
    use super::super::Html;

    fn shown(markdown: &str) -> String {
        Html::from_markdown(markdown)
            .as_str()
            .replace(" rel=\"nofollow noopener noreferrer ugc\"", "")
    }

    #[test]
    fn a_picture_is_a_link_with_its_description() {
        let one = "<p><a href=\"https://a.example/1.jpg\">Our <em>new</em> garden</a></p>";
        assert_eq!(shown("![Our *new* garden](https://a.example/1.jpg)"), one);
        let bare = "<p><a href=\"https://a.example/1.jpg\">https://a.example/1.jpg</a></p>";
        assert_eq!(shown("![](https://a.example/1.jpg)"), bare);
        assert_eq!(shown("![x](javascript:alert)"), "<p><a>x</a></p>");
    }

    #[test]
    fn a_link_holds_no_other() {
        let page = "<p><a href=\"https://a.example/\">The menu</a></p>";
        assert_eq!(shown("[![The menu](https://a.example/1.jpg)](https://a.example/)"), page);
        let picture = "<p><a href=\"https://a.example/1.jpg\">The menu</a></p>";
        assert_eq!(shown("![The [menu](https://b.example/)](https://a.example/1.jpg)"), picture);
        let empty = "<p><a href=\"https://a.example/\">https://a.example/1.jpg</a> x</p>";
        assert_eq!(shown("[![](https://a.example/1.jpg)](https://a.example/) x"), empty);
    }
}

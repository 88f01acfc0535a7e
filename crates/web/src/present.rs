//! From the application's views to page models.

use carefolk_app::actors::{ActorView, Portrait};
use carefolk_app::groups::GroupView;
use carefolk_app::pictures::PictureView;
use carefolk_app::posts::{
    AttachmentKind, AttachmentView, Cover, EventView, PostView, RenditionView, RevisionView,
};
use carefolk_app::timelines::PostPage;
use carefolk_domain::picture::{SMALL_SIDE, within};
use carefolk_domain::{ActorKind, Audience, Focus, Html, Lang, RemovalReason, RenditionKind};

use crate::dates;
use crate::languages;
use crate::view::cards::{Attached, GroupLink, Other, Place, ReplyTo, Shown, hue, initials};
use crate::view::models::Version;
use crate::view::polls::PollCard;
use crate::view::{Frame, Person, PostCard, PostList};

/// A longer text is shown by its beginning where many posts stand together.
const LONG_TEXT_CHARS: usize = 1_500;

/// How much of it is shown.
const EXCERPT_CHARS: usize = 500;

/// Where a sentence is cut to put markup in: it stands in no words.
const GAP: &str = "\u{0}";

fn portrait(portrait: &Portrait) -> (String, &'static str) {
    (portrait.address.clone(), portrait.focus.word())
}

/// Makes page models in the language and at the moment of one request.
pub(crate) struct Presenter<'a> {
    frame: &'a Frame,
}

impl<'a> Presenter<'a> {
    /// A presenter for one request.
    pub(crate) fn new(frame: &'a Frame) -> Self {
        Self { frame }
    }

    /// A moment in words.
    pub(crate) fn when(&self, moment: carefolk_domain::Moment) -> String {
        dates::in_words(self.frame.locale, moment.0, self.frame.now_ms)
    }

    /// A day in words: "24 November 2026".
    pub(crate) fn day(&self, moment: carefolk_domain::Moment) -> String {
        dates::day(self.frame.locale, moment.0)
    }

    /// Somebody or some provider.
    pub(crate) fn person(actor: &ActorView) -> Person {
        Person {
            address: actor.address(),
            name: actor.name.clone(),
            handle: actor.handle.clone(),
            page: actor.page.clone(),
            portrait: actor.portrait.as_ref().map(portrait),
            initials: initials(&actor.name),
            hue: hue(&actor.uri),
            is_provider: matches!(actor.kind, ActorKind::Organization | ActorKind::Group),
            origin: (!actor.is_local).then(|| actor.host.clone()),
        }
    }

    /// A group, with or without an actor.
    pub(crate) fn group(group: &GroupView) -> Person {
        group.actor.as_ref().map_or_else(
            || Person {
                name: group.name.name.clone(),
                handle: group.name.handle.clone(),
                page: group.name.page.clone(),
                portrait: group.portrait.as_ref().map(portrait),
                initials: initials(&group.name.name),
                hue: hue(&group.name.page),
                is_provider: true,
                ..Person::default()
            },
            Self::person,
        )
    }

    /// A post.
    pub(crate) fn post(&self, post: PostView, place: Place) -> PostCard {
        let (audience_key, audience_icon) = audience(post.audience);
        // The whole of a post is on its own page. Above a reply it would push the reply away.
        let is_aside = matches!(place, Place::List | Place::Before);
        let excerpt = if is_aside { excerpt(&post.html) } else { None };
        // What stands before the post stands right under the page's own heading.
        let level = if place == Place::Before { 2 } else { 3 };
        // The page's own heading is that of the post that it is about.
        let over = if place == Place::Main { 1 } else { level };
        let is_elsewhere = post.origin.is_some();
        let (pictures, attached) = self.beside(&post);
        // What has a warning is folded already.
        let is_folded = post.cover == Cover::Sensitive && post.warning.is_none();
        let cover = is_folded.then(|| self.text("picture-sensitive"));
        let reply_to = post.in_reply_to.map(|to| ReplyTo { page: to.page, name: to.name });
        PostCard {
            id: post.id.to_string(),
            author: Self::person(&post.author),
            original: Some(post.url).filter(|url| is_elsewhere && is_web(url)).and_then(|url| {
                let host = carefolk_domain::uri::host(&url)?;
                Some((url, host))
            }),
            history: format!("{}/history", post.page),
            edit: format!("{}/edit", post.page),
            delete: format!("{}/delete", post.page),
            page: post.page,
            title: post.title.filter(|title| !title.trim().is_empty()),
            lang: post.lang.as_str().to_owned(),
            html: post.html.below(over).as_str().to_owned(),
            excerpt,
            warning: post.warning.filter(|warning| !warning.trim().is_empty()),
            event_when: post.event.as_ref().map(|event| self.span(event)),
            event_where: post.event.and_then(|event| event.place),
            attached,
            pictures,
            cover,
            renditions: post.renditions.iter().filter_map(|it| self.other(it, over)).collect(),
            poll: post.poll.as_ref().map(|poll| PollCard::new(self.frame, poll)),
            when: self.when(post.published),
            iso: dates::for_machines(post.published.0),
            edited: post.edited.map(|edited| self.when(edited)),
            audience_key,
            audience_icon,
            reply_to,
            replies: post.replies,
            // That a group brought it says no more than that it is in the group.
            boosted_by: post
                .boosted_by
                .filter(|by| post.group.as_ref().is_none_or(|group| group.actor != Some(by.id)))
                .as_ref()
                .map(Self::person),
            group: post.group.map(|group| GroupLink { name: group.name, page: group.page }),
            may_change: post.may_change,
            removed: post.removed.map(|reason| self.removed(reason)),
            appeal: post.removed.filter(|_| post.is_own).map(|_| self.text("removed-appeal")),
            take_away: None,
            like: None,
            report: None,
            give_back: None,
            deleted: post.deleted,
            is_unfolded: false,
            place,
            level,
        }
    }

    fn text(&self, key: &str) -> String {
        carefolk_i18n::text(self.frame.locale, key, &[])
    }

    /// That moderators took a post away, and why.
    fn removed(&self, reason: RemovalReason) -> String {
        let why = self.text(&format!("removed-{}", reason.word()));
        format!("{} {why}", self.text("removed-by"))
    }

    /// From when to when an event is, in words.
    fn span(&self, event: &EventView) -> String {
        let ends = event.ends.map(|ends| ends.0);
        dates::from_to(self.frame.locale, event.starts.0, ends)
    }

    /// What goes with a post, as a link.
    fn attached(&self, it: &AttachmentView) -> Option<Attached> {
        let host = carefolk_domain::uri::host(&it.url).filter(|_| is_web(&it.url))?;
        let key = match it.kind {
            AttachmentKind::Picture => "post-attached-picture",
            AttachmentKind::Film => "post-attached-film",
            AttachmentKind::Sound => "post-attached-sound",
            AttachmentKind::File => "post-attached-file",
            AttachmentKind::Link => "post-attached-link",
        };
        let what = carefolk_i18n::text(self.frame.locale, key, &[]);
        // Without a description a link still has to say which it is.
        let file = it.url.split(['?', '#']).next().and_then(|path| path.rsplit('/').next());
        let file = file.filter(|file| !file.is_empty()).map_or_else(|| host.clone(), str::to_owned);
        Some(Attached { what, name: it.name.clone(), file, url: it.url.clone(), host })
    }

    /// The pictures of a post, and what else goes with it.
    fn beside(&self, post: &PostView) -> (Vec<Shown>, Vec<Attached>) {
        let is_picture =
            |it: &&AttachmentView| it.kind == AttachmentKind::Picture && is_web(&it.url);
        let (copied, others): (Vec<_>, Vec<_>) = post.attachments.iter().partition(is_picture);
        let own = post.pictures.iter().map(|it| self.picture(it, &post.lang));
        let copied = copied.into_iter().map(|it| self.copied(it, post));
        let attached = others.into_iter().filter_map(|it| self.attached(it)).collect();
        (own.chain(copied).collect(), attached)
    }

    /// A picture. One that nobody described is a link still, and has to be called something.
    pub(crate) fn picture(&self, it: &PictureView, lang: &Lang) -> Shown {
        let (alt, lang) = self.alt(it.description.as_deref(), lang);
        let address = format!("/media/{}", it.key);
        Shown { address, size: Some(it.small_size), alt, lang, focus: it.focus.word() }
    }

    /// A picture that stands elsewhere: we show our copy of it.
    fn copied(&self, it: &AttachmentView, post: &PostView) -> Shown {
        let (alt, lang) = self.alt(it.name.as_deref(), &post.lang);
        let address = format!("/media/elsewhere/{}/{}", post.id, it.position);
        Shown {
            address,
            size: it.size.map(|size| within(size, SMALL_SIDE)),
            alt,
            lang,
            focus: Focus::Middle.word(),
        }
    }

    fn alt(&self, words: Option<&str>, lang: &Lang) -> (String, String) {
        match words {
            Some(words) => (words.to_owned(), lang.as_str().to_owned()),
            None => (self.text("picture-undescribed"), self.frame.locale.language().to_owned()),
        }
    }

    /// A translation, as it stands under a heading of the level `over`.
    fn other(&self, rendition: &RenditionView, over: u8) -> Option<Other> {
        if rendition.kind != RenditionKind::Translation {
            return None;
        }
        // The name is in its own language, the words around it are in the page's.
        let args = [("language", GAP.into())];
        let offer = carefolk_i18n::text(self.frame.locale, "post-other-language", &args);
        let (before, after) = offer.split_once(GAP).unwrap_or((offer.as_str(), ""));
        Some(Other {
            name: languages::own_name(rendition.lang.as_str()).to_owned(),
            offer: (before.to_owned(), after.to_owned()),
            lang: rendition.lang.as_str().to_owned(),
            html: rendition.html.below(over).as_str().to_owned(),
        })
    }

    /// A page of posts, whose first page is at `path`.
    pub(crate) fn list(&self, page: PostPage, path: &str, is_first: bool) -> PostList {
        PostList {
            posts: page.posts.into_iter().map(|post| self.post(post, Place::List)).collect(),
            path: path.to_owned(),
            next: page.next,
            is_first,
        }
    }

    /// One text that a post has had.
    pub(crate) fn version(&self, revision: RevisionView) -> Version {
        Version {
            when: self.when(revision.at),
            iso: dates::for_machines(revision.at.0),
            lang: revision.lang.as_str().to_owned(),
            warning: revision.warning,
            // Under the moment that the version is of.
            html: revision.html.below(2).as_str().to_owned(),
        }
    }
}

/// The beginning of a text, if the whole is too long for a list.
fn excerpt(html: &Html) -> Option<String> {
    // Markup only adds: what is short with it is short without.
    if html.as_str().len() <= LONG_TEXT_CHARS {
        return None;
    }
    let plain = html.to_plain();
    (plain.chars().count() > LONG_TEXT_CHARS).then(|| beginning(&plain, EXCERPT_CHARS))
}

/// The first words of a text, `limit` characters at most.
pub(crate) fn beginning(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let cut: String = text.chars().take(limit).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{whole_words} …")
}

fn audience(audience: Audience) -> (Option<&'static str>, &'static str) {
    match audience {
        Audience::Public => (None, ""),
        Audience::Quiet => (Some("audience-tag-quiet"), "globe"),
        Audience::Local => (Some("audience-tag-local"), "lock"),
        Audience::Followers => (Some("audience-tag-followers"), "lock"),
        Audience::Group => (Some("audience-tag-group"), "lock"),
        Audience::Direct => (Some("audience-tag-direct"), "lock"),
    }
}

/// Whether another server's address may stand in a link: nothing but a web page.
pub(crate) fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_texts_are_cut_and_at_a_word() {
        assert_eq!(excerpt(&Html::from_markdown("short")), None);
        let long = excerpt(&Html::from_markdown(&"word ".repeat(400))).unwrap();
        assert!(long.ends_with("word …") && long.chars().count() <= EXCERPT_CHARS + 2);
    }

    #[test]
    fn a_link_leads_to_web_pages_only() {
        assert!(is_web("https://larkmoor.example/@a/1"));
        assert!(!is_web("javascript:alert(1)") && !is_web("data:text/html,x"));
    }
}

//! One struct for each template.

use askama::Template;

use super::cards::{Person, PostCard, PostList};
use super::cx::Cx;
use super::form::{Errors, Item, More};
use super::polls::Ballot;

/// A page that is one form.
#[derive(Template)]
#[template(path = "form.html")]
pub(crate) struct FormPage {
    /// The frame.
    pub cx: Cx,
    /// What was wrong.
    pub errors: Errors,
    /// What was just done.
    pub said: Option<String>,
    /// Sentences before the form.
    pub lead: Vec<String>,
    /// The post that the form is about.
    pub about: Option<PostCard>,
    /// Where it is sent.
    pub action: String,
    /// Its parts.
    pub items: Vec<Item>,
    /// Parts that most people do not need.
    pub more: Option<More>,
    /// What the button says.
    pub button: String,
    /// Whether the button takes something away.
    pub danger: bool,
    /// Whether somebody may be in danger.
    pub is_urgent: bool,
    /// A way back: a path and its words.
    pub back: Option<(String, String)>,
    /// Sentences after the form.
    pub after: Vec<String>,
}

impl FormPage {
    /// A form with nothing in it yet.
    pub(crate) fn new(cx: Cx, action: impl Into<String>, button: String) -> Self {
        Self {
            cx,
            errors: Errors::none(),
            said: None,
            lead: Vec::new(),
            about: None,
            action: action.into(),
            items: Vec::new(),
            more: None,
            button,
            danger: false,
            is_urgent: false,
            back: None,
            after: Vec::new(),
        }
    }

    /// With what was wrong, which the title says too.
    #[must_use]
    pub(crate) fn errors(mut self, errors: Errors) -> Self {
        self.cx = self.cx.failed(!errors.is_empty());
        self.errors = errors;
        self
    }
}

/// Whose news a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// The community's, for a visitor, who is told where they are.
    Welcome,
    /// What a member follows.
    Own,
    /// The community's, for a member, whose front page is their own.
    All,
}

impl News {
    /// Whether it is what a member follows.
    pub(crate) fn is_own(self) -> bool {
        self == Self::Own
    }
}

/// The community's front page, or one's own.
#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    /// The frame.
    pub cx: Cx,
    /// Whose news it is.
    pub news: News,
    /// What was just done.
    pub said: Option<String>,
    /// The posts.
    pub list: PostList,
    /// Some providers of this community.
    pub providers: Vec<Person>,
}

/// The button that follows or stops following.
pub(crate) struct FollowButton {
    /// Where it is sent.
    pub action: &'static str,
    /// Who is meant.
    pub address: String,
    /// Whether they are followed now.
    pub is_following: bool,
    /// What the button says.
    pub words: String,
}

/// Somebody's page.
#[derive(Template)]
#[template(path = "profile.html")]
pub(crate) struct ProfilePage {
    /// The frame.
    pub cx: Cx,
    /// What was just done.
    pub said: Option<String>,
    /// Who it is about.
    pub person: Person,
    /// What their picture shows, in words.
    pub shows: Option<String>,
    /// What they say about themselves, sanitised.
    pub about: Option<String>,
    /// Short facts.
    pub facts: Vec<String>,
    /// The button for who is signed in.
    pub follow: Option<FollowButton>,
    /// Other things to do: a path and its words.
    pub acts: Vec<(String, String)>,
    /// Who they are now, if they moved.
    pub moved_to: Option<Person>,
    /// What they want to be read first.
    pub pinned: Vec<PostCard>,
    /// Their posts.
    pub list: PostList,
    /// The address to copy, where people elsewhere can follow.
    pub address: Option<String>,
    /// Where the box for people elsewhere is sent.
    pub follow_action: String,
    /// Their page on their own server.
    pub elsewhere: Option<String>,
}

/// A post with what it answers and what answers it.
#[derive(Template)]
#[template(path = "post.html")]
pub(crate) struct PostPage {
    /// The frame.
    pub cx: Cx,
    /// What was wrong with the reply.
    pub errors: Errors,
    /// What was just done.
    pub said: Option<String>,
    /// Where on the page the reply is that was just written.
    pub just_said: Option<String>,
    /// What it answers.
    pub ancestors: Vec<PostCard>,
    /// The post.
    pub main: PostCard,
    /// The beginning of what its author says about themselves.
    pub about_author: Option<String>,
    /// What answers it.
    pub replies: Vec<PostCard>,
    /// The cursor of the next page of replies.
    pub next: Option<String>,
    /// The parts of the reply form, for who may reply.
    pub reply: Option<Vec<Item>>,
    /// Who will see the reply.
    pub reply_audience: String,
    /// Where to sign in, for who is not.
    pub sign_in_to_reply: Option<String>,
    /// The address of the post, for people elsewhere.
    pub address: Option<String>,
    /// That nobody answers any more, in words.
    pub closed: Option<String>,
    /// What moderators of its group can do.
    pub order: Option<Order>,
}

/// What moderators can do with a conversation: one form, a button for each.
pub(crate) struct Order {
    /// Where it is sent.
    pub action: String,
    /// What the form sends, and its words.
    pub acts: Vec<(&'static str, String)>,
}

/// A provider in the list.
pub(crate) struct ProviderCard {
    /// The provider.
    pub person: Person,
    /// The beginning of what it says about itself.
    pub about: Option<String>,
}

/// The providers of this community.
#[derive(Template)]
#[template(path = "providers.html")]
pub(crate) struct ProvidersPage {
    /// The frame.
    pub cx: Cx,
    /// What was just done.
    pub said: Option<String>,
    /// The providers.
    pub people: Vec<ProviderCard>,
    /// Whether the reader may add one.
    pub may_add: bool,
}

/// Somebody in a team.
pub(crate) struct TeamLine {
    /// The display name.
    pub name: String,
    /// The local name.
    pub handle: String,
    /// Their page.
    pub page: String,
    /// What they may do, in words.
    pub role: String,
}

/// Who speaks for a provider.
#[derive(Template)]
#[template(path = "team.html")]
pub(crate) struct TeamPage {
    /// The frame.
    pub cx: Cx,
    /// What was wrong.
    pub errors: Errors,
    /// What was just done.
    pub said: Option<String>,
    /// The team.
    pub members: Vec<TeamLine>,
    /// Whether the reader may change it.
    pub may_manage: bool,
    /// The path that the forms are sent below.
    pub action: String,
    /// The parts of the form that adds somebody.
    pub items: Vec<Item>,
}

/// A provider whose team one is in.
pub(crate) struct MyTeam {
    /// The provider.
    pub person: Person,
    /// What one may do for it, in words.
    pub role: String,
    /// The page to write as it.
    pub write: String,
    /// The page of its team.
    pub page: String,
}

/// Somebody whom one follows.
pub(crate) struct Followed {
    /// Who.
    pub person: Person,
    /// Whether they have not agreed yet.
    pub is_waiting: bool,
}

/// One's own page.
#[derive(Template)]
#[template(path = "you.html")]
pub(crate) struct YouPage {
    /// The frame.
    pub cx: Cx,
    /// What was wrong.
    pub errors: Errors,
    /// What was just done.
    pub said: Option<String>,
    /// Oneself.
    pub me: Person,
    /// Whether they read what those who run the community are told.
    pub reads_reports: bool,
    /// The providers one speaks for.
    pub teams: Vec<MyTeam>,
    /// Whom one follows.
    pub following: Vec<Followed>,
    /// The parts of the form that follows somebody by address.
    pub items: Vec<Item>,
}

/// One text that a post has had.
pub(crate) struct Version {
    /// When it became the text, in words.
    pub when: String,
    /// The same for machines.
    pub iso: String,
    /// The language tag.
    pub lang: String,
    /// The content warning.
    pub warning: Option<String>,
    /// The text, sanitised.
    pub html: String,
}

/// The texts a post has had.
#[derive(Template)]
#[template(path = "history.html")]
pub(crate) struct HistoryPage {
    /// The frame.
    pub cx: Cx,
    /// The texts, the newest first.
    pub versions: Vec<Version>,
}

/// A page that says one thing: what went wrong, or what comes next.
#[derive(Template)]
#[template(path = "message.html")]
pub(crate) struct MessagePage {
    /// The frame.
    pub cx: Cx,
    /// What it says.
    pub lines: Vec<String>,
    /// Words of the reader's that must not get lost.
    pub kept: Option<String>,
    /// The next step: an address as it is, and its words.
    pub button: Option<(String, String)>,
    /// Whether that leads to another site.
    pub leaves: bool,
    /// An address to copy.
    pub copy: Option<String>,
    /// Other ways on: a path of ours, and its words.
    pub links: Vec<(String, String)>,
}

impl MessagePage {
    /// A page that says `lines`.
    pub(crate) fn new(cx: Cx, lines: Vec<String>) -> Self {
        Self { cx, lines, kept: None, button: None, leaves: false, copy: None, links: Vec::new() }
    }
}

/// A part of a page of text.
pub(crate) struct Section {
    /// Its heading.
    pub heading: String,
    /// Its sentences.
    pub lines: Vec<String>,
    /// Whether it must stand out.
    pub is_warm: bool,
    /// Whom to call: the digits, and the number as people read it.
    pub call: Option<(String, String)>,
}

/// A page of text: help, privacy, rules.
#[derive(Template)]
#[template(path = "text.html")]
pub(crate) struct TextPage {
    /// The frame.
    pub cx: Cx,
    /// Sentences at the top.
    pub lead: Vec<String>,
    /// The parts.
    pub sections: Vec<Section>,
    /// Ways on: a path and its words.
    pub links: Vec<(String, String)>,
}

/// Posts with a hashtag.
#[derive(Template)]
#[template(path = "tag.html")]
pub(crate) struct TagPage {
    /// The frame.
    pub cx: Cx,
    /// The posts.
    pub list: PostList,
}

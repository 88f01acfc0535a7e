//! Groups as they stand in pages.

use askama::Template;

use super::cards::{Person, PostCard, PostList, Shown};
use super::cx::Cx;
use super::form::{Choices, Errors, Item};
use super::polls::Ballot;

/// A group in the list.
pub(crate) struct GroupCard {
    /// The group.
    pub person: Person,
    /// What kind of group it is, in words.
    pub kind: String,
    /// The language that is spoken in it.
    pub lang: String,
    /// The beginning of what it is for.
    pub about: String,
    /// Short facts.
    pub facts: Vec<String>,
}

/// A conversation that moderators pinned, or closed.
pub(crate) struct PinnedLine {
    /// Its page.
    pub page: String,
    /// Its language.
    pub lang: String,
    /// Its title, or how it begins.
    pub words: String,
    /// Who began it.
    pub by: String,
}

/// A form that is one button.
pub(crate) struct Button {
    /// Where it is sent.
    pub action: String,
    /// What it says.
    pub words: String,
    /// Whether it is the one to press.
    pub is_first: bool,
}

/// Somebody in the list of a group's moderators, with what can be done.
pub(crate) struct MemberLine {
    /// Who.
    pub person: Person,
    /// What they are in it, in words, where the heading does not say it.
    pub role: Option<String>,
    /// What the form sends for them.
    pub who: String,
    /// What can be done: what the form sends, and its words.
    pub acts: Vec<(&'static str, String)>,
}

/// People of a group who are the same in it.
pub(crate) struct MemberList {
    /// The `id` of the heading.
    pub id: &'static str,
    /// What they are.
    pub title: String,
    /// Who.
    pub lines: Vec<MemberLine>,
}

/// Who is what in a group, for those who keep order in it.
#[derive(Template)]
#[template(path = "members.html")]
pub(crate) struct MembersPage {
    /// The frame.
    pub cx: Cx,
    /// What was wrong.
    pub errors: Errors,
    /// What was just done.
    pub said: Option<String>,
    /// What the page is for.
    pub lead: String,
    /// Who is what.
    pub lists: Vec<MemberList>,
    /// Where its forms are sent.
    pub action: String,
    /// The parts of the form about somebody who is not listed.
    pub items: Vec<Item>,
}

/// Something that moderators took away.
pub(crate) struct RemovedLine {
    /// What it was, in words.
    pub what: String,
    /// When it was written, in words.
    pub when: String,
    /// Why, in words.
    pub why: String,
    /// Where the gap is.
    pub page: String,
}

/// What moderators took away from a group.
#[derive(Template)]
#[template(path = "removed.html")]
pub(crate) struct RemovedPage {
    /// The frame.
    pub cx: Cx,
    /// What they took away, the last first.
    pub lines: Vec<RemovedLine>,
    /// The conversations in which nobody answers any more.
    pub locked: Vec<PinnedLine>,
}

/// Something that moderators were told.
pub(crate) struct ReportLine {
    /// Which it is, from 1.
    pub number: u32,
    /// The same in words.
    pub name: String,
    /// The row.
    pub id: String,
    /// Who it is about.
    pub about: Person,
    /// When it was said, in words.
    pub when: String,
    /// Who said it, in words, if the reader may know.
    pub by: Option<String>,
    /// The group that it was said in: its page and its name.
    pub group: Option<(String, String)>,
    /// What was said.
    pub comment: String,
    /// Whether the other server was told.
    pub forwarded: bool,
    /// What it is about, as far as it is still there.
    pub posts: Vec<PostCard>,
}

/// What moderators were told.
#[derive(Template)]
#[template(path = "reports.html")]
pub(crate) struct ReportsPage {
    /// The frame.
    pub cx: Cx,
    /// What was just done.
    pub said: Option<String>,
    /// What the page is for.
    pub lead: String,
    /// Where its forms are sent.
    pub action: String,
    /// What they were told, the last first.
    pub lines: Vec<ReportLine>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// Something that waits until moderators have read it, or that they did not take.
pub(crate) struct WaitingLine {
    /// Which it is, from 1.
    pub number: u32,
    /// The same in words.
    pub name: String,
    /// The row.
    pub id: String,
    /// Who says it.
    pub who: Person,
    /// When, in words.
    pub when: String,
    /// The language tag of the text.
    pub lang: String,
    /// A title.
    pub title: Option<String>,
    /// A content warning.
    pub warning: Option<String>,
    /// The text, sanitised.
    pub html: String,
    /// The text as it was written, where it has to be copied.
    pub source: Option<String>,
    /// The pictures that stand in it.
    pub pictures: Vec<Shown>,
    /// The page of what it answers.
    pub answers: Option<String>,
    /// Its own page, if it has one already.
    pub page: Option<String>,
    /// Why moderators did not take it, in words.
    pub refused: Option<String>,
    /// Whether the reader decides.
    pub may_decide: bool,
    /// Whether the reader wrote it.
    pub may_take_back: bool,
    /// Why it would not be taken.
    pub reasons: Choices,
}

/// What waits in a group.
#[derive(Template)]
#[template(path = "waiting.html")]
pub(crate) struct WaitingPage {
    /// The frame.
    pub cx: Cx,
    /// What was wrong.
    pub errors: Errors,
    /// What was just done.
    pub said: Option<String>,
    /// What the page is for.
    pub lead: String,
    /// What waits, the oldest first.
    pub lines: Vec<WaitingLine>,
    /// Where its forms are sent.
    pub action: String,
}

/// The groups of this community.
#[derive(Template)]
#[template(path = "groups.html")]
pub(crate) struct GroupsPage {
    /// The frame.
    pub cx: Cx,
    /// What was just done.
    pub said: Option<String>,
    /// The groups.
    pub groups: Vec<GroupCard>,
    /// Whether the reader may start one.
    pub may_add: bool,
}

/// A group.
#[derive(Template)]
#[template(path = "group.html")]
pub(crate) struct GroupPage {
    /// The frame.
    pub cx: Cx,
    /// What was wrong.
    pub errors: Errors,
    /// What was just done.
    pub said: Option<String>,
    /// The group.
    pub person: Person,
    /// What their picture shows, in words.
    pub shows: Option<String>,
    /// What kind of group it is, in words.
    pub kind: String,
    /// What that means, in a sentence.
    pub kind_lead: String,
    /// The language that is spoken in it.
    pub lang: String,
    /// Who it is for, sanitised.
    pub about: String,
    /// Short facts.
    pub facts: Vec<String>,
    /// Its rules.
    pub rules: Vec<String>,
    /// Who keeps order.
    pub moderators: Vec<Person>,
    /// What the reader is in it, where that must be said.
    pub mine: Option<String>,
    /// Whether the reader reads what is said in it.
    pub reads: bool,
    /// Who will read a conversation.
    pub begin_audience: String,
    /// The buttons that join or leave.
    pub buttons: Vec<Button>,
    /// The way to what its moderators were told, and its words.
    pub reports_page: Option<(String, String)>,
    /// Where it is changed, for who keeps order in it.
    pub change_page: Option<String>,
    /// The page of who is in it, for those who keep order.
    pub members_page: Option<String>,
    /// The page of what waits, and its words, where the reader has to do with it.
    pub waiting_page: Option<(String, String)>,
    /// How many wait for an answer of theirs, in words.
    pub asking: Option<String>,
    /// The parts of the form that begins a conversation.
    pub begin: Option<Vec<Item>>,
    /// Whether something was wrong with what was sent with it.
    pub is_begun: bool,
    /// Why there is no such form.
    pub why_not: Option<String>,
    /// What its moderators pinned: page, language, words and author.
    pub pinned: Vec<PinnedLine>,
    /// Its conversations.
    pub list: PostList,
    /// How people elsewhere take part.
    pub elsewhere_lead: String,
    /// The address to copy, where people elsewhere can join.
    pub address: Option<String>,
    /// Where the box for people elsewhere is sent.
    pub follow_action: String,
}

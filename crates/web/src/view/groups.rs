//! Groups as they stand in pages.

use askama::Template;

use super::cards::{Person, PostList};
use super::cx::Cx;
use super::form::{Errors, Item};
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
    /// Whether the reader is in it.
    pub is_member: bool,
    /// The button that joins or leaves: where it is sent, and its words.
    pub button: Option<(String, String)>,
    /// The parts of the form that begins a conversation.
    pub begin: Option<Vec<Item>>,
    /// Whether something was wrong with what was sent with it.
    pub is_begun: bool,
    /// Why there is no such form.
    pub why_not: Option<String>,
    /// Its conversations.
    pub list: PostList,
    /// How people elsewhere take part.
    pub elsewhere_lead: String,
    /// The address to copy, where people elsewhere can join.
    pub address: Option<String>,
    /// Where the box for people elsewhere is sent.
    pub follow_action: String,
}

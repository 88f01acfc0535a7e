//! Groups: conversations that people begin, join and read together, here and from other servers.
//!
//! Invariants: a group has at least two moderators; whoever follows its actor has joined, here and
//! elsewhere alike; it passes on what somebody began in it and may begin in it, once, and never what
//! another passed on (no loops).

mod commands;
mod queries;

use carefolk_domain::{GroupId, GroupKind, GroupRole, Lang, PostingRule};

use crate::App;
use crate::actors::ActorView;

/// The handle of this capability.
pub struct Groups<'a>(pub(crate) &'a App);

/// A group about to be made.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// Its local name, for good.
    pub handle: String,
    /// Its display name.
    pub name: String,
    /// Who it is for, in Markdown.
    pub about: String,
    /// What it is for others than its members.
    pub kind: GroupKind,
    /// Who begins conversations; an announce-only group has a rule of its own.
    pub posting: PostingRule,
    /// Its rules, a line for each.
    pub rules: String,
    /// The language that is spoken in it.
    pub lang: Option<Lang>,
    /// The place that it is for.
    pub area: String,
    /// The local names of its first moderators.
    pub moderators: Vec<String>,
}

/// A group, as it is shown.
#[derive(Clone, Debug)]
pub struct GroupView {
    /// The row.
    pub id: GroupId,
    /// Its name, text, address and page.
    pub actor: ActorView,
    /// What it is for others than its members.
    pub kind: GroupKind,
    /// Who begins conversations.
    pub posting: PostingRule,
    /// Its rules.
    pub rules: Vec<String>,
    /// The language that is spoken in it.
    pub lang: Lang,
    /// The place that it is for.
    pub area: Option<String>,
}

/// A group with what only its own page shows.
#[derive(Clone, Debug)]
pub struct GroupPage {
    /// The group.
    pub group: GroupView,
    /// Who keeps order.
    pub moderators: Vec<ActorView>,
    /// What the viewer is in it.
    pub mine: Option<GroupRole>,
    /// The local names of those that the viewer may begin a conversation as.
    pub may_begin_as: Vec<String>,
}

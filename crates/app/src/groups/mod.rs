//! Groups: conversations that people begin, join and read together, here and from other servers.
//!
//! Invariants: a group has at least two moderators; whoever follows its actor has joined, here and
//! elsewhere alike; it passes on what somebody began in it and may begin in it, once, and never what
//! another passed on (no loops). Closed and private groups have no actor: nothing that could be followed, fetched
//! or sent is there, and who is in them, their moderators decide.

mod change;
mod create;
mod joining;
mod moderate;
mod order;
mod queries;
mod reading;
mod removing;
mod rows;
mod told;

use carefolk_domain::{
    ApprovalRule, GroupId, GroupKind, GroupRole, Html, Lang, Moment, PostingRule, RemovalReason,
};

use crate::App;
use crate::actors::{ActorView, Portrait};
pub use crate::grouped::GroupName;
use crate::placed::{NewPicture, PictureView};
use crate::posts::PostView;
pub use reading::Waiting;

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
    /// What moderators read before anybody else does.
    pub approval: ApprovalRule,
    /// Its rules, a line for each.
    pub rules: String,
    /// The language that is spoken in it.
    pub lang: Option<Lang>,
    /// The place that it is for.
    pub area: String,
    /// The local names of its first moderators.
    pub moderators: Vec<String>,
}

/// A change of what a group says about itself; what is `None` stays. Its name in addresses and its kind stay for good.
#[derive(Clone, Debug, Default)]
pub struct ChangeGroup {
    /// Its local name.
    pub handle: String,
    /// Its display name.
    pub name: Option<String>,
    /// Who it is for, in Markdown.
    pub about: Option<String>,
    /// Who begins conversations.
    pub posting: Option<PostingRule>,
    /// What moderators read before anybody else does.
    pub approval: Option<ApprovalRule>,
    /// Its rules, a line for each.
    pub rules: Option<String>,
    /// The language that is spoken in it.
    pub lang: Option<Lang>,
    /// The place that it is for.
    pub area: Option<String>,
    /// Its picture: one that was taken in, or that it has; none takes it away.
    pub picture: Option<Vec<NewPicture>>,
}

/// A group as who keeps order in it changes it.
#[derive(Clone, Debug)]
pub struct OwnGroup {
    /// The group.
    pub group: GroupView,
    /// What was typed about it, in Markdown.
    pub about_source: String,
    /// Its picture.
    pub picture: Option<PictureView>,
}

/// A group, as it is shown.
#[derive(Clone, Debug)]
pub struct GroupView {
    /// The row.
    pub id: GroupId,
    /// Its name and page.
    pub name: GroupName,
    /// Its picture.
    pub portrait: Option<Portrait>,
    /// Who it is for.
    pub about: Html,
    /// What other servers know it by; closed and private groups have none.
    pub actor: Option<ActorView>,
    /// What the viewer is in it, as far as its moderators or they themselves said so.
    pub mine: Option<GroupRole>,
    /// How many are in it, for who may know: anybody of an open one, of the others who is in it.
    pub members: Option<u64>,
    /// What it is for others than its members.
    pub kind: GroupKind,
    /// Who begins conversations.
    pub posting: PostingRule,
    /// What moderators read before anybody else does.
    pub approval: ApprovalRule,
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
    /// Until when the viewer may not write in it, if that ends.
    pub banned_until: Option<Moment>,
    /// What its moderators pinned, the last pinned first.
    pub pinned: Vec<PostView>,
    /// Whether the viewer keeps order in it.
    pub may_moderate: bool,
    /// How many ask to be let in, for who keeps order.
    pub asking: u64,
    /// The local names of those that the viewer may begin a conversation as.
    pub may_begin_as: Vec<String>,
}

/// What somebody can do about order in a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Whether they may remove, close, pin and ban.
    pub may_keep: bool,
    /// Whether they may answer in a closed conversation.
    pub has_last_word: bool,
}

/// What came of joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// They are in it.
    In,
    /// Its moderators were asked.
    Asked,
}

/// Somebody of whom a group's moderators see what they are in it.
#[derive(Clone, Debug)]
pub struct GroupMember {
    /// Who.
    pub who: ActorView,
    /// What they are in it.
    pub role: GroupRole,
    /// When a ban ends by itself.
    pub until: Option<Moment>,
}

/// Something that moderators took away from a group.
#[derive(Clone, Debug)]
pub struct Removal {
    /// Where the gap is, as a path.
    pub page: String,
    /// Why.
    pub reason: RemovalReason,
    /// When it was published.
    pub at: Moment,
    /// Whether it answered something.
    pub is_reply: bool,
}

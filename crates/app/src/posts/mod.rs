//! Posts: writing, changing, deleting, reading, and what comes from other servers.
//!
//! Invariants: every query that shows something starts from `visible::visible_to`; a deleted
//! post leaves a tombstone that nothing revives; who of a team wrote a provider's post is
//! recorded and never federated.

pub(crate) mod arrive;
mod attachments;
pub(crate) mod bury;
mod change;
pub(crate) mod concern;
mod conversations;
mod counts;
mod documents;
pub(crate) mod fetch;
mod hearers;
mod ids;
mod named;
pub(crate) mod orphans;
mod outboxes;
pub(crate) mod pins;
mod places;
mod policy;
mod polls;
mod publish;
mod queries;
pub(crate) mod quotes;
pub(crate) mod read_first;
mod readers;
pub(crate) mod receive;
pub(crate) mod remove;
mod tallies;
mod text;
mod translate;
mod views;
pub(crate) mod visible;
pub(crate) mod votes;
mod wire_map;
pub(crate) mod words;

use carefolk_domain::{
    Audience, Html, Lang, Moment, PostId, PostState, RemovalReason, RenditionKind,
};

pub use attachments::{AttachmentKind, AttachmentView};
pub use conversations::Part;
pub use documents::PostDocument;
pub use policy::Policies;
pub use polls::{NewPoll, PollOptionView, PollView};
pub(crate) use publish::DEFAULT_LANG;
pub(crate) use queries::{by_uri, held, held_all, known, published};
pub use read_first::Submitted;
pub(crate) use views::{page_of, views};

use crate::App;
use crate::actors::ActorView;
use crate::grouped::GroupName;
use crate::placed::{NewPicture, PictureView};

/// The handle of this capability.
pub struct Posts<'a>(pub(crate) &'a App);

/// A post about to be published.
#[derive(Clone, Debug)]
pub struct NewPost {
    /// The local name of who says it.
    pub author: String,
    /// The text, in Markdown.
    pub text: String,
    /// Its language.
    pub lang: Option<Lang>,
    /// Who it is for.
    pub audience: Audience,
    /// A content warning.
    pub warning: Option<String>,
    /// A title.
    pub title: Option<String>,
    /// The local name of the group that it begins a conversation in.
    pub group: Option<String>,
    /// The id or page of the post it answers.
    pub in_reply_to: Option<String>,
    /// Who may answer and quote it.
    pub policies: Policies,
    /// What makes it a poll.
    pub poll: Option<NewPoll>,
    /// The pictures that stand in it.
    pub pictures: Vec<NewPicture>,
    /// When it became public, if that is past: for the demo and imports, operators only.
    pub at: Option<Moment>,
}

/// A change of a post's text.
#[derive(Clone, Debug)]
pub struct EditPost {
    /// Which.
    pub post: PostId,
    /// The new text, in Markdown.
    pub text: String,
    /// The new content warning.
    pub warning: Option<String>,
    /// The language, if that changes.
    pub lang: Option<Lang>,
    /// The pictures that stand in it from now on, if that changes.
    pub pictures: Option<Vec<NewPicture>>,
}

/// How a post is named.
#[derive(Clone, Debug)]
pub enum PostRef {
    /// By its row.
    Id(PostId),
    /// By its id on the wire or the address of its page anywhere.
    Uri(String),
    /// By its page here: the local name and the last part, or `name@host` and the row.
    Page {
        /// The part after `/@`.
        handle: String,
        /// The part after that.
        slug: String,
    },
}

/// A post, as it is shown.
#[derive(Clone, Debug)]
pub struct PostView {
    /// The row.
    pub id: PostId,
    /// Its id on the wire.
    pub uri: String,
    /// Its page on its own server.
    pub url: String,
    /// Its page on this server, as a path.
    pub page: String,
    /// Who says it.
    pub author: ActorView,
    /// Who it is for.
    pub audience: Audience,
    /// The group that it is in.
    pub group: Option<GroupName>,
    /// The language of the text.
    pub lang: Lang,
    /// A title.
    pub title: Option<String>,
    /// A content warning.
    pub warning: Option<String>,
    /// The text.
    pub html: Html,
    /// Other forms of the text.
    pub renditions: Vec<RenditionView>,
    /// What goes with it, if it comes from elsewhere.
    pub attachments: Vec<AttachmentView>,
    /// Whether its pictures are shown at once.
    pub cover: Cover,
    /// The pictures that stand in it, if it was written here.
    pub pictures: Vec<PictureView>,
    /// When and where it is, if it is an event.
    pub event: Option<EventView>,
    /// What makes it a poll.
    pub poll: Option<PollView>,
    /// When it became public.
    pub published: Moment,
    /// When it was last changed.
    pub edited: Option<Moment>,
    /// What it answers.
    pub in_reply_to: Option<ReplyRef>,
    /// How many answers we hold.
    pub replies: u64,
    /// How many like it, as far as we were told. Pages do not show it.
    pub likes: u64,
    /// How many passed it on, as far as we were told. Pages do not show it.
    pub boosts: u64,
    /// Who passed it on to the viewer, if that is why they see it.
    pub boosted_by: Option<ActorView>,
    /// The host it comes from, if that is not ours.
    pub origin: Option<String>,
    /// Whether the viewer may change or delete it.
    pub may_change: bool,
    /// Whether only a tombstone is left of it; then there is no text.
    pub deleted: bool,
    /// Why moderators of its group took it away, if they did; then `deleted` is set as well.
    pub removed: Option<RemovalReason>,
    /// Whether the viewer is, or speaks for, who wrote it.
    pub is_own: bool,
}

/// Whether pictures are shown at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// They are.
    Open,
    /// Only when somebody asks for them: their author says that some may not want to see them.
    Sensitive,
}

/// Another form of a post's text.
#[derive(Clone, Debug)]
pub struct RenditionView {
    /// The language.
    pub lang: Lang,
    /// What it is to the post.
    pub kind: RenditionKind,
    /// A title.
    pub title: Option<String>,
    /// The text.
    pub html: Html,
}

/// When and where an event is.
#[derive(Clone, Debug)]
pub struct EventView {
    /// When it begins.
    pub starts: Moment,
    /// When it ends.
    pub ends: Option<Moment>,
    /// Where it is, in words.
    pub place: Option<String>,
}

/// What a post answers.
#[derive(Clone, Debug)]
pub struct ReplyRef {
    /// Its page here, if the viewer may see it.
    pub page: Option<String>,
    /// Its id on the wire.
    pub uri: String,
    /// Who wrote it, if we know; with their host where that is not ours.
    pub name: Option<String>,
}

/// A post among what it answers and what answers it.
#[derive(Clone, Debug)]
pub struct Thread {
    /// Since when the conversation is closed, if it is.
    pub locked: Option<Moment>,
    /// Whether its group pinned it.
    pub is_pinned: bool,
    /// What it answers, the oldest first.
    pub ancestors: Vec<PostView>,
    /// The post.
    pub post: PostView,
    /// What answers it, directly or not, the oldest first.
    pub replies: Vec<PostView>,
    /// The cursor of the next page of replies.
    pub next: Option<String>,
}

/// An earlier or current text of a post.
#[derive(Clone, Debug)]
pub struct RevisionView {
    /// When it became the text.
    pub at: Moment,
    /// Its language.
    pub lang: Lang,
    /// The content warning.
    pub warning: Option<String>,
    /// The text.
    pub html: Html,
}

/// What its author wrote, to be changed.
#[derive(Clone, Debug)]
pub struct SourceView {
    /// The text, in Markdown.
    pub text: String,
    /// Its language.
    pub lang: Lang,
    /// The content warning.
    pub warning: Option<String>,
    /// Who it is for.
    pub audience: Audience,
    /// Where it is in its life.
    pub state: PostState,
}

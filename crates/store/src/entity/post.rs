//! Posts, local and remote: everything but their text.

use carefolk_domain::{
    AccountId, ActorId, Audience, GroupId, Moment, PostId, PostState, Reach, UriHash,
};
use sea_orm::entity::prelude::*;

/// A post.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "post")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PostId,
    /// Who says it.
    pub actor_id: ActorId,
    /// Its ActivityPub id.
    pub uri: String,
    /// How `uri` is found.
    #[sea_orm(unique)]
    pub uri_hash: UriHash,
    /// The opaque end of the addresses of a local post.
    #[sea_orm(unique)]
    pub slug: Option<String>,
    /// Its page.
    pub url: String,
    /// What it is: `note`, `question`, `article`, `page`, `event` or `video`.
    pub kind: String,
    /// Who may see it.
    pub audience: Audience,
    /// The group that it belongs to, if it belongs to one.
    pub group_id: Option<GroupId>,
    /// Where it is in its life.
    pub state: PostState,
    /// Why it is there.
    pub state_reason: Option<String>,
    /// Who put it there.
    pub state_by: Option<AccountId>,
    /// Since when nobody answers in the conversation that it begins, if its moderators closed it.
    pub locked_at: Option<Moment>,
    /// What it answers.
    pub in_reply_to_uri: Option<String>,
    /// The same, when we have it.
    pub in_reply_to_id: Option<PostId>,
    /// The same, as it is found when it comes later.
    pub in_reply_to_hash: Option<UriHash>,
    /// The first post of its thread that we have.
    pub root_id: Option<PostId>,
    /// The id of its conversation.
    pub context_uri: Option<String>,
    /// Whether it is folded behind its warning.
    pub sensitive: bool,
    /// When it is to become public, while it waits for that.
    pub publish_at: Option<Moment>,
    /// When it became public.
    pub published: Option<Moment>,
    /// When an event begins.
    pub starts_at: Option<Moment>,
    /// When an event ends.
    pub ends_at: Option<Moment>,
    /// Where an event is, in words.
    pub place: Option<String>,
    /// Who may answer it.
    pub reply_policy: Reach,
    /// Who may quote it.
    pub quote_policy: Reach,
    /// When its text was last changed.
    pub edited_at: Option<Moment>,
    /// When this row was made.
    pub created_at: Moment,
    /// How many replies are here.
    pub reply_count: i64,
    /// How many like it, as far as we were told.
    pub like_count: i64,
    /// How many passed it on, as far as we were told.
    pub boost_count: i64,
    /// When a remote one was looked for; nothing once its author's server has brought it.
    pub fetched_at: Option<Moment>,
    /// When the server of a remote one was last asked what answers it and how it reads now.
    pub asked_at: Option<Moment>,
}

impl ActiveModelBehavior for ActiveModel {}

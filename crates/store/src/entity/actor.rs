//! Whoever can speak: people, providers, the instance, and their like elsewhere.

use carefolk_domain::{ActorId, ActorKind, ActorState, DomainId, Html, Moment, UriHash};
use sea_orm::entity::prelude::*;

/// An actor, local or remote.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "actor")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ActorId,
    /// The name space of a local actor; nothing for a remote one.
    pub domain_id: Option<DomainId>,
    /// Its ActivityStreams type.
    pub kind: ActorKind,
    /// Where it is in its life.
    pub state: ActorState,
    /// Its ActivityPub id.
    pub uri: String,
    /// How `uri` is found.
    #[sea_orm(unique)]
    pub uri_hash: UriHash,
    /// Its name as written.
    pub handle: String,
    /// Its name as compared.
    pub handle_folded: String,
    /// What stands after the `@`.
    pub host: String,
    /// Its display name.
    pub name: String,
    /// What a local actor wrote about itself.
    pub summary_source: Option<String>,
    /// The same as it is shown.
    pub summary_html: Html,
    /// What the picture of a local actor is called.
    pub portrait_key: Option<String>,
    /// The part of it that has to be seen, by its word.
    pub portrait_focus: Option<String>,
    /// Where the picture of a remote actor is.
    pub icon_url: Option<String>,
    /// Its page.
    pub url: String,
    /// Where it is sent to.
    pub inbox: String,
    /// Where its whole server is sent to.
    pub shared_inbox: Option<String>,
    /// What it said.
    pub outbox: Option<String>,
    /// Its collection of followers.
    pub followers_uri: Option<String>,
    /// Its collection of followees.
    pub following_uri: Option<String>,
    /// Its collection of pinned posts.
    pub featured_uri: Option<String>,
    /// Whether a follow waits for its answer.
    pub manually_approves: bool,
    /// Whether it wants to be in lists.
    pub discoverable: bool,
    /// Whether its posts may be searched.
    pub indexable: bool,
    /// The id of the actor that it became.
    pub moved_to: Option<String>,
    /// Other ids of the same person or provider, one in a line: where they may come from.
    pub also_known_as: Option<String>,
    /// When it last moved.
    pub moved_at: Option<Moment>,
    /// When it says that it was made.
    pub published: Option<Moment>,
    /// When this row was made.
    pub created_at: Moment,
    /// When this row was last changed.
    pub updated_at: Moment,
    /// When a remote one was last asked.
    pub fetched_at: Option<Moment>,
    /// How many posts it has here.
    pub note_count: i64,
    /// How many follow it, as known here.
    pub follower_count: i64,
    /// How many it follows, as known here.
    pub following_count: i64,
}

impl ActiveModelBehavior for ActiveModel {}

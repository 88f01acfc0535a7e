//! Likes and boosts.

use carefolk_domain::{ActorId, Moment, PostId, ReactionId, ReactionKind, UriHash};
use sea_orm::entity::prelude::*;

/// What somebody thinks of a post, or that they passed it on.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reaction")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReactionId,
    /// Whose it is.
    pub actor_id: ActorId,
    /// To what.
    pub post_id: PostId,
    /// What it is.
    pub kind: ReactionKind,
    /// The id of the `Like` or `Announce`.
    pub activity_uri: String,
    /// How `activity_uri` is found.
    #[sea_orm(unique)]
    pub activity_hash: UriHash,
    /// When we heard.
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

//! Who chose which answer of a poll. Shown to nobody but whose vote it is.

use carefolk_domain::{ActorId, Moment, PostId, UriHash};
use sea_orm::entity::prelude::*;

/// A vote.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "poll_vote")]
pub struct Model {
    /// In which poll.
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: PostId,
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor_id: ActorId,
    /// Which option.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Its id on the wire.
    pub uri: String,
    /// How `uri` is found.
    #[sea_orm(unique)]
    pub uri_hash: UriHash,
    /// When we heard.
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

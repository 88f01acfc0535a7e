//! Quotes of our posts that were allowed (FEP-044f).

use carefolk_domain::{ActorId, Moment, PostId, StampId, UriHash};
use sea_orm::entity::prelude::*;

/// A quote that was allowed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quote_stamp")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StampId,
    /// The opaque end of its address.
    #[sea_orm(unique)]
    pub slug: String,
    /// What is quoted.
    pub post_id: PostId,
    /// Who quotes.
    pub actor_id: ActorId,
    /// The post that quotes.
    pub quoting_uri: String,
    /// How `quoting_uri` is found.
    pub quoting_hash: UriHash,
    /// Since when.
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

//! Who a post names as its readers.

use carefolk_domain::{ActorId, PostId};
use sea_orm::entity::prelude::*;

/// An actor that a post is addressed to.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "addressed")]
pub struct Model {
    /// The post.
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: PostId,
    /// The reader.
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor_id: ActorId,
}

impl ActiveModelBehavior for ActiveModel {}

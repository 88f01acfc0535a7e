//! Posts that stand first on the page of their author.

use carefolk_domain::{ActorId, Moment, PostId};
use sea_orm::entity::prelude::*;

/// A pinned post.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pin")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor_id: ActorId,
    /// Which.
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: PostId,
    /// Since when.
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

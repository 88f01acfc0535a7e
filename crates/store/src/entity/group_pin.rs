//! Conversations that stand first on the page of their group.

use carefolk_domain::{GroupId, Moment, PostId};
use sea_orm::entity::prelude::*;

/// A pinned conversation.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "group_pin")]
pub struct Model {
    /// Where.
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_id: GroupId,
    /// The post that begins it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: PostId,
    /// Since when.
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

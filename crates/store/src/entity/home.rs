//! Home timelines, written and not computed.

use carefolk_domain::{AccountId, ActorId, PostId};
use sea_orm::entity::prelude::*;

/// A post in somebody's home timeline.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "home")]
pub struct Model {
    /// Whose timeline.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// The post.
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: PostId,
    /// Who passed it on, if that is why it is here.
    pub boosted_by: Option<ActorId>,
}

impl ActiveModelBehavior for ActiveModel {}

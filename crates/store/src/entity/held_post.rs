//! What waits until moderators of its group have read it.

use carefolk_domain::{AccountId, ActorId, GroupId, HeldId, Moment, PostId};
use sea_orm::entity::prelude::*;

/// Something that was said and is not published, or not passed on, yet.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "held_post")]
pub struct Model {
    /// The row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HeldId,
    /// Where it is said.
    pub group_id: GroupId,
    /// Who says it.
    pub actor_id: ActorId,
    /// Who wrote it, here.
    pub account_id: Option<AccountId>,
    /// The post, if it comes from elsewhere and is one already.
    pub post_id: Option<PostId>,
    /// What was said: here the post as it was written, as JSON; elsewhere the activity.
    pub said: String,
    /// Why moderators did not take it, by its word.
    pub reason: Option<String>,
    /// When they did not.
    pub refused_at: Option<Moment>,
    /// When it was said.
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

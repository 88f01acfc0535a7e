//! What people are told about.

use carefolk_domain::{
    AccountId, ActorId, GroupId, Moment, NotificationId, NotificationKind, PostId,
};
use sea_orm::entity::prelude::*;

/// Something that an account is told about.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    /// Who is told.
    pub account_id: AccountId,
    /// What happened.
    pub kind: NotificationKind,
    /// Who did it; where that is nobody's business, who is told.
    pub actor_id: ActorId,
    /// Where it was done.
    pub post_id: Option<PostId>,
    /// In which group it was done.
    pub group_id: Option<GroupId>,
    /// When.
    pub created_at: Moment,
    /// When it was seen.
    pub read_at: Option<Moment>,
}

impl ActiveModelBehavior for ActiveModel {}

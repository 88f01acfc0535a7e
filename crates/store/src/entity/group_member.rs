//! Who is what in a group, of those who live here.

use carefolk_domain::{ActorId, GroupId, GroupRole, Moment};
use sea_orm::entity::prelude::*;

/// What somebody is in a group.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "group_member")]
pub struct Model {
    /// The group.
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_id: GroupId,
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor_id: ActorId,
    /// What they are in it.
    pub role: GroupRole,
    /// Since when.
    pub created_at: Moment,
    /// When a ban ends by itself; nothing for one that does not, and for every other role.
    pub until: Option<Moment>,
}

impl ActiveModelBehavior for ActiveModel {}

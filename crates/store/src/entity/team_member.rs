//! Who writes for a provider.

use carefolk_domain::{AccountId, ActorId, Moment, TeamRole};
use sea_orm::entity::prelude::*;

/// A place in the team of a provider.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "team_member")]
pub struct Model {
    /// The provider.
    #[sea_orm(primary_key, auto_increment = false)]
    pub provider_id: ActorId,
    /// The member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// What the member may do for it.
    pub role: TeamRole,
    /// Since when.
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

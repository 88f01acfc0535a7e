//! Every handle that was ever taken, so that none is taken twice.

use carefolk_domain::{ActorId, DomainId, Moment};
use sea_orm::entity::prelude::*;

/// A handle that was taken once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "handle_history")]
pub struct Model {
    /// The name space.
    #[sea_orm(primary_key, auto_increment = false)]
    pub domain_id: DomainId,
    /// The name as compared.
    #[sea_orm(primary_key, auto_increment = false)]
    pub handle_folded: String,
    /// Who has or had it.
    pub actor_id: ActorId,
    /// When it was taken.
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

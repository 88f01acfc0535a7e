//! Who wants nothing to do with whom.

use carefolk_domain::{ActorId, BlockId, Moment, UriHash};
use sea_orm::entity::prelude::*;

/// One actor blocks another; one of them lives here.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "block")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BlockId,
    /// Who blocks.
    pub actor_id: ActorId,
    /// Who is blocked.
    pub target_id: ActorId,
    /// The id of the `Block`.
    pub activity_uri: String,
    /// How `activity_uri` is found.
    #[sea_orm(unique)]
    pub activity_hash: UriHash,
    /// Whether the other server was told, or told us.
    pub told: bool,
    /// Since when.
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

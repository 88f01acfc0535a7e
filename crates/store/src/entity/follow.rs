//! Who follows whom.

use carefolk_domain::{ActorId, FollowId, Moment, UriHash};
use sea_orm::entity::prelude::*;

/// A follow, asked for or answered.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "follow")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FollowId,
    /// Who follows.
    pub follower_id: ActorId,
    /// Who is followed.
    pub followee_id: ActorId,
    /// What became of it.
    pub state: FollowState,
    /// The id of the `Follow`.
    pub activity_uri: String,
    /// How `activity_uri` is found.
    #[sea_orm(unique)]
    pub activity_hash: UriHash,
    /// When it was asked for.
    pub created_at: Moment,
    /// When it was last answered, also if that answer was taken back.
    pub answered_at: Option<Moment>,
}

/// What became of a follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum FollowState {
    /// Nobody answered yet.
    #[sea_orm(string_value = "pending")]
    Pending,
    /// It holds.
    #[sea_orm(string_value = "accepted")]
    Accepted,
    /// It was refused.
    #[sea_orm(string_value = "rejected")]
    Rejected,
}

impl ActiveModelBehavior for ActiveModel {}

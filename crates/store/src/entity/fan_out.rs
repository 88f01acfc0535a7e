//! What is said to many, and is not written out for all of them yet.

use carefolk_domain::{ActorId, FollowId, Moment, OutboxId};
use sea_orm::entity::prelude::*;

/// How far the deliveries of one activity are written. Once all are, there is no row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fan_out")]
pub struct Model {
    /// The activity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub activity_id: OutboxId,
    /// Whose followers hear it, if any do.
    pub followee_id: Option<ActorId>,
    /// What must arrive in order shares this number, as in its deliveries.
    pub order_key: i64,
    /// Its place among those with the same number, from 0: the lowest is written out first.
    pub turn: i32,
    /// The last follow that was looked at.
    pub after_follow: FollowId,
    /// Who else hears it and is not written out yet: inboxes, as a JSON array.
    pub inboxes: Option<String>,
    /// Not before: it went wrong.
    pub run_at: Moment,
    /// When it was said.
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

//! Polls: posts that ask, with answers to choose from.

use carefolk_domain::{Moment, PostId};
use sea_orm::entity::prelude::*;

/// What makes a post a poll.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "poll")]
pub struct Model {
    /// Which post.
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: PostId,
    /// Whether one may choose several options.
    pub multiple: bool,
    /// When it closes, if it does.
    pub closes_at: Option<Moment>,
    /// When it was closed.
    pub closed_at: Option<Moment>,
    /// How many actors voted, as far as we were told.
    pub voters: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

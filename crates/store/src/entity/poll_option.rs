//! The answers of polls.

use carefolk_domain::PostId;
use sea_orm::entity::prelude::*;

/// An answer that one can choose.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "poll_option")]
pub struct Model {
    /// Of which post.
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: PostId,
    /// Where it stands, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// What it says, as plain text.
    pub title: String,
    /// How often it was chosen, as far as we were told.
    pub votes: i64,
}

impl ActiveModelBehavior for ActiveModel {}

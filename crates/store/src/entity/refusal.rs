//! How often and why something of another server was refused.

use carefolk_domain::Moment;
use sea_orm::entity::prelude::*;

/// One reason, for one host.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refusal")]
pub struct Model {
    /// The host, as far as it was believed; empty for all whom we never met together.
    #[sea_orm(primary_key, auto_increment = false)]
    pub host: String,
    /// Why, in a few words of ours.
    #[sea_orm(primary_key, auto_increment = false)]
    pub reason: String,
    /// How often.
    pub count: i64,
    /// When first.
    pub first_at: Moment,
    /// When last.
    pub last_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

//! Who mints ids with which worker bits.

use carefolk_domain::Moment;
use sea_orm::entity::prelude::*;

/// One leased slot of worker bits.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "worker_lease")]
pub struct Model {
    /// The worker bits, 0 to 63.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot: i32,
    /// Which process has it.
    pub holder: String,
    /// When it falls free unless it is renewed.
    pub until: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

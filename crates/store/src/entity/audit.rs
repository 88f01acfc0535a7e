//! Every privileged act, in a chain that shows when one is taken out.

use carefolk_domain::{AuditId, Moment};
use sea_orm::entity::prelude::*;

/// One privileged act.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditId,
    /// Its place in the chain, from 1.
    #[sea_orm(unique)]
    pub number: i64,
    /// When.
    pub at: Moment,
    /// Who did it.
    pub who: String,
    /// What was done.
    pub act: String,
    /// To whom or what.
    pub target: String,
    /// The rest, as JSON.
    pub detail: String,
    /// The hash of the act before.
    #[sea_orm(unique)]
    pub previous_hash: Vec<u8>,
    /// The hash of this act and of the one before.
    pub hash: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}

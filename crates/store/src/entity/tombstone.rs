//! What was deleted elsewhere, so that it does not come back.

use carefolk_domain::{Moment, UriHash};
use sea_orm::entity::prelude::*;

/// A URI that must not be stored again.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tombstone")]
pub struct Model {
    /// How `uri` is found.
    #[sea_orm(primary_key, auto_increment = false)]
    pub uri_hash: UriHash,
    /// What was deleted.
    pub uri: String,
    /// Whose word it was: it counts for nobody else's.
    pub said_by: String,
    /// When we heard.
    pub at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

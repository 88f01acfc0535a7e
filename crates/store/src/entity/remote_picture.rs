//! Copies of pictures that stand on other servers.

use carefolk_domain::{MediaType, Moment, UriHash};
use sea_orm::entity::prelude::*;

/// A picture elsewhere, with what we have of it or when to try again. Its files are called by `url_hash`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "remote_picture")]
pub struct Model {
    /// How `url` is found.
    #[sea_orm(primary_key, auto_increment = false)]
    pub url_hash: UriHash,
    /// Where it is.
    pub url: String,
    /// What the copy is written as, once there is one.
    pub media_type: Option<MediaType>,
    /// What the small one is written as.
    pub small_type: Option<MediaType>,
    /// How much room the copy takes.
    pub bytes: i64,
    /// How often it could not be copied.
    pub tries: i32,
    /// Until when it is not tried again.
    pub retry_at: Option<Moment>,
    /// When it was last asked for, to the day; 1970 for one that has to go.
    pub used_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

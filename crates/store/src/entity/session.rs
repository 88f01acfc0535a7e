//! Browsers that are signed in.

use carefolk_domain::{AccountId, Moment, SessionId};
use sea_orm::entity::prelude::*;

/// A signed-in browser.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// SHA-256 of the token; the token itself is kept nowhere.
    #[sea_orm(unique)]
    pub token_hash: Vec<u8>,
    /// When it began.
    pub created_at: Moment,
    /// When it was last used.
    pub last_seen_at: Moment,
    /// When it ends.
    pub expires_at: Moment,
    /// What the browser calls itself, cut short, for the list of devices.
    pub user_agent: String,
}

impl ActiveModelBehavior for ActiveModel {}

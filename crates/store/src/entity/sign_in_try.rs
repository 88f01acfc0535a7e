//! How often somebody tried to sign in as somebody.

use carefolk_domain::Moment;
use sea_orm::entity::prelude::*;

/// Tries at one account, or at a name that no account has.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_try")]
pub struct Model {
    /// The hash of who it is: what was typed as a name may be a password.
    #[sea_orm(primary_key, auto_increment = false)]
    pub who_hash: Vec<u8>,
    /// When it was first tried.
    pub since: Moment,
    /// How often since.
    pub tries: i64,
}

impl ActiveModelBehavior for ActiveModel {}

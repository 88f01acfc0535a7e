//! What an account may be here, and in a provider's team.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// What an account may do on this instance.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads and writes for itself.
    #[sea_orm(string_value = "member")]
    Member,
    /// Also keeps order.
    #[sea_orm(string_value = "moderator")]
    Moderator,
    /// Also runs the instance.
    #[sea_orm(string_value = "admin")]
    Admin,
}

/// Where an account is in its life.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum AccountState {
    /// May sign in.
    #[sea_orm(string_value = "active")]
    Active,
    /// May sign in; what it writes is seen by who follows it only.
    #[sea_orm(string_value = "limited")]
    Limited,
    /// May not sign in until an admin says so.
    #[sea_orm(string_value = "suspended")]
    Suspended,
    /// Went to another server.
    #[sea_orm(string_value = "moved")]
    Moved,
    /// Its community closed; it can be read, and nobody signs in.
    #[sea_orm(string_value = "retired")]
    Retired,
    /// Gone.
    #[sea_orm(string_value = "deleted")]
    Deleted,
}

impl AccountState {
    /// Whether who has the account may sign in with it.
    pub fn may_sign_in(self) -> bool {
        matches!(self, Self::Active | Self::Limited)
    }
}

/// What a member of a provider's team may do for it.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum TeamRole {
    /// Writes.
    #[sea_orm(string_value = "author")]
    Author,
    /// Writes and publishes.
    #[sea_orm(string_value = "approver")]
    Approver,
    /// Also says who is in the team.
    #[sea_orm(string_value = "owner")]
    Owner,
}

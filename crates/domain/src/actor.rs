//! What kinds of actor there are and what states they pass through.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// The ActivityStreams type of an actor.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum ActorKind {
    /// Somebody.
    #[sea_orm(string_value = "person")]
    Person,
    /// A provider or a council team.
    #[sea_orm(string_value = "organization")]
    Organization,
    /// The instance itself.
    #[sea_orm(string_value = "application")]
    Application,
    /// A bot.
    #[sea_orm(string_value = "service")]
    Service,
    /// A group that repeats what its members say.
    #[sea_orm(string_value = "group")]
    Group,
}

/// Where an actor is in its life.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum ActorState {
    /// Speaks and is heard.
    #[sea_orm(string_value = "active")]
    Active,
    /// Heard only by who follows it.
    #[sea_orm(string_value = "limited")]
    Limited,
    /// Neither speaks nor is shown.
    #[sea_orm(string_value = "suspended")]
    Suspended,
    /// Lives elsewhere now.
    #[sea_orm(string_value = "moved")]
    Moved,
    /// Closed in good order; its pages stay.
    #[sea_orm(string_value = "retired")]
    Retired,
    /// Gone.
    #[sea_orm(string_value = "deleted")]
    Deleted,
}

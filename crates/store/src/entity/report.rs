//! What somebody told the moderators.

use carefolk_domain::{AccountId, ActorId, GroupId, Moment, ReportId, UriHash};
use sea_orm::entity::prelude::*;

/// A report.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReportId,
    /// The id of the `Flag`.
    pub uri: String,
    /// How `uri` is found.
    #[sea_orm(unique)]
    pub uri_hash: UriHash,
    /// Whose it is, if somebody here made it. Never told to another server (S-192).
    pub reporter_id: Option<AccountId>,
    /// The server it comes from, if it comes from another one.
    pub host: Option<String>,
    /// Who it is about.
    pub about_id: ActorId,
    /// The group whose moderators it was made to; nothing if it is for those who run the community.
    pub group_id: Option<GroupId>,
    /// What was said, as plain text.
    pub comment: String,
    /// What became of it.
    pub state: ReportState,
    /// Whether the server of who it is about was told.
    pub forwarded: bool,
    /// When it was made.
    pub created_at: Moment,
    /// When it was closed.
    pub closed_at: Option<Moment>,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ReportState {
    /// Nobody has dealt with it.
    #[sea_orm(string_value = "open")]
    Open,
    /// Somebody has.
    #[sea_orm(string_value = "closed")]
    Closed,
}

impl ActiveModelBehavior for ActiveModel {}

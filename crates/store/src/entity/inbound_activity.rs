//! What other servers told us, as it came.

use carefolk_domain::{InboundId, Moment, UriHash};
use sea_orm::entity::prelude::*;

/// An activity that we were told.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbound_activity")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InboundId,
    /// Its ActivityPub id.
    pub uri: String,
    /// How `uri` is found.
    #[sea_orm(unique)]
    pub uri_hash: UriHash,
    /// Who says that it said it, and signed for it.
    pub actor_uri: String,
    /// The server that it came from.
    pub host: String,
    /// Its ActivityStreams type.
    pub kind: String,
    /// The JSON as it came.
    pub body: String,
    /// What the sender said beside it about its followers, until it is over: the header of
    /// FEP-8fcf, which can be read.
    pub synchronization: Option<String>,
    /// When it came.
    pub received_at: Moment,
    /// What became of it.
    pub state: InboundState,
    /// How often work on it was started.
    pub attempts: i32,
    /// How often of these another server was to blame, or we only had no room.
    pub waits: i32,
    /// Not before.
    pub run_at: Moment,
    /// Until when a worker has it.
    pub locked_until: Option<Moment>,
    /// What it did, or why it did nothing.
    pub outcome: Option<String>,
    /// What went wrong last.
    pub error: Option<String>,
}

/// What became of an activity that we were told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum InboundState {
    /// It is still to be worked on.
    #[sea_orm(string_value = "waiting")]
    Waiting,
    /// It had its effect.
    #[sea_orm(string_value = "done")]
    Done,
    /// It is nothing that we do anything about.
    #[sea_orm(string_value = "ignored")]
    Ignored,
    /// It was not allowed.
    #[sea_orm(string_value = "refused")]
    Refused,
    /// It went wrong too often.
    #[sea_orm(string_value = "failed")]
    Failed,
}

impl ActiveModelBehavior for ActiveModel {}

//! Activities on their way to inboxes.

use carefolk_domain::{DeliveryId, Moment, OutboxId, PeerId};
use sea_orm::entity::prelude::*;

/// One activity on its way to one inbox.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryId,
    /// What is sent.
    pub activity_id: OutboxId,
    /// The server that it goes to.
    pub peer_id: PeerId,
    /// The inbox.
    pub inbox_url: String,
    /// What must arrive in order shares this number.
    pub order_key: i64,
    /// Whether it is still to be done.
    pub state: DeliveryState,
    /// How often it was started.
    pub attempts: i32,
    /// Not before.
    pub run_at: Moment,
    /// Until when a worker has it.
    pub locked_until: Option<Moment>,
    /// Which worker.
    pub locked_by: Option<String>,
    /// What the server answered last.
    pub last_status: Option<i32>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was put here.
    pub created_at: Moment,
    /// When it was done with.
    pub ended_at: Option<Moment>,
    /// Since when the server answers and says no.
    pub refused_since: Option<Moment>,
}

/// Whether a delivery is still to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum DeliveryState {
    /// It is.
    #[sea_orm(string_value = "waiting")]
    Waiting,
    /// It arrived.
    #[sea_orm(string_value = "done")]
    Done,
    /// It will never arrive.
    #[sea_orm(string_value = "dead")]
    Dead,
    /// Somebody here decided against it.
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

impl ActiveModelBehavior for ActiveModel {}

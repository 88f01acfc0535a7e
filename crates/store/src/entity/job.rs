//! Work for later.

use carefolk_domain::{JobId, Moment};
use sea_orm::entity::prelude::*;

/// One piece of work for later.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    /// Which kind of work.
    pub name: String,
    /// Its arguments as JSON.
    pub payload: String,
    /// No two unfinished jobs share it.
    #[sea_orm(unique)]
    pub unique_key: Option<String>,
    /// Whether it is still to be done.
    pub state: JobState,
    /// How often it was started.
    pub attempts: i32,
    /// Not before.
    pub run_at: Moment,
    /// Until when a worker has it.
    pub locked_until: Option<Moment>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was put here.
    pub created_at: Moment,
}

/// Whether a job is still to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum JobState {
    /// It is.
    #[sea_orm(string_value = "waiting")]
    Waiting,
    /// It was done.
    #[sea_orm(string_value = "done")]
    Done,
    /// It went wrong too often.
    #[sea_orm(string_value = "failed")]
    Failed,
}

impl ActiveModelBehavior for ActiveModel {}

//! Other servers: what we decided about them and how they answer.

use carefolk_domain::{Health, Moment, PeerId, Standing};
use sea_orm::entity::prelude::*;

/// A remote server.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "peer")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PeerId,
    /// Its name, with a port only in laboratories.
    #[sea_orm(unique)]
    pub host: String,
    /// What an admin decided.
    pub standing: Standing,
    /// What holds for it: the decision about it, or about the nearest domain above it.
    pub effective: Standing,
    /// Why, in words that its people may read.
    pub reason: Option<String>,
    /// Why, in words for admins.
    pub note: Option<String>,
    /// How it answers.
    pub health: Health,
    /// What it runs, as it says.
    pub software: Option<String>,
    /// Which version, as it says.
    pub software_version: Option<String>,
    /// Until when nothing is sent because it failed; a word from it ends that.
    pub backoff_until: Option<Moment>,
    /// How often it failed since it last answered.
    pub failures: i32,
    /// Since when it fails.
    pub failing_since: Option<Moment>,
    /// When it last took something.
    pub last_ok_at: Option<Moment>,
    /// When it last sent us something.
    pub last_heard_at: Option<Moment>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// Which way of signing it understood.
    pub signature_profile: Option<String>,
    /// When this row was made.
    pub created_at: Moment,
    /// When this row was last changed.
    pub updated_at: Moment,
    /// Until when it asked us to send nothing; a word from it does not end that.
    pub asked_until: Option<Moment>,
}

impl ActiveModelBehavior for ActiveModel {}

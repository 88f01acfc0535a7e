//! Name spaces of local handles.

use carefolk_domain::{DomainId, Moment};
use sea_orm::entity::prelude::*;

/// A community on this server: its address, and the host its handles end in.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "domain")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DomainId,
    /// Scheme and host, without a slash at the end.
    pub base_url: String,
    /// What stands after the `@` of its people.
    #[sea_orm(unique)]
    pub handle_host: String,
    /// When it was set.
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

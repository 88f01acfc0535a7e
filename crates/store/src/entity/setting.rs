//! What the instance remembers about itself.

use sea_orm::entity::prelude::*;

/// One remembered value.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "setting")]
pub struct Model {
    /// Its name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Its value; whoever owns the name knows the form.
    pub value: String,
}

impl ActiveModelBehavior for ActiveModel {}

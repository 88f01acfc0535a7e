//! Words that posts are filed under.

use carefolk_domain::HashtagId;
use sea_orm::entity::prelude::*;

/// A hashtag.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hashtag")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HashtagId,
    /// The word, folded, without the `#`.
    #[sea_orm(unique)]
    pub name: String,
}

impl ActiveModelBehavior for ActiveModel {}

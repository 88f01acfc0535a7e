//! The posts that a report is about.

use carefolk_domain::{PostId, ReportId};
use sea_orm::entity::prelude::*;

/// One post of one report.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_post")]
pub struct Model {
    /// Which report.
    #[sea_orm(primary_key, auto_increment = false)]
    pub report_id: ReportId,
    /// Which post.
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: PostId,
}

impl ActiveModelBehavior for ActiveModel {}

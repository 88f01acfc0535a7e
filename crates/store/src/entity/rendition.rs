//! The texts of posts: one row for each language and kind.

use carefolk_domain::{Html, Lang, PostId, RenditionKind};
use sea_orm::entity::prelude::*;

/// A text of a post.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rendition")]
pub struct Model {
    /// The post.
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: PostId,
    /// What this text is to it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: RenditionKind,
    /// The language.
    #[sea_orm(primary_key, auto_increment = false)]
    pub lang: Lang,
    /// A title, plain text.
    pub title: Option<String>,
    /// A warning or summary, plain text.
    pub summary: Option<String>,
    /// What was typed; local posts only.
    pub source: Option<String>,
    /// What is shown.
    pub html: Html,
}

impl ActiveModelBehavior for ActiveModel {}

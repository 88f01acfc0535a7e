//! Who changed a post, when, and to what.

use carefolk_domain::{AccountId, Html, Lang, Moment, PostId, RenditionKind, RevisionId};
use sea_orm::entity::prelude::*;

/// The text of a post as it was at one moment.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revision")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RevisionId,
    /// The post.
    pub post_id: PostId,
    /// Who wrote it, when that was somebody here.
    pub made_by: Option<AccountId>,
    /// Who let it out.
    pub approved_by: Option<AccountId>,
    /// When it was made.
    pub at: Moment,
    /// Which of the post's texts it was.
    pub kind: RenditionKind,
    /// The language.
    pub lang: Lang,
    /// A title, plain text.
    pub title: Option<String>,
    /// A warning or summary, plain text.
    pub summary: Option<String>,
    /// What was typed; local posts only.
    pub source: Option<String>,
    /// What was shown.
    pub html: Html,
}

impl ActiveModelBehavior for ActiveModel {}

//! Who is named in the text of a post.

use carefolk_domain::{ActorId, PostId, UriHash};
use sea_orm::entity::prelude::*;

/// A name in a post.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mention")]
pub struct Model {
    /// The post.
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: PostId,
    /// Where the name leads.
    pub href: String,
    /// How `href` is found.
    #[sea_orm(primary_key, auto_increment = false)]
    pub href_hash: UriHash,
    /// The name as the author wrote it.
    pub name: String,
    /// Who that is, when we know.
    pub actor_id: Option<ActorId>,
}

impl ActiveModelBehavior for ActiveModel {}

//! Which posts are filed under which words.

use carefolk_domain::{HashtagId, PostId};
use sea_orm::entity::prelude::*;

/// A post under a hashtag.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "post_hashtag")]
pub struct Model {
    /// The hashtag.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hashtag_id: HashtagId,
    /// The post.
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: PostId,
}

impl ActiveModelBehavior for ActiveModel {}

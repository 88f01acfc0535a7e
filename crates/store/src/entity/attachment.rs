//! Pictures, sounds, films, files and links that go with posts from elsewhere.

use carefolk_domain::PostId;
use sea_orm::entity::prelude::*;

/// One of them. It stays where it is: we hold its address.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    /// The post.
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: PostId,
    /// Its place among those of the post, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Its ActivityStreams type, as claimed.
    pub kind: String,
    /// Where it is.
    pub url: String,
    /// Its media type, as claimed.
    pub media_type: Option<String>,
    /// What it shows, in words.
    pub name: Option<String>,
    /// Pixels across, as claimed.
    pub width: Option<i32>,
    /// Pixels down, as claimed.
    pub height: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}

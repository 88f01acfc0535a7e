//! Pictures that somebody here sent. Their bytes are files.

use carefolk_domain::{AccountId, ActorId, GroupId, HeldId, MediaType, Moment, PictureId, PostId};
use sea_orm::entity::prelude::*;

/// One of them.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "picture")]
pub struct Model {
    /// The row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PictureId,
    /// What it is called in addresses, and its files by; nobody can guess it.
    #[sea_orm(unique)]
    pub key: String,
    /// The same for other servers, where not everybody may see the post: whoever knows it is shown the
    /// picture.
    #[sea_orm(unique)]
    pub shared_key: String,
    /// Who sent it; nobody if that was on the machine itself.
    pub account_id: Option<AccountId>,
    /// The post that it stands in.
    pub post_id: Option<PostId>,
    /// What waits, and has it.
    pub held_id: Option<HeldId>,
    /// Whom it is a picture of, as their own.
    pub actor_id: Option<ActorId>,
    /// The group that it is the picture of, where that has no actor.
    pub group_id: Option<GroupId>,
    /// Its place among those of the post, from 0.
    pub position: i32,
    /// What it is written as.
    pub media_type: MediaType,
    /// What the small one is written as.
    pub small_type: MediaType,
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
    /// Of the small one.
    pub small_width: i32,
    /// Of the small one.
    pub small_height: i32,
    /// The few colours that stand for it.
    pub blurhash: String,
    /// What it shows, in words.
    pub description: Option<String>,
    /// The part that has to be seen, by its word.
    pub focus: String,
    /// When both files were there.
    pub ready_at: Option<Moment>,
    /// Since when nobody may see it; its files go soon after.
    pub gone_at: Option<Moment>,
    /// When it came.
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}

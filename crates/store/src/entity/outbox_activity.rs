//! What we said, byte for byte.

use carefolk_domain::{ActorId, Audience, KeyId, Moment, OutboxId, PostId, UriHash};
use sea_orm::entity::prelude::*;

/// An activity of a local actor.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_activity")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OutboxId,
    /// Who said it.
    pub actor_id: ActorId,
    /// Its ActivityPub id.
    pub uri: String,
    /// How `uri` is found.
    #[sea_orm(unique)]
    pub uri_hash: UriHash,
    /// The opaque end of its address.
    #[sea_orm(unique)]
    pub slug: String,
    /// Its ActivityStreams type.
    pub kind: String,
    /// The post that it is about.
    pub post_id: Option<PostId>,
    /// What must arrive in order shares this number.
    pub order_key: i64,
    /// Who may see it.
    pub audience: Audience,
    /// The JSON exactly as it is sent, but for a proof.
    pub body: String,
    /// When it was said.
    pub created_at: Moment,
    /// The same with the proof of who said it inside, once it was made.
    pub proven_body: Option<String>,
    /// The key that proves it.
    pub proven_by: Option<KeyId>,
}

impl ActiveModelBehavior for ActiveModel {}

//! Public keys of all actors, and the sealed private keys of ours.

use carefolk_domain::{ActorId, KeyId, Moment, UriHash};
use sea_orm::entity::prelude::*;

/// A key of an actor.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "actor_key")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: KeyId,
    /// Whose it is.
    pub actor_id: ActorId,
    /// Its id on the wire.
    pub key_uri: String,
    /// How `key_uri` is found.
    pub key_uri_hash: UriHash,
    /// What it signs with.
    pub algorithm: KeyAlgorithm,
    /// PEM for RSA, multibase for Ed25519.
    pub public_key: String,
    /// The private part under the master key; local actors only.
    pub sealed_private: Option<Vec<u8>>,
    /// When this row was made.
    pub created_at: Moment,
    /// When a remote one was last read.
    pub fetched_at: Option<Moment>,
    /// When it stopped being used.
    pub retired_at: Option<Moment>,
}

/// What a key signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum KeyAlgorithm {
    /// RSA with SHA-256, PKCS #1 v1.5.
    #[sea_orm(string_value = "rsa")]
    Rsa,
    /// Ed25519.
    #[sea_orm(string_value = "ed25519")]
    Ed25519,
}

impl ActiveModelBehavior for ActiveModel {}

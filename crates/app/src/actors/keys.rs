//! Keys: those of others, to check what they signed; our own, to sign.

use std::sync::Arc;

use carefolk_domain::{ActorId, ActorState, Moment, UriHash};
use carefolk_store::entity::{actor, actor_key};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

pub use carefolk_store::entity::actor_key::KeyAlgorithm;

use super::Actors;
use crate::kernel::error::Error;
use crate::kernel::ports::{ProofKey, SigningKey};

/// A public key and whose it is.
#[derive(Clone, Debug)]
pub struct KnownKey {
    /// The key's id.
    pub key_uri: String,
    /// Its owner's id.
    pub actor_uri: String,
    /// Where its owner is in its life.
    pub actor_state: ActorState,
    /// The host its owner lives on.
    pub host: String,
    /// Whether its owner lives here.
    pub is_local: bool,
    /// What it signs with.
    pub algorithm: KeyAlgorithm,
    /// PEM for RSA, multibase for Ed25519.
    pub public_key: String,
    /// When it was last read from its owner.
    pub fetched_at: Moment,
}

fn known(key: actor_key::Model, owner: &actor::Model) -> KnownKey {
    KnownKey {
        key_uri: key.key_uri,
        actor_uri: owner.uri.clone(),
        actor_state: owner.state,
        host: owner.host.clone(),
        is_local: owner.domain_id.is_some(),
        algorithm: key.algorithm,
        public_key: key.public_key,
        fetched_at: key.fetched_at.unwrap_or(key.created_at),
    }
}

impl Actors<'_> {
    /// The key that the actor `actor_uri` lists under that id, if we have it.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn key(&self, actor_uri: &str, key_uri: &str) -> Result<Option<KnownKey>, Error> {
        let Some(owner) = super::queries::by_uri(self.0.read(), actor_uri).await? else {
            return Ok(None);
        };
        let found = actor_key::Entity::find()
            .filter(actor_key::Column::ActorId.eq(owner.id))
            .filter(actor_key::Column::KeyUriHash.eq(UriHash::of(key_uri)))
            .filter(actor_key::Column::RetiredAt.is_null())
            .one(self.0.read())
            .await?;
        Ok(found.map(|key| known(key, &owner)))
    }

    /// Whether an actor with that id was met before.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn is_known(&self, uri: &str) -> Result<bool, Error> {
        Ok(super::queries::by_uri(self.0.read(), uri).await?.is_some())
    }

    /// The keys an actor lists.
    pub(crate) async fn keys_of(&self, owner: &actor::Model) -> Result<Vec<KnownKey>, Error> {
        let rows = actor_key::Entity::find()
            .filter(actor_key::Column::ActorId.eq(owner.id))
            .filter(actor_key::Column::RetiredAt.is_null())
            .all(self.0.read())
            .await?;
        Ok(rows.into_iter().map(|key| known(key, owner)).collect())
    }

    /// What proves that the local actor with that id said something at that moment.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is no such actor here.
    pub async fn proof_key(&self, uri: &str, said_at: Moment) -> Result<ProofKey, Error> {
        let row = super::queries::by_uri(self.0.read(), uri)
            .await?
            .filter(|row| row.domain_id.is_some())
            .ok_or(Error::NotFound("actor"))?;
        Ok(ProofKey { key: proof_key(self.0.read(), row.id).await?, said_at })
    }

    /// The key with which the instance signs its fetches.
    ///
    /// # Errors
    ///
    /// [`Error::Bug`] before [`crate::App::prepare`].
    pub async fn instance_key(&self) -> Result<SigningKey, Error> {
        let id = self.0.instance().actor_id().await?;
        signing_key(self.0.read(), id).await
    }
}

/// The RSA key of a local actor, with which requests are signed.
pub(crate) async fn signing_key(
    conn: &impl ConnectionTrait,
    actor: ActorId,
) -> Result<SigningKey, Error> {
    own_key(conn, actor, KeyAlgorithm::Rsa).await
}

/// The Ed25519 key of a local actor, with which it proves what it says.
pub(crate) async fn proof_key(
    conn: &impl ConnectionTrait,
    actor: ActorId,
) -> Result<SigningKey, Error> {
    own_key(conn, actor, KeyAlgorithm::Ed25519).await
}

async fn own_key(
    conn: &impl ConnectionTrait,
    actor: ActorId,
    algorithm: KeyAlgorithm,
) -> Result<SigningKey, Error> {
    let row = actor_key::Entity::find()
        .filter(actor_key::Column::ActorId.eq(actor))
        .filter(actor_key::Column::Algorithm.eq(algorithm))
        .filter(actor_key::Column::RetiredAt.is_null())
        .one(conn)
        .await?;
    let sealed = row.as_ref().and_then(|row| row.sealed_private.clone());
    match (row, sealed) {
        (Some(row), Some(sealed)) => {
            Ok(SigningKey { id: row.id, key_uri: row.key_uri, sealed: Arc::new(sealed) })
        }
        _ => Err(Error::Bug("a local actor has no key")),
    }
}

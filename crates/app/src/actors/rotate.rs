//! New keys for an actor of ours.

use carefolk_domain::Audience;
use carefolk_domain::authorise::Act;
use carefolk_store::entity::actor_key;
use carefolk_wire::{PUBLIC, write::Activity};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

use super::{Actors, local, queries};
use crate::audit;
use crate::kernel::{caller::Caller, error::Error};
use crate::outbox::{self, Recipients, Saying, activity_uri};

/// What an actor signs with from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// The id of the RSA key.
    pub rsa: String,
    /// The id of the Ed25519 key.
    pub ed25519: String,
}

impl Actors<'_> {
    /// Gives a local actor new keys and tells its followers.
    ///
    /// The new ones have ids of their own, so that nobody takes them for those that they remember.
    /// The old ones stay as rows, to tell what they were; they are published no more, and their
    /// private halves are gone. What waits to be delivered is signed with the new ones.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance; [`Error::NotFound`];
    /// [`Error::Upstream`] if no keys could be made.
    pub async fn rotate_keys(&self, caller: &Caller, handle: &str) -> Result<Rotated, Error> {
        caller.may(Act::RunInstance)?;
        let row = queries::by_handle(self.0.read(), handle)
            .await?
            .filter(queries::is_shown)
            .ok_or(Error::NotFound("actor"))?;
        let keys = local::mint_keys(self.0).await?;
        let tx = self.0.begin().await?;
        let before = actor_key::Entity::find()
            .filter(actor_key::Column::ActorId.eq(row.id))
            .filter(actor_key::Column::Algorithm.eq(actor_key::KeyAlgorithm::Rsa))
            .count(tx.conn())
            .await?;
        actor_key::Entity::update_many()
            .col_expr(actor_key::Column::RetiredAt, Expr::value(tx.now()))
            .col_expr(actor_key::Column::SealedPrivate, Expr::value(Option::<Vec<u8>>::None))
            .filter(actor_key::Column::ActorId.eq(row.id))
            .filter(actor_key::Column::RetiredAt.is_null())
            .exec(tx.conn())
            .await?;
        let number = before + 1;
        let [rsa, ed25519] = local::insert_keys(self.0, &tx, &row, keys, number).await?;
        let document = self.document_on(tx.conn(), row.clone()).await?;
        let slug = self.0.slug();
        let told = Activity::update_actor(activity_uri(self.0, &slug), document)
            .addressed(vec![PUBLIC.to_owned()], row.followers_uri.iter().cloned().collect());
        let saying = Saying {
            actor: row.id,
            uri: told.id.clone(),
            slug,
            kind: "Update",
            post: None,
            order_key: row.id.0,
            audience: Audience::Public,
            body: told.to_json(),
        };
        let everybody = Recipients { followers_of: Some(row.id), ..Recipients::default() };
        outbox::say(self.0, &tx, saying, everybody).await?;
        audit::record(self.0, &tx, caller, "actor.rotate-keys", &row.handle, &rsa).await?;
        tx.commit().await?;
        Ok(Rotated { rsa, ed25519 })
    }
}

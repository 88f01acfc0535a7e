//! Making actors of our own.

use std::sync::Arc;

use carefolk_domain::{
    ActorId, ActorKind, ActorState, DomainId, Handle, Html, Invalid, KeyId, UriHash,
};
use carefolk_store::StoreError;
use carefolk_store::entity::actor_key::{self, KeyAlgorithm};
use carefolk_store::entity::{actor, domain, handle_history};
use sea_orm::{ActiveModelTrait, EntityTrait, QueryOrder, Set};

use crate::App;
use crate::kernel::ports::NewKeys;
use crate::kernel::{error::Error, tx::Tx};

/// The longest display name, in characters.
pub(crate) const NAME_MAX_CHARS: usize = 100;

/// The longest text about oneself, in characters.
pub(crate) const SUMMARY_MAX_CHARS: usize = 5_000;

/// An actor about to be made.
pub(crate) struct NewActor<'a> {
    /// What it is.
    pub kind: ActorKind,
    /// Its name before the `@`.
    pub handle: &'a Handle,
    /// Its display name.
    pub name: &'a str,
    /// What it says about itself, in Markdown.
    pub summary: &'a str,
}

/// Mints keys on a blocking thread, before any transaction is open.
pub(crate) async fn mint_keys(app: &App) -> Result<NewKeys, Error> {
    let keys = Arc::clone(&app.0.parts.keys);
    let minted = tokio::task::spawn_blocking(move || keys.mint());
    match minted.await {
        Ok(result) => Ok(result?),
        Err(_stopped) => Err(Error::Bug("key generation stopped")),
    }
}

/// The domain that new actors belong to.
pub(crate) async fn home_domain(tx: &Tx) -> Result<domain::Model, Error> {
    domain::Entity::find()
        .order_by_asc(domain::Column::Id)
        .one(tx.conn())
        .await?
        .ok_or(Error::Bug("no domain: prepare() was not called"))
}

/// Writes a local actor with its keys.
///
/// # Errors
///
/// [`Error::Invalid`] on `handle` if it is or ever was taken.
pub(crate) async fn insert(
    app: &App,
    tx: &Tx,
    new: NewActor<'_>,
    keys: NewKeys,
) -> Result<actor::Model, Error> {
    let domain = home_domain(tx).await?;
    let id = ActorId(app.id());
    claim_handle(tx, domain.id, new.handle, id).await?;
    let row = actor_row(app, tx, &new, &domain, id).insert(tx.conn()).await?;
    insert_keys(app, tx, &row, keys, FIRST_KEYS).await?;
    Ok(row)
}

async fn claim_handle(
    tx: &Tx,
    domain: DomainId,
    handle: &Handle,
    actor: ActorId,
) -> Result<(), Error> {
    let folded = handle.as_str().to_owned();
    if handle_history::Entity::find_by_id((domain, folded.clone())).one(tx.conn()).await?.is_some()
    {
        return Err(Error::field("handle", Invalid::Taken));
    }
    let claimed = handle_history::ActiveModel {
        domain_id: Set(domain),
        handle_folded: Set(folded),
        actor_id: Set(actor),
        created_at: Set(tx.now()),
    }
    .insert(tx.conn())
    .await
    .map_err(StoreError::from);
    match claimed {
        Ok(_) => Ok(()),
        Err(StoreError::Conflict) => Err(Error::field("handle", Invalid::Taken)),
        Err(other) => Err(other.into()),
    }
}

fn actor_row(
    app: &App,
    tx: &Tx,
    new: &NewActor<'_>,
    domain: &domain::Model,
    id: ActorId,
) -> actor::ActiveModel {
    let uri = format!("{}/ap/actor/{}", domain.base_url, app.slug());
    actor::ActiveModel {
        portrait_key: Set(None),
        portrait_focus: Set(None),
        icon_url: Set(None),
        id: Set(id),
        domain_id: Set(Some(domain.id)),
        kind: Set(new.kind),
        state: Set(ActorState::Active),
        uri_hash: Set(UriHash::of(&uri)),
        handle: Set(new.handle.as_str().to_owned()),
        handle_folded: Set(new.handle.as_str().to_owned()),
        host: Set(domain.handle_host.clone()),
        name: Set(new.name.to_owned()),
        summary_source: Set(Some(new.summary.to_owned())),
        summary_html: Set(Html::from_markdown(new.summary)),
        url: Set(match new.kind {
            ActorKind::Group => format!("{}/groups/{}", domain.base_url, new.handle),
            _ => format!("{}/@{}", domain.base_url, new.handle),
        }),
        inbox: Set(format!("{uri}/inbox")),
        shared_inbox: Set(Some(format!("{}/inbox", domain.base_url))),
        outbox: Set(Some(format!("{uri}/outbox"))),
        followers_uri: Set(Some(format!("{uri}/followers"))),
        following_uri: Set(Some(format!("{uri}/following"))),
        featured_uri: Set(Some(format!("{uri}/featured"))),
        manually_approves: Set(false),
        // A provider and a group are there to be found; a person says so themselves (FEP-5feb).
        discoverable: Set(matches!(new.kind, ActorKind::Organization | ActorKind::Group)),
        indexable: Set(matches!(new.kind, ActorKind::Organization | ActorKind::Group)),
        moved_to: Set(None),
        also_known_as: Set(None),
        moved_at: Set(None),
        published: Set(Some(tx.now())),
        created_at: Set(tx.now()),
        updated_at: Set(tx.now()),
        fetched_at: Set(None),
        note_count: Set(0),
        follower_count: Set(0),
        following_count: Set(0),
        uri: Set(uri),
    }
}

/// Which keys of an actor the first ones are.
const FIRST_KEYS: u64 = 1;

/// Writes new keys of an actor, the `number`th it has; their ids, RSA first.
///
/// Later ones must not have the ids of those before: whoever remembers a key by its id would try
/// the old one. The id is the actor's with a fragment, for some find the actor by cutting that off
/// (docs/federation/peers.md).
pub(super) async fn insert_keys(
    app: &App,
    tx: &Tx,
    owner: &actor::Model,
    keys: NewKeys,
    number: u64,
) -> Result<[String; 2], Error> {
    let suffix = if number == FIRST_KEYS { String::new() } else { format!("-{number}") };
    let id = |fragment: &str| format!("{}#{fragment}{suffix}", owner.uri);
    let ids = [id("main-key"), id("ed25519")];
    let [rsa, ed25519] = ids.clone();
    let pairs = [
        (KeyAlgorithm::Rsa, rsa, keys.rsa_public_pem, keys.rsa_sealed),
        (KeyAlgorithm::Ed25519, ed25519, keys.ed25519_public_multibase, keys.ed25519_sealed),
    ];
    for (algorithm, key_uri, public, sealed) in pairs {
        actor_key::ActiveModel {
            id: Set(KeyId(app.id())),
            actor_id: Set(owner.id),
            key_uri_hash: Set(UriHash::of(&key_uri)),
            key_uri: Set(key_uri),
            algorithm: Set(algorithm),
            public_key: Set(public),
            sealed_private: Set(Some(sealed)),
            created_at: Set(tx.now()),
            fetched_at: Set(None),
            retired_at: Set(None),
        }
        .insert(tx.conn())
        .await?;
    }
    Ok(ids)
}

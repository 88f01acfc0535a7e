//! Storing actors of other servers, only as their own origin describes them.

use std::collections::{HashMap, HashSet};

use carefolk_domain::{
    ActorId, ActorKind, ActorState, Html, KeyId, Moment, PeerId, UriHash, name, uri,
};
use carefolk_store::dialect::{self, NewPeer, padded};
use carefolk_store::entity::actor_key::{self, KeyAlgorithm};
use carefolk_store::entity::{actor, remote_picture, tombstone};
use carefolk_wire::{read, vocab};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};

use super::{handles, queries};
use crate::App;
use crate::kernel::ports::{PortError, RFC9421};
use crate::kernel::{error::Error, tx::Tx};
use crate::peers;

/// The longest remote handle that is kept, in characters.
const HANDLE_MAX_CHARS: usize = 100;

/// The longest remote display name that is kept, in characters; the rest is cut.
const NAME_MAX_CHARS: usize = 200;

/// The most of a remote display name, and of what an actor says about itself, that is looked at:
/// more than Mastodon takes.
const NAME_MAX_BYTES: usize = 4 * 1024;
const SUMMARY_MAX_BYTES: usize = 64 * 1024;

/// The longest address of a picture that is kept.
const ICON_URL_MAX_BYTES: usize = 2 * 1024;

/// A remote actor that has been read and found to speak for itself.
pub(crate) struct Described {
    /// What it says.
    pub actor: read::Actor,
    /// The host of its handle: where its id lives.
    pub host: String,
    /// Its name before the `@`.
    pub handle: String,
    /// The name it shows, as plain text.
    pub name: String,
    /// What it says about itself, safe to show.
    pub summary: Html,
}

/// Checks that a document fetched from its own id describes an actor whose parts all live on one
/// origin (S-015, S-039, S-040).
///
/// # Errors
///
/// [`PortError::Invalid`] with what is wrong.
pub(crate) fn describe(actor: read::Actor) -> Result<Described, PortError> {
    let invalid = PortError::Invalid;
    let host = uri::host(&actor.id).ok_or(invalid("the actor's id has no host"))?;
    if !uri::same_origin(&actor.id, &actor.inbox) {
        return Err(invalid("the actor's inbox is on another host"));
    }
    let shared = actor.shared_inbox.as_deref();
    if shared.is_some_and(|inbox| !uri::same_origin(&actor.id, inbox)) {
        return Err(invalid("the actor's shared inbox is on another host"));
    }
    for key in &actor.keys {
        if key.owner != actor.id || !uri::same_origin(&key.id, &actor.id) {
            return Err(invalid("the actor's key belongs to somebody else"));
        }
    }
    for key in &actor.multikeys {
        if key.controller != actor.id || !uri::same_origin(&key.id, &actor.id) {
            return Err(invalid("the actor's key belongs to somebody else"));
        }
    }
    let handle = actor.preferred_username.clone().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '~');
    if handle.is_empty() || handle.chars().count() > HANDLE_MAX_CHARS || !handle.chars().all(plain)
    {
        return Err(invalid("the actor's name cannot be shown safely"));
    }
    // Cleaned here, before any transaction is open: it may take a while.
    let html = |text: &Option<String>, most: usize| {
        let text = text.as_deref().unwrap_or_default();
        let end = text.floor_char_boundary(most);
        Html::sanitise(text.get(..end).unwrap_or_default())
    };
    let name = name::tidy(&html(&actor.name, NAME_MAX_BYTES).to_plain());
    let name = name.chars().take(NAME_MAX_CHARS).collect();
    let summary = html(&actor.summary, SUMMARY_MAX_BYTES);
    Ok(Described { actor, host, handle, name, summary })
}

/// Writes what a remote actor says about itself, over what it said before.
///
/// # Errors
///
/// [`Error::Store`]; [`Error::Bug`] if the id is one of ours.
pub(crate) async fn upsert(
    app: &App,
    tx: &Tx,
    described: &Described,
) -> Result<actor::Model, Error> {
    let known = queries::by_uri(tx.conn(), &described.actor.id).await?;
    if known.as_ref().is_some_and(|row| row.domain_id.is_some()) {
        return Err(Error::Bug("a local actor came from outside"));
    }
    let row = match known {
        Some(row) => {
            let mut changed = columns(described, tx.now());
            if changed.icon_url != Set(row.icon_url.clone()) {
                let_icon_go(tx, &row).await?;
            }
            changed.id = Set(row.id);
            if row.state == ActorState::Suspended {
                changed.state = Set(ActorState::Suspended);
            }
            changed.update(tx.conn()).await?
        }
        None => {
            let unmet = NewPeer { id: PeerId(app.id()), host: described.host.clone() };
            dialect::ensure_peers(tx.store(), tx.now(), &[unmet]).await?;
            let mut fresh = columns(described, tx.now());
            fresh.id = Set(ActorId(app.id()));
            fresh.domain_id = Set(None);
            fresh.uri = Set(described.actor.id.clone());
            fresh.uri_hash = Set(UriHash::of(&described.actor.id));
            fresh.summary_source = Set(None);
            (fresh.portrait_key, fresh.portrait_focus) = (Set(None), Set(None));
            fresh.created_at = Set(tx.now());
            fresh.note_count = Set(0);
            fresh.follower_count = Set(0);
            fresh.following_count = Set(0);
            fresh.insert(tx.conn()).await?
        }
    };
    handles::take(tx, &row).await?;
    write_keys(app, tx, &row, &described.actor).await?;
    if described.actor.implements.iter().any(|href| href == vocab::IMPLEMENTS_RFC9421) {
        peers::note_declared(tx, &described.host, RFC9421).await?;
    }
    Ok(row)
}

fn columns(described: &Described, now: Moment) -> actor::ActiveModel {
    let actor = &described.actor;
    let own = |url: &Option<String>| url.clone().filter(|url| uri::same_origin(url, &actor.id));
    let state = if actor.moved_to.is_some() { ActorState::Moved } else { ActorState::Active };
    actor::ActiveModel {
        kind: Set(kind(actor.kind)),
        state: Set(state),
        handle: Set(described.handle.clone()),
        handle_folded: Set(described.handle.to_lowercase()),
        host: Set(described.host.clone()),
        name: Set(described.name.clone()),
        summary_html: Set(described.summary.clone()),
        icon_url: Set(actor.icon.clone().filter(|url| url.len() <= ICON_URL_MAX_BYTES)),
        url: Set(own(&actor.url).unwrap_or_else(|| actor.id.clone())),
        inbox: Set(actor.inbox.clone()),
        shared_inbox: Set(actor.shared_inbox.clone()),
        outbox: Set(own(&actor.outbox)),
        followers_uri: Set(own(&actor.followers)),
        following_uri: Set(own(&actor.following)),
        featured_uri: Set(own(&actor.featured)),
        manually_approves: Set(actor.manually_approves),
        discoverable: Set(actor.discoverable.unwrap_or(false)),
        indexable: Set(actor.indexable.unwrap_or(false)),
        moved_to: Set(actor.moved_to.clone()),
        published: Set(actor.published.map(Moment)),
        updated_at: Set(now),
        fetched_at: Set(Some(now)),
        ..Default::default()
    }
}

/// The copy of a picture that somebody does not have any more goes at the next sweep.
pub(crate) async fn let_icon_go(tx: &Tx, row: &actor::Model) -> Result<(), Error> {
    let Some(url) = &row.icon_url else { return Ok(()) };
    remote_picture::Entity::update_many()
        .col_expr(remote_picture::Column::UsedAt, Expr::value(Moment(0)))
        .filter(remote_picture::Column::UrlHash.eq(UriHash::of(url)))
        .exec(tx.conn())
        .await?;
    Ok(())
}

fn kind(kind: carefolk_wire::ActorKind) -> ActorKind {
    use carefolk_wire::ActorKind as Wire;
    match kind {
        Wire::Person => ActorKind::Person,
        Wire::Organization => ActorKind::Organization,
        Wire::Application => ActorKind::Application,
        Wire::Service => ActorKind::Service,
        Wire::Group => ActorKind::Group,
    }
}

/// Writes the keys an actor lists now; what it no longer lists is retired.
async fn write_keys(
    app: &App,
    tx: &Tx,
    row: &actor::Model,
    actor: &read::Actor,
) -> Result<(), Error> {
    let pems = actor.keys.iter().map(|key| (&key.id, KeyAlgorithm::Rsa, &key.pem));
    let multikeys =
        actor.multikeys.iter().map(|key| (&key.id, KeyAlgorithm::Ed25519, &key.multibase));
    let listed: Vec<_> = pems.chain(multikeys).collect();
    actor_key::Entity::delete_many()
        .filter(actor_key::Column::ActorId.eq(row.id))
        .exec(tx.conn())
        .await?;
    let mut written = std::collections::BTreeSet::new();
    for (key_uri, algorithm, public) in listed {
        if !written.insert(key_uri.as_str()) {
            continue;
        }
        actor_key::ActiveModel {
            id: Set(KeyId(app.id())),
            actor_id: Set(row.id),
            key_uri_hash: Set(UriHash::of(key_uri)),
            key_uri: Set(key_uri.clone()),
            algorithm: Set(algorithm),
            public_key: Set(public.clone()),
            sealed_private: Set(None),
            created_at: Set(tx.now()),
            fetched_at: Set(Some(tx.now())),
            retired_at: Set(None),
        }
        .insert(tx.conn())
        .await?;
    }
    Ok(())
}

/// Whether `by`, whose it is, said before that an id is gone.
pub(crate) async fn is_tombstone(tx: &Tx, uri: &str, by: &str) -> Result<bool, Error> {
    let found = tombstone::Entity::find_by_id(UriHash::of(uri)).one(tx.conn()).await?;
    Ok(found.is_some_and(|row| row.said_by == by))
}

/// Which of these ids are said to be gone, and by whom.
pub(crate) async fn tombstones(
    tx: &Tx,
    ids: HashSet<UriHash>,
) -> Result<HashMap<UriHash, String>, Error> {
    let found = tombstone::Entity::find()
        .filter(tombstone::Column::UriHash.is_in(padded(ids)))
        .all(tx.conn())
        .await?;
    Ok(found.into_iter().map(|row| (row.uri_hash, row.said_by)).collect())
}

/// Remembers that `by` says that an id is gone, so that what comes late brings nothing back. It
/// counts for what is theirs alone: somebody else of the same server may say anything (S-041).
pub(crate) async fn bury(tx: &Tx, uri: &str, by: &str) -> Result<(), Error> {
    let row = tombstone::ActiveModel {
        uri_hash: Set(UriHash::of(uri)),
        uri: Set(uri.to_owned()),
        said_by: Set(by.to_owned()),
        at: Set(tx.now()),
    };
    let again = OnConflict::column(tombstone::Column::UriHash)
        .update_columns([tombstone::Column::SaidBy, tombstone::Column::At])
        .to_owned();
    tombstone::Entity::insert(row).on_conflict(again).exec_without_returning(tx.conn()).await?;
    Ok(())
}

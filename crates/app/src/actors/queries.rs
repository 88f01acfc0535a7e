//! Finding actors.

use std::collections::HashMap;

use carefolk_domain::{ActorId, ActorKind, ActorState, Address, Focus, Handle, UriHash};
use carefolk_store::dialect::padded;
use carefolk_store::entity::actor;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::SelectStatement,
};

use super::{ActorView, Actors, Portrait, handles};
use crate::kernel::{caller::Caller, error::Error, tx::Tx};

/// The row behind an id on the wire.
pub(crate) async fn by_uri(
    conn: &impl ConnectionTrait,
    uri: &str,
) -> Result<Option<actor::Model>, Error> {
    Ok(actor::Entity::find().filter(actor::Column::UriHash.eq(UriHash::of(uri))).one(conn).await?)
}

/// The local actor of that name.
pub(crate) async fn by_handle(
    conn: &impl ConnectionTrait,
    handle: &str,
) -> Result<Option<actor::Model>, Error> {
    let Ok(handle) = Handle::parse(handle) else { return Ok(None) };
    Ok(actor::Entity::find()
        .filter(actor::Column::DomainId.is_not_null())
        .filter(actor::Column::HandleFolded.eq(handle.as_str()))
        .one(conn)
        .await?)
}

/// The rows behind these ids on the wire, by the hash of each.
pub(crate) async fn by_uri_hashes(
    conn: &impl ConnectionTrait,
    hashes: impl IntoIterator<Item = UriHash>,
) -> Result<HashMap<UriHash, actor::Model>, Error> {
    let rows = actor::Entity::find()
        .filter(actor::Column::UriHash.is_in(padded(hashes)))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.uri_hash.clone(), row)).collect())
}

/// The ids of all actors of ours, as part of another query.
pub(crate) fn local_ids() -> SelectStatement {
    actor::Entity::find()
        .select_only()
        .column(actor::Column::Id)
        .filter(actor::Column::DomainId.is_not_null())
        .into_query()
}

/// The row of an id that another row names.
pub(crate) async fn by_id(conn: &impl ConnectionTrait, id: ActorId) -> Result<actor::Model, Error> {
    actor::Entity::find_by_id(id).one(conn).await?.ok_or(Error::NotFound("actor"))
}

/// The row of an actor that is shown, held until the end of the transaction.
///
/// # Errors
///
/// [`Error::NotFound`] for who is gone.
pub(crate) async fn held(tx: &Tx, id: ActorId) -> Result<actor::Model, Error> {
    let found = actor::Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?;
    found.filter(is_shown).ok_or(Error::NotFound("actor"))
}

/// What pages show of a row.
pub(crate) fn view(row: actor::Model) -> ActorView {
    let is_local = row.domain_id.is_some();
    let page = if is_local && row.kind == ActorKind::Group {
        format!("/groups/{}", row.handle)
    } else if is_local {
        format!("/@{}", row.handle)
    } else {
        format!("/@{}@{}", row.handle, row.host)
    };
    let portrait = match &row.icon_url {
        Some(_) if !is_local => {
            // Whoever looks asks us, and we copy it from there (S-129).
            let address = format!("/media/of/{}", row.id);
            Some(Portrait { address, focus: Focus::default(), key: None })
        }
        _ => Portrait::named(row.portrait_key.as_ref(), row.portrait_focus.as_ref()),
    };
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    ActorView {
        id: row.id,
        kind: row.kind,
        state: row.state,
        name: if row.name.trim().is_empty() { row.handle.clone() } else { row.name },
        handle: row.handle,
        host: row.host,
        portrait,
        summary: row.summary_html,
        uri: row.uri,
        url: row.url,
        page,
        is_local,
        followers: count(row.follower_count),
        following: count(row.following_count),
        posts: count(row.note_count),
        // Only what the other side confirmed: anybody can say that they moved to somebody.
        moved_to: row.moved_to.filter(|_| row.moved_at.is_some()),
        published: row.published,
    }
}

/// Whether an actor may be shown at all.
pub(crate) fn is_shown(row: &actor::Model) -> bool {
    !matches!(row.state, ActorState::Suspended | ActorState::Deleted)
}

impl Actors<'_> {
    /// The local actor of that name.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn find_local(&self, handle: &str) -> Result<ActorView, Error> {
        by_handle(self.0.read(), handle)
            .await?
            .filter(is_shown)
            .map(view)
            .ok_or(Error::NotFound("actor"))
    }

    /// Who an actor is now that it moved, if we know them.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn successor(&self, of: &ActorView) -> Result<Option<ActorView>, Error> {
        let Some(uri) = &of.moved_to else { return Ok(None) };
        Ok(by_uri(self.0.read(), uri).await?.filter(is_shown).map(view))
    }

    /// The actor of that address, if we know it: a local one by its name and our host.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn find(
        &self,
        _viewer: &Caller,
        address: &Address,
    ) -> Result<Option<ActorView>, Error> {
        if address.host == self.0.settings().handle_host() {
            let row = by_handle(self.0.read(), &address.name).await?;
            return Ok(row.filter(is_shown).map(view));
        }
        if !self.0.peers().is_open_to(&address.host).await? {
            return Ok(None);
        }
        let rows = handles::all(self.0.read(), address).await?;
        Ok(rows.into_iter().find(is_shown).map(view))
    }
}

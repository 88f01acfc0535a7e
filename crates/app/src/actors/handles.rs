//! Handles of other servers: whose they are now.
//!
//! A server may give a handle to somebody else, and rename who had it; then what the first one said
//! must not stand under a name that is now the second one's. Invariant: a handle is shown for the
//! actor whose own server described it so last.

use carefolk_domain::{ActorKind, Address};
use carefolk_store::entity::actor;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::kernel::{error::Error, tx::Tx};

/// What stands before a handle that its actor no longer has, as far as we know. No server gives such
/// a name, and one that did would only confuse its own people.
const FORMER: &str = "former~";

/// How many actors with one handle are looked at: a person and a group may share one (Lemmy), and so
/// may those whose handles differ in letter case.
const SHARERS_MAX: u64 = 50;

/// The actors of another server with that handle, the one it most likely means first: as it is
/// written, no group, and described last.
pub(crate) async fn all(
    conn: &impl ConnectionTrait,
    address: &Address,
) -> Result<Vec<actor::Model>, Error> {
    let mut found = actor::Entity::find()
        .filter(actor::Column::DomainId.is_null())
        .filter(actor::Column::Host.eq(&address.host))
        .filter(actor::Column::HandleFolded.eq(address.name.to_lowercase()))
        .order_by_desc(actor::Column::FetchedAt)
        .limit(SHARERS_MAX)
        .all(conn)
        .await?;
    found.sort_by_key(|row| (row.handle != address.name, is_group(row)));
    Ok(found)
}

/// Gives `row`, which was just described by its own server, its handle: whoever had it there before
/// has it no longer, until their server says so again.
pub(super) async fn take(tx: &Tx, row: &actor::Model) -> Result<(), Error> {
    let address = Address { name: row.handle.clone(), host: row.host.clone() };
    for other in all(tx.conn(), &address).await? {
        let is_same = other.handle == row.handle && is_group(&other) == is_group(row);
        if other.id == row.id || !is_same {
            continue;
        }
        let former = format!("{FORMER}{}", other.handle);
        let mut changed = other.into_active_model();
        changed.handle_folded = Set(former.to_lowercase());
        changed.handle = Set(former);
        changed.updated_at = Set(tx.now());
        changed.update(tx.conn()).await?;
    }
    Ok(())
}

fn is_group(row: &actor::Model) -> bool {
    row.kind == ActorKind::Group
}

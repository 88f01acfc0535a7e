//! Everything a database holds, to be compared before and after.

use std::collections::BTreeMap;

use carefolk_domain::KeyId;
use carefolk_store::Db;
use carefolk_store::entity::{
    account, actor, actor_key, addressed, audit, delivery, domain, follow, handle_history, hashtag,
    home, inbound_activity, job, mention, notification, outbox_activity, peer, post, post_hashtag,
    reaction, rendition, revision, session, setting, team_member, tombstone,
};
use sea_orm::EntityTrait;

/// The rows of each table, as text, in order. `worker_lease` is no part of it: it belongs to
/// processes and not to what they know.
pub type Rows = BTreeMap<&'static str, Vec<String>>;

async fn table<E: EntityTrait>(db: &Db) -> Vec<String> {
    let rows = E::find().all(db.read()).await.unwrap();
    let mut rows: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
    rows.sort();
    rows
}

macro_rules! tables {
    ($db:expr, $($name:ident),+) => {
        BTreeMap::from([$((stringify!($name), table::<$name::Entity>($db).await)),+])
    };
}

/// Reads everything.
///
/// # Panics
///
/// If a table cannot be read.
pub async fn rows(db: &Db) -> Rows {
    let mut all: Rows = tables!(
        db,
        account,
        actor,
        addressed,
        audit,
        delivery,
        domain,
        follow,
        handle_history,
        hashtag,
        home,
        inbound_activity,
        job,
        mention,
        notification,
        outbox_activity,
        peer,
        post,
        post_hashtag,
        reaction,
        rendition,
        revision,
        session,
        setting,
        team_member,
        tombstone
    );
    // Keys that are read again from their owner are written anew, under another number.
    let keys = actor_key::Entity::find().all(db.read()).await.unwrap();
    let unnumbered = |key| actor_key::Model { id: KeyId(0), ..key };
    let mut keys: Vec<String> =
        keys.into_iter().map(|key| format!("{:?}", unnumbered(key))).collect();
    keys.sort();
    all.insert("actor_key", keys);
    all
}

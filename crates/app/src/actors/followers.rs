//! Who follows a local actor from one host, for that host alone (FEP-8fcf).
//!
//! Invariant: a host is told of its own people and of nobody else's (S-179).

use carefolk_domain::{ActorId, ActorState, followers};
use carefolk_store::entity::actor;
use carefolk_store::entity::follow::{self, FollowState};
use carefolk_wire::synchronization::Synchronization;
use carefolk_wire::write::{Object, OrderedCollection};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::{Actors, queries};
use crate::kernel::error::Error;

/// The most followers on one host that are compared, so that a list of them is one document that
/// everybody reads. With more, nothing is said.
pub(crate) const PART_MAX: u64 = 1_000;

/// The ids of those on `host` who follow a local actor; nothing if there are too many.
async fn on_host(
    conn: &impl ConnectionTrait,
    followee: ActorId,
    host: &str,
) -> Result<Option<Vec<String>>, Error> {
    let followers = follow::Entity::find()
        .select_only()
        .column(follow::Column::FollowerId)
        .filter(follow::Column::FolloweeId.eq(followee))
        .filter(follow::Column::State.eq(FollowState::Accepted))
        .into_query();
    let ids: Vec<String> = actor::Entity::find()
        .select_only()
        .column(actor::Column::Uri)
        .filter(actor::Column::Id.in_subquery(followers))
        .filter(actor::Column::DomainId.is_null())
        .filter(actor::Column::Host.eq(host))
        .filter(actor::Column::State.ne(ActorState::Deleted))
        .order_by_asc(actor::Column::Id)
        .limit(PART_MAX + 1)
        .into_tuple()
        .all(conn)
        .await?;
    let too_many = u64::try_from(ids.len()).unwrap_or(u64::MAX) > PART_MAX;
    Ok(Some(ids).filter(|_| !too_many))
}

fn address(row: &actor::Model) -> String {
    format!("{}/followers_synchronization", row.uri)
}

/// What is said about the followers of a local actor to `host`, as a header; nothing if there are
/// too many, or the actor has no collection of followers.
pub(crate) async fn synchronization(
    conn: &impl ConnectionTrait,
    followee: ActorId,
    host: &str,
) -> Result<Option<String>, Error> {
    let row = queries::by_id(conn, followee).await?;
    let Some(collection_id) = row.followers_uri.clone() else { return Ok(None) };
    let Some(ids) = on_host(conn, followee, host).await? else { return Ok(None) };
    let digest = followers::digest(ids.iter().map(String::as_str));
    Ok(Some(Synchronization { collection_id, url: address(&row), digest }.to_header()))
}

impl Actors<'_> {
    /// The ids of those on `host` who follow a local actor. The caller has proved that it is that
    /// host who asks.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], also where there are too many.
    pub async fn followers_on(&self, slug: &str, host: &str) -> Result<String, Error> {
        let row = self.by_slug(slug).await?;
        let ids = on_host(self.0.read(), row.id, host).await?;
        let ids = ids.ok_or(Error::NotFound("followers"))?;
        let items = ids.into_iter().map(Object::Iri).collect();
        Ok(OrderedCollection::whole(address(&row), items).to_json())
    }
}

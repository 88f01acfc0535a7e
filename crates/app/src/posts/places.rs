//! Where a post is said: in a group of ours, of another server, or in none.

use carefolk_domain::{ActorId, ActorKind, Address, Audience, Denial, GroupId, Invalid, PostState};
use carefolk_store::entity::{actor, group, post};
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};

use super::{NewPost, Posts};
use crate::actors::queries as actors;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::{abroad, grouped, insiders, locked};

impl Posts<'_> {
    /// Who wrote what is answered, unless they have left the group that alone may read the answer.
    pub(super) async fn if_they_may_hear(
        &self,
        audience: Audience,
        group: Option<GroupId>,
        answered: Option<actor::Model>,
    ) -> Result<Option<actor::Model>, Error> {
        match answered {
            Some(who) if audience == Audience::Group => {
                Ok(insiders::has(self.0.read(), group, who.id).await?.then_some(who))
            }
            answered => Ok(answered),
        }
    }

    /// Holds the group in which something is being said, and asks once more: whoever is told to go, or leaves, and
    /// what is taken out of it, in this very moment was first, or waits.
    pub(super) async fn hold_place(
        &self,
        tx: &Tx,
        (author, audience): (&actor::Model, Audience),
        parent: Option<&post::Model>,
        place: Option<&grouped::Place>,
    ) -> Result<(), Error> {
        let Some(place) = place else {
            let Some(parent) = parent.filter(|_| audience.is_open()) else { return Ok(()) };
            if let Some(place) = grouped::of_conversation(tx.conn(), parent).await? {
                group::Entity::find_by_id(place.row.id).lock_shared().one(tx.conn()).await?;
            }
            let now = post::Entity::find_by_id(parent.id).one(tx.conn()).await?;
            return answered_outside(tx.conn(), author, &now.unwrap_or_else(|| parent.clone()))
                .await;
        };
        group::Entity::find_by_id(place.row.id).lock_shared().one(tx.conn()).await?;
        let Some(parent) = parent else { return place.admit(tx.conn(), author, None).await };
        let now = post::Entity::find_by_id(parent.id).one(tx.conn()).await?;
        let there = now.filter(|now| now.state == PostState::Published);
        match there.filter(|now| now.group_id == Some(place.row.id)) {
            Some(now) => place.admit(tx.conn(), author, Some(&now)).await,
            None => Err(Error::field("in_reply_to", Invalid::Choice)),
        }
    }

    /// Whether the author may still speak where the post is read: who left a group, or was told to go, takes
    /// their words away from it, but puts no others in their place. The group is held meanwhile.
    pub(super) async fn allow_to_say_more(&self, tx: &Tx, row: &post::Model) -> Result<(), Error> {
        if row.audience != Audience::Group {
            return Ok(());
        }
        let Some(group) = row.group_id else {
            return Err(Error::Conflict("the post was taken out of its group"));
        };
        group::Entity::find_by_id(group).lock_shared().one(tx.conn()).await?;
        if insiders::has(tx.conn(), Some(group), row.actor_id).await? {
            Ok(())
        } else {
            Err(Denial::GroupMembers.into())
        }
    }

    /// The group that a post is in: that of what it answers, else the one that was chosen.
    pub(super) async fn group(
        &self,
        caller: &Caller,
        author: &actor::Model,
        parent: Option<&post::Model>,
        new: &NewPost,
    ) -> Result<Option<grouped::Place>, Error> {
        let conn = self.0.read();
        let place = match (parent, &new.group) {
            (Some(parent), _) => {
                let place = grouped::of_post(conn, parent).await?;
                // What was taken out of its group is answered by nobody: only its author still sees it.
                if place.is_none() && parent.audience == Audience::Group {
                    return Err(Error::field("in_reply_to", Invalid::Choice));
                }
                place
            }
            (None, None) => None,
            (None, Some(_)) if new.audience != Audience::Public => {
                return Err(Error::field("audience", Invalid::Choice));
            }
            (None, Some(name)) if self.address_elsewhere(name).is_some() => None,
            (None, Some(handle)) => Some(grouped::Place::named(conn, caller, handle).await?),
        };
        match (&place, parent) {
            (Some(place), parent) => place.admit(conn, author, parent).await?,
            (None, Some(parent)) if new.audience.is_open() && parent.audience.is_open() => {
                answered_outside(conn, author, parent).await?;
            }
            (None, _) => {}
        }
        Ok(place)
    }

    /// The group of another server that it is in: that of what it answers, else the one that was chosen.
    pub(super) async fn group_elsewhere(
        &self,
        by: ActorId,
        parent: Option<&post::Model>,
        new: &NewPost,
    ) -> Result<Option<actor::Model>, Error> {
        if let Some(parent) = parent {
            return abroad::group_of(self.0.read(), parent, by).await;
        }
        let Some(address) = new.group.as_deref().and_then(|name| self.address_elsewhere(name))
        else {
            return Ok(None);
        };
        let found = self.0.actors().known(&address).await?;
        let found = found.filter(|row| row.kind == ActorKind::Group && actors::is_shown(row));
        found.map(Some).ok_or(Error::NotFound("group"))
    }

    /// The address of a group that is named with its host, if that is not ours.
    fn address_elsewhere(&self, name: &str) -> Option<Address> {
        let name = name.trim().trim_start_matches('@');
        let address = Address::parse(name).ok().filter(|_| name.contains('@'))?;
        (address.host != self.0.settings().handle_host()).then_some(address)
    }
}

/// Whether `author` may answer something that is in no group itself: those who keep order in its conversation are
/// asked, here or elsewhere.
async fn answered_outside(
    conn: &impl ConnectionTrait,
    author: &actor::Model,
    parent: &post::Model,
) -> Result<(), Error> {
    match grouped::of_conversation(conn, parent).await? {
        Some(place) => place.admit(conn, author, Some(parent)).await,
        None if locked::since(conn, parent).await?.is_some() => Err(Denial::Locked.into()),
        None => Ok(()),
    }
}

//! Conversations of a group that its moderators close, open again, pin and unpin.

use carefolk_domain::group::GROUP_PINS_MAX;
use carefolk_domain::{GroupId, PostId, PostState};
use carefolk_store::entity::{group_pin, post};
use carefolk_wire::write::Activity;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait, Set,
};

use super::Groups;
use super::rows::hold;
use super::told::{self, Told};
use crate::grouped::Place;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::posts::PostRef;
use crate::{audit, locked, voice};

impl Groups<'_> {
    /// Closes the conversation that a post is in, so that nobody but moderators answers in it, or opens it again.
    /// Twice is no error. Gives the page of what begins it, as a path.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], also for a post that is in no group; [`Error::Denied`] as [`Groups::appoint`].
    pub async fn lock(
        &self,
        caller: &Caller,
        by: &PostRef,
        is_locked: bool,
    ) -> Result<String, Error> {
        let (root, place) = self.conversation(caller, by).await?;
        self.voice_for(&place).await?;
        let tx = self.0.begin().await?;
        hold(&tx, place.row.id).await?;
        if locked::set(&tx, root.id, is_locked).await? {
            let uri = root.uri.clone();
            let lock = |id, deed| Activity::lock(id, deed, uri);
            let told = Told { post: Some(root.id), who: None, is_done: is_locked };
            told::tell(self.0, &tx, &place, told, lock).await?;
            let what = if is_locked { "group.lock" } else { "group.unlock" };
            audit::record(self.0, &tx, caller, what, &place.name().handle, &root.uri).await?;
        }
        tx.commit().await?;
        self.page_of(&root).await
    }

    /// Pins the conversation that a post is in on the page of its group, or unpins it. Twice is no error. Gives the
    /// page of what begins it, as a path.
    ///
    /// # Errors
    ///
    /// As [`Groups::lock`]; [`Error::Conflict`] if [`GROUP_PINS_MAX`] are pinned already.
    pub async fn pin(
        &self,
        caller: &Caller,
        by: &PostRef,
        is_pinned: bool,
    ) -> Result<String, Error> {
        let (root, place) = self.conversation(caller, by).await?;
        self.voice_for(&place).await?;
        let tx = self.0.begin().await?;
        hold(&tx, place.row.id).await?;
        let group = place.row.id;
        let changed = if is_pinned {
            add(&tx, group, root.id).await?
        } else {
            remove(&tx, group, root.id).await?
        };
        let featured = place.actor.as_ref().and_then(|actor| actor.featured_uri.clone());
        if changed {
            if let Some(list) = featured {
                let uri = root.uri.clone();
                let told = Told { post: Some(root.id), who: None, is_done: true };
                let say = |id, deed| {
                    let way =
                        if is_pinned { Activity::add_in_group } else { Activity::remove_in_group };
                    way(id, deed, uri, list)
                };
                told::tell(self.0, &tx, &place, told, say).await?;
            }
            let what = if is_pinned { "group.pin" } else { "group.unpin" };
            audit::record(self.0, &tx, caller, what, &place.name().handle, &root.uri).await?;
        }
        tx.commit().await?;
        self.page_of(&root).await
    }

    /// What begins the conversation of a post in a group that the caller keeps in order.
    async fn conversation(
        &self,
        caller: &Caller,
        by: &PostRef,
    ) -> Result<(post::Model, Place), Error> {
        let (row, place) = self.in_group(caller, by).await?;
        let Some(root) = row.root_id else { return Ok((row, place)) };
        let root = post::Entity::find_by_id(root).one(self.0.read()).await?;
        // What answers something that is elsewhere, or was taken out of the group, is in none that is kept here.
        let root = root.filter(|root| root.group_id == Some(place.row.id));
        Ok((root.ok_or(Error::NotFound("post"))?, place))
    }

    /// Makes the actor in whose name other servers are told, for a group that they know of.
    pub(super) async fn voice_for(&self, place: &Place) -> Result<(), Error> {
        match place.actor {
            Some(_) => voice::ensure(self.0).await,
            None => Ok(()),
        }
    }
}

/// Whether it was not pinned before.
async fn add(tx: &Tx, group: GroupId, post: PostId) -> Result<bool, Error> {
    if group_pin::Entity::find_by_id((group, post)).one(tx.conn()).await?.is_some() {
        return Ok(false);
    }
    let there = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(post::Column::GroupId.eq(group))
        .filter(post::Column::State.eq(PostState::Published))
        .into_query();
    let pins = group_pin::Entity::find().filter(group_pin::Column::GroupId.eq(group));
    let pinned = pins.filter(group_pin::Column::PostId.in_subquery(there)).count(tx.conn()).await?;
    if pinned >= GROUP_PINS_MAX {
        return Err(Error::Conflict("five conversations are pinned; unpin one of them first"));
    }
    group_pin::ActiveModel { group_id: Set(group), post_id: Set(post), created_at: Set(tx.now()) }
        .insert(tx.conn())
        .await?;
    Ok(true)
}

/// Whether it was pinned before.
pub(super) async fn remove(tx: &Tx, group: GroupId, post: PostId) -> Result<bool, Error> {
    let gone = group_pin::Entity::delete_by_id((group, post)).exec(tx.conn()).await?;
    Ok(gone.rows_affected > 0)
}

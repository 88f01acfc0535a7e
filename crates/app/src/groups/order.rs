//! Conversations of a group that its moderators close, open again, pin and unpin.

use carefolk_domain::group::GROUP_PINS_MAX;
use carefolk_domain::{GroupId, PostId, PostState};
use carefolk_store::entity::{group_pin, post};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use super::Groups;
use super::rows::hold;
use super::told;
use crate::grouped::Place;
use crate::kernel::{caller::Caller, error::Error, page::Page, tx::Tx};
use crate::posts::visible::visible_to;
use crate::posts::{self, PostRef, PostView};
use crate::{App, audit, locked, voice};

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
        let (tx, root, place) = self.held_conversation(caller, by).await?;
        if locked::set(&tx, root.id, is_locked).await? {
            told::of_lock(self.0, &tx, &place, &root, is_locked).await?;
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
        let (tx, root, place) = self.held_conversation(caller, by).await?;
        let changed = if is_pinned {
            add(&tx, place.row.id, root.id).await?
        } else {
            remove(&tx, place.row.id, root.id).await?
        };
        if changed {
            told::of_pin(self.0, &tx, &place, &root, is_pinned).await?;
            let what = if is_pinned { "group.pin" } else { "group.unpin" };
            audit::record(self.0, &tx, caller, what, &place.name().handle, &root.uri).await?;
        }
        tx.commit().await?;
        self.page_of(&root).await
    }

    /// The conversations of a group that its moderators closed, the latest first.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn locked(
        &self,
        viewer: &Caller,
        handle: &str,
        page: Page,
    ) -> Result<Vec<PostView>, Error> {
        let look = self.0.look().await?;
        let place = Place::named(look.conn(), viewer, handle).await?;
        let rows = post::Entity::find()
            .filter(visible_to(viewer))
            .filter(post::Column::GroupId.eq(place.row.id))
            .filter(post::Column::InReplyToUri.is_null())
            .filter(post::Column::LockedAt.is_not_null())
            .order_by_desc(post::Column::Id)
            .limit(page.rows())
            .all(look.conn())
            .await?;
        let views = posts::views(look.conn(), viewer, rows).await?;
        look.end().await?;
        Ok(views)
    }

    /// What begins the conversation of a post in a group that the caller keeps in order, with the group held.
    async fn held_conversation(
        &self,
        caller: &Caller,
        by: &PostRef,
    ) -> Result<(Tx, post::Model, Place), Error> {
        let (row, place) = self.in_group(caller, by).await?;
        self.voice_for(&place).await?;
        let tx = self.0.begin().await?;
        hold(&tx, place.row.id).await?;
        // What answers something that is elsewhere, or was taken out of the group, is in none that is kept here.
        let root = there(&tx, &place, row.root_id.unwrap_or(row.id)).await?;
        Ok((tx, root, place))
    }

    /// Makes the actor in whose name other servers are told, for a group that they know of.
    pub(super) async fn voice_for(&self, place: &Place) -> Result<(), Error> {
        match place.actor {
            Some(_) => voice::ensure(self.0).await,
            None => Ok(()),
        }
    }
}

/// What begins a conversation, as it is now that the group is held: it may have gone, or left the group.
pub(super) async fn there(tx: &Tx, place: &Place, root: PostId) -> Result<post::Model, Error> {
    let now = post::Entity::find_by_id(root)
        .filter(post::Column::GroupId.eq(place.row.id))
        .filter(post::Column::State.eq(PostState::Published))
        .one(tx.conn())
        .await?;
    now.ok_or(Error::NotFound("post"))
}

/// A conversation leaves the group: nothing that its moderators said of it holds any more.
pub(super) async fn forget(
    app: &App,
    tx: &Tx,
    place: &Place,
    root: &post::Model,
) -> Result<(), Error> {
    if locked::set(tx, root.id, false).await? {
        told::of_lock(app, tx, place, root, false).await?;
    }
    if remove(tx, place.row.id, root.id).await? {
        told::of_pin(app, tx, place, root, false).await?;
    }
    Ok(())
}

/// Whether it was not pinned before.
async fn add(tx: &Tx, group: GroupId, post: PostId) -> Result<bool, Error> {
    if group_pin::Entity::find_by_id((group, post)).one(tx.conn()).await?.is_some() {
        return Ok(false);
    }
    let pins = group_pin::Entity::find().filter(group_pin::Column::GroupId.eq(group));
    if pins.count(tx.conn()).await? >= GROUP_PINS_MAX {
        return Err(Error::Conflict("five conversations are pinned; unpin one of them first"));
    }
    group_pin::ActiveModel { group_id: Set(group), post_id: Set(post), created_at: Set(tx.now()) }
        .insert(tx.conn())
        .await?;
    Ok(true)
}

/// Whether it was pinned before.
async fn remove(tx: &Tx, group: GroupId, post: PostId) -> Result<bool, Error> {
    let gone = group_pin::Entity::delete_by_id((group, post)).exec(tx.conn()).await?;
    Ok(gone.rows_affected > 0)
}

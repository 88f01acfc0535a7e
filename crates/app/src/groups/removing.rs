//! What moderators of a group take away from it, with a reason, and give back.

use carefolk_domain::{PostState, RemovalReason};
use carefolk_store::entity::post;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::rows::hold;
use super::{Groups, Removal, told};
use crate::actors::queries as actors;
use crate::audit;
use crate::grouped::{self, Place};
use crate::kernel::{caller::Caller, error::Error, page::Page};
use crate::posts::remove;
use crate::posts::visible::traces_for;
use crate::posts::{self, PostRef, PostView};

impl Groups<'_> {
    /// Takes a post of a group away: who finds the gap is told why, and who wrote it how to have that looked at again.
    /// Other servers that have it are asked to forget it. Twice is no error. Gives the post's page, as a path.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], also for a post that is in no group; [`Error::Denied`] as [`Groups::appoint`].
    pub async fn remove(
        &self,
        caller: &Caller,
        post: &PostRef,
        reason: RemovalReason,
    ) -> Result<String, Error> {
        let (row, place) = self.in_group(caller, post).await?;
        if row.state == PostState::Removed {
            return self.page_of(&row).await;
        }
        self.voice_for(&place).await?;
        let tx = self.0.begin().await?;
        hold(&tx, place.row.id).await?;
        let row = posts::held(&tx, row.id).await?;
        remove::remove(self.0, &tx, &row, reason, caller.account()).await?;
        let detail = format!("{} {}", row.uri, reason.word());
        audit::record(self.0, &tx, caller, "group.remove", &place.name().handle, &detail).await?;
        tx.commit().await?;
        self.page_of(&row).await
    }

    /// Gives a post back that was taken away. One that is there is no error. Gives the post's page, as a path.
    ///
    /// # Errors
    ///
    /// As [`Groups::remove`].
    pub async fn restore(&self, caller: &Caller, post: &PostRef) -> Result<String, Error> {
        let (row, place) = self.in_group(caller, post).await?;
        let tx = self.0.begin().await?;
        hold(&tx, place.row.id).await?;
        let gone = post::Entity::find_by_id(row.id)
            .filter(post::Column::State.eq(PostState::Removed))
            .lock_exclusive()
            .one(tx.conn())
            .await?;
        let Some(row) = gone else { return self.page_of(&row).await };
        remove::restore(self.0, &tx, &row).await?;
        if row.locked_at.is_some() {
            // Who forgot the post forgot that as well.
            told::of_lock(self.0, &tx, &place, &row, true).await?;
        }
        audit::record(self.0, &tx, caller, "group.restore", &place.name().handle, &row.uri).await?;
        tx.commit().await?;
        self.page_of(&row).await
    }

    /// A post of a group that the caller keeps in order, to be looked at before it is taken away: also one by
    /// somebody who blocks them.
    ///
    /// # Errors
    ///
    /// As [`Groups::remove`].
    pub async fn to_remove(&self, caller: &Caller, post: &PostRef) -> Result<PostView, Error> {
        let (row, _place) = self.in_group(caller, post).await?;
        let views = posts::views(self.0.read(), caller, vec![row]).await?;
        views.into_iter().next().ok_or(Error::NotFound("post"))
    }

    pub(super) async fn page_of(&self, row: &post::Model) -> Result<String, Error> {
        let author = actors::by_id(self.0.read(), row.actor_id).await?;
        Ok(posts::page_of(row, &author))
    }

    /// What was taken away in a group, the latest first: why, and of when it was; by nobody's name.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn removed(
        &self,
        viewer: &Caller,
        handle: &str,
        page: Page,
    ) -> Result<Vec<Removal>, Error> {
        let place = Place::named(self.0.read(), viewer, handle).await?;
        let rows = post::Entity::find()
            .filter(traces_for(viewer))
            .filter(post::Column::GroupId.eq(place.row.id))
            .filter(post::Column::State.eq(PostState::Removed))
            .order_by_desc(post::Column::Id)
            .limit(page.rows())
            .all(self.0.read())
            .await?;
        let views = posts::views(self.0.read(), viewer, rows).await?;
        let removal = |view: PostView| {
            let is_reply = view.in_reply_to.is_some();
            let (page, at) = (view.page, view.published);
            view.removed.map(|reason| Removal { page, reason, at, is_reply })
        };
        Ok(views.into_iter().filter_map(removal).collect())
    }

    /// A post of a group that the caller keeps in order.
    pub(super) async fn in_group(
        &self,
        caller: &Caller,
        by: &PostRef,
    ) -> Result<(post::Model, Place), Error> {
        // Whoever blocks the moderators must not hide from them what they have to keep in order.
        let there = [PostState::Published, PostState::Removed];
        let anywhere = Condition::all().add(post::Column::State.is_in(there));
        let row = self.0.posts().find_among(anywhere, by).await?;
        let place = grouped::of_post(self.0.read(), &row).await?;
        // The same as for a post that is not there: what is guessed is not confirmed (S-044).
        let place = place.ok_or(Error::NotFound("post"))?;
        match self.allow_to_moderate(caller, &place.row).await {
            Ok(()) => Ok((row, place)),
            Err(denied) => match self.0.posts().find_row(caller, by).await {
                Ok(_seen) => Err(denied),
                Err(hidden) => Err(hidden),
            },
        }
    }
}

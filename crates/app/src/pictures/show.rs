//! Who is shown which picture.

use carefolk_domain::{Audience, PostState};
use carefolk_store::entity::{held_post, picture, post};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::{PictureSize, Pictures, ShownPicture, file, storage};
use crate::actors::Portrait;
use crate::kernel::caller::Caller;
use crate::kernel::error::Error;
use crate::posts::visible::{hidden_actors, visible_to};
use crate::{portraits, waiting};

impl Pictures<'_> {
    /// The picture called `key`, if `viewer` may see it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], also where the viewer may not know that there is one; [`Error::Store`].
    pub async fn show(
        &self,
        viewer: &Caller,
        key: &str,
        size: PictureSize,
    ) -> Result<ShownPicture, Error> {
        let named = Condition::any()
            .add(picture::Column::Key.eq(key))
            .add(picture::Column::SharedKey.eq(key));
        let row = picture::Entity::find()
            .filter(named)
            .filter(picture::Column::ReadyAt.is_not_null())
            .filter(picture::Column::GoneAt.is_null())
            .one(self.0.read())
            .await?
            .ok_or(Error::NotFound("picture"))?;
        let is_shared = row.shared_key == key;
        let is_open = self.may_see(viewer, &row, is_shared).await?;
        let is_open = is_open.ok_or(Error::NotFound("picture"))?;
        let media_type = match size {
            PictureSize::Full => row.media_type,
            PictureSize::Small | PictureSize::Icon => row.small_type,
        };
        let opened = self.0.files().open(&file(&row, size)).await.map_err(|error| {
            tracing::error!(%error, picture = %row.id, "the file of a picture could not be read");
            storage(error)
        })?;
        // By the name that was asked for: who knows the one for other servers does not learn the other.
        let version = format!("{key}-{}", size.word());
        Ok(ShownPicture { media_type, is_open, version, file: opened })
    }

    /// What the picture of somebody shows, in words, for who is shown it beside their name.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn words_of(&self, portrait: &Portrait) -> Result<Option<String>, Error> {
        let Some(key) = &portrait.key else { return Ok(None) };
        let found = picture::Entity::find()
            .filter(picture::Column::Key.eq(key.as_str()))
            .one(self.0.read())
            .await?;
        Ok(found.and_then(|row| row.description))
    }

    /// Whether anybody may see it, if the viewer may.
    async fn may_see(
        &self,
        viewer: &Caller,
        row: &picture::Model,
        is_shared: bool,
    ) -> Result<Option<bool>, Error> {
        if let Some(held) = row.held_id {
            let Caller::Member(member) = viewer else { return Ok(None) };
            let found = held_post::Entity::find_by_id(held).filter(waiting::readable_by(member));
            let found = found.one(self.0.read()).await?;
            return Ok(found.filter(|_| !is_shared).map(|_held| false));
        }
        if row.actor_id.is_some() || row.group_id.is_some() {
            let shown = portraits::may_see(self.0.read(), viewer, row).await?;
            return Ok(shown.filter(|_| !is_shared));
        }
        let Some(post) = row.post_id else {
            let is_own = row.account_id.is_some() && row.account_id == viewer.account();
            return Ok((is_own && !is_shared).then_some(false));
        };
        let seen = if is_shared { by_other_servers() } else { visible_to(viewer) };
        let found = post::Entity::find_by_id(post).filter(seen).one(self.0.read()).await?;
        Ok(found.map(|post| post.audience.is_open()))
    }
}

/// What other servers were told of: they fetch pictures in nobody's name.
fn by_other_servers() -> Condition {
    let told = [Audience::Public, Audience::Quiet, Audience::Followers, Audience::Direct];
    Condition::all()
        .add(post::Column::State.eq(PostState::Published))
        .add(post::Column::Audience.is_in(told))
        .add(post::Column::ActorId.not_in_subquery(hidden_actors()))
}

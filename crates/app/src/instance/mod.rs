//! The instance itself: its domain, its own actor, its name, and the set-up.
//!
//! Invariant: the first `instance.url` is written into the database, for every address that other
//! servers know begins with it; another one later stops the start.

mod prepare;
mod setup;

use carefolk_domain::{ActorId, ActorState, Audience};
use carefolk_store::entity::{account, actor, post, setting};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set,
};

pub use setup::SetUp;

use crate::App;
use crate::kernel::error::Error;

/// The local name of the instance's own actor.
pub const INSTANCE_HANDLE: &str = "instance";

/// The handle of this capability.
pub struct Instance<'a>(pub(crate) &'a App);

/// What anybody may know of the instance.
#[derive(Clone, Debug)]
pub struct InstanceInfo {
    /// The community's name.
    pub name: String,
    /// Local people who are not suspended.
    pub users: u64,
    /// Posts written here.
    pub posts: u64,
    /// This software's version.
    pub version: &'static str,
    /// Whether anything leaves or enters.
    pub federates: bool,
    /// Where the source of this software is.
    pub source_url: String,
}

/// A row of `setting`.
pub(crate) async fn read_setting(
    conn: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<String>, Error> {
    Ok(setting::Entity::find_by_id(key.to_owned()).one(conn).await?.map(|row| row.value))
}

/// Writes a row of `setting`.
pub(crate) async fn write_setting(
    conn: &impl ConnectionTrait,
    key: &str,
    value: &str,
) -> Result<(), Error> {
    setting::Entity::delete_by_id(key.to_owned()).exec(conn).await?;
    setting::ActiveModel { key: Set(key.to_owned()), value: Set(value.to_owned()) }
        .insert(conn)
        .await?;
    Ok(())
}

/// The setting that holds the community's name.
pub(crate) const NAME: &str = "instance.name";

impl Instance<'_> {
    /// The community's name: what set-up wrote, else what the settings say.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn name(&self) -> Result<String, Error> {
        let stored = read_setting(self.0.read(), NAME).await?;
        Ok(stored.unwrap_or_else(|| self.0.settings().instance_name.clone()))
    }

    /// What anybody may know of the instance.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn info(&self) -> Result<InstanceInfo, Error> {
        let conn = self.0.read();
        let users = account::Entity::find()
            .filter(account::Column::State.eq(carefolk_domain::AccountState::Active))
            .count(conn)
            .await?;
        let posts = post::Entity::find()
            .filter(post::Column::Slug.is_not_null())
            .filter(post::Column::State.eq(carefolk_domain::PostState::Published))
            // A number would tell everybody that something was said which they may not see (S-173).
            .filter(post::Column::Audience.is_in([Audience::Public, Audience::Quiet]))
            .count(conn)
            .await?;
        let settings = self.0.settings();
        Ok(InstanceInfo {
            name: self.name().await?,
            users,
            posts,
            version: settings.version,
            federates: settings.federates(),
            source_url: settings.source_url.clone(),
        })
    }

    /// The instance's own actor.
    pub(crate) async fn actor_id(&self) -> Result<ActorId, Error> {
        let found = self.0.0.instance.get_or_try_init(|| async {
            let row = actor::Entity::find()
                .filter(actor::Column::DomainId.is_not_null())
                .filter(actor::Column::HandleFolded.eq(INSTANCE_HANDLE))
                .filter(actor::Column::State.eq(ActorState::Active))
                .one(self.0.read())
                .await?;
            row.map(|row| row.id).ok_or(Error::Bug("no instance actor: prepare() was not called"))
        });
        found.await.copied()
    }
}

//! Pictures beside the names of providers and groups.

use std::io::{Seek, Write};

use anyhow::Context;
use carefolk_app::groups::ChangeGroup;
use carefolk_app::pictures::NewPicture;
use carefolk_app::profiles::ChangeActor;
use carefolk_domain::Focus;

use super::data::{Group, Portrait, Provider};
use super::seed::Seeder;
use crate::words::plain;

impl Seeder<'_> {
    /// Gives a provider its picture, if it has none yet.
    pub(super) async fn portrait_of(&self, provider: &Provider) -> anyhow::Result<()> {
        let (Some(portrait), handle) = (&provider.portrait, &provider.handle) else {
            return Ok(());
        };
        let failed = |error| plain(error, &format!("give {handle} a picture"));
        let profiles = self.app.profiles();
        if profiles.own(&self.caller, handle).await.map_err(failed)?.picture.is_some() {
            return Ok(());
        }
        let picture = Some(vec![self.hung(portrait).await?]);
        let change = ChangeActor { handle: handle.clone(), picture, ..ChangeActor::default() };
        profiles.change(&self.caller, change).await.map_err(failed)
    }

    /// The same for a group.
    pub(super) async fn portrait_of_group(&self, group: &Group) -> anyhow::Result<()> {
        let (Some(portrait), handle) = (&group.portrait, &group.handle) else { return Ok(()) };
        let failed = |error| plain(error, &format!("give {handle} a picture"));
        let groups = self.app.groups();
        if groups.own(&self.caller, handle).await.map_err(failed)?.picture.is_some() {
            return Ok(());
        }
        let picture = Some(vec![self.hung(portrait).await?]);
        let change = ChangeGroup { handle: handle.clone(), picture, ..ChangeGroup::default() };
        groups.change(&self.caller, change).await.map_err(failed)
    }

    async fn hung(&self, portrait: &Portrait) -> anyhow::Result<NewPicture> {
        self.taken_in(portrait.bytes()?, portrait.shows.clone()).await
    }

    /// A picture that was taken in.
    pub(super) async fn taken_in(
        &self,
        bytes: &[u8],
        description: String,
    ) -> anyhow::Result<NewPicture> {
        let failed = |error| plain(error, "keep a picture");
        let mut file = self.app.pictures().scratch(&self.caller).await.map_err(failed)?;
        file.write_all(bytes).and_then(|()| file.rewind()).context("could not keep a picture")?;
        let view = self.app.pictures().take_in(&self.caller, file).await.map_err(failed)?;
        let (key, description) = (view.key, Some(description));
        Ok(NewPicture { key, description, focus: Focus::Middle })
    }
}

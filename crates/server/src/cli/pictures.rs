//! Pictures of a post, by the names of their files.

use std::fs::File;
use std::io::{Seek, copy};
use std::path::PathBuf;

use anyhow::{Context, bail};
use carefolk_app::pictures::NewPicture;
use carefolk_app::ports::PICTURE_MAX_BYTES;
use carefolk_domain::Focus;
use clap::Args;

use super::desk::Desk;
use crate::words::plain;

/// Pictures and what they show.
#[derive(Debug, Args)]
pub(crate) struct PictureArgs {
    /// A picture (JPEG, PNG or WebP); give it again for another, up to four
    #[arg(long = "picture", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What a picture shows, in words; in the order of the pictures
    #[arg(long = "describe", value_name = "TEXT", requires = "files")]
    descriptions: Vec<String>,
}

/// The picture of somebody.
#[derive(Debug, Args)]
pub(crate) struct PortraitArgs {
    /// Their picture (JPEG, PNG or WebP), in place of the one before
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// What the picture shows, in words
    #[arg(long, value_name = "TEXT", requires = "picture")]
    describe: Option<String>,
    /// Take their picture away
    #[arg(long, conflicts_with = "picture")]
    no_picture: bool,
}

impl PortraitArgs {
    /// Takes it in; nothing where it stays as it is.
    pub(super) async fn take_in(self, desk: &Desk) -> anyhow::Result<Option<Vec<NewPicture>>> {
        if self.no_picture {
            return Ok(Some(Vec::new()));
        }
        let Some(file) = self.picture else { return Ok(None) };
        let descriptions = self.describe.into_iter().collect();
        PictureArgs { files: vec![file], descriptions }.take_in(desk).await.map(Some)
    }
}

impl PictureArgs {
    /// Takes them in, in their order.
    pub(super) async fn take_in(self, desk: &Desk) -> anyhow::Result<Vec<NewPicture>> {
        if self.descriptions.len() > self.files.len() {
            bail!(
                "there are {} descriptions for {} pictures",
                self.descriptions.len(),
                self.files.len()
            );
        }
        let mut descriptions = self.descriptions.into_iter();
        let mut taken = Vec::with_capacity(self.files.len());
        for path in self.files {
            let shown = path.display();
            let file = File::open(&path).with_context(|| format!("could not open {shown}"))?;
            let length = file.metadata().with_context(|| format!("could not read {shown}"))?.len();
            if length > PICTURE_MAX_BYTES {
                let most = PICTURE_MAX_BYTES / 1024 / 1024;
                bail!("{shown} is too large: a picture may have {most} MB");
            }
            let pictures = desk.app.pictures();
            let scratch = pictures.scratch(&desk.caller).await;
            let mut scratch = scratch.map_err(|error| plain(error, "keep a picture"))?;
            let mut file = file;
            copy(&mut file, &mut scratch).with_context(|| format!("could not read {shown}"))?;
            scratch.rewind().context("could not keep a picture")?;
            let view = pictures.take_in(&desk.caller, scratch).await;
            let view = view.map_err(|error| plain(error, &format!("take the picture {shown}")))?;
            let (key, description) = (view.key, descriptions.next());
            taken.push(NewPicture { key, description, focus: Focus::Middle });
        }
        Ok(taken)
    }
}

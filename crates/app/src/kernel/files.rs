//! Files and pictures, as the application needs them. Real ones are in `adapters`.

use std::fs::File;

use async_trait::async_trait;
use thiserror::Error;

pub use carefolk_domain::picture::{ICON_SIDE, SMALL_SIDE, within};
pub use carefolk_domain::{MediaType, Moment};

use super::ports::PortError;

/// The largest picture that is taken: phones make smaller ones.
pub const PICTURE_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Files by name. A name has 2 to 64 small letters, digits and dashes.
#[async_trait]
pub trait Files: Send + Sync {
    /// Keeps a file, in place of an older one of that name. What is kept survives a power cut.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`] if there is no room, or no way to it.
    async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), PortError>;

    /// The file, to be read from its beginning.
    ///
    /// # Errors
    ///
    /// [`PortError::NotFound`], [`PortError::Unavailable`].
    async fn open(&self, name: &str) -> Result<File, PortError>;

    /// Takes the file away; one that is not there is gone already.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    async fn remove(&self, name: &str) -> Result<(), PortError>;

    /// An empty file that nobody else can open, gone when it is let go.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    async fn scratch(&self) -> Result<File, PortError>;

    /// Takes away what somebody began to keep before that moment and never ended, because the process died.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    async fn tidy(&self, before: Moment) -> Result<(), PortError>;
}

/// Who makes pictures anew.
#[async_trait]
pub trait PictureMaker: Send + Sync {
    /// The picture in `file`, which is read from its beginning: written anew in three sizes, upright and
    /// without anything but what it shows.
    ///
    /// # Errors
    ///
    /// [`PictureFault`], by what is wrong.
    async fn make(&self, file: File) -> Result<MadePicture, PictureFault>;
}

/// One size of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// What it is written as.
    pub media_type: MediaType,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A picture that was made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadePicture {
    /// As large as a screen.
    pub full: Image,
    /// For lists.
    pub small: Image,
    /// To stand beside a name; written as the small one is.
    pub icon: Image,
    /// The few colours that stand for it until it is there (blurhash).
    pub blurhash: String,
}

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PictureFault {
    /// It is none of the kinds that are taken.
    #[error("not a kind of picture that is taken")]
    Kind,
    /// It has more bytes, or more pixels, or takes longer than there is room for.
    #[error("too large a picture")]
    TooLarge,
    /// It cannot be read.
    #[error("a broken picture")]
    Broken,
    /// Too many others wait.
    #[error("too many pictures at once")]
    Busy,
    /// Something of our own failed.
    #[error("pictures cannot be looked at: {0}")]
    Unavailable(String),
}

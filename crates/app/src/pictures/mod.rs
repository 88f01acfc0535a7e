//! Pictures that people here send: taken in, shown to who may see them, forgotten.
//!
//! Invariant: whoever asks for a picture is shown it if they may see the post that it stands in, at that
//! moment (S-128), and who sent one that stands nowhere yet is shown it too.

mod elsewhere;
mod forget;
mod senders;
mod show;
mod take_in;
mod turns;

pub(crate) use elsewhere::Copies;
pub(crate) use forget::{forget, forget_copies};

use std::fs::File;

use carefolk_domain::MediaType;
use carefolk_store::StoreError;
use carefolk_store::entity::picture;

pub use crate::placed::{DESCRIPTION_FIELDS, NewPicture, PictureView};

use crate::App;
use crate::kernel::error::Error;
use crate::kernel::ports::{Image, MadePicture, PortError};

/// The handle of this capability.
pub struct Pictures<'a>(pub(crate) &'a App);

/// Which of its sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureSize {
    /// As large as a screen.
    Full,
    /// For lists.
    Small,
    /// To stand beside a name.
    Icon,
}

impl PictureSize {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Full, Self::Small, Self::Icon];

    /// The word for it in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Small => "small",
            Self::Icon => "icon",
        }
    }

    /// The size that `word` means.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.word() == word)
    }
}

/// A picture to be shown.
#[derive(Debug)]
pub struct ShownPicture {
    /// What it is written as.
    pub media_type: MediaType,
    /// Whether anybody may see it.
    pub is_open: bool,
    /// What is another where the picture is another.
    pub version: String,
    /// The file, from its beginning.
    pub file: File,
}

/// The files of a picture that was made anew, by their sizes.
fn files(made: MadePicture) -> [(PictureSize, Image); 3] {
    let MadePicture { full, small, icon, .. } = made;
    [(PictureSize::Full, full), (PictureSize::Small, small), (PictureSize::Icon, icon)]
}

/// What the file of a picture is called.
fn file(row: &picture::Model, size: PictureSize) -> String {
    format!("{}-{}", row.key, size.word())
}

/// A fault of the files is one of our own storage.
fn storage(error: PortError) -> Error {
    match error {
        PortError::NotFound => Error::NotFound("picture"),
        PortError::Unavailable(why) => {
            Error::Store(StoreError::Unavailable(sea_orm::DbErr::Custom(why)))
        }
        other => Error::Store(StoreError::bug(other.to_string())),
    }
}

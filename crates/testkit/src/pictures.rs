//! Files that are kept in memory, and pictures that are looked at on the spot.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use carefolk_app::pictures::{NewPicture, PictureView};
use carefolk_app::ports::{Files, MadePicture, PictureFault, PictureMaker, PortError};
use carefolk_app::{App, Caller};
use carefolk_domain::{Focus, Moment};
use carefolk_store::entity::picture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::kit::Kit;

/// Files in memory.
#[derive(Debug, Default)]
pub struct MemoryFiles {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    is_full: AtomicBool,
}

impl MemoryFiles {
    /// The names of all files.
    ///
    /// # Panics
    ///
    /// Never, unless another test panicked in the middle of this.
    pub fn names(&self) -> Vec<String> {
        self.files.lock().unwrap().keys().cloned().collect()
    }

    /// From now on there is no room, until it is set to `false` again.
    pub fn fill(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::SeqCst);
    }

    /// Somebody tidies the folder.
    ///
    /// # Panics
    ///
    /// Never, unless another test panicked in the middle of this.
    pub fn lose(&self, name: &str) {
        self.files.lock().unwrap().remove(name);
    }

    fn check(&self) -> Result<(), PortError> {
        if self.is_full.load(Ordering::SeqCst) {
            return Err(PortError::Unavailable("no room is left".to_owned()));
        }
        Ok(())
    }
}

#[async_trait]
impl Files for MemoryFiles {
    async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), PortError> {
        self.check()?;
        self.files.lock().unwrap().insert(name.to_owned(), bytes);
        Ok(())
    }

    async fn open(&self, name: &str) -> Result<File, PortError> {
        let bytes = self.files.lock().unwrap().get(name).cloned().ok_or(PortError::NotFound)?;
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        file.rewind().unwrap();
        Ok(file)
    }

    async fn remove(&self, name: &str) -> Result<(), PortError> {
        self.check()?;
        self.files.lock().unwrap().remove(name);
        Ok(())
    }

    async fn scratch(&self) -> Result<File, PortError> {
        self.check()?;
        tempfile::tempfile().map_err(|error| PortError::Unavailable(error.to_string()))
    }

    /// Here everything is kept at once.
    async fn tidy(&self, _before: Moment) -> Result<(), PortError> {
        self.check()
    }
}

/// Looks at pictures where it is, with the same code as the child of the program.
#[derive(Clone, Copy, Debug)]
pub struct HereAndNow;

#[async_trait]
impl PictureMaker for HereAndNow {
    async fn make(&self, mut file: File) -> Result<MadePicture, PictureFault> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|_error| PictureFault::Broken)?;
        carefolk_adapters::pictures::make(&bytes)
    }
}

/// The smallest picture there is: one grey pixel, as a PNG.
pub const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3A, 0x7E, 0x9B,
    0x55, 0x00, 0x00, 0x00, 0x0A, 0x49, 0x44, 0x41, 0x54, 0x78, 0xDA, 0x63, 0x68, 0x00, 0x00, 0x00,
    0x82, 0x00, 0x81, 0xDA, 0x45, 0x08, 0x3B, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE,
    0x42, 0x60, 0x82,
];

/// What a picture is called to other servers.
///
/// # Panics
///
/// If there is none of that name.
pub async fn shared_key(app: &App, key: &str) -> String {
    let row = picture::Entity::find().filter(picture::Column::Key.eq(key));
    row.one(app.db().read()).await.unwrap().unwrap().shared_key
}

impl Kit {
    /// Sends a picture; it stands nowhere yet.
    ///
    /// # Errors
    ///
    /// What the application says about it.
    ///
    /// # Panics
    ///
    /// If there is no room for a file.
    pub async fn try_picture(
        &self,
        caller: &Caller,
        bytes: &[u8],
    ) -> Result<PictureView, carefolk_app::Error> {
        let mut file = self.app.pictures().scratch(caller).await?;
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        self.app.pictures().take_in(caller, file).await
    }

    /// A picture that `caller` sent, to be put into a post.
    ///
    /// # Panics
    ///
    /// If it is not taken.
    pub async fn picture(&self, caller: &Caller, description: &str) -> NewPicture {
        let view = self.try_picture(caller, PIXEL).await.unwrap();
        let description = Some(description.to_owned()).filter(|words| !words.is_empty());
        NewPicture { key: view.key, description, focus: Focus::Middle }
    }
}

//! Files in a folder of this machine, or in one that several machines share.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use carefolk_app::ports::{Files, Moment, PortError};

/// How many letters of a name name the folder that it is in: no folder grows too long.
const SHELF_CHARS: usize = 2;

/// Where files are until they are whole. No shelf has so long a name.
const BEGUN: &str = "begun";

/// The longest name.
const NAME_MAX_BYTES: usize = 64;

/// Files below one folder. It is made with the first of them.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Files below `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where a name is kept. Names are ours, of small letters, digits and dashes: nothing leads out of
    /// the folder (S-125).
    fn place(&self, name: &str) -> Result<PathBuf, PortError> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let shelf = name.get(..SHELF_CHARS);
        match shelf.filter(|_| name.len() <= NAME_MAX_BYTES && name.chars().all(is_plain)) {
            Some(shelf) => Ok(self.root.join(shelf).join(name)),
            None => Err(PortError::Refused("a name of a file that is none of ours")),
        }
    }
}

#[async_trait]
impl Files for Folder {
    async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), PortError> {
        let (root, place) = (self.root.clone(), self.place(name)?);
        blocking(move || write(&root, &place, &bytes)).await
    }

    async fn open(&self, name: &str) -> Result<File, PortError> {
        let place = self.place(name)?;
        blocking(move || File::open(place)).await
    }

    async fn remove(&self, name: &str) -> Result<(), PortError> {
        let place = self.place(name)?;
        let removed = blocking(move || std::fs::remove_file(place)).await;
        match removed {
            Err(PortError::NotFound) => Ok(()),
            other => other,
        }
    }

    async fn scratch(&self) -> Result<File, PortError> {
        let root = self.root.clone();
        blocking(move || {
            std::fs::create_dir_all(&root)?;
            // It has no name: whatever happens, nothing of it is left.
            tempfile::tempfile_in(root)
        })
        .await
    }

    async fn tidy(&self, before: Moment) -> Result<(), PortError> {
        let begun = self.root.join(BEGUN);
        let since_1970 = Duration::from_millis(u64::try_from(before.0).unwrap_or(0));
        let before = SystemTime::UNIX_EPOCH + since_1970;
        match blocking(move || remove_older(&begun, before)).await {
            Err(PortError::NotFound) => Ok(()),
            other => other,
        }
    }
}

/// Removes the files of a folder that nobody wrote to since then.
fn remove_older(folder: &Path, before: SystemTime) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // One that is gone meanwhile became whole, or somebody else removes it too.
        let is_old = entry.metadata().and_then(|it| it.modified()).is_ok_and(|at| at < before);
        if is_old
            && let Err(error) = std::fs::remove_file(entry.path())
            && error.kind() != ErrorKind::NotFound
        {
            return Err(error);
        }
    }
    Ok(())
}

/// Writes a file so that it is there whole, after a power cut as well, or not at all.
fn write(root: &Path, place: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let shelf = place.parent().unwrap_or(root);
    let is_new = !shelf.exists();
    std::fs::create_dir_all(shelf)?;
    let begun = root.join(BEGUN);
    std::fs::create_dir_all(&begun)?;
    let mut file = tempfile::NamedTempFile::new_in(begun)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(place).map_err(|error| error.error)?;
    File::open(shelf)?.sync_all()?;
    if is_new { File::open(root)?.sync_all() } else { Ok(()) }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, PortError> {
    let done = tokio::task::spawn_blocking(work).await;
    match done {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) if error.kind() == ErrorKind::NotFound => Err(PortError::NotFound),
        Ok(Err(error)) => Err(PortError::Unavailable(error.to_string())),
        Err(error) => Err(PortError::Unavailable(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    async fn read(files: &Folder, name: &str) -> Result<String, PortError> {
        let mut text = String::new();
        files.open(name).await?.read_to_string(&mut text).unwrap();
        Ok(text)
    }

    #[tokio::test]
    async fn what_was_put_is_there_until_it_is_removed() {
        let room = tempfile::tempdir().unwrap();
        let files = Folder::new(room.path().join("media"));
        assert_eq!(read(&files, "abcd").await, Err(PortError::NotFound));
        files.put("abcd", b"one".to_vec()).await.unwrap();
        files.put("abcd", b"two".to_vec()).await.unwrap();
        assert_eq!(read(&files, "abcd").await.unwrap(), "two");
        files.remove("abcd").await.unwrap();
        files.remove("abcd").await.unwrap();
        assert_eq!(read(&files, "abcd").await, Err(PortError::NotFound));
    }

    #[tokio::test]
    async fn what_was_never_ended_is_tidied_away_and_nothing_else_is() {
        let room = tempfile::tempdir().unwrap();
        let files = Folder::new(room.path());
        let (earlier, later) = (Moment(1_700_000_000_000), Moment(1_700_000_000_001));
        files.tidy(later).await.unwrap();
        files.put("abcd", b"one".to_vec()).await.unwrap();
        let left = room.path().join(BEGUN).join(".tmpleft");
        std::fs::write(&left, b"on").unwrap();
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        File::options().write(true).open(&left).unwrap().set_modified(then).unwrap();
        files.tidy(earlier).await.unwrap();
        assert!(left.exists());
        files.tidy(later).await.unwrap();
        assert!(!left.exists());
        assert_eq!(read(&files, "abcd").await.unwrap(), "one");
    }

    #[tokio::test]
    async fn no_name_leads_out_of_the_folder() {
        let room = tempfile::tempdir().unwrap();
        let files = Folder::new(room.path());
        let long = "a".repeat(65);
        for name in ["../../x", "a", "", "ab/cd", "ab\0", ".htaccess", "ABCD", "ab.jpg", &long] {
            let refused = files.put(name, Vec::new()).await;
            assert!(matches!(refused, Err(PortError::Refused(_))), "{name}: {refused:?}");
        }
    }
}

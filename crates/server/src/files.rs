//! The folder of a server: the master key and the lock.
//!
//! Invariants: the key is made once, whole or not at all, and read by its owner alone; only
//! `serve` takes the lock, every other command works beside a running server.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use tempfile::NamedTempFile;

/// The name of the key's file inside `storage.path`.
pub(crate) const MASTER_KEY_FILE: &str = "master.key";

/// The name of the lock's file inside `storage.path`.
const LOCK_FILE: &str = "serve.lock";

/// Bytes of an AES-256 key.
pub(crate) const MASTER_KEY_BYTES: usize = 32;

/// Permission bits of everybody but the owner.
const OTHERS: u32 = 0o077;

/// Makes the folder of a server if it is not there, for its owner alone.
pub(crate) fn make_folder(path: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("could not make the folder {} (storage.path)", path.display()))
}

/// What stands in the way of using a master key file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum KeyFault {
    /// There is none.
    Missing,
    /// It cannot be read, or is not a file.
    Unreadable(String),
    /// Others than the owner may read or change it; the permissions as in `chmod`.
    Open(u32),
    /// It is not 32 bytes long.
    Length,
}

impl KeyFault {
    /// What is wrong and what to do about it.
    pub(crate) fn words(&self, path: &Path) -> String {
        let path = path.display();
        match self {
            Self::Missing => format!("{path} is not there"),
            Self::Unreadable(why) => format!("could not read {path}: {why}"),
            Self::Open(mode) => format!(
                "{path} can be read or changed by others (mode {mode:o}); run: chmod 600 {path}"
            ),
            Self::Length => {
                format!("{path} is not a master key (32 bytes); put the right one back")
            }
        }
    }
}

/// Reads the key that private keys in the database are sealed with.
pub(crate) fn read_key(path: &Path) -> Result<[u8; MASTER_KEY_BYTES], KeyFault> {
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => KeyFault::Missing,
        _ => KeyFault::Unreadable(error.to_string()),
    };
    let file = File::open(path).map_err(unreadable)?;
    let facts = file.metadata().map_err(unreadable)?;
    let mode = facts.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        return Err(KeyFault::Open(mode));
    }
    let mut bytes = Vec::with_capacity(MASTER_KEY_BYTES + 1);
    // One byte more than a key has is enough to see that it is none.
    file.take(MASTER_KEY_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    bytes.try_into().map_err(|_bytes: Vec<u8>| KeyFault::Length)
}

/// Reads the key, or makes it of `fresh` bytes where there is none.
pub(crate) fn read_or_make_key(
    path: &Path,
    fresh: impl FnOnce() -> anyhow::Result<[u8; MASTER_KEY_BYTES]>,
) -> anyhow::Result<[u8; MASTER_KEY_BYTES]> {
    match read_key(path) {
        Ok(key) => return Ok(key),
        Err(KeyFault::Missing) => {}
        Err(fault) => bail!(fault.words(path)),
    }
    write_key(path, fresh()?)
        .with_context(|| format!("could not make the master key {}", path.display()))?;
    // Read back rather than returned: if two processes start at once, both use what won.
    read_key(path).map_err(|fault| anyhow::anyhow!(fault.words(path)))
}

/// Writes a whole key beside its place and then links it there, so that no half key is ever seen
/// and a key that exists is never replaced.
fn write_key(path: &Path, key: [u8; MASTER_KEY_BYTES]) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Made readable by its owner alone, under a name that no process had before: what one left
    // behind when the power went must not stop the next.
    let mut file = NamedTempFile::with_prefix_in("master-key-", folder)?;
    file.write_all(&key)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
        // The name must survive a power cut as the bytes do.
        Ok(_) => File::open(folder)?.sync_all(),
    }
}

/// Held while a server uses a folder; the system lets go of it when the process ends.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "held, never read")] File);

/// Who else may use the folder at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// Nobody: the database is a file in it.
    Alone,
    /// Other servers on the same PostgreSQL.
    Together,
}

/// How often a lock is tried: who only looks whether there is one holds it for a moment.
const LOCK_TRIES: u32 = 5;

/// How long between two tries.
const LOCK_TRY_EACH: Duration = Duration::from_millis(20);

/// Tries `take` until it is not in the way of somebody who only looks.
fn taken(take: impl Fn() -> Result<(), TryLockError>) -> Result<(), TryLockError> {
    for _ in 1..LOCK_TRIES {
        match take() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_TRY_EACH),
            done => return done,
        }
    }
    take()
}

/// Takes the folder for one server.
pub(crate) fn lock(folder: &Path, sharing: Sharing) -> anyhow::Result<Lock> {
    let path = folder.join(LOCK_FILE);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("could not open {}", path.display()))?;
    let took = taken(|| match sharing {
        Sharing::Alone => file.try_lock(),
        Sharing::Together => file.try_lock_shared(),
    });
    match took {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => {
            bail!("another carefolk serve is already using {}", folder.display())
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("could not lock {}", path.display()))
        }
    }
}

/// Whether a server is using the folder now. Takes nothing and makes nothing.
pub(crate) fn is_locked(folder: &Path) -> bool {
    let Ok(file) = OpenOptions::new().write(true).open(folder.join(LOCK_FILE)) else {
        return false;
    };
    // Several tries: two doctors at once must not take each other for a server.
    matches!(taken(|| file.try_lock()), Err(TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::TempDir::with_prefix("carefolk-").unwrap()
    }

    #[test]
    fn a_key_is_made_once_and_read_by_its_owner_alone() {
        let folder = folder();
        let path = folder.path().join(MASTER_KEY_FILE);
        assert_eq!(read_or_make_key(&path, || Ok([7; 32])).unwrap(), [7; 32]);
        assert_eq!(read_or_make_key(&path, || Ok([8; 32])).unwrap(), [7; 32]);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = folder();
        let path = folder.path().join(MASTER_KEY_FILE);
        read_or_make_key(&path, || Ok([7; 32])).unwrap();
        for mode in [0o640, 0o604, 0o660] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            assert_eq!(read_key(&path), Err(KeyFault::Open(mode)));
        }
    }

    #[test]
    fn a_key_of_the_wrong_length_is_refused() {
        let folder = folder();
        let path = folder.path().join(MASTER_KEY_FILE);
        for length in [0, 31, 33] {
            std::fs::remove_file(&path).ok();
            std::fs::write(&path, vec![1; length]).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
            assert_eq!(read_key(&path), Err(KeyFault::Length), "{length}");
        }
    }

    #[test]
    fn one_server_at_a_time_uses_a_folder() {
        let folder = folder();
        let path = folder.path();
        let held = lock(path, Sharing::Alone).unwrap();
        for sharing in [Sharing::Alone, Sharing::Together] {
            let refused = lock(path, sharing).unwrap_err().to_string();
            assert!(refused.contains("already using"), "{refused}");
        }
        assert!(is_locked(path));
        drop(held);
        assert!(!is_locked(path));
        assert!(lock(path, Sharing::Alone).is_ok());
    }

    #[test]
    fn several_servers_share_a_folder_where_the_database_is_no_file_in_it() {
        let folder = folder();
        let path = folder.path();
        let _one = lock(path, Sharing::Together).unwrap();
        let _two = lock(path, Sharing::Together).unwrap();
        assert!(is_locked(path));
        assert!(lock(path, Sharing::Alone).is_err());
    }
}

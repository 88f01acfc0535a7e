//! Hashing and checking passwords, a few at a time.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use carefolk_domain::Invalid;
use tokio::sync::SemaphorePermit;

use crate::App;
use crate::kernel::error::Error;

/// The shortest password, in characters: length is what counts, and password managers do the rest.
pub const PASSWORD_MIN_CHARS: usize = 10;

/// The longest password, in bytes: hashing must not become a way to keep us busy (T18).
pub const PASSWORD_MAX_BYTES: usize = 256;

/// Bytes of salt.
const SALT_BYTES: usize = 16;

/// Whether `password` may be one.
pub(crate) fn check_password(password: &str) -> Result<(), Invalid> {
    if password.is_empty() {
        return Err(Invalid::Missing);
    }
    if password.chars().count() < PASSWORD_MIN_CHARS {
        return Err(Invalid::TooShort(PASSWORD_MIN_CHARS));
    }
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(Invalid::TooLong(PASSWORD_MAX_BYTES));
    }
    Ok(())
}

/// The hash to store.
pub(super) async fn hash(app: &App, password: String) -> Result<String, Error> {
    let mut salt = [0_u8; SALT_BYTES];
    app.chance().fill(&mut salt);
    let place = place(app)?;
    blocking(app, place, move || {
        let hash: Result<PasswordHash, _> =
            Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
        hash.map(|hash| hash.to_string()).map_err(|_refused| Error::Bug("password hashing"))
    })
    .await?
}

/// Whether `password` is the one behind `stored`. With no hash stored the same work is done, so
/// that the time taken tells nobody who has an account.
pub(super) async fn verify(
    app: &App,
    place: SemaphorePermit<'_>,
    password: String,
    stored: Option<String>,
) -> Result<bool, Error> {
    if password.len() > PASSWORD_MAX_BYTES {
        return Ok(false);
    }
    blocking(app, place, move || match stored.as_deref().map(PasswordHash::new) {
        Some(Ok(hash)) => Argon2::default().verify_password(password.as_bytes(), &hash).is_ok(),
        _ => {
            let spent: Result<PasswordHash, _> =
                Argon2::default().hash_password_with_salt(password.as_bytes(), &[0; SALT_BYTES]);
            drop(spent);
            false
        }
    })
    .await
}

/// A place among those who wait. Whoever comes after so many others hears that there is no room (S-106).
pub(super) fn place(app: &App) -> Result<SemaphorePermit<'_>, Error> {
    app.0.password_places.try_acquire().map_err(|_full| Error::Busy)
}

async fn blocking<T: Send + 'static>(
    app: &App,
    _place: SemaphorePermit<'_>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let Ok(_turn) = app.0.passwords.acquire().await else {
        return Err(Error::Bug("password turnstile closed"));
    };
    tokio::task::spawn_blocking(work).await.map_err(|_stopped| Error::Bug("password work stopped"))
}

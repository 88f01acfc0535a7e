//! A panic ends one piece of work, and not the worker that does it (P11).

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use super::error::Error;

/// What `work` gives; a panic in it becomes an error like others. What it held in a transaction is
/// rolled back, as after any error: nothing of it can be seen half done.
///
/// # Errors
///
/// Those of `work`; [`Error::Bug`] for a panic, whose words and place are in the log.
pub(crate) async fn guarded<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or(Err(Error::Bug("it panicked")))
}

//! A panic ends one piece of work, and not the worker that does it (P11).

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;

use super::error::Error;

/// How long a worker rests that a panic ended, so that one that panics at once does nothing else.
const REST: Duration = Duration::from_secs(2);

/// What `work` gives; a panic in it becomes an error like others. What it held in a transaction is
/// rolled back, as after any error: nothing of it can be seen half done.
///
/// # Errors
///
/// Those of `work`; [`Error::Bug`] for a panic, whose words and place are in the log.
pub(crate) async fn guarded<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or(Err(Error::Bug("it panicked")))
}

/// Has `work` done until it is over, and begun anew where a panic ended it: a worker that is gone is
/// noticed by nobody, and its queue only grows.
pub(crate) async fn kept_up<W: Future<Output = ()>>(
    stop: &CancellationToken,
    work: impl Fn() -> W,
) {
    while AssertUnwindSafe(work()).catch_unwind().await.is_err() {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(REST) => {}
        }
    }
}

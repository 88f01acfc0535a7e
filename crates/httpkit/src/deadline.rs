//! A request body that has to arrive in time (S-098: one byte a second for ever).

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

/// How long a body may take before anything is asked of its pace.
pub(crate) const BODY_WITHIN: Duration = Duration::from_secs(30);

/// For so many bytes that came it may take a second more: a photograph over a slow line takes minutes.
const BYTES_A_SECOND: u64 = 32 * 1024;

/// The body of a request, until its time is up.
pub(crate) struct DeadlineBody {
    inner: Incoming,
    begun: Instant,
    came: u64,
    // Made when the body has to be waited for at all, which is rare.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl DeadlineBody {
    pub(crate) fn new(inner: Incoming) -> Self {
        Self { inner, begun: Instant::now(), came: 0, sleep: None }
    }
}

impl Body for DeadlineBody {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(context) {
            if let Some(data) = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()) {
                this.came = this.came.saturating_add(u64::try_from(data.len()).unwrap_or(u64::MAX));
                this.sleep = None;
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let until = this.begun + BODY_WITHIN + Duration::from_secs(this.came / BYTES_A_SECOND);
        let sleep = this.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        match sleep.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Some(Err("the body took too long".into()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

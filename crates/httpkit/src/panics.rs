//! A panic in a handler ends that request and nothing else (S-110, T5).

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tower_http::catch_panic::CatchPanicLayer;

use crate::problem::Problem;

static CAUGHT: AtomicU64 = AtomicU64::new(0);

/// How many panics were caught since the start.
pub fn caught() -> u64 {
    CAUGHT.load(Ordering::Relaxed)
}

/// Turns a panic behind it into a 500.
pub fn layer() -> CatchPanicLayer<fn(Box<dyn Any + Send + 'static>) -> Response> {
    CatchPanicLayer::custom(answer as fn(Box<dyn Any + Send + 'static>) -> Response)
}

/// The panic's words may hold what somebody wrote, so they are not logged here (S-183).
fn answer(_: Box<dyn Any + Send + 'static>) -> Response {
    let total = CAUGHT.fetch_add(1, Ordering::Relaxed) + 1;
    tracing::error!(panics_total = total, "a handler panicked");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "problem-ours").into_response()
}

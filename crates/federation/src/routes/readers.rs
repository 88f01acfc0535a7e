//! Where an admin demands it, documents are for who signs (`federation.require_signed_fetches`).

use std::sync::Arc;

use axum::extract::{Request, State as Extract};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use carefolk_app::instance::INSTANCE_HANDLE;
use carefolk_httpkit::Problem;
use http::HeaderValue;
use http::header::CACHE_CONTROL;

use super::activity_json::answer;
use crate::door::{Readers, check_signed};
use crate::glue;
use crate::state::State;

/// What one reader was shown is for no cache that others ask.
const FOR_ONE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Lets a request for a document pass, if its reader may have it.
pub(super) async fn only_readers(
    Extract(state): Extract<Arc<State>>,
    request: Request,
    next: Next,
) -> Response {
    if state.readers() == Readers::Anybody {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match admit(&state, &parts).await {
        Ok(()) => for_one(next.run(Request::from_parts(parts, body)).await),
        Err(problem) => answer(Err(problem)),
    }
}

/// The same for a document that stands where people find a page.
pub(super) async fn admit_to_page(
    state: &State,
    parts: &Parts,
    handle: Option<&str>,
) -> Result<(), Problem> {
    match state.readers() {
        Readers::Anybody => Ok(()),
        Readers::Signed if handle == Some(INSTANCE_HANDLE) => Ok(()),
        Readers::Signed => check_signed(state, parts).await,
    }
}

/// Marks what was shown to one reader.
pub(super) fn for_one(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, FOR_ONE);
    response
}

async fn admit(state: &State, parts: &Parts) -> Result<(), Problem> {
    // Who has to look up the key we sign with cannot be asked for a signature: their server may be
    // waiting for ours in its turn (S-079).
    let slug = parts.uri.path().strip_prefix("/ap/actor/").filter(|rest| !rest.contains('/'));
    if let Some(slug) = slug
        && glue::is_instance(state.app(), slug).await?
    {
        return Ok(());
    }
    check_signed(state, parts).await
}

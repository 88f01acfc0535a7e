//! Posts, what hangs on them, and the activities that said them.

use std::sync::Arc;

use axum::extract::{Path, State as Extract};
use axum::response::Response;
use carefolk_httpkit::Problem;
use http::HeaderMap;

use super::activity_json::answer;
use super::check_reader;
use crate::glue::{self, Document, PostPart};
use crate::state::State;

type Shared = Extract<Arc<State>>;

/// The post, or its tombstone.
pub(super) async fn post(
    Extract(state): Shared,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(part(&state, &headers, &slug, PostPart::Whole).await)
}

/// What answers it.
pub(super) async fn replies(
    Extract(state): Shared,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(part(&state, &headers, &slug, PostPart::Replies).await)
}

/// The conversation it began.
pub(super) async fn context(
    Extract(state): Shared,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(part(&state, &headers, &slug, PostPart::Context).await)
}

/// An activity, as it was said.
pub(super) async fn activity(
    Extract(state): Shared,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let found = match check_reader(&state, &headers).await {
        Ok(()) => glue::activity(state.app(), state.signer(), &slug).await,
        Err(problem) => Err(problem),
    };
    answer(found)
}

async fn part(
    state: &State,
    headers: &HeaderMap,
    slug: &str,
    part: PostPart,
) -> Result<Option<Document>, Problem> {
    check_reader(state, headers).await?;
    glue::post_part(state.app(), state.signer(), slug, part).await
}

//! Posts, what hangs on them, and the activities that said them.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State as Extract};
use axum::response::Response;
use carefolk_app::posts::Part;
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
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let asked = asked(query.as_deref().unwrap_or_default());
    answer(part(&state, &headers, &slug, PostPart::Replies(asked)).await)
}

/// The conversation it began.
pub(super) async fn context(
    Extract(state): Shared,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let asked = asked(query.as_deref().unwrap_or_default());
    answer(part(&state, &headers, &slug, PostPart::Context(asked)).await)
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

/// What shows that a quote was allowed.
pub(super) async fn quote(
    Extract(state): Shared,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let found = match check_reader(&state, &headers).await {
        Ok(()) => glue::quote(state.app(), &slug).await,
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

/// Which part of a list a query asks for: `page=true`, and where the page before ended.
fn asked(query: &str) -> Part {
    let mut wanted = false;
    let mut after = None;
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "page" => wanted = value == "true",
            "after" => after = value.parse().ok().filter(|row| *row > 0),
            _ => {}
        }
    }
    if wanted { Part::Page { after } } else { Part::Whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_a_conversation_is_asked_for_by_name() {
        assert_eq!(asked(""), Part::Whole);
        assert_eq!(asked("after=5"), Part::Whole);
        assert_eq!(asked("page=true"), Part::Page { after: None });
        assert_eq!(asked("page=true&after=5"), Part::Page { after: Some(5) });
        assert_eq!(asked("page=true&after=-5"), Part::Page { after: None });
    }
}

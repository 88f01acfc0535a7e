//! What an author said is not shown to whom they block, when those sign as themselves (S-059).
//!
//! It is a courtesy and no lock: what is public can be read by anybody who does not say who they are.
//! Mastodon holds it so as well.

use std::sync::Arc;

use axum::extract::{Request, State as Extract};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use carefolk_httpkit::Problem;

use super::activity_json::answer;
use crate::door::recognised;
use crate::glue::{self, Asked};
use crate::state::State;

/// Answers as if there were nothing, where a document is not for its reader.
pub(super) async fn not_to_blocked(
    Extract(state): Extract<Arc<State>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let found = match asked(parts.uri.path()) {
        Some(asked) => is_hidden(&state, &parts, asked).await,
        None => Ok(false),
    };
    match found {
        Ok(false) => next.run(Request::from_parts(parts, body)).await,
        Ok(true) => answer(Ok(None)),
        Err(problem) => answer(Err(problem)),
    }
}

/// Whether the author of `asked` blocks who signed the request.
pub(super) async fn is_hidden(
    state: &State,
    parts: &Parts,
    asked: Asked<'_>,
) -> Result<bool, Problem> {
    match recognised(state, parts).await? {
        Some(reader) => glue::hides(state.app(), asked, &reader).await,
        None => Ok(false),
    }
}

/// What somebody said, by its path. Who they are can be read by everybody: how else would a server know
/// who blocks?
fn asked(path: &str) -> Option<Asked<'_>> {
    let mut parts = path.strip_prefix("/ap/")?.split('/');
    match (parts.next()?, parts.next()?, parts.next()) {
        ("post", slug, _) => Some(Asked::Post(slug)),
        ("activity", slug, None) => Some(Asked::Activity(slug)),
        ("actor", slug, Some("outbox" | "featured")) => Some(Asked::PostsOf(slug)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_said_is_told_from_who_they_are() {
        for (path, what) in [
            ("/ap/post/abc", Some(Asked::Post("abc"))),
            ("/ap/post/abc/replies", Some(Asked::Post("abc"))),
            ("/ap/activity/abc", Some(Asked::Activity("abc"))),
            ("/ap/actor/abc/outbox", Some(Asked::PostsOf("abc"))),
            ("/ap/actor/abc/featured", Some(Asked::PostsOf("abc"))),
            ("/ap/actor/abc", None),
            ("/ap/actor/abc/followers", None),
            ("/ap/quote/abc", None),
            ("/", None),
        ] {
            assert_eq!(asked(path), what, "{path}");
        }
    }
}

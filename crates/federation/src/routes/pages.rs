//! Addresses that people see, asked for by a server: `/@handle` and `/@handle/{slug}`.

use std::sync::Arc;

use axum::extract::{Request, State as Extract};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use carefolk_domain::Handle;
use carefolk_httpkit::Problem;
use carefolk_httpkit::negotiate::wants_activity;
use http::header::VARY;
use http::{HeaderValue, Method};

use super::activity_json::answer;
use super::actors::whole_for;
use super::blocked::is_hidden;
use super::check_reader;
use super::readers::{admit_to_page, for_one};
use crate::door::Readers;
use crate::glue::{self, Asked, Document, PostPart};
use crate::state::State;

/// What a path for people names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    Actor(String),
    Post(String),
}

/// Answers a server that asks for a page with the document of the same thing, without a redirect;
/// everybody else goes on to the page.
pub(crate) async fn negotiate_pages(
    Extract(state): Extract<Arc<State>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(named) = named(request.uri().path()) else { return next.run(request).await };
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads && wants_activity(request.headers()) {
        let (parts, _body) = request.into_parts();
        let found = answer(find(&state, &parts, named).await);
        return if state.readers() == Readers::Signed { for_one(found) } else { found };
    }
    let mut page = next.run(request).await;
    page.headers_mut().append(VARY, HeaderValue::from_static("Accept"));
    page
}

async fn find(state: &State, parts: &Parts, named: Named) -> Result<Option<Document>, Problem> {
    state.check_open()?;
    let headers = &parts.headers;
    check_reader(state, headers).await?;
    let handle = match &named {
        Named::Actor(handle) => Some(handle.as_str()),
        Named::Post(_) => None,
    };
    admit_to_page(state, parts, handle).await?;
    match named {
        Named::Actor(handle) => {
            glue::actor_by_handle(state.app(), &handle, whole_for(headers)).await
        }
        Named::Post(slug) if is_hidden(state, parts, Asked::Post(&slug)).await? => Ok(None),
        Named::Post(slug) => {
            glue::post_part(state.app(), state.signer(), &slug, PostPart::Whole).await
        }
    }
}

fn named(path: &str) -> Option<Named> {
    let mut parts = path.strip_prefix("/@")?.split('/');
    let handle = parts.next().filter(|handle| Handle::parse(handle).is_ok())?;
    match (parts.next(), parts.next()) {
        (None, _) => Some(Named::Actor(handle.to_owned())),
        (Some(slug), None) if is_slug(slug) => Some(Named::Post(slug.to_owned())),
        _ => None,
    }
}

/// Thirteen letters of base32 or more: pages below an actor have shorter names.
fn is_slug(text: &str) -> bool {
    text.len() >= 13 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_actors_and_posts_have_documents_here() {
        assert_eq!(named("/@hazel"), Some(Named::Actor("hazel".to_owned())));
        let slug = "mzxw6ytboi7777aa";
        assert_eq!(named(&format!("/@hazel/{slug}")), Some(Named::Post(slug.to_owned())));
        for path in ["/", "/@", "/@ann@b.example", "/@hazel/followers", "/@hazel/x/y", "/about"] {
            assert_eq!(named(path), None, "{path}");
        }
    }
}

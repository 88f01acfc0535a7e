//! Actors and their collections.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, Request, State as Extract};
use axum::response::Response;
use carefolk_app::Page;
use carefolk_httpkit::{ClientAddress, Problem};
use http::header::{CACHE_CONTROL, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use super::activity_json::answer;
use super::check_reader;
use crate::door::{count, forbidden, reader};
use crate::glue::{self, ActorPart, Document};
use crate::state::State;

type Shared = Extract<Arc<State>>;

/// How many activities a page of an outbox holds; the application has the last word.
const OUTBOX_PAGE: u32 = 20;

/// The actor.
pub(super) async fn actor(
    Extract(state): Shared,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(part(&state, &headers, &slug, whole_for(&headers)).await)
}

/// Servers that drop an actor of type `Organization` (docs/federation/peers.md). They name themselves in
/// every request, so nothing has to be remembered about them.
const KNOW_PEOPLE_ONLY: &[&str] = &["PieFed/", "Pixelfed/"];

/// The form of an actor's document that the reader understands.
pub(super) fn whole_for(headers: &HeaderMap) -> ActorPart {
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    if KNOW_PEOPLE_ONLY.iter().any(|name| agent.contains(name)) {
        ActorPart::WholeAsPerson
    } else {
        ActorPart::Whole
    }
}

/// Who follows it.
pub(super) async fn followers(
    Extract(state): Shared,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(part(&state, &headers, &slug, ActorPart::Followers).await)
}

/// Who follows it from the host that asks, and signs (FEP-8fcf; S-179).
pub(super) async fn followers_synchronization(
    Extract(state): Shared,
    Path(slug): Path<String>,
    request: Request,
) -> Response {
    let (parts, _body) = request.into_parts();
    let found = match asking_host(&state, &parts).await {
        Ok(host) => glue::followers_on(state.app(), &slug, &host).await,
        Err(problem) => {
            count(&state, &parts.headers, &problem);
            Err(problem)
        }
    };
    let mut response = answer(found);
    // Each host is answered something else.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// The host of whoever proves by a signature who they are.
async fn asking_host(state: &State, parts: &Parts) -> Result<String, Problem> {
    let address = parts.extensions.get::<ClientAddress>().map(|address| address.key());
    state.limits().check_address(address)?;
    let (speaker, presented) = reader(state, parts)?;
    if !glue::is_open_to(state.app(), &speaker.host).await? {
        return Err(forbidden("a server we do not talk with"));
    }
    state.verify(&speaker, &presented).await?;
    state.limits().check_host(&speaker.host)?;
    Ok(speaker.host)
}

/// Whom it follows.
pub(super) async fn following(
    Extract(state): Shared,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(part(&state, &headers, &slug, ActorPart::Following).await)
}

/// What it pinned.
pub(super) async fn featured(
    Extract(state): Shared,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(part(&state, &headers, &slug, ActorPart::Featured).await)
}

/// Who keeps order in it, if it is a group.
pub(super) async fn moderators(
    Extract(state): Shared,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(part(&state, &headers, &slug, ActorPart::Moderators).await)
}

/// What it said: the cover, or with `page=true` one page.
pub(super) async fn outbox(
    Extract(state): Shared,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let page = page(query.as_deref().unwrap_or_default());
    let found = match check_reader(&state, &headers).await {
        Ok(()) => glue::outbox(state.app(), &slug, page).await,
        Err(problem) => Err(problem),
    };
    answer(found)
}

async fn part(
    state: &State,
    headers: &HeaderMap,
    slug: &str,
    part: ActorPart,
) -> Result<Option<Document>, Problem> {
    check_reader(state, headers).await?;
    glue::actor_part(state.app(), slug, part).await
}

fn page(query: &str) -> Option<Page> {
    let mut wanted = false;
    let mut cursor = None;
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "page" => wanted = value == "true",
            "before" => cursor = Some(value.into_owned()),
            _ => {}
        }
    }
    wanted.then(|| Page::after(cursor.as_deref(), OUTBOX_PAGE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_that_know_people_only_name_themselves() {
        let knows = |agent: &'static str| {
            let headers =
                HeaderMap::from_iter([(USER_AGENT, http::HeaderValue::from_static(agent))]);
            whole_for(&headers) == ActorPart::WholeAsPerson
        };
        assert!(knows("PieFed/1.6.0; +https://p.example"));
        assert!(knows("(Pixelfed/0.12.5; +https://p.example)"));
        assert!(!knows("http.rb/5.2.0 (Mastodon/4.5.0; +https://m.example/)"));
    }

    #[test]
    fn a_page_is_asked_for_by_name() {
        assert!(page("").is_none() && page("before=5").is_none() && page("page=false").is_none());
        assert_eq!(page("page=true").map(|page| page.before), Some(None));
        assert_eq!(page("page=true&before=5").map(|page| page.before), Some(Some(5)));
        assert_eq!(page("page=true&before=-5").map(|page| page.before), Some(None));
    }
}

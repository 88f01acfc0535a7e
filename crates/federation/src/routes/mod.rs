//! What other servers may read here: actors, posts, activities, WebFinger, host-meta and NodeInfo.
//!
//! Invariants: what is here is for anybody, so no signature opens more, but for the list of a host's
//! own people who follow somebody here, which that host alone may read. Where an admin demands
//! signatures, all but the instance's own actor, WebFinger and NodeInfo need one; a server we do
//! not talk with gets nothing once it says who it is. 410 is said of posts, and of an actor only
//! that was closed for ever: peers do not forget it.

mod activity_json;
mod actors;
mod discovery;
mod objects;
mod pages;
mod readers;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State as Extract};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use carefolk_domain::uri;
use carefolk_httpkit::Problem;
use carefolk_wire::read;
use http::HeaderMap;

use crate::door::{actor_inbox, forbidden, owner_of, shared_inbox};
use crate::glue;
use crate::state::State;

pub(crate) use pages::negotiate_pages;

/// All routes of this face.
pub(crate) fn router(state: Arc<State>) -> Router {
    let documents = Router::new()
        .route("/ap/actor/{slug}", get(actors::actor))
        .route("/ap/actor/{slug}/outbox", get(actors::outbox))
        .route("/ap/actor/{slug}/followers", get(actors::followers))
        .route("/ap/actor/{slug}/followers_synchronization", get(actors::followers_synchronization))
        .route("/ap/actor/{slug}/following", get(actors::following))
        .route("/ap/actor/{slug}/featured", get(actors::featured))
        .route("/ap/post/{slug}", get(objects::post))
        .route("/ap/post/{slug}/replies", get(objects::replies))
        .route("/ap/post/{slug}/context", get(objects::context))
        .route("/ap/activity/{slug}", get(objects::activity))
        .route("/ap/quote/{slug}", get(objects::quote))
        .route_layer(from_fn_with_state(Arc::clone(&state), readers::only_readers));
    let federating = Router::new()
        .route("/inbox", post(shared_inbox))
        .route("/ap/actor/{slug}/inbox", post(actor_inbox))
        .merge(documents)
        .route("/.well-known/webfinger", get(discovery::webfinger))
        .route("/.well-known/host-meta", get(discovery::host_meta))
        .route("/.well-known/host-meta.json", get(discovery::host_meta_json))
        .layer(from_fn_with_state(Arc::clone(&state), only_while_open));
    // NodeInfo is answered always: Lemmy takes a server without one for dead (docs/federation/peers.md).
    Router::new()
        .route("/.well-known/nodeinfo", get(discovery::nodeinfo_index))
        .route("/nodeinfo/2.0", get(discovery::nodeinfo_2_0))
        .route("/nodeinfo/2.1", get(discovery::nodeinfo_2_1))
        .merge(federating)
        .with_state(state)
}

/// Nothing is said or heard while the instance does not federate.
async fn only_while_open(
    Extract(state): Extract<Arc<State>>,
    request: Request,
    next: Next,
) -> Response {
    match state.check_open() {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.for_machine(),
    }
}

/// Refuses a reader that names itself, by the key it signs with, as a server we do not talk with
/// (S-058). The signature is not verified: it could open nothing, and nobody gains by claiming to
/// be somebody blocked.
async fn check_reader(state: &State, headers: &HeaderMap) -> Result<(), Problem> {
    match claimed_host(headers) {
        Some(host) if !glue::is_open_to(state.app(), &host).await? => Err(forbidden()),
        _ => Ok(()),
    }
}

/// Whether the author of a post blocks who reads it, as far as a request says who that is. The post
/// is for anybody, and who does not sign reads it all the same; servers that fetch for their people
/// sign in their names (S-059).
async fn is_kept_from_reader(
    state: &State,
    headers: &HeaderMap,
    slug: &str,
) -> Result<bool, Problem> {
    let Some(key) = claimed(headers, key_id) else { return Ok(false) };
    let Ok(key) = read::canonical_key_id_in(&key, state.network()) else { return Ok(false) };
    glue::is_kept_from(state.app(), slug, owner_of(&key)).await
}

/// The host that a request says it comes from, by the key it says it is signed with.
pub(crate) fn claimed_host(headers: &HeaderMap) -> Option<String> {
    claimed(headers, |header| uri::host(&key_id(header)?))
}

/// What is found in the first of the headers that may name a key.
fn claimed<T>(headers: &HeaderMap, find: impl Fn(&str) -> Option<T>) -> Option<T> {
    ["signature", "signature-input", "authorization"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .find_map(find)
}

/// What stands in `keyId="…"` or `keyid="…"`.
fn key_id(header: &str) -> Option<String> {
    const NAME: &str = "keyid=\"";
    // Small letters take as many bytes, so that a place in one text is the same in the other.
    let at = header.to_ascii_lowercase().find(NAME)? + NAME.len();
    let (key, _) = header.get(at..)?.split_once('"')?;
    Some(key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_readers_host_is_found_in_both_dialects() {
        let cavage = r#"keyId="https://B.example/u/x#main-key",headers="host",signature="eA==""#;
        let key_host = |header: &str| uri::host(&key_id(header)?);
        assert_eq!(key_host(cavage).as_deref(), Some("b.example"));
        assert_eq!(key_id(cavage).as_deref(), Some("https://B.example/u/x#main-key"));
        let rfc9421 = r#"sig1=("@method");created=1;keyid="https://b.example/k""#;
        assert_eq!(key_host(rfc9421).as_deref(), Some("b.example"));
        assert_eq!(key_host("Bearer x"), None);
    }
}

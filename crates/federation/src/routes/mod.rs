//! What other servers may read here: actors, posts, activities, WebFinger, host-meta and NodeInfo.
//!
//! Invariants: what is here is for anybody, so no signature opens more, but for the list of a host's
//! own people who follow somebody here, which that host alone may read. Who signs as somebody whom an
//! author blocks is not shown what that author said. Where an admin demands
//! signatures, all but the instance's own actor, WebFinger and NodeInfo need one; a server we do
//! not talk with gets nothing once it says who it is. 410 is said of posts, and of an actor only
//! that was closed for ever: peers do not forget it.

mod activity_json;
mod actors;
mod blocked;
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
use http::{HeaderMap, Method};

use crate::door::{actor_inbox, count, forbidden, shared_inbox};
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
        .route("/ap/actor/{slug}/moderators", get(actors::moderators))
        .route("/ap/post/{slug}", get(objects::post))
        .route("/ap/post/{slug}/replies", get(objects::replies))
        .route("/ap/post/{slug}/context", get(objects::context))
        .route("/ap/activity/{slug}", get(objects::activity))
        .route("/ap/quote/{slug}", get(objects::quote))
        .route_layer(from_fn_with_state(Arc::clone(&state), blocked::not_to_blocked))
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
        Err(problem) => {
            if request.method() == Method::POST {
                count(&state, request.headers(), &problem);
            }
            problem.for_machine()
        }
    }
}

/// Refuses a reader that names itself, by the key it signs with, as a server we do not talk with
/// (S-058). The signature is not verified: it could open nothing, and nobody gains by claiming to
/// be somebody blocked.
async fn check_reader(state: &State, headers: &HeaderMap) -> Result<(), Problem> {
    match claimed_host(headers) {
        Some(host) if !glue::is_open_to(state.app(), &host).await? => {
            let problem = forbidden("a server we do not talk with");
            count(state, headers, &problem);
            Err(problem)
        }
        _ => Ok(()),
    }
}

/// The host that a request says it comes from, by the key it says it is signed with.
pub(crate) fn claimed_host(headers: &HeaderMap) -> Option<String> {
    ["signature", "signature-input", "authorization"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .find_map(key_host)
}

/// The host in `keyId="…"` or `keyid="…"`.
fn key_host(header: &str) -> Option<String> {
    let lower = header.to_ascii_lowercase();
    let (_, rest) = lower.split_once("keyid=\"")?;
    let (key, _) = rest.split_once('"')?;
    uri::host(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_readers_host_is_found_in_both_dialects() {
        let cavage = r#"keyId="https://B.example/u/x#main-key",headers="host",signature="eA==""#;
        assert_eq!(key_host(cavage).as_deref(), Some("b.example"));
        let rfc9421 = r#"sig1=("@method");created=1;keyid="https://b.example/k""#;
        assert_eq!(key_host(rfc9421).as_deref(), Some("b.example"));
        assert_eq!(key_host("Bearer x"), None);
    }
}

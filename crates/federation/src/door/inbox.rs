//! POST to an inbox.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Path, Request, State as Extract};
use axum::response::{IntoResponse, Response};
use carefolk_app::inbound::Arrival;
use carefolk_httpkit::body_limit::ACTIVITY_MAX_BYTES;
use carefolk_httpkit::{ClientAddress, Problem};
use carefolk_wire::synchronization::{self, Synchronization};
use http::{HeaderMap, StatusCode};

use super::key_ring::Found;
use super::knock::{Knock, check_media};
use super::proofs::check_proofs;
use super::refusal::{count, count_of, forbidden, nobody};
use crate::glue;
use crate::routes::claimed_host;
use crate::state::State;

/// The inbox that all local actors share.
pub(crate) async fn shared_inbox(
    Extract(state): Extract<Arc<State>>,
    request: Request,
) -> Response {
    answer(receive(&state, request).await)
}

/// The inbox of one actor. What comes in says itself whom it is for.
pub(crate) async fn actor_inbox(
    Extract(state): Extract<Arc<State>>,
    Path(slug): Path<String>,
    request: Request,
) -> Response {
    let problem = match glue::has_inbox(state.app(), &slug).await {
        Ok(true) => return answer(receive(&state, request).await),
        Ok(false) => nobody("there is no such inbox"),
        Err(problem) => problem,
    };
    count(&state, request.headers(), &problem);
    problem.for_machine()
}

fn answer(outcome: Result<(), Problem>) -> Response {
    match outcome {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(problem) => problem.for_machine(),
    }
}

/// Takes in what comes, or counts why not, under the host that the sender claims (S-111).
async fn receive(state: &State, request: Request) -> Result<(), Problem> {
    let host = claimed_host(request.headers()).unwrap_or_default();
    let outcome = take_in(state, request).await;
    if let Err(problem) = &outcome {
        count_of(state, &host, problem);
    }
    outcome
}

async fn take_in(state: &State, request: Request) -> Result<(), Problem> {
    let (parts, body) = request.into_parts();
    check_media(&parts.headers)?;
    let address = parts.extensions.get::<ClientAddress>().map(|address| address.key());
    state.limits().check_address(address)?;
    // Its room is free again when it is stored.
    let body = state.room().read(&parts.headers, body, ACTIVITY_MAX_BYTES).await?;
    let knock = Knock::read(state, &parts, body.bytes())?;
    if !glue::is_open_to(state.app(), &knock.speaker.host).await? {
        return Err(forbidden("a server we do not talk with"));
    }
    let begun = Instant::now();
    let found = state.verify(&knock.speaker, &knock.presented).await;
    state.app().meters().verifying.add(begun.elapsed());
    let found = found?;
    if matches!(found, Found::Farewell) {
        return Ok(());
    }
    state.limits().check_host(&knock.speaker.host)?;
    check_proofs(state, &knock).await?;
    let arrival = Arrival {
        uri: knock.head.id,
        actor_uri: knock.speaker.actor,
        host: knock.speaker.host,
        kind: knock.head.kind.as_str().to_owned(),
        body: knock.body,
        synchronization: announced(state, &parts.headers),
    };
    glue::accept(state.app(), arrival).await
}

/// What the sender says about its followers here (FEP-8fcf), if it says it once and it can be read.
/// Whether it was signed as well does not matter: what counts is what the sender's own server lists.
fn announced(state: &State, headers: &HeaderMap) -> Option<String> {
    let mut said = headers.get_all(synchronization::HEADER).iter();
    let (Some(one), None) = (said.next(), said.next()) else { return None };
    let header = one.to_str().ok()?;
    Synchronization::parse(header, state.network())?;
    Some(header.to_owned())
}

//! Who reads a document, where readers have to say who they are (authorised fetch, S-030).

use axum::http::request::Parts;
use carefolk_domain::uri;
use carefolk_httpkit::{ClientAddress, Problem};
use carefolk_signatures::Presented;
use carefolk_wire::read;

use super::knock::{Speaker, read_signature};
use super::refusal::{count, forbidden, unauthorised};
use crate::glue;
use crate::state::State;

/// Who may read the documents of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Anybody; what is signed is not looked at closely, for it opens nothing.
    Anybody,
    /// Only who signs, of a server that we talk with.
    Signed,
}

/// How GoToSocial's key ids end, which have no fragment.
const KEY_PATH: &str = "/main-key";

/// Checks that the request was signed by somebody of a server that we talk with.
///
/// The same holds for a GET as for what is posted (S-004 to S-013): it is good for this one
/// address, for a while.
pub(crate) async fn check_signed(state: &State, parts: &Parts) -> Result<(), Problem> {
    let outcome = judge(state, parts).await;
    if let Err(problem) = &outcome {
        count(state, &parts.headers, problem);
    }
    outcome
}

async fn judge(state: &State, parts: &Parts) -> Result<(), Problem> {
    // Each stranger's key costs us a fetch.
    let address = parts.extensions.get::<ClientAddress>().map(|address| address.key());
    state.limits().check_address(address)?;
    let presented = read_signature(state, parts, None)?;
    let speaker = reader(state, &presented)?;
    if !glue::is_open_to(state.app(), &speaker.host).await? {
        return Err(forbidden("a server we do not talk with"));
    }
    state.verify(&speaker, &presented).await.map(|_verified| ())
}

/// The id of the actor who signed the request, if we have the key. Nobody else is anybody here: what
/// only stands in a header could be said by who wants to know whom an author blocks.
///
/// No key is looked for, and it takes as long for who is blocked as for others: that would tell, too.
pub(crate) async fn recognised(state: &State, parts: &Parts) -> Result<Option<String>, Problem> {
    let Ok(presented) = read_signature(state, parts, None) else { return Ok(None) };
    let Ok(speaker) = reader(state, &presented) else { return Ok(None) };
    Ok(state.recognises(&speaker, &presented).await?.then_some(speaker.actor))
}

/// Whose key it must be. A GET names nobody but its key, so the actor is where the key's id says:
/// that actor has to list it.
fn reader(state: &State, presented: &Presented) -> Result<Speaker, Problem> {
    let key_uri = read::canonical_key_id_in(presented.key_id(), state.network())
        .map_err(|_bad| unauthorised("the key has no good id"))?;
    let page = key_uri.split('#').next().unwrap_or_default();
    let actor = page.strip_suffix(KEY_PATH).unwrap_or(page).to_owned();
    if uri::same_origin(&actor, state.base_url()) {
        return Err(forbidden("it speaks for us"));
    }
    let no_host = || unauthorised("the key has no good id");
    let host = uri::host(&actor).ok_or_else(no_host)?;
    Ok(Speaker { actor, host, key_uri, says_farewell: false })
}

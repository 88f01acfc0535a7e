//! What can be said about a request before any key is known.

use axum::http::request::Parts;
use bytes::Bytes;
use carefolk_domain::uri;
use carefolk_httpkit::Problem;
use carefolk_signatures::{Incoming, Presented, SignatureError};
use carefolk_wire::ParseError;
use carefolk_wire::read::{self, Head};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};

use super::refusal::{forbidden, malformed, misdirected, unauthorised, unsupported, why};
use crate::reach::media_type::MediaType;
use crate::state::State;

/// An activity whose signature could be good: only its key is missing.
#[derive(Debug)]
pub(crate) struct Knock {
    /// The signature.
    pub(crate) presented: Presented,
    /// The activity's id, type and actor.
    pub(crate) head: Head,
    /// Whose key it must be.
    pub(crate) speaker: Speaker,
    /// The JSON as it came.
    pub(crate) body: String,
    /// Whether something stands in it as its proof.
    pub(crate) has_proof: bool,
}

/// Who says to speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Speaker {
    /// The actor's id.
    pub(crate) actor: String,
    /// Its host.
    pub(crate) host: String,
    /// The key's id, in its canonical form.
    pub(crate) key_uri: String,
    /// Whether this is an actor saying that it is gone, which its key may be as well.
    pub(crate) says_farewell: bool,
}

impl Knock {
    /// Judges a POST to an inbox by everything that needs no key.
    pub(crate) fn read(state: &State, parts: &Parts, body: &Bytes) -> Result<Self, Problem> {
        let presented = read_signature(state, parts, Some(body))?;
        let document = read::parse(body).map_err(|bad| unreadable(&bad))?;
        let head = read::head(&document, state.network()).map_err(|bad| unreadable(&bad))?;
        let speaker = speaker(state, &head, &presented)?;
        let body = String::from_utf8(body.to_vec()).map_err(|_bad| malformed("it is not UTF-8"))?;
        let has_proof = document.field("proof").is_some();
        Ok(Self { presented, head, speaker, body, has_proof })
    }
}

/// Who signs to read what not everybody may read: an actor whose key it is. Their key is only known
/// by its id here, so that must lead to them: as a part of their own document, or as `main-key`
/// below their id, as GoToSocial has it.
///
/// # Errors
///
/// 401 for anything else, and where nothing is signed.
pub(crate) fn reader(state: &State, parts: &Parts) -> Result<(Speaker, Presented), Problem> {
    let presented = read_signature(state, parts, None)?;
    let key_uri = read::canonical_key_id_in(presented.key_id(), state.network())
        .map_err(|_bad| unauthorised("the key has no good id"))?;
    let no_owner = || unauthorised("the key does not lead to its owner");
    let actor = match key_uri.split_once('#') {
        Some((actor, _)) => actor,
        None => key_uri.strip_suffix("/main-key").ok_or_else(no_owner)?,
    };
    let actor = read::canonical_id_in(actor, state.network()).map_err(|_bad| no_owner())?;
    if uri::same_origin(&actor, state.base_url()) {
        return Err(forbidden("it speaks for us"));
    }
    let host = uri::host(&actor).ok_or_else(no_owner)?;
    Ok((Speaker { actor, host, key_uri, says_farewell: false }, presented))
}

/// Judges the head of a POST before its body is read.
pub(crate) fn check_media(headers: &HeaderMap) -> Result<(), Problem> {
    let other = || unsupported("the body is not ActivityStreams");
    let media = single(headers, &CONTENT_TYPE)?.ok_or_else(other)?;
    if !MediaType::parse(media).is_some_and(|media| media.is_activity()) {
        return Err(other());
    }
    // What is packed could unpack to anything, and its digest is of the packed bytes (S-026).
    match single(headers, &CONTENT_ENCODING)? {
        None => Ok(()),
        Some(coding) if coding.eq_ignore_ascii_case("identity") => Ok(()),
        Some(_) => Err(unsupported("the body is packed")),
    }
}

/// The signature of a request, with all checks that need no key.
pub(super) fn read_signature(
    state: &State,
    parts: &Parts,
    body: Option<&[u8]>,
) -> Result<Presented, Problem> {
    let path_and_query = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let target_uri = format!("{}{path_and_query}", state.base_url());
    let incoming = Incoming {
        method: parts.method.as_str(),
        path_and_query,
        target_uri: &target_uri,
        hosts: state.hosts(),
        headers: &parts.headers,
        body,
        now_ms: state.now().0,
    };
    carefolk_signatures::read(&incoming).map_err(refused)
}

/// What a faulty signature is told: which kind of fault, and no more.
fn refused(error: SignatureError) -> Problem {
    tracing::debug!(%error, "a signature was not taken");
    match error {
        SignatureError::Missing => unauthorised("no signature"),
        SignatureError::Refused(why) => unauthorised(why),
        SignatureError::Malformed(why) => malformed(why),
        SignatureError::WrongHost => misdirected("it is meant for another host"),
    }
}

/// What an activity is told that cannot be read: that, and no more.
fn unreadable(error: &ParseError) -> Problem {
    tracing::debug!(error = error.to_string(), "a malformed activity");
    malformed(why(error.fault()))
}

/// Who speaks, if the parts of the request agree on it (S-013, S-031 to S-036).
fn speaker(state: &State, head: &Head, presented: &Presented) -> Result<Speaker, Problem> {
    let is_ours = |id: &str| uri::same_origin(id, state.base_url());
    if is_ours(&head.actor) || is_ours(&head.id) {
        return Err(forbidden("it speaks for us"));
    }
    if !uri::same_origin(&head.actor, &head.id) {
        return Err(forbidden("actor and activity have different origins"));
    }
    if meddles(head) {
        return Err(forbidden("actor and object have different origins"));
    }
    let key_uri = read::canonical_key_id_in(presented.key_id(), state.network())
        .map_err(|_bad| unauthorised("the key has no good id"))?;
    // A key of another origin could only be listed there, and so can never be this actor's: no
    // reason to go and look.
    if !uri::same_origin(&key_uri, &head.actor) {
        return Err(unauthorised("the key has another origin than the actor"));
    }
    let host = uri::host(&head.actor).ok_or_else(|| malformed("its actor has no host"))?;
    let says_farewell = head.kind == carefolk_wire::ActivityKind::Delete
        && head.object.as_ref() == Some(&head.actor);
    Ok(Speaker { actor: head.actor.clone(), host, key_uri, says_farewell })
}

/// Whether somebody makes, changes or deletes what lives on another server (S-032, S-034, S-036).
fn meddles(head: &Head) -> bool {
    use carefolk_wire::ActivityKind::{Create, Delete, Update};
    let elsewhere = |object: &String| !uri::same_origin(object, &head.actor);
    matches!(head.kind, Create | Update | Delete) && head.object.as_ref().is_some_and(elsewhere)
}

/// The one value of a header; two are two readings.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            value.to_str().map(Some).map_err(|_odd| malformed("a header is not plain text"))
        }
        (Some(_), Some(_)) => Err(malformed("a header stands twice")),
    }
}

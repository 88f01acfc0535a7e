//! Reading single posts where they live.
//!
//! Only what anybody may read is kept, and only what its own server says: a post must have the id
//! it was asked for, and its author that id's origin (FEP-fe34).

use carefolk_domain::uri;
use carefolk_store::entity::actor;
use carefolk_wire::read::{self, Note};

use super::receive::{audience, kept_as};
use super::words::Words;
use crate::App;
use crate::actors::queries;
use crate::kernel::error::Error;
use crate::kernel::outcome::Outcome;
use crate::kernel::ports::PortError;

/// A post that was fetched, with its author.
pub(crate) struct Found {
    pub author: actor::Model,
    pub note: Note,
    pub words: Words,
}

/// What came of fetching one.
pub(crate) enum Fetched {
    Found(Box<Found>),
    /// Why it is not kept.
    Not(Outcome),
}

/// Its own server says that there is no such post any more.
pub(crate) const GONE: Outcome = Outcome::Refused("its object is gone for good");

/// What its own server shows, or its author's document, has a proof inside that speaks against it.
pub(crate) const UNPROVEN: &str = "a proof inside what it names is not true";

/// Reads the post with that id.
///
/// # Errors
///
/// What may be different next time: a server that does not answer, a busy database.
pub(crate) async fn open_post(app: &App, id: &str) -> Result<Fetched, Error> {
    let network = app.actors().network();
    let host = uri::host(id).ok_or(Error::Bug("an id without a host"))?;
    if uri::same_origin(id, app.settings().uri_base()) {
        return Ok(refused("it would be ours, and is not"));
    }
    if !app.peers().is_open_to(&host).await? {
        return Ok(refused("its server is refused"));
    }
    let fetched = match app.remote().fetch(id).await {
        Ok(fetched) => fetched,
        Err(error @ PortError::Unavailable(_)) => return Err(error.into()),
        Err(PortError::Gone) => return Ok(Fetched::Not(GONE)),
        Err(PortError::Unproven(_)) => return Ok(refused(UNPROVEN)),
        Err(_) => return Ok(refused("its object is gone")),
    };
    let read = read::parse(&fetched.body).and_then(|document| Note::read(&document, network));
    let Ok(note) = read else { return Ok(refused("its object cannot be read")) };
    if kept_as(&note).is_none() {
        return Ok(Fetched::Not(Outcome::Ignored("we do nothing about its object's type")));
    }
    if note.id != id || !uri::same_origin(&note.id, &note.attributed_to) {
        return Ok(refused("its object speaks for somebody else"));
    }
    let author = match queries::by_uri(app.read(), &note.attributed_to).await? {
        Some(author) => author,
        None => match app.actors().fetch(&note.attributed_to).await {
            Ok(author) => author,
            Err(error) if may_pass(&error) => return Err(error),
            Err(Error::Upstream(PortError::Unproven(_))) => return Ok(refused(UNPROVEN)),
            Err(_) => return Ok(refused("its object's author is gone")),
        },
    };
    let is_open = audience(&note, &author).is_open();
    if !is_open || author.domain_id.is_some() || !queries::is_shown(&author) {
        return Ok(refused("its object is not for everybody"));
    }
    let words = Words::of(&note);
    Ok(Fetched::Found(Box::new(Found { author, note, words })))
}

fn refused(why: &'static str) -> Fetched {
    Fetched::Not(Outcome::Refused(why))
}

fn may_pass(error: &Error) -> bool {
    matches!(error, Error::Upstream(PortError::Unavailable(_)) | Error::Busy | Error::Store(_))
}

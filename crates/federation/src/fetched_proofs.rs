//! Proofs inside documents that we fetch (FEP-8b32).
//!
//! What a document says is believed because of where it was read (FEP-fe34); a proof adds nothing to
//! that, and may only speak against it. So one that cannot be judged changes nothing, and one that is
//! not true ends it: somebody between its author and us changed it.
//!
//! Invariant: the keys of an actor's document stand in itself; for any other document its author is
//! asked at most, and nobody because of what the author answers.

use carefolk_app::App;
use carefolk_app::ports::{Fetched, PortError, Remote};
use carefolk_domain::{Moment, uri};
use carefolk_signatures::{Proof, PublicKey, read_proofs};
use carefolk_wire::read::{self, Actor, Document, Network, Note};
use carefolk_wire::{Kind, time};

use crate::door::{KeyRing, Speaker, Verdict};
use crate::glue;

/// How many proofs of one document are looked at; further ones are passed over. Peers put one or two.
pub(crate) const PROOFS_MAX: usize = 4;

/// Why a document is refused whose proof contradicts it.
const FALSE: &str = "a proof inside what was fetched is not true";

/// Why one is refused whose proof is somebody's who may not speak for it.
const FOREIGN: &str = "a proof inside what was fetched is of another server";

/// Whether others may be asked because of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Others {
    /// The author, for keys.
    Asked,
    /// Nobody.
    NotAsked,
}

/// The judge of proofs in what is fetched.
pub(crate) struct FetchedProofs {
    keys: KeyRing,
}

impl FetchedProofs {
    pub(crate) fn new() -> Self {
        Self { keys: KeyRing::new() }
    }

    /// Refuses a document that a proof inside speaks against, and counts it for its host. Authors are
    /// asked for their keys through `others`, if at all.
    ///
    /// # Errors
    ///
    /// [`PortError::Unproven`]; [`PortError::Unavailable`] if that may be known later.
    pub(crate) async fn check(
        &self,
        app: &App,
        others: Option<&dyn Remote>,
        fetched: &Fetched,
    ) -> Result<(), PortError> {
        let checked = self.judge(app, others, fetched).await;
        if let Err(PortError::Unproven(why)) = checked {
            let host = uri::host(&fetched.url).unwrap_or_default();
            glue::refused(app, &host, why);
        }
        checked
    }

    async fn judge(
        &self,
        app: &App,
        others: Option<&dyn Remote>,
        fetched: &Fetched,
    ) -> Result<(), PortError> {
        // What cannot be read is refused by who wanted it, in its own words.
        let Ok(document) = read::parse(&fetched.body) else { return Ok(()) };
        if document.field("proof").is_none() {
            return Ok(());
        }
        let Ok(text) = std::str::from_utf8(&fetched.body) else { return Ok(()) };
        let proofs = read_proofs(text, PROOFS_MAX).map_err(|error| {
            tracing::debug!(%error, "a proof in a fetched document cannot be true");
            PortError::Unproven(FALSE)
        })?;
        for proof in proofs.iter().filter(|proof| !is_over(proof, app.now())) {
            match self.verdict(app, others, &fetched.url, &document, proof).await? {
                Verdict::True | Verdict::Unknown => {}
                Verdict::False => return Err(PortError::Unproven(FALSE)),
                Verdict::Later => {
                    let why = "an author's keys cannot be read to judge a proof";
                    return Err(PortError::Unavailable(why.to_owned()));
                }
            }
        }
        Ok(())
    }

    async fn verdict(
        &self,
        app: &App,
        others: Option<&dyn Remote>,
        id: &str,
        document: &Document,
        proof: &Proof,
    ) -> Result<Verdict, PortError> {
        let network = if app.settings().lab { Network::Lab } else { Network::Public };
        let Ok(method) = read::canonical_key_id_in(proof.method(), network) else {
            return Err(PortError::Unproven(FALSE));
        };
        if !uri::same_origin(&method, id) {
            return Err(PortError::Unproven(FOREIGN));
        }
        match author(document, network) {
            Some(Author::Itself(actor)) => Ok(by_itself(&actor, &method, proof)),
            Some(Author::Other(actor)) if uri::same_origin(&actor, id) => {
                self.by_author(app, others, actor, method, proof).await
            }
            Some(Author::Other(_)) | None => Ok(Verdict::Unknown),
        }
    }

    async fn by_author(
        &self,
        app: &App,
        others: Option<&dyn Remote>,
        actor: String,
        key_uri: String,
        proof: &Proof,
    ) -> Result<Verdict, PortError> {
        let Some(remote) = others else { return Ok(Verdict::Unknown) };
        let host = uri::host(&actor).unwrap_or_default();
        let author = Speaker { actor, host, key_uri, says_farewell: false };
        let judged = Box::pin(self.keys.judge(app, remote, &author, proof)).await;
        judged.map_err(|_ours| PortError::Unavailable("a key could not be looked up".to_owned()))
    }
}

/// Who says what a document says.
enum Author {
    /// It is an actor, which speaks for itself.
    Itself(Box<Actor>),
    /// This actor.
    Other(String),
}

fn author(document: &Document, network: Network) -> Option<Author> {
    match document.kind().ok()? {
        Kind::Actor(_) => {
            let actor = Actor::read(document, network).ok()?;
            Some(Author::Itself(Box::new(actor)))
        }
        Kind::Object(_) => Some(Author::Other(Note::read(document, network).ok()?.attributed_to)),
        Kind::Activity(_) | Kind::Other(_) => None,
    }
}

/// What an actor's own document says about a proof inside it.
fn by_itself(actor: &Actor, method: &str, proof: &Proof) -> Verdict {
    if actor.keys.iter().any(|key| key.id == method) {
        return Verdict::False;
    }
    let Some(key) = actor.multikeys.iter().find(|key| key.id == method) else {
        return Verdict::Unknown;
    };
    match PublicKey::from_multibase(&key.multibase) {
        Ok(key) if proof.verify(&key).is_ok() => Verdict::True,
        Ok(_) => Verdict::False,
        Err(_) => Verdict::Unknown,
    }
}

/// Whether a proof ran out, or says so in a way that cannot be read.
pub(crate) fn is_over(proof: &Proof, now: Moment) -> bool {
    let until = proof.expires().map(|text| time::parse(text).map(Moment));
    until.is_some_and(|until| until.is_none_or(|until| until < now))
}

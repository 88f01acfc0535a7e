//! The seam to the application: the only file here that calls its capabilities.
//!
//! What the application says becomes HTTP's words in one place, and a change of its names ends
//! in this file.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use carefolk_app::actors::{KeyAlgorithm, KnownKey};
pub(crate) use carefolk_app::blocks::Asked;
use carefolk_app::inbound::Arrival;
use carefolk_app::ports::{PortError, ProofKey, SigningKey};
use carefolk_app::posts::{Part, PostDocument};
use carefolk_app::{App, Error, Page};
use carefolk_domain::{ActorState, Moment};
use carefolk_httpkit::Problem;
use carefolk_signatures::{PublicKey, SignatureError};
use carefolk_wire::host_meta;
use carefolk_wire::nodeinfo::Version;
use carefolk_wire::write::Actor;
use carefolk_wire::{ActorKind, time};
use moka::sync::Cache;
use serde::Deserialize;

use crate::errand::Circle;
use crate::signer::Signer;

/// How long the instance's own key is kept: it is changed by a command in another process, and a
/// fetch that is signed with the one before is refused.
const OWN_KEY_KEPT: Duration = Duration::from_secs(1);

/// A public key of somebody elsewhere, ready to verify with.
#[derive(Debug)]
pub(crate) struct HeldKey {
    /// Its owner's id.
    pub(crate) owner: String,
    /// Whether its owner may be heard.
    pub(crate) owner_heard: bool,
    /// The key.
    pub(crate) key: PublicKey,
    /// When it was last read from its owner.
    pub(crate) fetched_at: Moment,
}

impl HeldKey {
    /// A stored key, parsed.
    pub(crate) fn parse(known: &KnownKey) -> Result<Self, SignatureError> {
        let key = match known.algorithm {
            KeyAlgorithm::Rsa => PublicKey::from_pem(&known.public_key)?,
            KeyAlgorithm::Ed25519 => PublicKey::from_multibase(&known.public_key)?,
        };
        let silenced = matches!(known.actor_state, ActorState::Suspended | ActorState::Deleted);
        Ok(Self {
            owner: known.actor_uri.clone(),
            owner_heard: !silenced && !known.is_local,
            key,
            fetched_at: known.fetched_at,
        })
    }
}

/// The application, for the pipes that were laid before it: `App` is made with its ports, and the
/// ports ask it back.
#[derive(Default)]
pub(crate) struct LateApp {
    app: OnceLock<App>,
    own_key: OnceLock<Cache<(), SigningKey>>,
}

impl LateApp {
    /// Gives the pipes their application, once.
    pub(crate) fn attach(&self, app: App) {
        self.app.set(app).ok();
    }

    /// The application, once it is there.
    pub(crate) fn app(&self) -> Result<&App, PortError> {
        self.app.get().ok_or_else(|| PortError::Unavailable("not started yet".to_owned()))
    }
}

#[async_trait]
impl Circle for LateApp {
    async fn is_open_to(&self, host: &str) -> Result<bool, PortError> {
        self.app()?.peers().is_open_to(host).await.map_err(ours)
    }

    async fn instance_key(&self) -> Result<SigningKey, PortError> {
        let kept = self
            .own_key
            .get_or_init(|| Cache::builder().max_capacity(1).time_to_live(OWN_KEY_KEPT).build());
        if let Some(key) = kept.get(&()) {
            return Ok(key);
        }
        let key = self.app()?.actors().instance_key().await.map_err(ours)?;
        kept.insert((), key.clone());
        Ok(key)
    }

    async fn dialect_of(&self, host: &str) -> Result<Option<String>, PortError> {
        self.app()?.peers().signature_profile(host).await.map_err(ours)
    }

    async fn note_dialect(&self, host: &str, dialect: &'static str) -> Result<(), PortError> {
        self.app()?.peers().note_signature_profile(host, dialect).await.map_err(ours)
    }
}

/// Our own trouble while we are at another server's business: later it may work.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn ours(error: Error) -> PortError {
    PortError::Unavailable(error.to_string())
}

/// Whether we listen to `host`.
pub(crate) async fn is_open_to(app: &App, host: &str) -> Result<bool, Problem> {
    Ok(app.peers().is_open_to(host).await?)
}

/// The key that `actor` lists under that id, if it is stored.
pub(crate) async fn stored_key(
    app: &App,
    actor: &str,
    key_uri: &str,
) -> Result<Option<KnownKey>, Problem> {
    Ok(app.actors().key(actor, key_uri).await?)
}

/// Counts that something of `host` was refused.
pub(crate) fn refused(app: &App, host: &str, why: &'static str) {
    app.peers().refused(host, why);
}

/// Whether that actor was met before.
pub(crate) async fn knows(app: &App, actor: &str) -> Result<bool, Problem> {
    Ok(app.actors().is_known(actor).await?)
}

/// Stores a fetched actor; its keys.
pub(crate) async fn learn(app: &App, body: &[u8], url: &str) -> Result<Vec<KnownKey>, Error> {
    app.actors().learn(body, url).await
}

/// Stores a verified activity; durable when it returns.
pub(crate) async fn accept(app: &App, arrival: Arrival) -> Result<(), Problem> {
    app.inbound().accept(arrival).await?;
    Ok(())
}

/// Those on `host` who follow a local actor, for that host.
pub(crate) async fn followers_on(
    app: &App,
    slug: &str,
    host: &str,
) -> Result<Option<Document>, Problem> {
    Ok(there(app.actors().followers_on(slug, host).await)?.map(Document::Json))
}

/// Whether a local actor has an inbox there.
pub(crate) async fn has_inbox(app: &App, slug: &str) -> Result<bool, Problem> {
    Ok(there(app.actors().has_inbox(slug).await)?.is_some())
}

/// Whether the instance's own actor stands there.
pub(crate) async fn is_instance(app: &App, slug: &str) -> Result<bool, Problem> {
    Ok(app.actors().is_instance(slug).await?)
}

/// What stands at one of our addresses.
pub(crate) enum Document {
    /// This.
    Json(String),
    /// It stood here; this is left of it.
    Tombstone(String),
}

/// Which document of an actor is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ActorPart {
    /// The actor itself.
    Whole,
    /// The same for a reader that knows people only: an organization says that it is a person.
    WholeAsPerson,
    /// Who follows it.
    Followers,
    /// Whom it follows.
    Following,
    /// What it pinned.
    Featured,
    /// Who keeps order in it, if it is a group.
    Moderators,
}

/// A document of the actor with that slug.
pub(crate) async fn actor_part(
    app: &App,
    slug: &str,
    part: ActorPart,
) -> Result<Option<Document>, Problem> {
    let actors = app.actors();
    let found = match part {
        ActorPart::Whole => actors.document(slug).await.map(|actor| actor.to_json()),
        ActorPart::WholeAsPerson => {
            actors.document(slug).await.map(|actor| as_person(actor).to_json())
        }
        ActorPart::Followers => actors.followers_document(slug).await,
        ActorPart::Following => actors.following_document(slug).await,
        ActorPart::Featured => app.posts().featured_document(slug).await,
        ActorPart::Moderators => app.groups().moderators_document(slug).await,
    };
    match there(found)?.map(Document::Json) {
        Some(found) => Ok(Some(found)),
        None => Ok(actors.remains(slug).await?.map(|left| Document::Tombstone(left.to_json()))),
    }
}

/// The same actor, but a person where it is an organization.
fn as_person(mut actor: Actor) -> Actor {
    if actor.kind == ActorKind::Organization {
        actor.kind = ActorKind::Person;
    }
    actor
}

/// The actor with that handle.
pub(crate) async fn actor_by_handle(
    app: &App,
    handle: &str,
    part: ActorPart,
) -> Result<Option<Document>, Problem> {
    let found = there(app.actors().document_by_handle(handle).await)?;
    Ok(found.map(|actor| {
        let actor = if part == ActorPart::WholeAsPerson { as_person(actor) } else { actor };
        Document::Json(actor.to_json())
    }))
}

/// The outbox of an actor: its cover, or one page.
pub(crate) async fn outbox(
    app: &App,
    slug: &str,
    page: Option<Page>,
) -> Result<Option<Document>, Problem> {
    Ok(there(app.posts().outbox_document(slug, page).await)?.map(Document::Json))
}

/// Which document of a post is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PostPart {
    /// The post itself.
    Whole,
    /// What answers it, or a page of that.
    Replies(Part),
    /// The conversation it began, or a page of that.
    Context(Part),
}

/// A document of the post with that slug, if anybody may read it; the post itself proven by
/// `signer`, if there is one.
pub(crate) async fn post_part(
    app: &App,
    signer: Option<&Signer>,
    slug: &str,
    part: PostPart,
) -> Result<Option<Document>, Problem> {
    let posts = app.posts();
    let found = match part {
        PostPart::Whole => posts.document(slug).await.map(|document| match document {
            PostDocument::Note(json) => Document::Json(json),
            PostDocument::Tombstone(json) => Document::Tombstone(json),
        }),
        PostPart::Replies(part) => posts.replies_document(slug, part).await.map(Document::Json),
        PostPart::Context(part) => posts.context_document(slug, part).await.map(Document::Json),
    };
    match (there(found)?, signer) {
        (Some(Document::Json(note)), Some(signer)) if part == PostPart::Whole => {
            Ok(Some(Document::Json(proven_note(app, signer, note).await?)))
        }
        (found, _) => Ok(found),
    }
}

/// A post with the proof of its author, made at the moment of its last change.
async fn proven_note(app: &App, signer: &Signer, note: String) -> Result<String, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Said {
        attributed_to: String,
        published: Option<String>,
        updated: Option<String>,
    }
    let said = serde_json::from_str::<Said>(&note).ok();
    let moment =
        said.as_ref().and_then(|said| said.updated.as_deref().or(said.published.as_deref()));
    let (Some(said), Some(at)) = (&said, moment.and_then(time::parse)) else { return Ok(note) };
    let proof = app.actors().proof_key(&said.attributed_to, Moment(at)).await?;
    Ok(proven(signer, &proof, note).await)
}

/// A document with its proof; without, if it could not be made, for nobody depends on it.
async fn proven(signer: &Signer, proof: &ProofKey, document: String) -> String {
    match signer.prove(proof, Arc::from(document.as_str())).await {
        Ok(proven) => proven,
        Err(error) => {
            tracing::warn!(%error, "a document is shown without a proof");
            document
        }
    }
}

/// An activity that we said to everybody, as it was said; proven by `signer`, if there is one.
pub(crate) async fn activity(
    app: &App,
    signer: Option<&Signer>,
    slug: &str,
) -> Result<Option<Document>, Problem> {
    let Some((body, proof)) = there(app.outbox().document(slug).await)? else { return Ok(None) };
    Ok(Some(Document::Json(match signer {
        Some(signer) => proven(signer, &proof, body).await,
        None => body,
    })))
}

/// Whether the author of `asked` blocks the actor with the id `reader`.
pub(crate) async fn hides(app: &App, asked: Asked<'_>, reader: &str) -> Result<bool, Problem> {
    Ok(app.blocks().hides(asked, reader).await?)
}

/// What shows that a quote was allowed.
pub(crate) async fn quote(app: &App, slug: &str) -> Result<Option<Document>, Problem> {
    Ok(there(app.posts().quote_document(slug).await)?.map(Document::Json))
}

/// The answer to a WebFinger query.
pub(crate) async fn webfinger(app: &App, resource: &str) -> Result<Option<String>, Problem> {
    Ok(there(app.actors().webfinger(resource).await)?.map(|jrd| jrd.to_json()))
}

/// Where WebFinger queries go, as XML.
pub(crate) fn host_meta_xrd(app: &App) -> String {
    host_meta::to_xrd(app.settings().uri_base())
}

/// The same as JSON.
pub(crate) fn host_meta_json(app: &App) -> String {
    host_meta::to_json(app.settings().uri_base())
}

/// Where the NodeInfo documents are.
pub(crate) async fn nodeinfo_index(app: &App) -> Result<String, Problem> {
    Ok(app.actors().nodeinfo_index().await?)
}

/// One NodeInfo document.
pub(crate) async fn nodeinfo(app: &App, version: Version) -> Result<String, Problem> {
    Ok(app.actors().nodeinfo(version).await?)
}

/// "Not there" apart from real trouble.
fn there<T>(found: Result<T, Error>) -> Result<Option<T>, Problem> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

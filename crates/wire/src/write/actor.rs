//! Actors as we publish them (`ActivityPub` § 4 and the extensions named at each property).

use serde::Serialize;

use super::context::{Context, Term};
use super::frame;
use crate::kind::{ActorKind, ObjectKind};
use crate::time::{self, Millis};
use crate::vocab;

/// A person, a provider or team (`Organization`), or the instance (`Application`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// AS2: the permanent id.
    pub id: String,
    /// AS2.
    #[serde(rename = "type")]
    pub kind: ActorKind,
    /// `ActivityPub` § 4.1: the handle.
    pub preferred_username: String,
    /// FEP-2c59: `name@host`, without `acct:`.
    pub webfinger: String,
    /// AS2: the name to show, plain text.
    pub name: String,
    /// AS2: about itself, clean HTML.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// AS2: its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// AS2: the page; same host as `id`, or Mastodon ignores it.
    pub url: String,
    /// `ActivityPub` § 4.1.
    pub inbox: String,
    /// `ActivityPub` § 4.1.
    pub outbox: String,
    /// `ActivityPub` § 5.3.
    pub followers: String,
    /// `ActivityPub` § 5.4.
    pub following: String,
    /// Mastodon: the pinned posts.
    pub featured: String,
    /// FEP-1b12: of a group, the collection of its moderators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributed_to: Option<String>,
    /// Lemmy: of a group, whether only they begin conversations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posting_restricted_to_mods: Option<bool>,
    /// Mastodon: whether a follow waits for somebody to decide.
    pub manually_approves_followers: bool,
    /// Mastodon: whether to show it in directories.
    pub discoverable: bool,
    /// FEP-5feb: whether its posts may be searched.
    pub indexable: bool,
    /// AS2: when it came to be.
    #[serde(serialize_with = "time::serialize", skip_serializing_if = "Option::is_none")]
    pub published: Option<Millis>,
    /// Mastodon: where it lives now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    /// Mastodon: other ids it has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_known_as: Vec<String>,
    /// `ActivityPub` § 4.1; always given, because `PieFed` does not check.
    pub endpoints: Endpoints,
    /// Security Vocabulary v1: the RSA key; one object, because `PieFed` takes no list.
    pub public_key: PublicKey,
    /// FEP-521a: the Ed25519 key.
    pub assertion_method: Vec<Multikey>,
    /// FEP-844e: what our server can do; on every actor but the instance's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator: Option<Generator>,
    /// FEP-844e: the same on the instance's own actor.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub implements: Vec<Capability>,
}

/// AS2: the picture of an actor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Icon {
    /// Always `Image`.
    #[serde(rename = "type")]
    kind: ObjectKind,
    /// AS2.
    pub media_type: String,
    /// AS2: where it is.
    pub url: String,
    /// AS2: what it shows, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Icon {
    /// A picture of that type at `url`, which shows `name`.
    pub fn new(media_type: &str, url: String, name: Option<String>) -> Self {
        Self { kind: ObjectKind::Image, media_type: media_type.to_owned(), url, name }
    }
}

/// `ActivityPub` § 4.1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoints {
    /// One inbox for all actors here.
    pub shared_inbox: String,
}

/// Security Vocabulary v1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicKey {
    /// `{actor}#main-key`: `NodeBB` finds the actor by cutting the fragment.
    pub id: String,
    /// The actor's id.
    pub owner: String,
    /// `SubjectPublicKeyInfo` in PEM.
    pub public_key_pem: String,
}

impl PublicKey {
    /// The RSA key of an actor.
    pub fn main(actor: &str, pem: impl Into<String>) -> Self {
        Self {
            id: format!("{actor}#main-key"),
            owner: actor.to_owned(),
            public_key_pem: pem.into(),
        }
    }
}

/// FEP-521a.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Multikey {
    /// `{actor}#ed25519`.
    pub id: String,
    /// Always `Multikey`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The actor's id.
    pub controller: String,
    /// Multicodec in base58-btc: `z6Mk…`.
    pub public_key_multibase: String,
}

impl Multikey {
    /// The Ed25519 key of an actor.
    pub fn ed25519(actor: &str, multibase: impl Into<String>) -> Self {
        Self {
            id: format!("{actor}#ed25519"),
            kind: "Multikey",
            controller: actor.to_owned(),
            public_key_multibase: multibase.into(),
        }
    }
}

/// FEP-844e: the software and what it can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Generator {
    /// The instance's actor.
    pub id: String,
    /// Always `Application`.
    #[serde(rename = "type")]
    kind: ActorKind,
    /// The software's name.
    pub name: String,
    /// What it can do.
    pub implements: Vec<Capability>,
}

impl Generator {
    /// The software behind an instance's actor.
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        implements: Vec<Capability>,
    ) -> Self {
        Self { id: id.into(), kind: ActorKind::Application, name: name.into(), implements }
    }
}

/// FEP-844e: one standard that is implemented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Capability {
    /// The standard's URL.
    pub href: String,
    /// Its short name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Capability {
    /// HTTP Message Signatures, as peers look for it.
    pub fn rfc9421() -> Self {
        Self { href: vocab::IMPLEMENTS_RFC9421.to_owned(), name: Some("RFC-9421".to_owned()) }
    }

    /// A Fediverse Enhancement Proposal, by its four characters.
    pub fn fep(slug: &str) -> Self {
        Self { href: format!("https://w3id.org/fep/{slug}"), name: None }
    }
}

impl Actor {
    /// The context this document needs.
    pub fn context(&self) -> Context {
        self.add_terms(Context::plain())
    }

    pub(super) fn add_terms(&self, context: Context) -> Context {
        let implements = self.generator.is_some() || !self.implements.is_empty();
        let context = context
            .link(vocab::CONTEXT_SECURITY)
            .term(Term::ManuallyApprovesFollowers, true.into())
            .term(Term::MovedTo, self.moved_to.is_some().into())
            .term(Term::AlsoKnownAs, (!self.also_known_as.is_empty()).into())
            .term(Term::Discoverable, true.into())
            .term(Term::Indexable, true.into())
            .term(Term::Featured, true.into())
            .term(Term::PostingRestrictedToMods, self.posting_restricted_to_mods.is_some().into())
            .term(Term::Webfinger, true.into())
            .term(Term::Implements, implements.into());
        if self.assertion_method.is_empty() {
            return context;
        }
        context.link(vocab::CONTEXT_DID).link(vocab::CONTEXT_MULTIKEY)
    }

    /// The document as it is served.
    pub fn to_json(&self) -> String {
        frame(&self.context(), self)
    }
}

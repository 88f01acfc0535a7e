//! `@context`, with only the terms that a document uses (AS2 § 2.1).
//!
//! Terms beyond AS2 and the security contexts are spelled out instead of linked: a peer that does
//! process JSON-LD then has nothing to fetch that could be missing.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use crate::vocab;

/// A term that is in no context we link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// `sensitive`, Mastodon's addition to AS2.
    Sensitive,
    /// `Hashtag`, left out of AS2 by mistake.
    Hashtag,
    /// `manuallyApprovesFollowers`.
    ManuallyApprovesFollowers,
    /// `movedTo`.
    MovedTo,
    /// `alsoKnownAs`.
    AlsoKnownAs,
    /// `discoverable`.
    Discoverable,
    /// `indexable` (FEP-5feb).
    Indexable,
    /// `featured`.
    Featured,
    /// `postingRestrictedToMods` (Lemmy).
    PostingRestrictedToMods,
    /// `removeData` (Lemmy).
    RemoveData,
    /// `expires` (Lemmy).
    Expires,
    /// `Lock` (Lemmy).
    Lock,
    /// `votersCount`.
    VotersCount,
    /// `blurhash`.
    Blurhash,
    /// `focalPoint`.
    FocalPoint,
    /// `webfinger` (FEP-2c59).
    Webfinger,
    /// `implements` (FEP-844e).
    Implements,
    /// `interactionPolicy` (FEP-044f).
    InteractionPolicy,
    /// `canQuote` (FEP-044f).
    CanQuote,
    /// `canReply`.
    CanReply,
    /// `automaticApproval` (FEP-044f).
    AutomaticApproval,
    /// `QuoteRequest` (FEP-044f).
    QuoteRequest,
    /// `QuoteAuthorization` (FEP-044f).
    QuoteAuthorization,
    /// `interactingObject` (FEP-044f).
    InteractingObject,
    /// `interactionTarget` (FEP-044f).
    InteractionTarget,
}

/// The value of `@context`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    urls: Vec<&'static str>,
    terms: Vec<Term>,
}

impl Context {
    /// AS2 alone.
    pub fn plain() -> Self {
        Self { urls: vec![vocab::CONTEXT_AS], terms: Vec::new() }
    }

    /// Adds a context to link.
    #[must_use]
    pub fn link(mut self, url: &'static str) -> Self {
        if !self.urls.contains(&url) {
            self.urls.push(url);
        }
        self
    }

    /// Adds a term, if the document uses it.
    #[must_use]
    pub fn term(mut self, term: Term, usage: Usage) -> Self {
        if usage == Usage::Used && !self.terms.contains(&term) {
            self.terms.push(term);
            self.terms.sort_unstable();
        }
        self
    }
}

/// Whether a document uses a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// It does.
    Used,
    /// It does not.
    Unused,
}

impl From<bool> for Usage {
    fn from(is_used: bool) -> Self {
        if is_used { Self::Used } else { Self::Unused }
    }
}

/// How a term is defined: a name, or a name whose value is an id.
#[derive(Serialize)]
#[serde(untagged)]
enum Definition {
    Name(&'static str),
    Id {
        #[serde(rename = "@id")]
        id: &'static str,
        #[serde(rename = "@type")]
        kind: &'static str,
    },
    List {
        #[serde(rename = "@id")]
        id: &'static str,
        #[serde(rename = "@container")]
        container: &'static str,
    },
}

impl Term {
    fn definition(self) -> (&'static str, Definition) {
        let id = |id| Definition::Id { id, kind: "@id" };
        match self {
            Self::Sensitive => ("sensitive", Definition::Name("as:sensitive")),
            Self::Hashtag => ("Hashtag", Definition::Name("as:Hashtag")),
            Self::ManuallyApprovesFollowers => {
                ("manuallyApprovesFollowers", Definition::Name("as:manuallyApprovesFollowers"))
            }
            Self::MovedTo => ("movedTo", id("as:movedTo")),
            Self::AlsoKnownAs => ("alsoKnownAs", id("as:alsoKnownAs")),
            Self::Discoverable => ("discoverable", Definition::Name("toot:discoverable")),
            Self::Indexable => ("indexable", Definition::Name("toot:indexable")),
            Self::Featured => ("featured", id("toot:featured")),
            Self::PostingRestrictedToMods => (
                "postingRestrictedToMods",
                Definition::Name("https://join-lemmy.org/ns#postingRestrictedToMods"),
            ),
            Self::RemoveData => {
                ("removeData", Definition::Name("https://join-lemmy.org/ns#removeData"))
            }
            Self::Expires => ("expires", Definition::Name("as:endTime")),
            Self::Lock => ("Lock", Definition::Name("https://join-lemmy.org/ns#Lock")),
            Self::VotersCount => ("votersCount", Definition::Name("toot:votersCount")),
            Self::Blurhash => ("blurhash", Definition::Name("toot:blurhash")),
            Self::FocalPoint => {
                ("focalPoint", Definition::List { id: "toot:focalPoint", container: "@list" })
            }
            Self::Webfinger => ("webfinger", Definition::Name(vocab::TERM_WEBFINGER)),
            Self::Implements => ("implements", id(vocab::TERM_IMPLEMENTS)),
            Self::InteractionPolicy => ("interactionPolicy", id("gts:interactionPolicy")),
            Self::CanQuote => ("canQuote", id("gts:canQuote")),
            Self::CanReply => ("canReply", id("gts:canReply")),
            Self::AutomaticApproval => ("automaticApproval", id("gts:automaticApproval")),
            Self::QuoteRequest => ("QuoteRequest", Definition::Name(vocab::TERM_QUOTE_REQUEST)),
            Self::QuoteAuthorization => {
                ("QuoteAuthorization", Definition::Name(vocab::TERM_QUOTE_AUTHORIZATION))
            }
            Self::InteractingObject => ("interactingObject", id("gts:interactingObject")),
            Self::InteractionTarget => ("interactionTarget", id("gts:interactionTarget")),
        }
    }

    fn is_mastodons(self) -> bool {
        matches!(
            self,
            Self::Discoverable
                | Self::Indexable
                | Self::Featured
                | Self::VotersCount
                | Self::Blurhash
                | Self::FocalPoint
        )
    }
}

impl Term {
    fn is_gotosocials(self) -> bool {
        matches!(
            self,
            Self::InteractionPolicy
                | Self::CanQuote
                | Self::CanReply
                | Self::AutomaticApproval
                | Self::InteractingObject
                | Self::InteractionTarget
        )
    }
}

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let ([url], []) = (self.urls.as_slice(), self.terms.as_slice()) {
            return serializer.serialize_str(url);
        }
        let length = self.urls.len() + usize::from(!self.terms.is_empty());
        let mut list = serializer.serialize_seq(Some(length))?;
        for url in &self.urls {
            list.serialize_element(url)?;
        }
        if !self.terms.is_empty() {
            list.serialize_element(&Terms(&self.terms))?;
        }
        list.end()
    }
}

/// The definitions at the end of a context.
struct Terms<'a>(&'a [Term]);

impl Serialize for Terms<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.0.iter().any(|term| term.is_mastodons()) {
            map.serialize_entry("toot", vocab::TOOT_NAMESPACE)?;
        }
        if self.0.iter().any(|term| term.is_gotosocials()) {
            map.serialize_entry("gts", vocab::GTS_NAMESPACE)?;
        }
        for term in self.0 {
            let (name, definition) = term.definition();
            map.serialize_entry(name, &definition)?;
        }
        map.end()
    }
}

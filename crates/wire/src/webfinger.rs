//! `WebFinger` (RFC 7033): from an address to an actor.

use serde::Serialize;

use crate::error::{Fault, ParseError};
use crate::read::{self, Document};
use crate::vocab;

/// The media type of a JRD (RFC 7033 § 10.2).
pub const MEDIA_TYPE: &str = "application/jrd+json";

/// The most links looked at in an answer; real ones have under ten.
pub const MAX_LINKS: usize = 50;

/// The answer to a query (RFC 7033 § 4.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jrd {
    /// Who this is about: `acct:name@host`, or a URL.
    pub subject: String,
    /// Other names of the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Where to go from here.
    pub links: Vec<Link>,
}

/// One link of a JRD (RFC 7033 § 4.4.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What the target is.
    pub rel: String,
    /// Its media type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    /// Where it is once `{uri}` is filled in (not in RFC 7033, but everywhere).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

impl Link {
    /// The actor behind an address.
    pub fn actor(href: impl Into<String>) -> Self {
        let media_type = Some(vocab::MEDIA_TYPE.to_owned());
        Self {
            rel: vocab::REL_SELF.to_owned(),
            media_type,
            href: Some(href.into()),
            template: None,
        }
    }

    /// The page of an actor.
    pub fn profile_page(href: impl Into<String>) -> Self {
        let (rel, media_type) = (vocab::REL_PROFILE_PAGE.to_owned(), Some("text/html".to_owned()));
        Self { rel, media_type, href: Some(href.into()), template: None }
    }

    /// Where to follow from: a URL with `{uri}` in it.
    pub fn subscribe(template: impl Into<String>) -> Self {
        let rel = vocab::REL_SUBSCRIBE.to_owned();
        Self { rel, media_type: None, href: None, template: Some(template.into()) }
    }
}

impl Jrd {
    /// Reads an answer; links without a `rel` are left out.
    ///
    /// # Errors
    ///
    /// As [`read::parse()`]; [`Fault::Missing`] without a subject.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let document = read::parse(bytes)?;
        let subject = document.text("subject");
        let subject = subject.ok_or_else(|| ParseError::at("subject", Fault::Missing))?.to_owned();
        let aliases = document.list("aliases").iter().filter_map(|alias| alias.as_text());
        let links = document.list("links").iter().take(MAX_LINKS);
        Ok(Self {
            subject,
            aliases: aliases.take(MAX_LINKS).map(str::to_owned).collect(),
            links: links.filter_map(|link| link.as_object().and_then(link_of)).collect(),
        })
    }

    /// The actor: the first `self` link of an ActivityPub media type.
    pub fn actor(&self) -> Option<&str> {
        let mut links = self.links.iter().filter(|link| link.rel == vocab::REL_SELF);
        let link = links.find(|link| link.media_type.as_deref().is_some_and(is_activitypub));
        link?.href.as_deref()
    }

    /// Where somebody is sent to follow from there: a URL with `{uri}` in it.
    pub fn subscribe_template(&self) -> Option<&str> {
        let link = self.links.iter().find(|link| link.rel == vocab::REL_SUBSCRIBE)?;
        link.template.as_deref().filter(|template| template.contains("{uri}"))
    }

    /// The document as it is served.
    pub fn to_json(&self) -> String {
        // Only strings: nothing that could fail to be JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Whether a media type is one of the two of `ActivityPub` § 3.2, however it is spaced or cased.
pub fn is_activitypub(media_type: &str) -> bool {
    let mut parts = media_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let is_profile = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or_default();
        name.trim().eq_ignore_ascii_case("profile")
            && value.trim().trim_matches('"').split(' ').any(|url| url == vocab::CONTEXT_AS)
    };
    essence.eq_ignore_ascii_case("application/activity+json")
        || (essence.eq_ignore_ascii_case("application/ld+json") && parts.any(is_profile))
}

fn link_of(link: &Document) -> Option<Link> {
    let text = |name: &str| link.text(name).map(str::to_owned);
    Some(Link {
        rel: text("rel")?,
        media_type: text("type"),
        href: text("href"),
        template: text("template"),
    })
}

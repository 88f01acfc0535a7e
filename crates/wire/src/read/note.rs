//! Posts of every type (AS2 Vocabulary § 3.3).

use super::document::{Document, Value};
use super::id::{Fragment, Network, canonical};
use super::lenient::{link_url, web_url};
use super::poll::Poll;
use super::{MAX_ATTACHMENTS, MAX_TAGS};
use crate::error::{Fault, ParseError};
use crate::kind::{Kind, ObjectKind};
use crate::time::Millis;
use crate::vocab::PUBLIC;

/// The longest name of a tag taken, in characters.
const MAX_TAG_CHARS: usize = 300;

/// How many entries of a policy are looked at.
const MAX_APPROVED: usize = 20;

/// The longest place taken, in characters.
const MAX_PLACE_CHARS: usize = 300;

/// Something said. HTML in it is as it came: not yet clean.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Its id.
    pub id: String,
    /// What it calls itself.
    pub kind: ObjectKind,
    /// Its author: exactly one, or the note is refused (S-033).
    pub attributed_to: String,
    /// The text as HTML; the first of `content_map` if there is no other.
    pub content: Option<String>,
    /// The text in its languages, in the order given: (language tag, HTML).
    pub content_map: Vec<(String, String)>,
    /// A title, as plain text.
    pub name: Option<String>,
    /// A warning on a `Note`, a summary on everything else; as HTML.
    pub summary: Option<String>,
    /// What the author typed.
    pub source: Option<Source>,
    /// What it answers.
    pub in_reply_to: Option<String>,
    /// Who it is for.
    pub to: Vec<String>,
    /// Who else it is for.
    pub cc: Vec<String>,
    /// The group it belongs to, as a hint (B15.19).
    pub audience: Vec<String>,
    /// When it was said, by their clock.
    pub published: Option<Millis>,
    /// When it was last changed, by their clock.
    pub updated: Option<Millis>,
    /// When an event begins.
    pub start_time: Option<Millis>,
    /// When an event ends.
    pub end_time: Option<Millis>,
    /// Where an event is: the name of the place, and its address, in words.
    pub place: Option<String>,
    /// The page where people read it.
    pub url: Option<String>,
    /// Whether its pictures are to be hidden at first.
    pub sensitive: bool,
    /// Mentions, hashtags, emoji.
    pub tags: Vec<Tag>,
    /// Pictures, sounds, films, files, links.
    pub attachments: Vec<Attachment>,
    /// The conversation (FEP-7888), or else `conversation`.
    pub context: Option<String>,
    /// The collection of replies.
    pub replies: Option<String>,
    /// What makes a `Question` a poll.
    pub poll: Option<Poll>,
    /// What it quotes (FEP-044f, or as Misskey and Fedibird say it).
    pub quote: Option<String>,
    /// Who may answer it.
    pub can_reply: Option<Approval>,
    /// Who may quote it.
    pub can_quote: Option<Approval>,
}

/// Who may do something with a post (`GoToSocial`, FEP-044f).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approval {
    /// Collections and actors that need not ask first.
    pub automatic: Vec<String>,
}

/// What an author typed before it became HTML (`ActivityPub` § 3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The text.
    pub content: String,
    /// Its kind, such as `text/markdown`.
    pub media_type: Option<String>,
}

/// What a post names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag {
    /// An actor.
    Mention {
        /// The actor's id.
        href: String,
        /// As written, mostly `@name@host`.
        name: String,
    },
    /// A topic.
    Hashtag {
        /// A page about it.
        href: Option<String>,
        /// As written, mostly with `#`.
        name: String,
    },
    /// A picture that stands for `:name:`.
    Emoji {
        /// With its colons.
        name: String,
        /// Where the picture is.
        icon: Option<String>,
    },
    /// Anything else, by its type.
    Other(String),
}

/// Something that goes with a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its type: `Document`, `Image`, `Link`…
    pub kind: String,
    /// Where it is.
    pub url: String,
    /// Its media type, as claimed.
    pub media_type: Option<String>,
    /// What it shows, in words.
    pub name: Option<String>,
    /// Width in pixels, as claimed.
    pub width: Option<u64>,
    /// Height in pixels, as claimed.
    pub height: Option<u64>,
}

impl Note {
    /// Reads a post.
    ///
    /// # Errors
    ///
    /// [`Fault::Missing`], [`Fault::Ambiguous`], [`Fault::Not`] or [`Fault::Id`] at `id`, `type` or
    /// `attributedTo`; [`Fault::Not`] where a number stands for an id; [`Fault::TooMany`] at a list
    /// of people or of a poll's options. Properties that are merely odd are left out.
    pub fn read(document: &Document, network: Network) -> Result<Self, ParseError> {
        let content_map = document.languages("contentMap");
        let kind = object_kind(document)?;
        let poll = match kind {
            ObjectKind::Question => Poll::read(document)?,
            _ => None,
        };
        let first = || content_map.first().map(|(_, html)| html.clone());
        Ok(Self {
            id: document.id(network)?.ok_or_else(|| ParseError::at("id", Fault::Missing))?,
            kind,
            attributed_to: author(document, network)?,
            content: document.text("content").map(str::to_owned).or_else(first),
            name: document.text_or_first("name", "nameMap"),
            summary: document
                .text_or_first("summary", "summaryMap")
                .filter(|text| !text.is_empty()),
            source: source(document),
            in_reply_to: document.hint_id("inReplyTo", network, Fragment::Kept)?,
            to: document.addressees("to", network)?,
            cc: document.addressees("cc", network)?,
            audience: document.addressees("audience", network)?,
            published: document.moment("published"),
            updated: document.moment("updated"),
            start_time: document.moment("startTime"),
            end_time: document.moment("endTime"),
            place: place(document),
            url: document.page_url("url"),
            sensitive: document.flag("sensitive").unwrap_or(false),
            tags: document
                .list("tag")
                .iter()
                .take(MAX_TAGS)
                .filter_map(|t| tag(t, network))
                .collect(),
            attachments: attachments(document),
            context: context(document, network),
            replies: document.one_id("replies", network, Fragment::Refused).ok().flatten(),
            quote: ["quote", "quoteUrl", "quoteUri", "_misskey_quote"]
                .into_iter()
                .find_map(|name| document.one_id(name, network, Fragment::Kept).ok().flatten()),
            can_reply: approval(document, "canReply", network),
            can_quote: approval(document, "canQuote", network),
            poll,
            content_map,
        })
    }
}

/// The author. A film of `PeerTube` names its channel as well; it is by the one person (S-033).
fn author(document: &Document, network: Network) -> Result<String, ParseError> {
    const NAME: &str = "attributedTo";
    let entries = document.list(NAME);
    if entries.len() < 2 || document.kind()? != Kind::Object(ObjectKind::Video) {
        return document.need_id(NAME, network, Fragment::Refused);
    }
    let people = entries.iter().filter_map(Value::as_object);
    let mut people = people.filter(|entry| entry.text("type") == Some("Person"));
    match (people.next(), people.next()) {
        (Some(person), None) => person.need_id("id", network, Fragment::Refused),
        _ => Err(ParseError::at(NAME, Fault::Ambiguous)),
    }
}

fn object_kind(document: &Document) -> Result<ObjectKind, ParseError> {
    match document.kind()? {
        Kind::Object(kind) => Ok(kind),
        Kind::Other(word) => Ok(ObjectKind::Other(word)),
        Kind::Activity(_) | Kind::Actor(_) => {
            Err(ParseError::at("type", Fault::Not("a type of object")))
        }
    }
}

/// Both spellings: `automaticApproval` of FEP-044f, and `always` of older `GoToSocial`.
fn approval(document: &Document, act: &str, network: Network) -> Option<Approval> {
    let policy = document.get("interactionPolicy")?.as_object()?.get(act)?.as_object()?;
    let name =
        if policy.field("automaticApproval").is_some() { "automaticApproval" } else { "always" };
    let entries = policy.list(name).iter().take(MAX_APPROVED).filter_map(Value::as_text);
    let id = |text: &str| {
        if matches!(text, PUBLIC | "as:Public" | "Public") {
            return Some(PUBLIC.to_owned());
        }
        canonical(text, network, Fragment::Refused).ok()
    };
    Some(Approval { automatic: entries.filter_map(id).collect() })
}

/// A `Place` in words: Mobilizon gives it a postal address, others a name alone.
fn place(document: &Document) -> Option<String> {
    let place = document.list("location").first()?;
    if let Some(text) = place.as_text() {
        return Some(text.chars().take(MAX_PLACE_CHARS).collect())
            .filter(|t: &String| !t.is_empty());
    }
    let place = place.as_object()?;
    let mut parts: Vec<&str> = place.text("name").into_iter().collect();
    match place.get("address") {
        Some(Value::Text(address)) => parts.push(address),
        Some(Value::Object(address)) => {
            let names = ["streetAddress", "addressLocality", "postalCode"];
            parts.extend(names.iter().filter_map(|name| address.text(name)));
        }
        _ => {}
    }
    parts.retain(|part| !part.trim().is_empty());
    parts.dedup();
    Some(parts.join(", ").chars().take(MAX_PLACE_CHARS).collect())
        .filter(|t: &String| !t.is_empty())
}

fn source(document: &Document) -> Option<Source> {
    let source = document.get("source")?.as_object()?;
    let media_type = source.text("mediaType").map(str::to_owned);
    Some(Source { content: source.text("content")?.to_owned(), media_type })
}

/// Conversations are often named by `tag:` URIs, which name but lead nowhere; those are no ids here.
fn context(document: &Document, network: Network) -> Option<String> {
    ["context", "conversation"]
        .into_iter()
        .find_map(|name| document.one_id(name, network, Fragment::Refused).ok().flatten())
}

fn tag(value: &Value, network: Network) -> Option<Tag> {
    let tag = value.as_object()?;
    let kind = tag.text("type")?;
    let name = || Some(tag.text("name")?.chars().take(MAX_TAG_CHARS).collect::<String>());
    Some(match kind {
        "Mention" => Tag::Mention {
            href: canonical(tag.text("href")?, network, Fragment::Refused).ok()?,
            name: name().unwrap_or_default(),
        },
        "Hashtag" => Tag::Hashtag { href: tag.text("href").and_then(web_url), name: name()? },
        "Emoji" | "toot:Emoji" => {
            Tag::Emoji { name: name()?, icon: tag.list("icon").iter().find_map(link_url) }
        }
        other => Tag::Other(other.chars().take(MAX_TAG_CHARS).collect()),
    })
}

fn attachments(document: &Document) -> Vec<Attachment> {
    let entries = document.list("attachment").iter().take(MAX_ATTACHMENTS);
    entries.filter_map(|entry| attachment(entry.as_object()?)).collect()
}

fn attachment(document: &Document) -> Option<Attachment> {
    let first = document.list("url").first();
    let link = first.and_then(Value::as_object);
    let text = |name: &str| document.text(name).or_else(|| link?.text(name)).map(str::to_owned);
    let count = |name: &str| document.count(name).or_else(|| link?.count(name));
    let href = document.text("href").and_then(web_url);
    Some(Attachment {
        kind: document.text("type").unwrap_or("Document").chars().take(MAX_TAG_CHARS).collect(),
        url: first.and_then(link_url).or(href)?,
        media_type: text("mediaType"),
        name: document.text_or_first("name", "nameMap"),
        width: count("width"),
        height: count("height"),
    })
}

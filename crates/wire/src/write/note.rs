//! Posts as we publish them (AS2 Vocabulary § 3.3 and the extensions named at each property).

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::context::{Context, Term};
use super::frame;
use super::policy::InteractionPolicy;
use super::poll::Poll;
use crate::kind::ObjectKind;
use crate::time::{self, Millis};

/// A post.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// AS2: the permanent id.
    pub id: String,
    /// AS2: one plain word, because Lemmy, `PieFed` and Pixelfed take no list.
    #[serde(rename = "type")]
    pub kind: ObjectKind,
    /// AS2: the author, as one id.
    pub attributed_to: String,
    /// AS2: what it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    /// FEP-7888: the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// FEP-1b12: the group it is posted to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// AS2; [`crate::PUBLIC`] here means public, and shown in lists.
    pub to: Vec<String>,
    /// AS2; [`crate::PUBLIC`] here means public, and in no list.
    pub cc: Vec<String>,
    /// AS2: a title, plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// AS2: on a `Note` the warning, as Mastodon reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// AS2: the text as clean HTML; all languages, one after the other.
    pub content: String,
    /// AS2: the text by language, original first: Mastodon takes the first name for the language.
    #[serde(skip_serializing_if = "LanguageMap::is_empty")]
    pub content_map: LanguageMap,
    /// `ActivityPub` § 3.3: what was typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Mastodon: whether to hide pictures at first.
    pub sensitive: bool,
    /// AS2: when it became public, not when it was drafted (Mastodon files older posts silently).
    #[serde(serialize_with = "time::serialize", skip_serializing_if = "Option::is_none")]
    pub published: Option<Millis>,
    /// AS2: when it was last changed.
    #[serde(serialize_with = "time::serialize", skip_serializing_if = "Option::is_none")]
    pub updated: Option<Millis>,
    /// AS2: the page.
    pub url: String,
    /// AS2: who and what it names.
    pub tag: Vec<Tag>,
    /// AS2: pictures and files.
    pub attachment: Vec<Attachment>,
    /// `GoToSocial` and FEP-044f: who may answer and quote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interaction_policy: Option<InteractionPolicy>,
    /// AS2: the collection of replies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replies: Option<String>,
    /// AS2: what makes it a `Question`.
    #[serde(flatten)]
    pub poll: Option<Poll>,
}

/// `ActivityPub` § 3.3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// The text as typed.
    pub content: String,
    /// Always `text/markdown`.
    media_type: &'static str,
}

impl Source {
    /// A text typed as Markdown.
    pub fn markdown(content: impl Into<String>) -> Self {
        Self { content: content.into(), media_type: "text/markdown" }
    }
}

/// AS2 § 4.7: a text in several languages, in an order that matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LanguageMap(Vec<(String, String)>);

impl LanguageMap {
    /// Pairs of language tag and text; the first of two with the same tag stays.
    pub fn new(texts: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut map: Vec<(String, String)> = Vec::new();
        for (tag, text) in texts {
            if !map.iter().any(|(other, _)| *other == tag) {
                map.push((tag, text));
            }
        }
        Self(map)
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for LanguageMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (tag, text) in &self.0 {
            map.serialize_entry(tag, text)?;
        }
        map.end()
    }
}

/// AS2 Vocabulary § 3.3 (`Mention`), and Mastodon's `Hashtag`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type")]
pub enum Tag {
    /// Somebody named; notifies only if the actor is in `to` or `cc` as well.
    Mention {
        /// The actor's id.
        href: String,
        /// `@name@host`.
        name: String,
    },
    /// A topic.
    Hashtag {
        /// Our page about it.
        href: String,
        /// With `#`.
        name: String,
    },
}

/// A picture or file, as everybody sends them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// AS2: `Image` or `Document`.
    #[serde(rename = "type")]
    pub kind: ObjectKind,
    /// AS2.
    pub media_type: String,
    /// AS2: where it is.
    pub url: String,
    /// AS2: what it shows, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// AS2: pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// AS2: pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Mastodon: the few colours that stand for it until it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blurhash: Option<String>,
    /// Mastodon: the part that has to be seen, from -1 to 1, to the right and up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focal_point: Option<(f32, f32)>,
}

impl Note {
    /// The context this document needs.
    pub fn context(&self) -> Context {
        self.add_terms(Context::plain())
    }

    pub(super) fn add_terms(&self, context: Context) -> Context {
        let has_hashtag = self.tag.iter().any(|tag| matches!(tag, Tag::Hashtag { .. }));
        let has_voters = self.poll.as_ref().is_some_and(|poll| poll.voters_count.is_some());
        let context = context
            .term(Term::Sensitive, true.into())
            .term(Term::Hashtag, has_hashtag.into())
            .term(Term::VotersCount, has_voters.into())
            .term(Term::Blurhash, self.attachment.iter().any(|it| it.blurhash.is_some()).into())
            .term(
                Term::FocalPoint,
                self.attachment.iter().any(|it| it.focal_point.is_some()).into(),
            );
        match self.interaction_policy {
            Some(_) => InteractionPolicy::add_terms(context),
            None => context,
        }
    }

    /// The document as it is served.
    pub fn to_json(&self) -> String {
        frame(&self.context(), self)
    }
}

//! The many legal spellings of one thing.

use url::Url;

use super::document::{Document, Value};
use super::id::{Fragment, MAX_ID_BYTES, Network, canonical};
use super::{MAX_ADDRESSEES, MAX_LANGUAGES};
use crate::error::{Fault, ParseError};
use crate::kind::Kind;
use crate::time::{self, Millis};
use crate::vocab::{PUBLIC, PUBLIC_SHORT};

/// The longest type name taken, in bytes.
const MAX_TYPE_BYTES: usize = 200;

/// The longest language tag taken, in bytes (RFC 5646 § 4.4.1 asks for 35).
const MAX_LANGUAGE_BYTES: usize = 35;

impl Document {
    /// A string property, if it is one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_text)
    }

    /// A boolean property, if it is one.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(Value::Bool(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// A number of things, if it is one.
    pub fn count(&self, name: &str) -> Option<u64> {
        match self.get(name) {
            Some(Value::Number(number)) => number.as_u64(),
            _ => None,
        }
    }

    /// A moment, if it is one.
    pub fn moment(&self, name: &str) -> Option<Millis> {
        self.text(name).and_then(time::parse)
    }

    /// The entries of a property: none, one, or the list.
    pub fn list(&self, name: &str) -> &[Value] {
        self.get(name).map_or(&[], Value::entries)
    }

    /// The type (AS2 § 2.4): one name, or a list in which exactly one name is known to us.
    ///
    /// # Errors
    ///
    /// [`Fault::Missing`]; [`Fault::Not`] if it is no name; [`Fault::Ambiguous`] if several names
    /// are known, or none of several (S-061).
    pub fn kind(&self) -> Result<Kind, ParseError> {
        let at = |fault| ParseError::at("type", fault);
        let entries = self.list("type");
        let mut found = None;
        for entry in entries {
            let word = entry.as_text().filter(|word| (1..=MAX_TYPE_BYTES).contains(&word.len()));
            let kind = Kind::of(word.ok_or_else(|| at(Fault::Not("a type name")))?);
            let is_known = !matches!(kind, Kind::Other(_));
            match &found {
                None => found = Some(kind),
                Some(Kind::Other(_)) if is_known => found = Some(kind),
                Some(Kind::Other(_)) => {}
                Some(_) if is_known => return Err(at(Fault::Ambiguous)),
                Some(_) => {}
            }
        }
        match found {
            None => Err(at(Fault::Missing)),
            Some(Kind::Other(_)) if entries.len() > 1 => Err(at(Fault::Ambiguous)),
            Some(kind) => Ok(kind),
        }
    }

    /// The `id` of an object or actor, if it has one.
    ///
    /// # Errors
    ///
    /// [`Fault::Not`] for anything but a string, [`Fault::Id`] as [`super::canonical_id`].
    pub fn id(&self, network: Network) -> Result<Option<String>, ParseError> {
        self.own_id(network, Fragment::Refused)
    }

    /// The `id` of an activity, if it has one; it may have a fragment.
    ///
    /// # Errors
    ///
    /// As [`Document::id`].
    pub fn activity_id(&self, network: Network) -> Result<Option<String>, ParseError> {
        self.own_id(network, Fragment::Kept)
    }

    fn own_id(&self, network: Network, fragment: Fragment) -> Result<Option<String>, ParseError> {
        let at = |fault| ParseError::at("id", fault);
        match self.field("id") {
            None => Ok(None),
            Some(Value::Text(text)) => canonical(text, network, fragment).map(Some).map_err(at),
            Some(_) => Err(at(Fault::Not("a string"))),
        }
    }

    /// The one id a property holds: a string, an object with an `id`, or a list of one of those.
    /// Nothing, `null` and an empty list are `None`.
    pub(super) fn one_id(
        &self,
        name: &'static str,
        network: Network,
        fragment: Fragment,
    ) -> Result<Option<String>, ParseError> {
        let at = |fault| ParseError::at(name, fault);
        let text = match self.list(name) {
            [] => return Ok(None),
            [entry] => id_text(entry).map_err(at)?,
            _ => return Err(at(Fault::Ambiguous)),
        };
        canonical(text, network, fragment).map(Some).map_err(at)
    }

    /// As [`Document::one_id`], for a property that must be there.
    pub(super) fn need_id(
        &self,
        name: &'static str,
        network: Network,
        fragment: Fragment,
    ) -> Result<String, ParseError> {
        self.one_id(name, network, fragment)?.ok_or_else(|| ParseError::at(name, Fault::Missing))
    }

    /// As [`Document::one_id`], for a property we can do without: what leads to no id we take is
    /// `None`, but a number is still a lie.
    pub(super) fn hint_id(
        &self,
        name: &'static str,
        network: Network,
        fragment: Fragment,
    ) -> Result<Option<String>, ParseError> {
        match self.one_id(name, network, fragment) {
            Err(error) if matches!(error.fault(), Fault::Not(_)) => Err(error),
            other => Ok(other.ok().flatten()),
        }
    }

    /// Who is addressed: ids with [`PUBLIC`] in its one spelling, each once, in order. What leads to
    /// no id we take is left out, because nobody can be reached by it; a number is still a lie.
    pub(super) fn addressees(
        &self,
        name: &'static str,
        network: Network,
    ) -> Result<Vec<String>, ParseError> {
        let at = |fault| ParseError::at(name, fault);
        let entries = self.list(name);
        if entries.len() > MAX_ADDRESSEES {
            return Err(at(Fault::TooMany));
        }
        let mut found: Vec<String> = Vec::with_capacity(entries.len());
        for entry in entries.iter().filter(|entry| **entry != Value::Null) {
            let text = match id_text(entry) {
                Err(Fault::Missing) => continue,
                other => other.map_err(at)?,
            };
            let id = if text == PUBLIC || PUBLIC_SHORT.contains(&text) {
                Some(PUBLIC.to_owned())
            } else {
                canonical(text, network, Fragment::Refused).ok()
            };
            found.extend(id.filter(|id| !found.contains(id)));
        }
        Ok(found)
    }

    /// Where people read it: a string, a `Link`, or a list of those in which a page wins (B15.11).
    pub(super) fn page_url(&self, name: &str) -> Option<String> {
        let links = self.list(name);
        let media_type = |value: &Value| value.as_object()?.text("mediaType").map(str::to_owned);
        let page = links.iter().find(|link| media_type(link).as_deref() == Some("text/html"));
        page.into_iter().chain(links).find_map(link_url)
    }

    /// A text in its languages (AS2 § 4.7.1), in the order given; odd tags are left out.
    pub(super) fn languages(&self, name: &str) -> Vec<(String, String)> {
        let Some(map) = self.get(name).and_then(Value::as_object) else { return Vec::new() };
        let texts = map.properties().filter(|(tag, _)| is_language_tag(tag));
        texts
            .filter_map(|(tag, text)| Some((tag.to_owned(), text.as_text()?.to_owned())))
            .take(MAX_LANGUAGES)
            .collect()
    }

    /// A text, or else the first of its languages.
    pub(super) fn text_or_first(&self, name: &str, map: &str) -> Option<String> {
        self.text(name)
            .map(str::to_owned)
            .or_else(|| self.languages(map).into_iter().next().map(|(_, text)| text))
    }
}

/// The id that a string is or an object has.
fn id_text(value: &Value) -> Result<&str, Fault> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Object(document) => match document.field("id") {
            Some(Value::Text(text)) => Ok(text),
            Some(_) => Err(Fault::Not("a string")),
            None => Err(Fault::Missing),
        },
        _ => Err(Fault::Not("an id")),
    }
}

/// The web address that a string is or a `Link` has.
pub(super) fn link_url(value: &Value) -> Option<String> {
    let text = match value {
        Value::Text(text) => text,
        Value::Object(link) => link.text("href").or_else(|| link.text("url"))?,
        _ => return None,
    };
    web_url(text)
}

/// The canonical form of an address that a browser or a media fetch may be sent to.
pub(super) fn web_url(text: &str) -> Option<String> {
    let is_clean = text.len() <= MAX_ID_BYTES && !text.chars().any(|c| c.is_control() || c == '\\');
    let url = is_clean.then(|| Url::parse(text).ok()).flatten()?;
    let is_web = matches!(url.scheme(), "https" | "http")
        && url.username().is_empty()
        && url.password().is_none()
        && url.as_str().len() <= MAX_ID_BYTES;
    is_web.then(|| url.into())
}

fn is_language_tag(tag: &str) -> bool {
    (1..=MAX_LANGUAGE_BYTES).contains(&tag.len())
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

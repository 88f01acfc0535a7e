//! JSON to [`Document`] in one pass, refusing on the way what could be read in two ways.
//!
//! Two servers that understand one document differently are how forgeries pass (S-028, S-029): the
//! one that checks the signature's actor sees `eve`, the one that stores sees `vic`. So a name may
//! stand once in an object, and its JSON-LD aliases not at all beside it.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::document::{Document, Value};
use crate::error::{Fault, ParseError};
use crate::vocab::AS_NAMESPACE;

/// The longest document in bytes: what Mastodon and the threadiverse take.
pub const MAX_BYTES: usize = 1024 * 1024;

/// The deepest nesting; real documents stay under ten.
pub const MAX_DEPTH: usize = 64;

/// The most values in one document, so that a megabyte of `[[],[],…` cannot become thirty.
pub const MAX_VALUES: usize = 100_000;

/// Objects up to this many names are checked pair by pair, which is faster than sorting.
const PAIRWISE_MAX: usize = 24;

/// Parses a document.
///
/// # Errors
///
/// [`Fault::TooLarge`], [`Fault::TooDeep`] or [`Fault::TooMany`] for what goes beyond
/// [`MAX_BYTES`], [`MAX_DEPTH`] or [`MAX_VALUES`]; [`Fault::Encoding`] for a byte order mark or bytes
/// that are not UTF-8; [`Fault::Syntax`] for what is not JSON (lone surrogates included);
/// [`Fault::NotAnObject`]; [`Fault::Nul`]; [`Fault::Duplicate`] for a name given twice at any depth;
/// [`Fault::Ambiguous`] for `@id`, `@type`, `as:x` or `https://www.w3.org/ns/activitystreams#x`
/// beside the plain name (outside `@context`, where they are definitions).
pub fn parse(bytes: &[u8]) -> Result<Document, ParseError> {
    if bytes.len() > MAX_BYTES {
        return Err(ParseError::whole(Fault::TooLarge));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if !text.starts_with('\u{feff}') => text,
        _ => return Err(ParseError::whole(Fault::Encoding)),
    };
    let state = State { values: Cell::new(0), error: RefCell::new(None) };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let outermost = Seed { state: &state, depth: 0, is_context: false };
    let value = outermost
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    match value {
        Ok(Value::Object(document)) => Ok(document),
        Ok(_) => Err(ParseError::whole(Fault::NotAnObject)),
        Err(error) => Err(state.error.into_inner().unwrap_or_else(|| {
            ParseError::whole(Fault::Syntax { line: error.line(), column: error.column() })
        })),
    }
}

/// What one parse counts and remembers: serde's errors carry text only, so ours waits here.
struct State {
    values: Cell<usize>,
    error: RefCell<Option<ParseError>>,
}

impl State {
    fn fail<E: de::Error>(&self, error: ParseError) -> E {
        *self.error.borrow_mut() = Some(error);
        E::custom("refused")
    }

    /// Adds a step to the path of an error on its way out.
    fn leave(&self, step: &str) {
        let mut error = self.error.borrow_mut();
        *error = error.take().map(|error| error.within(step));
    }

    fn count<E: de::Error>(&self) -> Result<(), E> {
        let values = self.values.get() + 1;
        self.values.set(values);
        if values > MAX_VALUES {
            return Err(self.fail(ParseError::whole(Fault::TooMany)));
        }
        Ok(())
    }

    fn check_text<E: de::Error>(&self, text: &str) -> Result<(), E> {
        if text.as_bytes().contains(&0) {
            return Err(self.fail(ParseError::whole(Fault::Nul)));
        }
        Ok(())
    }
}

/// Reads one value at one depth.
#[derive(Clone, Copy)]
struct Seed<'a> {
    state: &'a State,
    depth: usize,
    is_context: bool,
}

impl Seed<'_> {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > MAX_DEPTH {
            return Err(self.state.fail(ParseError::whole(Fault::TooDeep)));
        }
        Ok(Self { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.state.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        Ok(serde_json::Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Value, E> {
        // Borrowed means without escapes, and JSON has no bare NUL.
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        self.state.check_text(text)?;
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(value) = access.next_element_seed(inner)? {
            list.push(value);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut properties: Vec<(String, Value)> = Vec::with_capacity(8);
        while let Some(name) = access.next_key::<String>()? {
            self.state.check_text(&name)?;
            let is_context = self.is_context || name == "@context";
            match access.next_value_seed(Self { is_context, ..inner }) {
                Ok(value) => properties.push((name, value)),
                Err(error) => {
                    self.state.leave(&name);
                    return Err(error);
                }
            }
        }
        check_names(&properties, self.is_context).map_err(|error| self.state.fail(error))?;
        Ok(Value::Object(Document::new(properties)))
    }
}

fn check_names(properties: &[(String, Value)], is_context: bool) -> Result<(), ParseError> {
    if let Some(name) = duplicate(properties.iter().map(|(name, _)| name.as_str())) {
        return Err(ParseError::whole(Fault::Duplicate).within(name));
    }
    if is_context || !properties.iter().any(|(name, _)| aliased(name).is_some()) {
        return Ok(());
    }
    // Two aliases of one name are as bad as an alias beside it.
    let plain = properties.iter().map(|(name, _)| aliased(name).unwrap_or(name));
    match duplicate(plain) {
        Some(plain) => {
            let alias = properties.iter().find(|(name, _)| aliased(name) == Some(plain));
            let name = alias.map_or(plain, |(name, _)| name);
            Err(ParseError::whole(Fault::Ambiguous).within(name))
        }
        None => Ok(()),
    }
}

/// A name that comes twice. Many are sorted: to compare each with each would take the square of
/// what a stranger sends before we know who it is (S-100).
fn duplicate<'a>(names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut names: Vec<&str> = names.collect();
    if names.len() <= PAIRWISE_MAX {
        let mut rest = names.as_slice();
        while let Some((name, later)) = rest.split_first() {
            if later.contains(name) {
                return Some(name);
            }
            rest = later;
        }
        return None;
    }
    names.sort_unstable();
    names.windows(2).find_map(|pair| match pair {
        [one, two] if one == two => Some(*one),
        _ => None,
    })
}

/// The plain name that JSON-LD would make of this one, if it is an alias.
fn aliased(name: &str) -> Option<&str> {
    match name.as_bytes().first()? {
        b'@' => matches!(name, "@id" | "@type").then(|| name.trim_start_matches('@')),
        b'a' => name.strip_prefix("as:"),
        b'h' => name.strip_prefix(AS_NAMESPACE),
        _ => None,
    }
}

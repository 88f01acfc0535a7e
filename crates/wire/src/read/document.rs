//! JSON values as we keep them: in the order they came, each name once.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// Any JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`; most readers take it for a missing property.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number; never an id.
    Number(serde_json::Number),
    /// A string without NUL.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Object(Document),
}

/// A JSON object: properties in the order they came, no name twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document(Vec<(String, Value)>);

impl Value {
    /// The string, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Document> {
        match self {
            Self::Object(document) => Some(document),
            _ => None,
        }
    }

    /// The entries of a list, or the value itself as the only entry: AS2 § 2 lets a single value
    /// stand for a list of one. `null` is a list of none.
    pub fn entries(&self) -> &[Value] {
        match self {
            Self::Null => &[],
            Self::List(list) => list,
            single => std::slice::from_ref(single),
        }
    }
}

impl Document {
    /// Made by the parser, which has seen that no name comes twice.
    pub(super) fn new(properties: Vec<(String, Value)>) -> Self {
        Self(properties)
    }

    /// A property as it was given, `null` included.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// A property that is there and not `null`.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.get(name).filter(|value| **value != Value::Null)
    }

    /// All properties in the order they came.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The document as compact JSON, properties in the order they came.
    pub fn to_json(&self) -> String {
        // Names are strings and numbers came out of JSON, so there is nothing that could fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => list.serialize(serializer),
            Self::Object(document) => document.serialize(serializer),
        }
    }
}

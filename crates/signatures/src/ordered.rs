//! A JSON object whose members stay in their order and as they were written.
//!
//! Who reads JSON need not mind the order of names, and some do: Mastodon takes the first language of
//! `contentMap` for that of the post.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The members of an object, each with its value as it was written.
pub(crate) struct Ordered<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Ordered<'a> {
    /// The members of `document`; `None` if it is no object.
    pub(crate) fn read(document: &'a str) -> Option<Self> {
        serde_json::from_str(document).ok()
    }

    /// The object with `first` in front, in the place of a member of that name, and `last` at the end.
    pub(crate) fn between(&self, first: (&str, &str), last: (&str, &str)) -> String {
        let kept = self.0.iter().filter(|(name, _)| name != first.0);
        let kept = kept.map(|(name, value)| (name.as_str(), value.get()));
        let members = std::iter::once(first).chain(kept).chain([last]);
        let member = |(name, value)| format!("{}:{value}", Value::from(name));
        format!("{{{}}}", members.map(member).collect::<Vec<_>>().join(","))
    }
}

impl<'de> Deserialize<'de> for Ordered<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Ordered<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Ordered(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

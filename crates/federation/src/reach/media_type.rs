//! Media types, read as RFC 9110 has them (T9, S-024, S-063, S-068).

/// What an ActivityStreams document is sent as.
pub const ACTIVITY_JSON: &str = "application/activity+json";

/// What every answer of ours with an ActivityStreams document is sent as.
pub const ACTIVITY_JSON_UTF8: &str = "application/activity+json; charset=utf-8";

/// What we ask for.
pub const ACTIVITY_ACCEPT: &str = "application/activity+json, \
    application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/// The profile that makes JSON-LD ActivityStreams.
const PROFILE: &str = "https://www.w3.org/ns/activitystreams";

/// The most parameters of one media type.
const PARAMETERS_MAX: usize = 8;

/// A media type: its name in small letters, and its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaType {
    name: String,
    parameters: Vec<(String, String)>,
}

impl MediaType {
    /// Reads a `Content-Type`, or `None` if it is malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        let end = rest.find(';').unwrap_or(rest.len());
        let name = rest.get(..end)?.trim().to_ascii_lowercase();
        let (kind, subtype) = name.split_once('/')?;
        if !is_token(kind) || !is_token(subtype) {
            return None;
        }
        rest = rest.get(end..)?;
        let mut parameters = Vec::new();
        while let Some(after) = rest.strip_prefix(';') {
            let after = after.trim_start();
            if after.is_empty() || after.starts_with(';') {
                rest = after;
                continue;
            }
            let (parameter, value, left) = parameter(after)?;
            if parameters.len() == PARAMETERS_MAX
                || parameters.iter().any(|(name, _)| *name == parameter)
            {
                return None;
            }
            parameters.push((parameter, value));
            rest = left.trim_start();
        }
        rest.is_empty().then_some(Self { name, parameters })
    }

    /// The name, without parameters.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this is an ActivityStreams document, in UTF-8.
    pub fn is_activity(&self) -> bool {
        let profile_good = || {
            self.parameter("profile")
                .is_some_and(|profiles| profiles.split_ascii_whitespace().any(|p| p == PROFILE))
        };
        let good = match self.name.as_str() {
            ACTIVITY_JSON => true,
            "application/ld+json" => profile_good(),
            _ => false,
        };
        good && self.parameter("charset").is_none_or(|c| c.eq_ignore_ascii_case("utf-8"))
    }

    /// Whether this is a WebFinger answer. Many servers say plain JSON.
    pub fn is_jrd(&self) -> bool {
        matches!(self.name.as_str(), "application/jrd+json" | "application/json")
    }

    /// Whether this is a host-meta document as XML. Many servers say plain XML.
    pub fn is_xrd(&self) -> bool {
        matches!(self.name.as_str(), "application/xrd+xml" | "application/xml" | "text/xml")
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// `name=value` or `name="value"`, and what follows.
fn parameter(text: &str) -> Option<(String, String, &str)> {
    let (name, rest) = text.split_once('=')?;
    if !is_token(name) {
        return None;
    }
    let name = name.to_ascii_lowercase();
    if let Some(quoted) = rest.strip_prefix('"') {
        let mut value = String::new();
        let mut characters = quoted.char_indices();
        while let Some((at, c)) = characters.next() {
            match c {
                '"' => return Some((name, value, quoted.get(at + 1..)?)),
                '\\' => value.push(characters.next()?.1),
                c => value.push(c),
            }
        }
        return None;
    }
    let end = rest.find(|c: char| c == ';' || c.is_ascii_whitespace()).unwrap_or(rest.len());
    let value = rest.get(..end)?;
    is_token(value).then(|| (name, value.to_owned(), rest.get(end..).unwrap_or_default()))
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_activity(text: &str) -> bool {
        MediaType::parse(text).is_some_and(|media| media.is_activity())
    }

    #[test]
    fn ten_legal_spellings_are_activitystreams() {
        for text in [
            "application/activity+json",
            "application/activity+json; charset=utf-8",
            "application/activity+json;charset=UTF-8",
            "Application/Activity+JSON",
            "  application/activity+json ; charset=\"utf-8\" ",
            "application/activity+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/ld+json;profile=\"https://www.w3.org/ns/activitystreams\";charset=utf-8",
            "application/ld+json; charset=utf-8; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/ld+json; PROFILE=\"https://x.example/ https://www.w3.org/ns/activitystreams\"",
        ] {
            assert!(is_activity(text), "{text}");
        }
    }

    #[test]
    fn ten_others_are_not() {
        for text in [
            "",
            "text/plain",
            "application/json",
            "text/html; charset=utf-8",
            "application/ld+json",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams-evil\"",
            "application/activity+json, text/html",
            "application/activity+jsonx",
            "application/activity+json; charset=utf-16",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams",
            "application/activity+json; charset=utf-8; charset=utf-8",
            "image/png; x=\"application/activity+json\"",
        ] {
            assert!(!is_activity(text), "{text}");
        }
    }

    #[test]
    fn webfinger_answers_are_told_by_their_type() {
        for (text, good) in [
            ("application/jrd+json; charset=utf-8", true),
            ("application/json", true),
            ("text/html", false),
            ("application/activity+json", false),
        ] {
            assert_eq!(MediaType::parse(text).is_some_and(|m| m.is_jrd()), good, "{text}");
        }
    }
}

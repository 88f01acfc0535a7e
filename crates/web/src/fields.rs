//! What a form or a query says.

use std::fs::File;
use std::sync::Arc;

/// The largest form: the longest post, each character at most twelve bytes of form, and the rest.
pub(crate) const FORM_MAX_BYTES: usize = 256 * 1024;

/// The most fields that are read; our largest form has nine.
const FIELDS_MAX: usize = 40;

/// Names and values, in the order sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    values: Vec<(String, String)>,
    file: SentFile,
}

/// A file that came with a form.
#[derive(Clone, Debug, Default)]
pub(crate) enum SentFile {
    /// None was chosen.
    #[default]
    None,
    /// It is here, from its beginning.
    Here(Arc<File>),
    /// It was larger than any that is taken.
    TooLarge,
    /// There was no place for it: too many others are sent.
    NoPlace,
}

impl Fields {
    /// Reads a form or a query. What is none is empty.
    pub(crate) fn read(encoded: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(encoded).take(FIELDS_MAX);
        let values = pairs.map(|(name, value)| (name.into_owned(), plain(&value))).collect();
        Self { values, file: SentFile::None }
    }

    /// Everything that was written in words, to be copied.
    pub(crate) fn words(&self) -> String {
        let is_words = |name: &str| {
            ["text", "title", "warning"].contains(&name) || name.starts_with("description_")
        };
        let values =
            self.values.iter().filter(|(name, value)| is_words(name) && !value.trim().is_empty());
        values.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join("\n\n")
    }

    /// Adds a field, if there are not too many already.
    ///
    /// # Errors
    ///
    /// What is over.
    pub(crate) fn add(&mut self, name: String, value: &str) -> Result<(), TooMany> {
        if self.values.len() >= FIELDS_MAX {
            return Err(TooMany);
        }
        self.values.push((name, plain(value)));
        Ok(())
    }

    /// Adds the file.
    pub(crate) fn put(&mut self, file: SentFile) {
        self.file = file;
    }

    /// The file that came along.
    pub(crate) fn file(&self) -> &SentFile {
        &self.file
    }

    /// The value of a field; empty if it was not sent. Of two with one name the first counts.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.values.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value.as_str())
    }

    /// The values of all fields with that name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The value without space around it, or nothing.
    pub(crate) fn some(&self, name: &str) -> Option<String> {
        let value = self.get(name).trim();
        (!value.is_empty()).then(|| value.to_owned())
    }
}

/// More fields than any form of ours has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TooMany;

/// Line ends as everywhere but in forms, and no NUL, which PostgreSQL cannot store.
fn plain(value: &str) -> String {
    value.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_two_counts_and_line_ends_are_plain() {
        let fields = Fields::read(b"a=1&a=2&text=x%0D%0Ay%00z&blank=+");
        assert_eq!((fields.get("a"), fields.get("text")), ("1", "x\nyz"));
        assert_eq!(fields.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(fields.some("blank"), None);
        assert_eq!(fields.get("none"), "");
    }

    #[test]
    fn a_flood_of_fields_is_cut() {
        let flood = "a=1&".repeat(10_000);
        assert_eq!(Fields::read(flood.as_bytes()).values.len(), FIELDS_MAX);
    }
}

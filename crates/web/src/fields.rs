//! What a form or a query says.

/// The largest form: the longest post, each character at most twelve bytes of form, and the rest.
pub(crate) const FORM_MAX_BYTES: usize = 256 * 1024;

/// The most fields that are read; our largest form has nine.
const FIELDS_MAX: usize = 40;

/// Names and values, in the order sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a form or a query. What is none is empty.
    pub(crate) fn read(encoded: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(encoded).take(FIELDS_MAX);
        Self(pairs.map(|(name, value)| (name.into_owned(), plain(&value))).collect())
    }

    /// The value of a field; empty if it was not sent. Of two with one name the first counts.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value.as_str())
    }

    /// The values of all fields with that name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The value without space around it, or nothing.
    pub(crate) fn some(&self, name: &str) -> Option<String> {
        let value = self.get(name).trim();
        (!value.is_empty()).then(|| value.to_owned())
    }
}

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
        assert_eq!(Fields::read(flood.as_bytes()).0.len(), FIELDS_MAX);
    }
}

//! Why a document was not understood.

use std::fmt;

/// The longest path shown, in bytes: it ends up in logs.
const PATH_MAX_BYTES: usize = 200;

/// The longest property name shown within a path, in characters.
const STEP_MAX_CHARS: usize = 60;

/// A document, or a part of it, that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ParseError {
    path: String,
    fault: Fault,
}

/// What is wrong, without where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Longer than [`crate::read::MAX_BYTES`].
    #[error("document is too large")]
    TooLarge,
    /// Nested deeper than [`crate::read::MAX_DEPTH`].
    #[error("document is nested too deeply")]
    TooDeep,
    /// More values, or more entries in one list, than we look at.
    #[error("too many entries")]
    TooMany,
    /// Not UTF-8, or with a byte order mark.
    #[error("document is not plain UTF-8")]
    Encoding,
    /// Not JSON.
    #[error("not valid JSON at line {line}, column {column}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// Counted from 1; 0 where the line has not begun.
        column: usize,
    },
    /// The outermost value is not an object.
    #[error("document is not an object")]
    NotAnObject,
    /// A NUL character in a string.
    #[error("string contains a NUL character")]
    Nul,
    /// The same name twice in one object.
    #[error("property is given twice")]
    Duplicate,
    /// Two spellings of one property, several types we know, or several ids where one is wanted.
    #[error("can be understood in more than one way")]
    Ambiguous,
    /// A property that must be there is not.
    #[error("property is missing")]
    Missing,
    /// A property of another shape than it may have.
    #[error("not {0}")]
    Not(&'static str),
    /// An id that we do not take.
    #[error("not an id we take: {0}")]
    Id(&'static str),
}

impl ParseError {
    /// A fault at one property.
    pub fn at(path: impl Into<String>, fault: Fault) -> Self {
        Self { path: path.into(), fault }
    }

    /// A fault of the document as a whole.
    pub fn whole(fault: Fault) -> Self {
        Self::at("", fault)
    }

    /// What is wrong.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Where, as property names joined by dots; empty for the whole document.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The same error, seen from one level further out.
    #[must_use]
    pub fn within(mut self, step: &str) -> Self {
        if self.path.len() >= PATH_MAX_BYTES {
            return self;
        }
        let mut path: String = step.chars().take(STEP_MAX_CHARS).collect();
        if !self.path.is_empty() {
            path.push('.');
            path.push_str(&self.path);
        }
        self.path = path;
        self
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "{}", self.fault)
        } else {
            write!(f, "{}: {}", self.path, self.fault)
        }
    }
}

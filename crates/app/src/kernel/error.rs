//! What can go wrong, in the domain's words. No HTTP, no English for people.

use carefolk_domain::{Denial, FieldError, Invalid, Span};
use carefolk_store::StoreError;
use thiserror::Error as ThisError;

use super::ports::PortError;

/// Why a command or query did not do what was asked.
#[derive(Debug, ThisError)]
pub enum Error {
    /// What was given is wrong; all fields at once.
    #[error("invalid {}", fields(.0))]
    Invalid(Vec<FieldError>),
    /// The caller may not.
    #[error("denied: {0}")]
    Denied(Denial),
    /// It is not there, or the caller may not know that it is.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// Something else is in the way.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// Too often; try again after this long.
    #[error("too many attempts")]
    Throttled {
        /// How long to wait.
        retry_after: Span,
    },
    /// Everything is taken; try again soon.
    #[error("busy")]
    Busy,
    /// Somebody else's server failed.
    #[error("another server failed")]
    Upstream(#[source] PortError),
    /// The database failed.
    #[error("storage failed")]
    Store(#[source] StoreError),
    /// An invariant of ours broke.
    #[error("bug: {0}")]
    Bug(&'static str),
}

fn fields(errors: &[FieldError]) -> String {
    errors.iter().map(|e| format!("{} {}", e.field, e.invalid)).collect::<Vec<_>>().join(", ")
}

impl Error {
    /// One wrong field.
    pub fn field(field: &'static str, invalid: Invalid) -> Self {
        Self::Invalid(vec![FieldError { field, invalid }])
    }
}

/// An error with its causes, on one line, for the log.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        // Some libraries say the words of their source themselves.
        if !line.ends_with(&words) {
            line.push_str(": ");
            line.push_str(&words);
        }
        source = cause.source();
    }
    line
}

impl Error {
    /// Whether the database alone is to blame, as it is now: the same may be done in a moment.
    pub(crate) fn passes(&self) -> bool {
        matches!(self, Self::Busy | Self::Store(StoreError::Unavailable(_)))
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            StoreError::NotFound => Self::NotFound("row"),
            other => Self::Store(other),
        }
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        StoreError::from(error).into()
    }
}

impl From<Denial> for Error {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

impl From<PortError> for Error {
    fn from(error: PortError) -> Self {
        Self::Upstream(error)
    }
}

//! What a page function answers with.

use axum::response::{IntoResponse, Response};
use carefolk_app::Error;
use carefolk_httpkit::Problem;

/// A page, a way on, or what went wrong.
pub(crate) type Answer = Result<Response, Failure>;

/// What went wrong. The gate turns it into a page in the reader's language.
#[derive(Clone, Debug)]
pub(crate) struct Failure(pub Problem);

impl Failure {
    /// An invariant of ours broke.
    pub(crate) fn bug(what: &'static str) -> Self {
        Self::from(Error::Bug(what))
    }

    /// Nothing is here.
    pub(crate) fn not_found() -> Self {
        Self(Problem::not_found())
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(Problem::from(error))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.0.clone().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

//! What went wrong, as HTTP says it. The one place that turns an error into a status.

use axum::response::{IntoResponse, Response};
use carefolk_app::ports::PortError;
use carefolk_app::{Error, chain};
use carefolk_domain::{Denial, FieldError, Span};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::json;

/// How long somebody waits before trying again when nothing better is known.
pub const RETRY_SOON: Span = Span::seconds(5);

/// What went wrong: a status, a key for words, and what was wrong with which field.
///
/// As a response it is plain text without any detail; [`Problem::for_machine`] is JSON
/// (RFC 9457); a page is made by `web` from [`Problem::key`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    key: &'static str,
    retry_after: Option<Span>,
    fields: Vec<FieldError>,
    detail: Option<String>,
    reason: Option<&'static str>,
}

impl Problem {
    /// A problem with `status` that `key` has words for.
    pub fn new(status: StatusCode, key: &'static str) -> Self {
        Self { status, key, retry_after: None, fields: Vec::new(), detail: None, reason: None }
    }

    /// Nothing is here, or nothing the caller may know of.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "problem-not-found").because("nothing is there")
    }

    /// Too often; try again after `wait`.
    pub fn throttled(wait: Span) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "problem-throttled");
        problem.retry_after(wait).because("too often")
    }

    /// Not now; try again after `wait`.
    pub fn unavailable(wait: Span) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "problem-busy");
        problem.retry_after(wait).because("there is too much to do")
    }

    /// More bytes than are taken.
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "problem-too-large").because("it is too large")
    }

    /// With a time to wait, sent as `Retry-After`.
    #[must_use]
    pub fn retry_after(mut self, wait: Span) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// With a line for the developer at the other end. Never holds anything internal.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Because of this, in a few words for who runs this server. It is not sent.
    #[must_use]
    pub fn because(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Why, for counting: what [`Problem::because`] said, or else the key.
    pub fn reason(&self) -> &'static str {
        self.reason.unwrap_or(self.key)
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The key of the words for people.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// What was wrong with which field, for forms.
    pub fn fields(&self) -> &[FieldError] {
        &self.fields
    }

    /// How long to wait, if waiting helps.
    pub fn wait(&self) -> Option<Span> {
        self.retry_after
    }

    /// The same for a program: `application/problem+json`.
    pub fn for_machine(&self) -> Response {
        let fields: Vec<_> = self
            .fields
            .iter()
            .map(|f| json!({ "field": f.field, "problem": f.invalid.to_string() }))
            .collect();
        let mut body = json!({
            "type": "about:blank",
            "title": self.title(),
            "status": self.status.as_u16(),
            "code": self.key,
        });
        if let Some(map) = body.as_object_mut() {
            if let Some(detail) = &self.detail {
                map.insert("detail".to_owned(), json!(detail));
            }
            if !fields.is_empty() {
                map.insert("fields".to_owned(), json!(fields));
            }
        }
        self.respond("application/problem+json", body.to_string())
    }

    fn title(&self) -> &'static str {
        self.status.canonical_reason().unwrap_or("Error")
    }

    fn respond(&self, content_type: &'static str, body: String) -> Response {
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
        }
        response
    }
}

/// Whole seconds, rounded up, at least one: "0" would ask for a storm.
fn whole_seconds(wait: Span) -> u64 {
    u64::try_from(wait.0.max(1)).unwrap_or(1).div_ceil(1_000)
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut text = self.detail.clone().unwrap_or_else(|| self.title().to_owned());
        text.push('\n');
        self.respond("text/plain; charset=utf-8", text)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(fields) => {
                Self { fields, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "problem-invalid") }
            }
            Error::Denied(denial) => denied(denial),
            Error::NotFound(_) => Self::not_found(),
            Error::Conflict(_) => Self::new(StatusCode::CONFLICT, "problem-conflict"),
            Error::Throttled { retry_after } => Self::throttled(retry_after),
            Error::Busy => Self::unavailable(RETRY_SOON).because("too much waits already"),
            Error::Upstream(error) => upstream(&error),
            Error::Store(error) => {
                tracing::error!(error = chain(&error), "storage failed");
                Self::unavailable(RETRY_SOON).because("our database did not answer")
            }
            Error::Bug(what) => {
                tracing::error!(what, "an invariant broke");
                let problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "problem-ours");
                problem.because("a fault of ours")
            }
        }
    }
}

fn denied(denial: Denial) -> Problem {
    match denial {
        Denial::NotSignedIn => Problem::new(StatusCode::UNAUTHORIZED, "problem-sign-in"),
        Denial::Credentials => Problem::new(StatusCode::UNAUTHORIZED, "problem-credentials"),
        Denial::GroupMembers => Problem::new(StatusCode::FORBIDDEN, "problem-group-members"),
        Denial::GroupModerators => Problem::new(StatusCode::FORBIDDEN, "problem-group-moderators"),
        Denial::GroupBanned => Problem::new(StatusCode::FORBIDDEN, "problem-group-banned"),
        Denial::ReadFirst => Problem::new(StatusCode::FORBIDDEN, "problem-read-first"),
        Denial::Locked => Problem::new(StatusCode::FORBIDDEN, "problem-locked"),
        _ => Problem::new(StatusCode::FORBIDDEN, "problem-denied"),
    }
}

/// Another server's failure never shows its address, its timing or its words (S-090).
fn upstream(error: &PortError) -> Problem {
    tracing::info!(%error, "another server failed");
    match error {
        PortError::Refused(_) | PortError::Invalid(_) | PortError::Unproven(_) => {
            Problem::new(StatusCode::BAD_GATEWAY, "problem-upstream-refused")
        }
        PortError::NotFound | PortError::Gone => {
            Problem::new(StatusCode::NOT_FOUND, "problem-upstream-not-found")
        }
        PortError::Unavailable(_) => {
            Problem::new(StatusCode::BAD_GATEWAY, "problem-upstream-unavailable")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_trouble_is_never_a_4xx_except_429() {
        for (error, status) in
            [(Error::Busy, 503), (Error::Throttled { retry_after: Span::seconds(7) }, 429)]
        {
            let problem = Problem::from(error);
            assert_eq!(problem.status().as_u16(), status);
            assert!(problem.into_response().headers().contains_key(RETRY_AFTER));
        }
    }

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds() {
        assert_eq!(whole_seconds(Span(0)), 1);
        assert_eq!(whole_seconds(Span(1_001)), 2);
        assert_eq!(whole_seconds(Span(-5)), 1);
    }

    #[test]
    fn another_servers_words_reach_nobody() {
        let error = Error::Upstream(PortError::Unavailable("10.0.0.5 refused".to_owned()));
        let problem = Problem::from(error);
        assert_eq!(problem.status(), StatusCode::BAD_GATEWAY);
        assert!(!format!("{problem:?}").contains("10.0.0.5"));
    }
}

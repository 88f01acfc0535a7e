//! How ActivityStreams documents are answered.

use axum::response::{IntoResponse, Response};
use carefolk_httpkit::Problem;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use http::{HeaderValue, StatusCode};

use crate::glue::Document;
use crate::reach::media_type::ACTIVITY_JSON_UTF8;

/// What an answer could depend on, for caches between us and its reader (S-147).
const VARY_ON: &str =
    "Accept, Signature, Signature-Input, Authorization, Cookie, Accept-Language, User-Agent";

/// The answer for what was found. Mastodon takes a document only with status 200.
pub(super) fn answer(found: Result<Option<Document>, Problem>) -> Response {
    let mut response = match found {
        Ok(Some(Document::Json(json))) => document(StatusCode::OK, json),
        Ok(Some(Document::Tombstone(json))) => document(StatusCode::GONE, json),
        Ok(None) => Problem::not_found().for_machine(),
        Err(problem) => problem.for_machine(),
    };
    response.headers_mut().insert(VARY, HeaderValue::from_static(VARY_ON));
    response
}

fn document(status: StatusCode, json: String) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(ACTIVITY_JSON_UTF8)),
        // A cache may keep it and has to ask each time: an edit is seen at once.
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (status, headers, json).into_response()
}

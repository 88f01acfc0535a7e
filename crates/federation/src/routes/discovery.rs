//! WebFinger (RFC 7033), host-meta (RFC 6415) and NodeInfo.

use std::sync::Arc;

use axum::extract::{RawQuery, State as Extract};
use axum::response::{IntoResponse, Response};
use carefolk_httpkit::Problem;
use carefolk_wire::nodeinfo::Version;
use carefolk_wire::webfinger;
use http::header::{ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, VARY};
use http::{HeaderValue, StatusCode};

use super::check_reader;
use crate::glue;
use crate::state::State;

type Shared = Extract<Arc<State>>;

/// The longest `resource`: a URL of ours or an address.
const RESOURCE_MAX_BYTES: usize = 2_048;

/// How host-meta is sent as XML.
const XRD_UTF8: &str = "application/xrd+xml; charset=utf-8";

/// Who an address is. Whatever is unknown, closed or somebody else's gets one and the same 404
/// (S-071).
pub(super) async fn webfinger(
    Extract(state): Shared,
    RawQuery(query): RawQuery,
    headers: http::HeaderMap,
) -> Response {
    match find(&state, query.as_deref().unwrap_or_default(), &headers).await {
        Ok(json) => public_answer(json, webfinger::MEDIA_TYPE),
        Err(problem) => problem.for_machine(),
    }
}

async fn find(state: &State, query: &str, headers: &http::HeaderMap) -> Result<String, Problem> {
    check_reader(state, headers).await?;
    let resource = resource(query)?;
    glue::webfinger(state.app(), &resource).await?.ok_or_else(Problem::not_found)
}

/// The one `resource` of a query.
fn resource(query: &str) -> Result<String, Problem> {
    let malformed = || Problem::new(StatusCode::BAD_REQUEST, "problem-malformed");
    let mut resources = url::form_urlencoded::parse(query.as_bytes())
        .filter_map(|(name, value)| (name == "resource").then_some(value));
    match (resources.next(), resources.next()) {
        (Some(one), None) if (1..=RESOURCE_MAX_BYTES).contains(&one.len()) => Ok(one.into_owned()),
        _ => Err(malformed()),
    }
}

/// Where WebFinger queries go: XML, or JSON for who names that alone.
pub(super) async fn host_meta(Extract(state): Shared, headers: http::HeaderMap) -> Response {
    let mut response = if wants_json(&headers) {
        public_answer(glue::host_meta_json(state.app()), webfinger::MEDIA_TYPE)
    } else {
        public_answer(glue::host_meta_xrd(state.app()), XRD_UTF8)
    };
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    response
}

/// The same as JSON, for who asks for it by name.
pub(super) async fn host_meta_json(Extract(state): Shared) -> Response {
    public_answer(glue::host_meta_json(state.app()), webfinger::MEDIA_TYPE)
}

fn wants_json(headers: &http::HeaderMap) -> bool {
    let names = |what: &str| {
        let mut wishes = headers.get_all(ACCEPT).iter().filter_map(|wish| wish.to_str().ok());
        wishes.any(|wish| wish.contains(what))
    };
    names("json") && !names("xml")
}

/// Where the NodeInfo documents are.
pub(super) async fn nodeinfo_index(Extract(state): Shared) -> Response {
    match glue::nodeinfo_index(state.app()).await {
        Ok(json) => public_answer(json, "application/json"),
        Err(problem) => problem.for_machine(),
    }
}

/// NodeInfo 2.0.
pub(super) async fn nodeinfo_2_0(Extract(state): Shared) -> Response {
    nodeinfo(&state, Version::V2_0).await
}

/// NodeInfo 2.1.
pub(super) async fn nodeinfo_2_1(Extract(state): Shared) -> Response {
    nodeinfo(&state, Version::V2_1).await
}

async fn nodeinfo(state: &State, version: Version) -> Response {
    match glue::nodeinfo(state.app(), version).await {
        Ok(json) => public_answer(json, &version.media_type()),
        Err(problem) => problem.for_machine(),
    }
}

/// Public facts, that a page anywhere may read.
fn public_answer(body: String, media_type: &str) -> Response {
    let plain = HeaderValue::from_static("application/json");
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_str(media_type).unwrap_or(plain)),
        (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    (headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_exactly_one_resource() {
        assert_eq!(
            resource("rel=self&resource=acct%3Aann%40care.example").as_deref(),
            Ok("acct:ann@care.example")
        );
        for bad in ["", "resource=", "resource=a&resource=b", "x=y"] {
            assert!(resource(bad).is_err(), "{bad}");
        }
        assert!(resource(&format!("resource={}", "a".repeat(3_000))).is_err());
    }
}

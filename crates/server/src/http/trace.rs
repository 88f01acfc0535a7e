//! What is told of each request: method, route, status and time. Never the query, the address of
//! the client or anything a person wrote (S-183).

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;

/// What stands for a path that no route has: the path itself may hold anything.
const NO_ROUTE: &str = "(no route)";

/// Tells of one request. For `route_layer` or `layer` of the whole router.
pub(super) async fn tell(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let status = response.status().as_u16();
    let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    // "Come back later" is how a flood is answered, and no reason to write a line for each.
    if response.status().is_server_error() && response.status() != StatusCode::SERVICE_UNAVAILABLE {
        tracing::warn!(%method, route, status, millis, "answered");
    } else {
        tracing::debug!(%method, route, status, millis, "answered");
    }
    response
}

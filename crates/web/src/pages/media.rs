//! Pictures, to who may see them (S-128, S-129).

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use carefolk_app::pictures::{PictureSize, ShownPicture};
use carefolk_httpkit::Problem;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::answer::Failure;
use crate::visit;
use crate::web::WebState;

/// What anybody may see may be kept for an hour: so long it may be seen in a cache after it was deleted.
const OPEN: &str = "public, max-age=3600";

/// What not everybody may see is asked for each time: a no may have come in between.
const CLOSED: &str = "private, no-cache";

/// Other sites show what was federated to them.
const CROSS_ORIGIN_RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// `GET /media/{key}/{size}`
pub(crate) async fn serve(
    State(state): State<WebState>,
    Path((key, size)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let size = PictureSize::from_word(&size).ok_or_else(|| Failure::from(Problem::not_found()))?;
    let caller = visit::caller(&state, &headers).await?;
    let shown = state.app.pictures().show(&caller, &key, size).await?;
    let tag = format!("\"{key}-{}\"", size.word());
    let known = headers.get(IF_NONE_MATCH).is_some_and(|sent| sent.as_bytes() == tag.as_bytes());
    Ok(answer(shown, &tag, known))
}

fn answer(shown: ShownPicture, tag: &str, is_known: bool) -> Response {
    let kept = if shown.is_open { OPEN } else { CLOSED };
    let kind = HeaderValue::from_static(shown.media_type.name());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        shown.bytes.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(ETAG, tag);
    }
    if shown.is_open {
        headers.insert(CROSS_ORIGIN_RESOURCE, HeaderValue::from_static("cross-origin"));
    } else {
        headers.insert(VARY, HeaderValue::from_static("Cookie"));
    }
    response
}

//! Pictures, to who may see them (S-128, S-129).

use std::fs::File;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use carefolk_app::pictures::{PictureSize, ShownPicture};
use carefolk_domain::{ActorId, PostId};
use carefolk_httpkit::Problem;
use futures_util::{Stream, stream};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::io::AsyncReadExt;

use crate::answer::Failure;
use crate::visit;
use crate::web::WebState;

/// What anybody may see may be kept for an hour: so long it may be seen in a cache after it was deleted.
const OPEN: &str = "public, max-age=3600";

/// What not everybody may see is asked for each time: a no may have come in between.
const CLOSED: &str = "private, no-cache";

/// How much of a file is in memory for one who reads it.
const PIECE_BYTES: usize = 64 * 1024;

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
    Ok(answer(shown, &headers))
}

/// `GET /media/elsewhere/{post}/{position}/{size}`: a picture of a post from elsewhere, by its place in that.
pub(crate) async fn elsewhere(
    State(state): State<WebState>,
    Path((post, position, size)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let none = || Failure::from(Problem::not_found());
    let size = PictureSize::from_word(&size).ok_or_else(none)?;
    let (Ok(post), Ok(position)) = (post.parse(), position.parse()) else { return Err(none()) };
    let caller = visit::caller(&state, &headers).await?;
    let pictures = state.app.pictures();
    let shown = pictures.show_elsewhere(&caller, PostId(post), position, size).await?;
    Ok(answer(shown, &headers))
}

/// `GET /media/of/{actor}/{size}`: the picture of somebody elsewhere.
pub(crate) async fn of(
    State(state): State<WebState>,
    Path((actor, size)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let none = || Failure::from(Problem::not_found());
    let size = PictureSize::from_word(&size).ok_or_else(none)?;
    let Ok(actor) = actor.parse() else { return Err(none()) };
    let shown = state.app.pictures().show_of(ActorId(actor), size).await?;
    Ok(answer(shown, &headers))
}

fn answer(shown: ShownPicture, asked: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", shown.version);
    let is_known = asked.get(IF_NONE_MATCH).is_some_and(|sent| sent.as_bytes() == tag.as_bytes());
    let kept = if shown.is_open { OPEN } else { CLOSED };
    let kind = HeaderValue::from_static(shown.media_type.name());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from_stream(pieces(shown.file)).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if shown.is_open {
        headers.insert(CROSS_ORIGIN_RESOURCE, HeaderValue::from_static("cross-origin"));
    } else {
        headers.insert(VARY, HeaderValue::from_static("Cookie"));
    }
    response
}

/// The file, piece by piece: who reads slowly holds one of them.
fn pieces(file: File) -> impl Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold(tokio::fs::File::from_std(file), |mut file| async move {
        let mut piece = BytesMut::with_capacity(PIECE_BYTES);
        let length = file.read_buf(&mut piece).await?;
        Ok((length > 0).then(|| (piece.freeze(), file)))
    })
}

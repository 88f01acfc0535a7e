//! Bodies of bounded size (S-094).

use axum::body::Body;
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::problem::Problem;

/// The largest activity that is taken: what Mastodon and Lemmy take too.
pub const ACTIVITY_MAX_BYTES: usize = 1024 * 1024;

/// The largest form that is taken: twenty thousand characters, percent-encoded, and some room.
pub const FORM_MAX_BYTES: usize = 512 * 1024;

/// The whole of `body`, if it has at most `max` bytes.
///
/// # Errors
///
/// 413 as soon as that is known: at once when the client says so in `Content-Length`. 400 if the
/// body breaks off or takes too long.
pub async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<Bytes, Problem> {
    let promised = headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if promised.is_some_and(|promised| promised > max) {
        return Err(Problem::too_large());
    }
    match Limited::new(body, max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::too_large()),
        Err(_) => Err(Problem::new(StatusCode::BAD_REQUEST, "problem-broken-body")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_is_taken_up_to_the_last_byte_and_not_one_more() {
        let headers = HeaderMap::new();
        let taken = read(&headers, Body::from(vec![b'x'; 10]), 10).await;
        assert_eq!(taken.map(|b| b.len()), Ok(10));
        let refused = read(&headers, Body::from(vec![b'x'; 11]), 10).await;
        assert_eq!(refused.map_err(|p| p.status().as_u16()), Err(413));
    }

    #[tokio::test]
    async fn a_promise_of_too_much_is_refused_before_reading() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_LENGTH, 10_000_000_000_u64.into());
        let refused = read(&headers, Body::empty(), 10).await;
        assert_eq!(refused.map_err(|p| p.status().as_u16()), Err(413));
    }
}

//! Bodies of bounded size (S-094).

use std::sync::Arc;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use carefolk_domain::Span;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

/// The largest activity that is taken: what Mastodon and Lemmy take too.
pub const ACTIVITY_MAX_BYTES: usize = 1024 * 1024;

/// The largest form that is taken: twenty thousand characters, percent-encoded, and some room.
pub const FORM_MAX_BYTES: usize = 512 * 1024;

/// How much of all bodies together is held in memory at once (P8).
pub const BODIES_MAX_BYTES: usize = 64 * 1024 * 1024;

/// How soon to come back when there is no room.
const RETRY_NO_ROOM: Span = Span::seconds(5);

/// In what steps room is taken.
const STEP_BYTES: usize = 1024;

/// Room for bodies. Cheap to clone; clones share it.
#[derive(Clone, Debug)]
pub struct Room(Arc<Semaphore>);

/// A body, and the room it takes until it is dropped.
#[derive(Debug)]
pub struct Held {
    bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl Held {
    /// What was sent.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl Room {
    /// Room for so many bytes.
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / STEP_BYTES)))
    }

    /// The whole of `body`, if it has at most `max` bytes. Room is taken as they come, so that who
    /// promises much and sends nothing takes none.
    ///
    /// # Errors
    ///
    /// 413 as soon as that is known: at once when the client says so in `Content-Length`. 400 if
    /// the body breaks off or takes too long. 503 when there is no room.
    pub async fn read(&self, headers: &HeaderMap, body: Body, max: usize) -> Result<Held, Problem> {
        let promised =
            headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
        if promised.is_some_and(|promised| promised > max) {
            return Err(Problem::too_large());
        }
        let mut body = Limited::new(body, max);
        let (mut bytes, mut room) = (BytesMut::new(), None);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| {
                if error.is::<LengthLimitError>() {
                    Problem::too_large()
                } else {
                    Problem::new(StatusCode::BAD_REQUEST, "problem-broken-body")
                        .because("the body broke off, or took too long")
                }
            })?;
            let Ok(data) = frame.into_data() else { continue };
            self.grow(&mut room, bytes.len() + data.len())?;
            bytes.extend_from_slice(&data);
        }
        Ok(Held { bytes: bytes.freeze(), _room: room })
    }

    /// Takes as much room as `bytes` need.
    fn grow(&self, held: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> Result<(), Problem> {
        let have = held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = bytes.div_ceil(STEP_BYTES).saturating_sub(have);
        if more == 0 {
            return Ok(());
        }
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        let Ok(taken) = Arc::clone(&self.0).try_acquire_many_owned(more) else {
            let full = Problem::unavailable(RETRY_NO_ROOM);
            return Err(full.because("there is no room for another body"));
        };
        match held {
            Some(held) => held.merge(taken),
            None => *held = Some(taken),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn taken(room: &Room, headers: &HeaderMap, length: usize) -> Result<usize, u16> {
        let body = Body::from(vec![b'x'; length]);
        let held = room.read(headers, body, 10_000).await;
        held.map(|held| held.bytes().len()).map_err(|problem| problem.status().as_u16())
    }

    #[tokio::test]
    async fn a_body_is_taken_up_to_the_last_byte_and_not_one_more() {
        let (room, headers) = (Room::new(BODIES_MAX_BYTES), HeaderMap::new());
        assert_eq!(taken(&room, &headers, 10_000).await, Ok(10_000));
        assert_eq!(taken(&room, &headers, 10_001).await, Err(413));
    }

    #[tokio::test]
    async fn a_promise_of_too_much_is_refused_before_reading() {
        let (room, mut headers) = (Room::new(BODIES_MAX_BYTES), HeaderMap::new());
        headers.insert(CONTENT_LENGTH, 10_000_000_000_u64.into());
        assert_eq!(taken(&room, &headers, 0).await, Err(413));
    }

    #[tokio::test]
    async fn who_comes_when_there_is_no_room_is_told_to_come_back() {
        let (room, headers) = (Room::new(12 * 1024), HeaderMap::new());
        let first = room.read(&headers, Body::from(vec![b'x'; 9_000]), 10_000).await.unwrap();
        assert_eq!(taken(&room, &headers, 9_000).await, Err(503));
        drop(first);
        assert_eq!(taken(&room, &headers, 9_000).await, Ok(9_000));
    }
}

//! Forms with a file (RFC 7578), of bounded size in memory and on disk (S-126).

use std::io::{ErrorKind, Seek};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use carefolk_app::ports::PICTURE_MAX_BYTES;
use carefolk_domain::Span;
use carefolk_httpkit::Problem;
use futures_util::{Stream, StreamExt};
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use multer::{Constraints, Field, Multipart, SizeLimit};
use tokio::io::AsyncWriteExt;

use crate::fields::{FORM_MAX_BYTES, Fields, SentFile};
use crate::visit::Visit;
use crate::web::WebState;

/// The media type of such forms.
pub(crate) const TYPE: &str = "multipart/form-data";

/// How much of one form is read: who sends a file that is not much too large is told so on the form, and has
/// nothing to write again.
const WHOLE_MAX_BYTES: u64 = 4 * PICTURE_MAX_BYTES;

/// How much of a form may wait in memory: the head of a part has to end within it.
const UNREAD_MAX_BYTES: usize = 64 * 1024;

/// How many parts a form has at most, with and without files.
const PARTS_MAX: usize = 48;

/// How soon to come back when too many send files.
const RETRY_NO_PLACE: Span = Span::seconds(10);

/// Reads a form, and with it the file if somebody who is signed in sent one. Also of a form that ends with
/// an error the fields are given that came before it.
pub(crate) async fn read(
    state: &WebState,
    visit: &Visit,
    parts: &Parts,
    body: Body,
) -> (Fields, Result<(), Problem>) {
    let mut fields = Fields::default();
    let read = read_parts(state, visit, parts, body, &mut fields).await;
    (fields, read)
}

async fn read_parts(
    state: &WebState,
    visit: &Visit,
    parts: &Parts,
    body: Body,
    fields: &mut Fields,
) -> Result<(), Problem> {
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let boundary = multer::parse_boundary(kind.unwrap_or_default()).map_err(|_error| broken())?;
    let unread = Arc::new(AtomicUsize::new(0));
    let stream =
        Paced { body: body.into_data_stream(), unread: Arc::clone(&unread), waited: false };
    let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(WHOLE_MAX_BYTES));
    let mut form = Multipart::with_constraints(stream, boundary, limits);
    let mut room = FORM_MAX_BYTES;
    let promised = parts.headers.get(CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse().ok());
    let mut parts_left = PARTS_MAX;
    while let Some(part) = form.next_field().await.map_err(|error| problem(&error))? {
        unread.store(0, Ordering::Relaxed);
        // Each lets in some more than it takes.
        parts_left = parts_left.checked_sub(1).ok_or_else(broken)?;
        if part.file_name().is_some() {
            if promised.is_some_and(|promised: u64| promised > WHOLE_MAX_BYTES) {
                // What was written came before it, and is given back.
                return Err(Problem::too_large());
            }
            let file = take_file(state, visit, part, &unread).await?;
            if !matches!(file, SentFile::None) {
                fields.put(file);
            }
        } else {
            let name = part.name().unwrap_or_default().to_owned();
            let value = take_text(part, &mut room, &unread).await?;
            fields.add(name, &value).map_err(|_too_many| broken())?;
        }
    }
    Ok(())
}

async fn take_text(
    mut part: Field<'_>,
    room: &mut usize,
    unread: &AtomicUsize,
) -> Result<String, Problem> {
    let mut text = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|error| problem(&error))? {
        unread.store(0, Ordering::Relaxed);
        *room = room.checked_sub(chunk.len()).ok_or_else(Problem::too_large)?;
        text.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The file, if there is one. What it is called, and what it says it is, is read by nobody.
async fn take_file(
    state: &WebState,
    visit: &Visit,
    mut part: Field<'_>,
    unread: &AtomicUsize,
) -> Result<SentFile, Problem> {
    let (mut file, mut place, mut length) = (None, None, 0_u64);
    let is_member = visit.caller.member().is_ok();
    while let Some(chunk) = part.chunk().await.map_err(|error| problem(&error))? {
        unread.store(0, Ordering::Relaxed);
        length = length.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if chunk.is_empty() || length > PICTURE_MAX_BYTES || !is_member {
            // Read to its end all the same, for the fields that come after it.
            continue;
        }
        // With the first byte of it: who chose none takes no place, and who is not signed in neither.
        if place.get_or_insert_with(|| state.uploads.try_acquire()).is_err() {
            continue;
        }
        if file.is_none() {
            let scratch = state.app.pictures().scratch(&visit.caller).await?;
            file = Some(tokio::fs::File::from_std(scratch));
        }
        if let Some(file) = &mut file {
            file.write_all(&chunk).await.map_err(|error| no_room(&error))?;
        }
    }
    if length > PICTURE_MAX_BYTES {
        return Ok(SentFile::TooLarge);
    }
    if place.is_some_and(|place| place.is_err()) {
        return Ok(SentFile::NoPlace);
    }
    let Some(mut file) = file else { return Ok(SentFile::None) };
    file.flush().await.map_err(|error| no_room(&error))?;
    let mut file = file.into_std().await;
    file.rewind().map_err(|error| no_room(&error))?;
    Ok(SentFile::Here(Arc::new(file)))
}

/// A body of which no more waits in memory than [`UNREAD_MAX_BYTES`]: the parser takes what it is given.
struct Paced {
    body: BodyDataStream,
    /// How much was given since the parser last gave something on.
    unread: Arc<AtomicUsize>,
    waited: bool,
}

impl Stream for Paced {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.unread.load(Ordering::Relaxed) > UNREAD_MAX_BYTES {
            if self.waited {
                let endless = std::io::Error::from(ErrorKind::InvalidData);
                return Poll::Ready(Some(Err(axum::Error::new(endless))));
            }
            // Once, so that the parser looks at what it has.
            self.waited = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.waited = false;
        let frame = self.body.poll_next_unpin(context);
        if let Poll::Ready(Some(Ok(bytes))) = &frame {
            self.unread.fetch_add(bytes.len(), Ordering::Relaxed);
        }
        frame
    }
}

fn broken() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "problem-broken-body").because("not a form with files")
}

fn problem(error: &multer::Error) -> Problem {
    match error {
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
            Problem::too_large()
        }
        _ => broken(),
    }
}

fn no_room(error: &std::io::Error) -> Problem {
    tracing::error!(%error, "a picture that is being sent could not be kept");
    Problem::unavailable(RETRY_NO_PLACE).because("a file could not be written")
}

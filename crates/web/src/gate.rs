//! What every request passes: language, session, the check of forms, headers, error pages.
//!
//! Invariant: nothing that changes anything is reached without [`check_form`] (S-133).

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use carefolk_httpkit::Problem;
use carefolk_i18n::{Locale, negotiate};
use http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE, VARY};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::answer::Failure;
use crate::cookies::Name;
use crate::csrf;
use crate::error_page;
use crate::fields::{FORM_MAX_BYTES, Fields};
use crate::multipart;
use crate::view::cx::localised;
use crate::visit::Visit;
use crate::web::{WebState, redirect};

/// The field of every form that holds its token.
pub(crate) const TOKEN_FIELD: &str = "csrf";

const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// What an answer depends on besides its address (S-147).
const VARIES: &str = "Accept, Accept-Language, Cookie, Sec-Fetch-Site";

/// Everything that happens around a page. For `from_fn_with_state`.
pub(crate) async fn gate(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut visit = match Visit::read(&state, &parts).await {
        Ok(visit) => visit,
        Err(error) => {
            let visit = Visit::bare(&state, &parts);
            return finish(&visit, Failure::from(error).into_response());
        }
    };
    if let Some(welsh) = welsh_instead(&visit, &parts.headers) {
        return finish(&visit, redirect(&welsh));
    }
    if !visit.is_read {
        match check_form(&state, &visit, &parts, body).await {
            Ok(fields) => visit.fields = fields,
            Err((failure, fields)) => {
                // Their words are shown, so that they can be copied (nothing is lost).
                visit.fields = fields;
                return finish(&visit, failure.into_response());
            }
        }
    }
    let visit = Arc::new(visit);
    parts.extensions.insert(Arc::clone(&visit));
    let response = next.run(Request::from_parts(parts, Body::empty())).await;
    finish(&visit, response)
}

/// Reads a form that one of our own pages sent. With a refusal come the fields, if it was ours: its
/// token may only have grown old.
async fn check_form(
    state: &WebState,
    visit: &Visit,
    parts: &Parts,
    body: Body,
) -> Result<Fields, (Failure, Fields)> {
    let forged = || Failure::from(Problem::new(StatusCode::FORBIDDEN, "problem-forged"));
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    let has_files = kind.eq_ignore_ascii_case(multipart::TYPE);
    let is_form = has_files || kind.eq_ignore_ascii_case(FORM_TYPE);
    if !is_form || !csrf::is_from_us(&parts.headers, state.base_url()) {
        return Err((forged(), Fields::default()));
    }
    if has_files {
        let (fields, read) = Box::pin(multipart::read(state, visit, parts, body)).await;
        if let Err(problem) = read {
            return Err((problem.into(), fields));
        }
        return if visit.knows(fields.get(TOKEN_FIELD)) {
            Ok(fields)
        } else {
            Err((forged(), fields))
        };
    }
    let form = state.room.read(&parts.headers, body, FORM_MAX_BYTES).await;
    let form = form.map_err(|problem| (problem.into(), Fields::default()))?;
    let fields = Fields::read(form.bytes());
    if visit.knows(fields.get(TOKEN_FIELD)) { Ok(fields) } else { Err((forged(), fields)) }
}

/// The Welsh twin, for a browser that likes Welsh better and comes from outside: whoever chose
/// English on one of our pages is left with it.
fn welsh_instead(visit: &Visit, headers: &HeaderMap) -> Option<String> {
    let word = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let from_outside = matches!(word("sec-fetch-site"), Some("none" | "cross-site"));
    let likes_welsh = word(ACCEPT_LANGUAGE.as_str()).map(negotiate) == Some(Locale::Cy);
    (visit.is_read && visit.frame.locale == Locale::En && from_outside && likes_welsh)
        .then(|| localised(Locale::Cy, &visit.frame.address))
}

fn finish(visit: &Visit, response: Response) -> Response {
    let failure = response.extensions().get::<Failure>().cloned();
    let mut response = match failure {
        Some(failure) => error_page::show(visit, &failure.0, &response),
        None => response,
    };
    let has_form = visit.frame.has_form.load(Ordering::Relaxed);
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static(VARIES));
    if visit.session.is_some() || has_form || !visit.is_read {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    } else {
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    }
    if let Some(secret) = visit.fresh_secret.as_ref().filter(|_| has_form)
        && let Ok(line) = HeaderValue::from_str(&visit.jar.set(Name::Form, secret))
    {
        headers.append(SET_COOKIE, line);
    }
    response
}

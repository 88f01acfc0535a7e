//! The page that says what went wrong, in plain words.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use carefolk_httpkit::Problem;
use carefolk_i18n::{self as i18n, Locale};
use http::StatusCode;
use http::header::RETRY_AFTER;

use crate::view::Cx;
use crate::view::cx::localised;
use crate::view::models::MessagePage;
use crate::visit::Visit;
use crate::web::{redirect, render};

/// A page for `problem`; `plain` is the answer without one, whose headers are kept.
///
/// A visitor who only wanted to look at a page for members is sent to sign in.
pub(crate) fn show(visit: &Visit, problem: &Problem, plain: &Response) -> Response {
    let locale = visit.frame.locale;
    let sign_in = sign_in_path(&visit.frame.address);
    let needs_sign_in = problem.key() == "problem-sign-in";
    if needs_sign_in && visit.is_read {
        return redirect(&localised(locale, &sign_in));
    }
    let key = words_for(problem);
    let t = |key: &str| i18n::text(locale, key, &[]);
    let cx = Cx::new(Arc::clone(&visit.frame), t(&format!("{key}-title")));
    let mut page = MessagePage::new(cx, vec![t(key)]);
    if problem.status().is_server_error() {
        page.lines.push(t("problem-urgent"));
    }
    page.kept = Some(visit.fields.words()).filter(|text| !text.is_empty());
    if needs_sign_in {
        page.button = Some((localised(locale, "/sign-in"), t("sign-in")));
    } else {
        page.links.push(("/".to_owned(), t("problem-home")));
        page.links.push(("/help".to_owned(), t("footer-help")));
    }
    let mut response = match render(problem.status(), &page) {
        Ok(response) => response,
        Err(failure) => return failure.0.into_response(),
    };
    if let Some(wait) = plain.headers().get(RETRY_AFTER) {
        response.headers_mut().insert(RETRY_AFTER, wait.clone());
    }
    response
}

fn sign_in_path(address: &str) -> String {
    let next: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
    format!("/sign-in?next={next}")
}

/// The key of the words: the problem's own, or what its status means.
fn words_for(problem: &Problem) -> &'static str {
    let key = problem.key();
    if i18n::has(Locale::En, &format!("{key}-title")) {
        return key;
    }
    match problem.status() {
        StatusCode::NOT_FOUND | StatusCode::GONE => "problem-not-found",
        StatusCode::FORBIDDEN => "problem-denied",
        StatusCode::METHOD_NOT_ALLOWED => "problem-method",
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => "problem-busy",
        status if status.is_server_error() => "problem-ours",
        _ => "problem-malformed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_words_with_a_title() {
        for status in [400, 403, 404, 405, 410, 418, 421, 422, 429, 500, 502, 503, 504] {
            let problem = Problem::new(StatusCode::from_u16(status).unwrap(), "problem-unheard-of");
            let key = words_for(&problem);
            assert!(i18n::has(Locale::En, key), "{status}: {key}");
            assert!(i18n::has(Locale::En, &format!("{key}-title")), "{status}: {key}");
        }
    }
}

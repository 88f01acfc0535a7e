//! What a refusal at the door is: a status, and why.
//!
//! Every refusal is made here, and none without a reason in a few words: it is counted under it, said
//! in the log once for each host and minute, and shown by `carefolk peer show` (S-111).

use carefolk_domain::Span;
use carefolk_httpkit::Problem;
use carefolk_wire::Fault;
use http::{HeaderMap, StatusCode};

use crate::routes::claimed_host;
use crate::state::State;

/// 400: it can be read in two ways, or not at all.
pub(super) fn malformed(why: &'static str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "problem-malformed").because(why)
}

/// 401: what was shown proves nothing.
pub(crate) fn unauthorised(why: &'static str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "problem-signature").because(why)
}

/// 401: what stands inside contradicts who says it.
pub(super) fn unproven(why: &'static str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "problem-proof").because(why)
}

/// 403: it may be true, and is not wanted or not theirs to say.
pub(crate) fn forbidden(why: &'static str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "problem-denied").because(why)
}

/// 404: there is no such inbox.
pub(super) fn nobody(why: &'static str) -> Problem {
    Problem::not_found().because(why)
}

/// 415: another kind of body.
pub(super) fn unsupported(why: &'static str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "problem-media-type").because(why)
}

/// 421: it was meant for somebody else.
pub(super) fn misdirected(why: &'static str) -> Problem {
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "problem-wrong-host").because(why)
}

/// 429: too much in too short a time.
pub(super) fn too_often(wait: Span, why: &'static str) -> Problem {
    Problem::throttled(wait).because(why)
}

/// 503: not now.
pub(super) fn not_now(wait: Span, why: &'static str) -> Problem {
    Problem::unavailable(wait).because(why)
}

/// What is wrong with a document, without what stands in it.
pub(super) fn why(fault: &Fault) -> &'static str {
    match fault {
        Fault::TooLarge => "it is too large",
        Fault::TooDeep => "it is nested too deeply",
        Fault::TooMany => "it has too many entries",
        Fault::Encoding => "it is not plain UTF-8",
        Fault::Syntax { .. } => "it is not JSON",
        Fault::NotAnObject => "it is not an object",
        Fault::Nul => "it has a NUL in a text",
        Fault::Duplicate => "a property is given twice",
        Fault::Ambiguous => "it can be understood in more than one way",
        Fault::Missing => "a property is missing",
        Fault::Not(_) => "a property is of the wrong kind",
        Fault::Id(_) => "an id is none that we take",
    }
}

/// Counts a refusal under the host that whoever asks claims to be of.
pub(crate) fn count(state: &State, headers: &HeaderMap, problem: &Problem) {
    count_of(state, &claimed_host(headers).unwrap_or_default(), problem);
}

/// The same where that was looked for already.
pub(super) fn count_of(state: &State, host: &str, problem: &Problem) {
    state.app().peers().refused(host, problem.reason());
}

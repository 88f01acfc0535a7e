//! What a process answers, where several share the work: the rest is sent on, by asking again.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use carefolk_domain::Span;
use carefolk_httpkit::Problem;

use crate::settings::{Role, Roles};

/// How soon who came to the wrong process may come again: the proxy has to be mended first.
const COME_AGAIN_AFTER: Span = Span::minutes(1);

/// The inbox that all share; those of single actors end alike, below [`ACTORS`].
const INBOX: &str = "/inbox";

/// What the paths of actors begin with.
const ACTORS: &str = "/ap/actor/";

/// Answers what is a part of this process's work, and the rest with 503: whoever comes again later
/// may find the right one, and nobody takes it for a no.
pub(super) async fn only_ours(
    State(roles): State<Roles>,
    request: Request,
    next: Next,
) -> Response {
    if roles.has(role_of(request.uri().path())) {
        return next.run(request).await;
    }
    tracing::warn!(
        roles = roles.names(),
        "a request came to a process that has no role for it; look at the proxy before it"
    );
    Problem::unavailable(COME_AGAIN_AFTER).into_response()
}

/// By path alone, so that a proxy can do the same.
fn role_of(path: &str) -> Role {
    let slug = path.strip_prefix(ACTORS).and_then(|rest| rest.strip_suffix(INBOX));
    let is_ones = slug.is_some_and(|slug| !slug.is_empty() && !slug.contains('/'));
    if path == INBOX || is_ones { Role::Inbox } else { Role::Web }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inboxes_are_told_from_all_else_by_their_paths() {
        for path in ["/inbox", "/ap/actor/k3j9/inbox"] {
            assert_eq!(role_of(path), Role::Inbox, "{path}");
        }
        let actors =
            ["/ap/actor/k3j9", "/ap/actor/inbox", "/ap/actor//inbox", "/ap/actor/a/b/inbox"];
        let others = ["/sign-in", "/tags/inbox", "/@inbox"].into_iter().chain(actors);
        for path in others {
            assert_eq!(role_of(path), Role::Web, "{path}");
        }
    }
}

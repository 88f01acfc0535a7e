//! Voting in a poll.

use axum::extract::Path;
use carefolk_app::Error;
use carefolk_app::posts::PostView;
use carefolk_domain::Moment;
use http::StatusCode;

use super::pictures::Sent;
use super::post::{VOTED, again, reference};
use crate::answer::Answer;
use crate::own_path::OwnPath;
use crate::view::Errors;
use crate::web::Web;
use crate::wrong::form_errors;

/// `POST /@{who}/{slug}/vote`
pub(crate) async fn vote(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    let member = web.member()?;
    let by = reference(&who, &slug);
    // What is no number chooses nothing that there is.
    let choices: Vec<usize> =
        web.fields().all("choice").map(|place| place.parse().unwrap_or(usize::MAX)).collect();
    match web.app().posts().vote(web.caller(), &member.handle, &by, &choices).await {
        Ok(()) => {
            let post = web.app().posts().find(web.caller(), &by).await?;
            Ok(web.go(&OwnPath::of(&post.page), VOTED))
        }
        Err(Error::Conflict(why)) => {
            let post = web.app().posts().find(web.caller(), &by).await?;
            let Some(words) = in_the_way(&web, &post) else {
                return Err(Error::Conflict(why).into());
            };
            let mut errors = Errors::none();
            errors.add_without_field("choice", words);
            again(&web, &by, StatusCode::CONFLICT, (&Sent::standing(&[]), errors)).await
        }
        Err(error) => {
            let errors = form_errors(web.visit().frame.locale, error)?;
            again(&web, &by, StatusCode::UNPROCESSABLE_ENTITY, (&Sent::standing(&[]), errors)).await
        }
    }
}

/// Why nobody can vote in this poll, or the reader cannot, if that is so.
fn in_the_way(web: &Web, post: &PostView) -> Option<String> {
    let poll = post.poll.as_ref()?;
    let is_closed = poll.is_closed(Moment(web.visit().frame.now_ms));
    let reasons =
        [(poll.is_own, "poll-own"), (poll.has_voted(), "poll-again"), (is_closed, "poll-closed")];
    reasons.into_iter().find(|(is_so, _)| *is_so).map(|(_, key)| web.t(key))
}

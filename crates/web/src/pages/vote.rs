//! Voting in a poll.

use axum::extract::Path;

use super::post::{again, reference};
use crate::answer::Answer;
use crate::own_path::OwnPath;
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
            Ok(web.go(&OwnPath::of(&post.page), "voted"))
        }
        Err(error) => again(&web, &by, form_errors(web.visit().frame.locale, error)?).await,
    }
}

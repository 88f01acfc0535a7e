//! Moderators of a group stop and allow replies to a conversation, pin and unpin it.

use axum::extract::Path;
use carefolk_app::Error;
use carefolk_app::posts::Thread;
use carefolk_domain::Invalid;
use http::StatusCode;

use super::pictures::Sent;
use super::post;
use crate::answer::Answer;
use crate::own_path::OwnPath;
use crate::view::Errors;
use crate::view::models::Order;
use crate::web::Web;
use crate::wrong::form_errors;

/// What can be done, as the form says it.
const LOCK: &str = "lock";
const UNLOCK: &str = "unlock";
const PIN: &str = "pin";
const UNPIN: &str = "unpin";

/// `POST /@{who}/{slug}/order`
pub(crate) async fn keep(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    web.member()?;
    let by = post::reference(&who, &slug);
    let (groups, caller) = (web.app().groups(), web.caller());
    let (done, said) = match web.fields().get("do") {
        LOCK => (groups.lock(caller, &by, true).await, "locked"),
        UNLOCK => (groups.lock(caller, &by, false).await, "unlocked"),
        PIN => (groups.pin(caller, &by, true).await, "pinned"),
        UNPIN => (groups.pin(caller, &by, false).await, "unpinned"),
        _ => (Err(Error::field("do", Invalid::Choice)), ""),
    };
    let errors = match done {
        Ok(page) => return Ok(web.go(&OwnPath::of(&page), said)),
        Err(Error::Conflict(_)) => {
            let mut errors = Errors::none();
            errors.add_general(web.t("order-too-many-pins"));
            errors
        }
        Err(error) => form_errors(web.visit().frame.locale, error)?,
    };
    post::again(&web, &by, StatusCode::UNPROCESSABLE_ENTITY, (&Sent::standing(&[]), errors)).await
}

/// What moderators can do with the conversation that begins here.
pub(super) fn offered(web: &Web, thread: &Thread) -> Option<Order> {
    let post = &thread.post;
    if post.in_reply_to.is_some() || post.deleted {
        return None;
    }
    let act = |word, key: &str| (word, web.t(key));
    let lock = match thread.locked {
        Some(_) => act(UNLOCK, "order-unlock"),
        None => act(LOCK, "order-lock"),
    };
    let pin = if thread.is_pinned { act(UNPIN, "order-unpin") } else { act(PIN, "order-pin") };
    Some(Order { action: format!("{}/order", post.page), acts: vec![lock, pin] })
}

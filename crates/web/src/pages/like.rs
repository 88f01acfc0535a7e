//! Liking a post, and taking that back.

use axum::extract::Path;
use carefolk_app::Caller;
use carefolk_app::reactions::ReactionKind;
use carefolk_domain::PostId;

use super::post;
use crate::answer::{Answer, Failure};
use crate::own_path::OwnPath;
use crate::view::cards::{LikeButton, PostCard};
use crate::web::Web;

/// `POST /@{who}/{slug}/like`
pub(crate) async fn like(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    let member = web.member()?;
    let by = post::reference(&who, &slug);
    let reactions = web.app().reactions();
    let said = match web.fields().get("do") {
        "unlike" => {
            reactions.remove(web.caller(), &member.handle, &by, ReactionKind::Like).await?;
            "unliked"
        }
        _ => {
            reactions.add(web.caller(), &member.handle, &by, ReactionKind::Like).await?;
            "liked"
        }
    };
    let back = OwnPath::parse(web.fields().get("back"));
    Ok(web.go(&back.unwrap_or_else(|| OwnPath::of(&format!("/@{who}/{slug}"))), said))
}

/// Offers to who is signed in to like these posts of others, or to take that back; `page` is where they stand.
pub(super) async fn offer(
    web: &Web,
    cards: &mut [&mut PostCard],
    page: &str,
) -> Result<(), Failure> {
    let Caller::Member(member) = web.caller() else { return Ok(()) };
    let fits = |card: &PostCard| !card.may_change && !card.deleted && card.removed.is_none();
    let ids = cards.iter().filter(|card| fits(card)).filter_map(|card| card.id.parse().ok());
    let ids: Vec<PostId> = ids.map(PostId).collect();
    let liked = web.app().reactions().liked(member, ids).await?;
    for card in cards.iter_mut().filter(|card| fits(card)) {
        let is_liked = card.id.parse().is_ok_and(|id| liked.contains(&PostId(id)));
        card.like = Some(LikeButton {
            action: format!("{}/like", card.page),
            back: format!("{page}#post-{}", card.id),
            act: if is_liked { "unlike" } else { "like" },
            words: web.t(if is_liked { "unlike-button" } else { "like-button" }),
        });
    }
    Ok(())
}

//! Moderators of a group take a post away, with a reason, and give it back; and what was taken away.

use axum::extract::Path;
use carefolk_app::groups::Order;
use carefolk_app::posts::PostView;
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{Invalid, RemovalReason};

use super::{group, post};
use crate::answer::{Answer, Failure};
use crate::own_path::OwnPath;
use crate::view::cards::{Place, PostCard};
use crate::view::groups::{RemovedLine, RemovedPage};
use crate::view::models::FormPage;
use crate::view::{Choice, Choices, Errors, Item};
use crate::web::{self, Web};
use crate::wrong::form_errors;

/// The reasons, in the order in which they are offered.
pub(super) const REASONS: [RemovalReason; 6] = [
    RemovalReason::Private,
    RemovalReason::Unkind,
    RemovalReason::Harmful,
    RemovalReason::Advertising,
    RemovalReason::OffTopic,
    RemovalReason::Rules,
];

/// How many removals the list of a group holds.
const REMOVALS_SHOWN: u32 = 100;

/// What the reader can do about order in the group that a post is in.
pub(super) async fn order_in(web: &Web, post: &PostView) -> Order {
    match post.group.as_ref().filter(|_| matches!(web.caller(), Caller::Member(_))) {
        Some(group) => {
            let order = web.app().groups().order(web.caller(), &group.handle).await;
            order.unwrap_or_default()
        }
        None => Order::default(),
    }
}

/// Offers to who keeps order what they can do with a post of their group.
pub(super) fn offer(card: &mut PostCard) {
    if card.group.is_none() {
        return;
    }
    if card.removed.is_some() {
        card.give_back = Some(format!("{}/restore", card.page));
    } else if !card.deleted && !card.may_change {
        // One's own one removes as its author.
        card.take_away = Some(format!("{}/remove", card.page));
    }
}

/// `GET /@{who}/{slug}/remove`
pub(crate) async fn form(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    let post = kept_in_order(&web, &who, &slug).await?;
    web::show(&page(&web, post, Errors::none()))
}

/// `POST /@{who}/{slug}/remove`
pub(crate) async fn remove(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    web.member()?;
    let by = post::reference(&who, &slug);
    let reason = RemovalReason::from_word(web.fields().get("reason"));
    let done = match reason {
        Some(reason) => web.app().groups().remove(web.caller(), &by, reason).await,
        None => Err(Error::field("reason", Invalid::Choice)),
    };
    match done {
        Ok(page) => Ok(web.go(&OwnPath::of(&page), "taken-away")),
        Err(error) => {
            let errors = form_errors(web.visit().frame.locale, error)?;
            let post = kept_in_order(&web, &who, &slug).await?;
            web::form_again(&page(&web, post, errors))
        }
    }
}

/// `POST /@{who}/{slug}/restore`
pub(crate) async fn restore(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    web.member()?;
    let by = post::reference(&who, &slug);
    let page = web.app().groups().restore(web.caller(), &by).await?;
    Ok(web.go(&OwnPath::of(&page), "given-back"))
}

/// `GET /groups/{handle}/removed`
pub(crate) async fn list(web: Web, Path(handle): Path<String>) -> Answer {
    let groups = web.app().groups();
    let shown = groups.show(web.caller(), &handle).await?.group;
    let removed = groups.removed(web.caller(), &handle, Page::first(REMOVALS_SHOWN)).await?;
    let locked = groups.locked(web.caller(), &handle, Page::first(REMOVALS_SHOWN)).await?;
    let line = |removal: carefolk_app::groups::Removal| RemovedLine {
        what: web.t(if removal.is_reply { "removed-reply" } else { "removed-conversation" }),
        when: web.presenter().when(removal.at),
        why: web.t(&format!("removed-{}", removal.reason.word())),
        page: removal.page,
    };
    web::show(&RemovedPage {
        cx: web
            .cx(web.with("removed-title", "name", &shown.name.name))
            .here("groups")
            .at(&format!("{}/removed", shown.name.page))
            .crumb(web.t("nav-home"), "/")
            .crumb(web.t("groups-title"), "/groups")
            .crumb(shown.name.name.clone(), shown.name.page.clone()),
        lines: removed.into_iter().map(line).collect(),
        locked: locked.iter().map(group::pinned).collect(),
    })
}

/// A post that the reader may take away.
async fn kept_in_order(web: &Web, who: &str, slug: &str) -> Result<PostView, Failure> {
    web.member()?;
    let post = web.app().groups().to_remove(web.caller(), &post::reference(who, slug)).await?;
    if post.deleted { Err(Failure::not_found()) } else { Ok(post) }
}

fn page(web: &Web, post: PostView, errors: Errors) -> FormPage {
    let cx = web
        .cx(web.t("take-away-title"))
        .tab(format!("{} - {}", web.t("take-away-title"), post::tab(&post)))
        .crumb(web.t("nav-home"), "/");
    let action = format!("{}/remove", post.page);
    let mut page = FormPage::new(post::crumb(web, cx, &post), action, web.t("take-away-button"));
    page.lead.push(web.t("take-away-lead"));
    if post.audience.federates() && web.app().settings().federates() {
        page.lead.push(web.t("take-away-elsewhere"));
    }
    let chosen = web.fields().some("reason").unwrap_or_default();
    let choice = |reason: &RemovalReason| {
        Choice::new(reason.word(), web.t(&format!("removed-{}", reason.word())), &chosen)
    };
    let legend = web.t("take-away-reason");
    let choices = Choices::new("reason", legend, REASONS.iter().map(choice).collect(), &errors);
    page.items = vec![Item::Choices(choices)];
    page.back = Some((post.page.clone(), web.t("take-away-back")));
    page.danger = true;
    let mut card = web.presenter().post(post, Place::Before);
    card.may_change = false;
    page.about = Some(card);
    page.errors(errors)
}

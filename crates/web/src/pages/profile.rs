//! The page of a person or a provider, from here or elsewhere.

use axum::extract::Path;
use carefolk_app::Caller;
use carefolk_app::actors::{ActorView, Portrait};
use carefolk_app::follows::FollowState;
use carefolk_domain::{ActorKind, Address};

use crate::answer::{Answer, Failure};
use crate::own_path::OwnPath;
use crate::present::{Presenter, is_web};
use crate::view::cards::Place;
use crate::view::models::{FollowButton, ProfilePage};
use crate::web::{self, POSTS_A_PAGE, Web};

/// `GET /@{who}`: a local name, or `name@host`.
pub(crate) async fn show(web: Web, Path(who): Path<String>) -> Answer {
    let actor = find(&web, &who).await?;
    if actor.page != format!("/@{who}") {
        return Ok(web.go(&OwnPath::of(&actor.page), ""));
    }
    let page = web.page_of(POSTS_A_PAGE);
    let mut posts = web.app().timelines().profile(web.caller(), actor.id, page).await?;
    let present = web.presenter();
    let pinned = if web.is_first_page() {
        web.app().posts().pinned(web.caller(), actor.id).await?
    } else {
        Vec::new()
    };
    // Nothing stands on one page twice.
    posts.posts.retain(|post| pinned.iter().all(|first| first.id != post.id));
    let person = Presenter::person(&actor);
    let moved_to = web.app().actors().successor(&actor).await?;
    let federates = web.app().settings().federates();
    let model = ProfilePage {
        cx: web.cx(actor.name_and_origin()),
        said: web.said(),
        shows: shows(&web, actor.portrait.as_ref()).await?,
        about: Some(actor.summary.below(1).as_str().to_owned())
            .filter(|html| !html.trim().is_empty()),
        facts: facts(&web, &actor),
        follow: follow_button(&web, &actor).await?,
        acts: acts(&web, &actor).await?,
        moved_to: moved_to.as_ref().map(Presenter::person),
        pinned: pinned.into_iter().map(|post| present.post(post, Place::List)).collect(),
        list: present.list(posts, &actor.page, web.is_first_page()),
        address: Some(format!("@{}", actor.address()))
            .filter(|_| actor.is_local && federates && actor.moved_to.is_none()),
        follow_action: format!("/follow/{}", actor.handle),
        elsewhere: Some(actor.url.clone()).filter(|url| !actor.is_local && is_web(url)),
        person,
    };
    web::show(&model)
}

/// The actor that a path names.
pub(crate) async fn find(web: &Web, who: &str) -> Result<ActorView, Failure> {
    if !who.contains('@') {
        return Ok(web.app().actors().find_local(who).await?);
    }
    let address = Address::parse(who).map_err(|_not_one| Failure::not_found())?;
    let found = web.app().actors().find(web.caller(), &address).await?;
    found.ok_or_else(Failure::not_found)
}

/// What somebody's picture shows, in words.
pub(super) async fn shows(
    web: &Web,
    portrait: Option<&Portrait>,
) -> Result<Option<String>, Failure> {
    match portrait {
        Some(portrait) => Ok(web.app().pictures().words_of(portrait).await?),
        None => Ok(None),
    }
}

fn facts(web: &Web, actor: &ActorView) -> Vec<String> {
    let mut facts = vec![
        web.with("profile-post-count", "count", actor.posts),
        web.with("profile-followers", "count", actor.followers),
    ];
    if let Some(published) = actor.published {
        let when = web.presenter().day(published);
        facts.push(web.with("profile-since", "when", when));
    }
    facts
}

async fn follow_button(web: &Web, actor: &ActorView) -> Result<Option<FollowButton>, Failure> {
    let Caller::Member(member) = web.caller() else { return Ok(None) };
    // Who moved is followed where they are now.
    let is_past = actor.moved_to.is_some();
    if member.actor == actor.id || actor.kind == ActorKind::Application || is_past {
        return Ok(None);
    }
    let state = web.app().follows().state(member.actor, actor.id).await?;
    let (action, key) = match state {
        Some(FollowState::Accepted) => ("/you/unfollow", "follow-stop"),
        Some(FollowState::Pending) => ("/you/unfollow", "follow-waiting"),
        _ => ("/you/follow", "follow-add-named"),
    };
    Ok(Some(FollowButton {
        action,
        address: actor.address(),
        is_following: action == "/you/unfollow",
        words: web.with(key, "name", actor.name_and_origin()),
    }))
}

/// What they themselves, a member of the team, or an admin, can do here.
async fn acts(web: &Web, actor: &ActorView) -> Result<Vec<(String, String)>, Failure> {
    let Caller::Member(member) = web.caller() else { return Ok(Vec::new()) };
    if member.actor == actor.id {
        return Ok(vec![("/you/profile".to_owned(), web.t("profile-change-own"))]);
    }
    if !actor.is_local || actor.kind != ActorKind::Organization {
        return Ok(Vec::new());
    }
    let mut acts = Vec::new();
    let mine = web.app().providers().mine(member).await?;
    let in_team = mine.iter().any(|(provider, _)| provider.id == actor.id);
    if in_team {
        acts.push((format!("/write?as={}", actor.handle), web.t("profile-write")));
        acts.push((format!("/team/{}/profile", actor.handle), web.t("profile-change")));
    }
    if in_team || member.role == carefolk_domain::Role::Admin {
        acts.push((format!("/team/{}", actor.handle), web.t("profile-edit-team")));
    }
    Ok(acts)
}

//! Every page, in one list.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use carefolk_httpkit::Problem;
use http::StatusCode;

use crate::answer::Failure;
use crate::pages::{
    change, follow, group, groups, home, like, media, members, order, own, post as thread, profile,
    providers, reading, removing, report, setup, sign_in, team, texts, updates, vote, waiting,
    write, you,
};
use crate::web::{WebState, redirect};
use crate::{assets, gate};

/// The pages, in both languages, and the files they need.
///
/// Its fallback is the page for what is not there: merge it last.
pub fn router(web: WebState) -> Router {
    let pages = pages();
    Router::new()
        .merge(pages.clone())
        .nest("/cy", pages)
        .route("/cy/", get(|| async { redirect("/cy") }))
        .fallback(|| async { Failure::not_found() })
        .method_not_allowed_fallback(|| async {
            Failure::from(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "problem-method"))
        })
        .layer(from_fn_with_state(web.clone(), gate::gate))
        .route("/media/{key}/{size}", get(media::serve))
        .route("/media/of/{actor}/{size}", get(media::of))
        .route("/media/elsewhere/{post}/{position}/{size}", get(media::elsewhere))
        .route("/assets/{name}", get(assets::serve))
        .route("/favicon.ico", get(assets::favicon_by_habit))
        .with_state(web)
}

fn pages() -> Router<WebState> {
    let router = Router::new()
        .route("/", get(home::show))
        .route("/news", get(home::news))
        .route("/tags/{tag}", get(home::tag))
        .route("/@{who}", get(profile::show))
        .route("/@{who}/{slug}", get(thread::show))
        .route("/@{who}/{slug}/reply", post(thread::reply))
        .route("/@{who}/{slug}/like", post(like::like))
        .route("/@{who}/{slug}/vote", post(vote::vote))
        .route("/@{who}/{slug}/history", get(thread::history))
        .route("/@{who}/{slug}/edit", get(change::edit_form).post(change::edit))
        .route("/@{who}/{slug}/delete", get(change::delete_form).post(change::delete))
        .route("/@{who}/{slug}/remove", get(removing::form).post(removing::remove))
        .route("/@{who}/{slug}/report", get(report::form).post(report::send))
        .route("/@{who}/{slug}/restore", post(removing::restore))
        .route("/@{who}/{slug}/order", post(order::keep))
        .route("/write", get(write::form).post(write::publish))
        .route("/providers", get(providers::list))
        .route("/providers/new", get(providers::form).post(providers::create))
        .route("/groups", get(groups::list))
        .route("/groups/new", get(groups::form).post(groups::create))
        .route("/groups/{handle}", get(group::show))
        .route("/groups/{handle}/join", post(group::join))
        .route("/groups/{handle}/leave", post(group::leave))
        .route("/groups/{handle}/begin", post(group::begin))
        .route("/groups/{handle}/removed", get(removing::list))
        .route("/groups/{handle}/reports", get(report::of_group).post(report::close_in_group))
        .route("/groups/{handle}/waiting", get(waiting::show).post(waiting::decide))
        .route("/groups/{handle}/change", get(own::of_group).post(own::save_group))
        .route("/groups/{handle}/members", get(members::show).post(members::change))
        .route("/team/{handle}", get(team::show))
        .route("/team/{handle}/profile", get(own::of_provider).post(own::save_provider))
        .route("/team/{handle}/add", post(team::add))
        .route("/team/{handle}/remove", post(team::remove))
        .route("/follow/{handle}", get(follow::form).post(follow::send))
        .route("/authorize_interaction", get(follow::arrive))
        .route("/reports", get(report::list).post(report::close_one))
        .route("/updates", get(updates::show).post(updates::saw))
        .route("/you", get(you::show))
        .route("/you/profile", get(own::mine).post(own::save_mine))
        .route("/you/follow", post(you::follow))
        .route("/you/unfollow", post(you::unfollow))
        .route("/sign-in", get(sign_in::form).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/setup", get(setup::form).post(setup::finish))
        .route("/reading", get(reading::form).post(reading::save));
    texts::PAGES.iter().fold(router, |router, page| {
        router.route(page.path, get(move |web| async move { texts::show(&web, page) }))
    })
}

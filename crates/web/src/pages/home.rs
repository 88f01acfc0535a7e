//! The front page: the community's news for visitors, one's own for members, who find the
//! community's on a page beside it.

use axum::extract::Path;
use carefolk_app::Caller;
use carefolk_app::timelines::PostPage;

use crate::answer::Answer;
use crate::present::Presenter;
use crate::view::models::{HomePage, News};
use crate::view::{Cx, Person};
use crate::web::{self, POSTS_A_PAGE, Web};

/// How many providers are named beside the news.
const PROVIDERS_SHOWN: usize = 8;

/// `GET /`
pub(crate) async fn show(web: Web) -> Answer {
    let page = web.page_of(POSTS_A_PAGE);
    let (posts, title, news) = match web.caller() {
        Caller::Member(member) => {
            let posts = web.app().timelines().home(member, page).await?;
            (posts, web.t("home-title-yours"), News::Own)
        }
        _ => {
            let posts = web.app().timelines().public(web.caller(), page).await?;
            (posts, web.t("home-title"), News::Welcome)
        }
    };
    respond(&web, web.cx(title).here("home"), news, posts, "/").await
}

/// `GET /news`: what visitors see on the front page.
pub(crate) async fn news(web: Web) -> Answer {
    let page = web.page_of(POSTS_A_PAGE);
    let posts = web.app().timelines().public(web.caller(), page).await?;
    let cx = web.cx(web.t("news-title")).here("news");
    respond(&web, cx, News::All, posts, "/news").await
}

/// `GET /tags/{tag}`
pub(crate) async fn tag(web: Web, Path(tag): Path<String>) -> Answer {
    let page = web.page_of(POSTS_A_PAGE);
    let posts = web.app().timelines().tagged(web.caller(), &tag, page).await?;
    let shown: String = tag.chars().filter(|c| !c.is_control()).take(100).collect();
    let title = web.with("tag-title", "tag", &shown);
    // As it was asked for, since the tag may hold letters that an address spells otherwise; but
    // without the query, which each page of the list has of its own.
    let path = web.visit().frame.address.split('?').next().unwrap_or_default();
    let list = web.presenter().list(posts, path, web.is_first_page());
    web::show(&crate::view::models::TagPage { cx: web.cx(title), list })
}

async fn respond(web: &Web, cx: Cx, news: News, posts: PostPage, path: &str) -> Answer {
    let present = web.presenter();
    let providers = web.app().providers().list(web.caller()).await?;
    let providers: Vec<Person> =
        providers.iter().take(PROVIDERS_SHOWN).map(Presenter::person).collect();
    let list = present.list(posts, path, web.is_first_page());
    web::show(&HomePage { cx, news, said: web.said(), list, providers })
}

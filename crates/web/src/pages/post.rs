//! A post with its replies, and its earlier versions.

use std::collections::HashMap;

use axum::extract::Path;
use carefolk_app::posts::{NewPost, Policies, PostRef, PostView, Submitted, Thread};
use carefolk_app::{Caller, Page};
use carefolk_domain::{Audience, Lang};
use http::StatusCode;

use super::composer;
use super::pictures::Sent;
use super::{like, order, removing, report};
use crate::answer::{Answer, Failure};
use crate::own_path::OwnPath;
use crate::present::{Presenter, beginning};
use crate::view::cards::Place;
use crate::view::models::{HistoryPage, PostPage};
use crate::view::{Cx, Errors, Item, PostCard};
use crate::web::{self, Web};
use crate::wrong::form_errors;

/// Replies on one page.
const REPLIES_A_PAGE: u32 = 50;

/// What names a reply that was just written, in the address of the page that it stands on.
const JUST_SAID: &str = "reply";

/// What the address says after a vote.
pub(super) const VOTED: &str = "voted";

/// How much of a post stands in a title.
const TITLE_CHARS: usize = 60;

/// How much of what its author says about themselves stands beside it.
const ABOUT_CHARS: usize = 200;

/// The post that a path names.
pub(crate) fn reference(who: &str, slug: &str) -> PostRef {
    PostRef::Page { handle: who.to_owned(), slug: slug.to_owned() }
}

/// The title that its author gave a post.
fn own_title(post: &PostView) -> Option<&str> {
    post.title.as_deref().filter(|title| !title.trim().is_empty())
}

/// What a page about a post is called.
fn title(web: &Web, post: &PostView) -> String {
    if post.deleted {
        return web.t("post-gone-title");
    }
    match own_title(post) {
        Some(title) => beginning(title, TITLE_CHARS * 2),
        None => web.with("post-title", "name", post.author.name_and_origin()),
    }
}

/// Adds the post to the way to a page about it. Its own title is in its own language.
pub(crate) fn crumb(web: &Web, cx: Cx, post: &PostView) -> Cx {
    let lang = own_title(post).map(|_title| post.lang.as_str().to_owned());
    cx.crumb_in(lang, title(web, post), post.page.clone())
}

/// What a post is called in the browser's tab and in bookmarks, where many stand side by side.
pub(crate) fn tab(post: &PostView) -> String {
    let words = match (own_title(post), &post.warning) {
        (Some(title), _) => title.to_owned(),
        (None, Some(warning)) => warning.clone(),
        (None, None) => post.html.to_plain(),
    };
    format!("{}: {}", post.author.name_and_origin(), beginning(&words, TITLE_CHARS))
}

/// `GET /@{who}/{slug}`
pub(crate) async fn show(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    let by = reference(&who, &slug);
    let thread = web.app().posts().thread(web.caller(), &by, web.page_of(REPLIES_A_PAGE)).await?;
    web.app().posts().read_by(web.caller(), thread.post.id).await;
    // The page stays, for its replies; but what the address promised is gone.
    let status = if thread.post.deleted { StatusCode::GONE } else { StatusCode::OK };
    let model = model(&web, thread, &Sent::standing(&[]), Errors::none()).await?;
    web::render(status, &model)
}

/// `POST /@{who}/{slug}/reply`
pub(crate) async fn reply(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    let member = web.member()?;
    let by = reference(&who, &slug);
    let parent = web.app().posts().find(web.caller(), &by).await?;
    let fields = web.fields();
    let sent = Sent::read(&web, &[]).await?;
    if let Some(errors) = sent.again() {
        let status = web::status_of(&errors);
        return again(&web, &by, status, (&sent, errors)).await;
    }
    let new = NewPost {
        author: fields.some("author").unwrap_or_else(|| member.handle.clone()),
        text: fields.get("text").to_owned(),
        lang: Lang::parse(&reply_lang(&web)),
        audience: Audience::Public,
        warning: parent.warning.clone(),
        title: None,
        group: None,
        in_reply_to: Some(parent.uri),
        policies: Policies::default(),
        poll: None,
        pictures: sent.pictures(),
        at: None,
    };
    match web.app().posts().submit(web.caller(), new).await {
        Ok(Submitted::Published(reply)) => after_reply(&web, &by, &parent.page, &reply).await,
        Ok(Submitted::Waits(_)) => Ok(web.go(&OwnPath::of(&parent.page), "waits")),
        Err(error) => {
            let errors = form_errors(web.visit().frame.locale, error)?;
            again(&web, &by, StatusCode::UNPROCESSABLE_ENTITY, (&sent, errors)).await
        }
    }
}

/// The page with a form on it that somebody has to look at again.
pub(super) async fn again(
    web: &Web,
    by: &PostRef,
    status: StatusCode,
    (sent, errors): (&Sent, Errors),
) -> Answer {
    let page = web.page_of(REPLIES_A_PAGE);
    let thread = web.app().posts().thread(web.caller(), by, page).await?;
    let model = model(web, thread, sent, errors).await?;
    web::render(status, &model)
}

/// The language of a reply: what was chosen, and the page's until then.
fn reply_lang(web: &Web) -> String {
    let own = web.visit().frame.locale.language();
    web.fields().some("lang").unwrap_or_else(|| own.to_owned())
}

/// Back to the thread, which says that the reply is published and leads to it; or to the reply's own
/// page, where the first page of the thread is full and does not hold it. No fragment names the
/// reply: a browser would put the focus there, and who listens would not hear that it worked.
async fn after_reply(web: &Web, by: &PostRef, parent: &str, reply: &PostView) -> Answer {
    let first = Page::first(REPLIES_A_PAGE);
    let thread = web.app().posts().thread(web.caller(), by, first).await?;
    let is_there = thread.replies.iter().any(|shown| shown.id == reply.id);
    let to =
        if is_there { format!("{parent}?{JUST_SAID}={}", reply.id) } else { reply.page.clone() };
    Ok(web.go(&OwnPath::of(&to), "replied"))
}

/// What the reader can do with a post and what answers it, on the page at `here`.
async fn offer_acts(
    web: &Web,
    (replies, main): (&mut [PostCard], &mut PostCard),
    keeps_order: bool,
    here: &str,
) -> Result<(), Failure> {
    if keeps_order {
        replies.iter_mut().chain([&mut *main]).for_each(removing::offer);
    }
    if matches!(web.caller(), Caller::Member(_)) {
        replies.iter_mut().chain([&mut *main]).for_each(report::offer);
    }
    let mut all: Vec<&mut PostCard> = replies.iter_mut().chain([&mut *main]).collect();
    like::offer(web, &mut all, here).await?;
    if main.group.is_some() {
        // What answers something in a group is in it as well: once is enough.
        for reply in replies.iter_mut() {
            reply.group = None;
        }
    }
    Ok(())
}

async fn model(
    web: &Web,
    thread: Thread,
    sent: &Sent,
    errors: Errors,
) -> Result<PostPage, Failure> {
    let present = web.presenter();
    let title = title(web, &thread.post);
    // Of what is gone the tab says so, too.
    let tab = if thread.post.deleted { title.clone() } else { tab(&thread.post) };
    let page = thread.post.page.clone();
    let may = removing::order_in(web, &thread.post).await;
    let is_open = !thread.post.deleted && (thread.locked.is_none() || may.has_last_word);
    let closed = thread.locked.map(|since| web.with("post-locked", "when", present.day(since)));
    let order = may.may_keep.then(|| order::offered(web, &thread)).flatten();
    // A reply that was not taken stands at another address, which nobody can go to.
    let here = Some(web.visit().frame.address.clone()).filter(|_| web.visit().is_read);
    let here = here.unwrap_or_else(|| page.clone());
    let reply = match web.caller() {
        Caller::Member(_) if is_open => Some(reply_items(web, sent, &errors).await?),
        _ => None,
    };
    let address = Some(thread.post.uri.clone())
        .filter(|_| thread.post.audience.is_open() && web.app().settings().federates());
    let sign_in = format!("/sign-in?next={page}");
    let crumb = (thread.post.author.name_and_origin(), thread.post.author.page.clone());
    let mut main = main_card(web, &present, thread.post.clone(), &errors);
    let reply_audience = web.t(reply_audience(thread.post.audience));
    let mut replies = replies(&present, thread.replies, &page, &here);
    offer_acts(web, (&mut replies, &mut main), may.may_keep, &here).await?;
    let just_said = replies.iter().find(|reply| reply.id == web.query(JUST_SAID));
    Ok(PostPage {
        cx: web
            .cx(title)
            .tab(tab)
            .at(&page)
            .failed(!errors.is_empty())
            .crumb(web.t("nav-home"), "/")
            .crumb(crumb.0, crumb.1),
        errors,
        said: web.said(),
        just_said: just_said.map(|reply| format!("#post-{}", reply.id)),
        ancestors: cards(&present, thread.ancestors, Place::Before),
        about_author: Some(beginning(&thread.post.author.summary.to_plain(), ABOUT_CHARS))
            .filter(|about| !about.is_empty()),
        main,
        replies,
        next: thread.next,
        reply,
        reply_audience,
        sign_in_to_reply: is_open.then_some(sign_in),
        address,
        closed,
        order,
    })
}

/// What the page is about. Who votes in a poll has opened its warning: it stays open.
fn main_card(web: &Web, present: &Presenter<'_>, post: PostView, errors: &Errors) -> PostCard {
    let mut main = present.post(post, Place::Main);
    if let Some(poll) = &mut main.poll {
        poll.error = errors.of("choice");
        main.is_unfolded = poll.error.is_some() || web.query("said") == VOTED;
    }
    main
}

/// The key of the words for who will see a reply to a post for `audience`.
fn reply_audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Public | Audience::Quiet => "reply-audience-public",
        Audience::Local => "reply-audience-local",
        Audience::Group => "reply-audience-group",
        _ => "reply-audience-followers",
    }
}

fn cards(present: &Presenter<'_>, posts: Vec<PostView>, place: Place) -> Vec<PostCard> {
    posts.into_iter().map(|post| present.post(post, place)).collect()
}

/// What answers the post at `page`. That they do need not be said of those that answer it itself;
/// what answers one of the others leads up to it, on this page, whose address is `here`.
fn replies(present: &Presenter<'_>, posts: Vec<PostView>, page: &str, here: &str) -> Vec<PostCard> {
    let mut replies = cards(present, posts, Place::Reply);
    let anchors: HashMap<String, String> = replies
        .iter()
        .map(|card| (card.page.clone(), format!("{here}#post-{}", card.id)))
        .collect();
    for reply in &mut replies {
        reply.reply_to = reply.reply_to.take().filter(|to| to.page.as_deref() != Some(page));
        if let Some(to) = &mut reply.reply_to {
            to.page = to.page.take().map(|page| anchors.get(&page).cloned().unwrap_or(page));
        }
    }
    replies
}

async fn reply_items(web: &Web, sent: &Sent, errors: &Errors) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    let voices = composer::voices(web).await?;
    if voices.len() > 1 {
        let legend = web.t("reply-as");
        items.push(Item::Select(composer::author(web, &voices, legend, errors)));
    }
    items.push(composer::text(web, "reply-label", None, 5, errors));
    items.push(sent.item(web, errors));
    items.push(Item::Select(composer::language(web, "reply-lang", &reply_lang(web), errors)));
    Ok(items)
}

/// `GET /@{who}/{slug}/history`
pub(crate) async fn history(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    let by = reference(&who, &slug);
    let post = web.app().posts().find(web.caller(), &by).await?;
    let versions = web.app().posts().history(web.caller(), &by).await?;
    let present = web.presenter();
    let cx = web
        .cx(web.t("history-title"))
        .tab(format!("{} - {}", web.t("history-title"), tab(&post)))
        .crumb(web.t("nav-home"), "/")
        .crumb(post.author.name_and_origin(), post.author.page.clone());
    web::show(&HistoryPage {
        cx: crumb(&web, cx, &post),
        versions: versions.into_iter().map(|version| present.version(version)).collect(),
    })
}

//! A group with its conversations: reading, joining, leaving, beginning one.

use axum::extract::Path;
use carefolk_app::groups::GroupPage as Shown;
use carefolk_app::posts::{NewPost, Policies};
use carefolk_app::{Caller, Error};
use carefolk_domain::{Audience, GroupRole, Lang, PostingRule};

use super::composer::{self, Voice};
use super::groups::{facts, kind_words};
use crate::answer::{Answer, Failure};
use crate::own_path::OwnPath;
use crate::present::Presenter;
use crate::view::groups::GroupPage;
use crate::view::{Errors, Item};
use crate::web::{self, POSTS_A_PAGE, Web};
use crate::wrong::form_errors;

/// Rows of the box for the text.
const ROWS: u8 = 5;

/// `GET /groups/{handle}`
pub(crate) async fn show(web: Web, Path(handle): Path<String>) -> Answer {
    let page = page(&web, &handle, Errors::none()).await?;
    web::show(&page)
}

/// `POST /groups/{handle}/join`
pub(crate) async fn join(web: Web, Path(handle): Path<String>) -> Answer {
    let member = web.member()?;
    web.app().groups().join(web.caller(), &member.handle, &handle).await?;
    Ok(web.go(&OwnPath::of(&format!("/groups/{handle}")), "group-joined"))
}

/// `POST /groups/{handle}/leave`
pub(crate) async fn leave(web: Web, Path(handle): Path<String>) -> Answer {
    let member = web.member()?;
    match web.app().groups().leave(web.caller(), &member.handle, &handle).await {
        Ok(()) => Ok(web.go(&OwnPath::of(&format!("/groups/{handle}")), "group-left")),
        Err(Error::Conflict(_)) => {
            let mut errors = Errors::none();
            errors.add_general(web.t("group-needs-moderators"));
            let page = page(&web, &handle, errors).await?;
            web::form_again(&page)
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /groups/{handle}/begin`
pub(crate) async fn begin(web: Web, Path(handle): Path<String>) -> Answer {
    let member = web.member()?;
    let fields = web.fields();
    let own = web.visit().frame.locale.language();
    let new = NewPost {
        author: fields.some("author").unwrap_or_else(|| member.handle.clone()),
        text: fields.get("text").to_owned(),
        lang: Lang::parse(&fields.some("lang").unwrap_or_else(|| own.to_owned())),
        audience: Audience::Public,
        warning: None,
        title: fields.some("title"),
        group: Some(handle.clone()),
        in_reply_to: None,
        policies: Policies::default(),
        poll: None,
        at: None,
    };
    match web.app().posts().publish(web.caller(), new).await {
        Ok(_post) => Ok(web.go(&OwnPath::of(&format!("/groups/{handle}")), "group-began")),
        Err(error) => {
            let errors = form_errors(web.visit().frame.locale, error)?;
            let page = page(&web, &handle, errors).await?;
            web::form_again(&page)
        }
    }
}

async fn page(web: &Web, handle: &str, errors: Errors) -> Result<GroupPage, Failure> {
    let groups = web.app().groups();
    let shown = groups.show(web.caller(), handle).await?;
    let posts = groups.conversations(web.caller(), handle, web.page_of(POSTS_A_PAGE)).await?;
    let group = &shown.group;
    let person = Presenter::person(&group.actor);
    let mut list = web.presenter().list(posts, &group.actor.page, web.is_first_page());
    for post in &mut list.posts {
        // All of them are.
        post.group = None;
    }
    let federates = web.app().settings().federates();
    let cx = web
        .cx(group.actor.name.clone())
        .here("groups")
        .at(&group.actor.page)
        .failed(!errors.is_empty())
        .crumb(web.t("nav-home"), "/")
        .crumb(web.t("groups-title"), "/groups");
    let begin = begin_items(web, &shown, &errors).await?;
    Ok(GroupPage {
        cx,
        said: web.said(),
        kind: kind_words(web, group.kind),
        kind_lead: web.t(&format!("group-kind-{}-lead", group.kind.word())),
        lang: group.lang.as_str().to_owned(),
        about: group.actor.summary.below(1).as_str().to_owned(),
        facts: facts(web, group),
        rules: group.rules.clone(),
        moderators: shown.moderators.iter().map(Presenter::person).collect(),
        mine: mine(web, shown.mine),
        is_member: shown.mine.is_some(),
        button: button(web, &shown),
        why_not: begin.is_none().then(|| why_not(web, &shown)).flatten(),
        is_begun: errors.lines().iter().any(|line| !line.field.is_empty()),
        begin,
        list,
        elsewhere_lead: web.t(match group.posting {
            PostingRule::Moderators => "group-elsewhere-listen",
            PostingRule::Anyone | PostingRule::Members => "group-elsewhere-lead",
        }),
        address: Some(format!("@{}", group.actor.address())).filter(|_| federates),
        follow_action: format!("/follow/{}", group.actor.handle),
        person,
        errors,
    })
}

/// What one is in the group, where that must be said.
fn mine(web: &Web, role: Option<GroupRole>) -> Option<String> {
    match role? {
        GroupRole::Moderator => Some(web.t("group-mine-moderator")),
        GroupRole::Banned => Some(web.t("group-mine-banned")),
        GroupRole::Member | GroupRole::Announcer => None,
    }
}

/// The button that joins or leaves, for who is signed in.
fn button(web: &Web, shown: &Shown) -> Option<(String, String)> {
    if !matches!(web.caller(), Caller::Member(_)) || shown.mine == Some(GroupRole::Banned) {
        return None;
    }
    let page = &shown.group.actor.page;
    Some(match shown.mine {
        Some(_) => (format!("{page}/leave"), web.t("group-leave")),
        None => (format!("{page}/join"), web.t("group-join")),
    })
}

/// Why there is no form to begin a conversation.
fn why_not(web: &Web, shown: &Shown) -> Option<String> {
    if !matches!(web.caller(), Caller::Member(_)) {
        return Some(web.t("group-begin-sign-in"));
    }
    match shown.group.posting {
        _ if shown.mine == Some(GroupRole::Banned) => None,
        PostingRule::Members => Some(web.t("group-begin-join")),
        PostingRule::Moderators => Some(web.t("group-begin-announce")),
        PostingRule::Anyone => None,
    }
}

/// The parts of the form that begins a conversation, if there is anybody whom one may begin it as.
async fn begin_items(
    web: &Web,
    shown: &Shown,
    errors: &Errors,
) -> Result<Option<Vec<Item>>, Failure> {
    if shown.may_begin_as.is_empty() {
        return Ok(None);
    }
    let mut voices: Vec<Voice> = composer::voices(web).await?;
    voices.retain(|voice| shown.may_begin_as.contains(&voice.handle));
    let fields = web.fields();
    let mut items = Vec::new();
    if voices.len() > 1 {
        let legend = web.t("write-as");
        items.push(Item::Select(composer::author(web, &voices, legend, errors)));
    } else if let Some(voice) = voices.first() {
        items.push(Item::Hidden("author", voice.handle.clone()));
    }
    let title = ("group-begin-title", "group-begin-title-hint");
    items.push(composer::line(web, "title", title, fields.get("title"), errors));
    items.push(composer::text(web, "group-begin-text", None, ROWS, errors));
    let own = web.visit().frame.locale.language();
    let spoken = shown.group.lang.as_str();
    let lang = fields.some("lang").unwrap_or_else(|| {
        if Lang::parse(spoken).is_some() { spoken.to_owned() } else { own.to_owned() }
    });
    items.push(Item::Select(composer::language(web, "write-lang", &lang, errors)));
    Ok(Some(items))
}

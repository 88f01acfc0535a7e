//! A group with its conversations: reading, joining, leaving, beginning one.

use axum::extract::Path;
use carefolk_app::groups::{GroupPage as Shown, Joined};
use carefolk_app::posts::{NewPost, Policies, PostView, Submitted};
use carefolk_app::{Caller, Error};
use carefolk_domain::{ApprovalRule, Audience, GroupRole, Lang, PostingRule};

use super::composer::{self, Voice};
use super::groups::{facts, kind_words};
use super::pictures::Sent;
use super::profile;
use crate::answer::{Answer, Failure};
use crate::own_path::OwnPath;
use crate::present::{Presenter, beginning};
use crate::view::groups::{Button, GroupPage, PinnedLine};
use crate::view::{Errors, Item};
use crate::web::{self, POSTS_A_PAGE, Web};
use crate::wrong::form_errors;

/// Rows of the box for the text.
const ROWS: u8 = 5;

/// `GET /groups/{handle}`
pub(crate) async fn show(web: Web, Path(handle): Path<String>) -> Answer {
    let page = page(&web, &handle, &Sent::standing(&[]), Errors::none()).await?;
    web::show(&page)
}

/// `POST /groups/{handle}/join`
pub(crate) async fn join(web: Web, Path(handle): Path<String>) -> Answer {
    let member = web.member()?;
    let said = match web.app().groups().join(web.caller(), &member.handle, &handle).await? {
        Joined::In => "group-joined",
        Joined::Asked => "group-asked",
    };
    Ok(web.go(&OwnPath::of(&format!("/groups/{handle}")), said))
}

/// `POST /groups/{handle}/leave`
pub(crate) async fn leave(web: Web, Path(handle): Path<String>) -> Answer {
    let member = web.member()?;
    match web.app().groups().leave(web.caller(), &member.handle, &handle).await {
        Ok(()) => {
            // Of a private group there is no page any more for who left it.
            let sees = web.app().groups().show(web.caller(), &handle).await.is_ok();
            let to = if sees { format!("/groups/{handle}") } else { "/groups".to_owned() };
            Ok(web.go(&OwnPath::of(&to), "group-left"))
        }
        Err(Error::Conflict(_)) => {
            let mut errors = Errors::none();
            errors.add_general(web.t("group-needs-moderators"));
            let page = page(&web, &handle, &Sent::standing(&[]), errors).await?;
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
    let sent = Sent::read(&web, &[]).await?;
    if let Some(errors) = sent.again() {
        let mut page = page(&web, &handle, &sent, errors).await?;
        page.is_begun = true;
        return web::form_again_or_on(&page, &page.errors);
    }
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
        pictures: sent.pictures(),
        at: None,
    };
    match web.app().posts().submit(web.caller(), new).await {
        Ok(said) => {
            let said = match said {
                Submitted::Published(_) => "group-began",
                Submitted::Waits(_) => "waits",
            };
            Ok(web.go(&OwnPath::of(&format!("/groups/{handle}")), said))
        }
        Err(error) => {
            let errors = form_errors(web.visit().frame.locale, error)?;
            let page = page(&web, &handle, &sent, errors).await?;
            web::form_again(&page)
        }
    }
}

async fn page(web: &Web, handle: &str, sent: &Sent, errors: Errors) -> Result<GroupPage, Failure> {
    let groups = web.app().groups();
    let shown = groups.show(web.caller(), handle).await?;
    let posts = groups.conversations(web.caller(), handle, web.page_of(POSTS_A_PAGE)).await?;
    let group = &shown.group;
    let person = Presenter::group(group);
    let mut list = web.presenter().list(posts, &group.name.page, web.is_first_page());
    // All of them are in it.
    list.posts.iter_mut().for_each(|post| post.group = None);
    let federates = web.app().settings().federates();
    let cx = web
        .cx(group.name.name.clone())
        .here("groups")
        .at(&group.name.page)
        .failed(!errors.is_empty())
        .crumb(web.t("nav-home"), "/")
        .crumb(web.t("groups-title"), "/groups");
    let begin = begin_items(web, &shown, sent, &errors).await?;
    Ok(GroupPage {
        cx,
        said: web.said(),
        shows: profile::shows(web, group.portrait.as_ref()).await?,
        kind: kind_words(web, group.kind),
        kind_lead: web.t(&format!("group-kind-{}-lead", group.kind.word())),
        lang: group.lang.as_str().to_owned(),
        about: group.about.below(1).as_str().to_owned(),
        facts: facts(web, group),
        rules: group.rules.clone(),
        moderators: shown.moderators.iter().map(Presenter::person).collect(),
        mine: mine(web, &shown),
        reads: group.kind.federates() || shown.mine.is_some_and(GroupRole::is_inside),
        begin_audience: web.t(if group.kind.federates() {
            "group-begin-audience"
        } else {
            "group-begin-inside"
        }),
        buttons: buttons(web, &shown),
        reports_page: reports_page(web, &shown).await?,
        change_page: shown.may_moderate.then(|| format!("{}/change", group.name.page)),
        members_page: shown.may_moderate.then(|| format!("{}/members", group.name.page)),
        waiting_page: waiting_page(web, &shown).await?,
        asking: Some(shown.asking)
            .filter(|count| *count > 0)
            .map(|count| web.with("group-asking", "count", count)),
        why_not: begin.is_none().then(|| why_not(web, &shown)).flatten(),
        is_begun: errors.lines().iter().any(|line| !line.field.is_empty()),
        begin,
        pinned: shown.pinned.iter().filter(|_| web.is_first_page()).map(pinned).collect(),
        list,
        elsewhere_lead: elsewhere_lead(web, group.posting),
        address: group
            .actor
            .as_ref()
            .filter(|_| federates)
            .map(|actor| format!("@{}", actor.address())),
        follow_action: format!("/follow/{}", group.name.handle),
        person,
        errors,
    })
}

fn elsewhere_lead(web: &Web, posting: PostingRule) -> String {
    web.t(match posting {
        PostingRule::Moderators => "group-elsewhere-listen",
        PostingRule::Anyone | PostingRule::Members => "group-elsewhere-lead",
    })
}

/// The way to what waits, for who keeps order and for who wrote some of it.
async fn waiting_page(web: &Web, shown: &Shown) -> Result<Option<(String, String)>, Failure> {
    let group = &shown.group;
    if group.approval == ApprovalRule::None || !matches!(web.caller(), Caller::Member(_)) {
        return Ok(None);
    }
    let count = web.app().groups().waiting(web.caller(), &group.name.handle).await?.len();
    if count == 0 {
        return Ok(None);
    }
    let reads = shown.mine == Some(GroupRole::Moderator);
    let key = if reads { "waiting-link" } else { "waiting-link-own" };
    Ok(Some((format!("{}/waiting", group.name.page), web.with(key, "count", count))))
}

/// The way to what its moderators were told, if there is something.
async fn reports_page(web: &Web, shown: &Shown) -> Result<Option<(String, String)>, Failure> {
    if !shown.may_moderate {
        return Ok(None);
    }
    let group = &shown.group.name;
    let count = web.app().reports().count_in_group(web.caller(), &group.handle).await?;
    let words = web.with("reports-link", "count", count);
    Ok((count > 0).then(|| (format!("{}/reports", group.page), words)))
}

/// How much of a pinned conversation without a title is shown.
const PINNED_CHARS: usize = 80;

pub(super) fn pinned(post: &PostView) -> PinnedLine {
    let text = || match &post.warning {
        Some(warning) => warning.clone(),
        None => beginning(&post.html.to_plain(), PINNED_CHARS),
    };
    PinnedLine {
        page: post.page.clone(),
        lang: post.lang.as_str().to_owned(),
        words: post.title.clone().unwrap_or_else(text),
        by: post.author.name_and_origin(),
    }
}

/// What one is in the group, where that must be said.
fn mine(web: &Web, shown: &Shown) -> Option<String> {
    if let Some(until) = shown.banned_until {
        let day = web.presenter().day(until);
        let stays = !shown.group.kind.federates();
        let key = if stays { "group-mine-banned-inside-until" } else { "group-mine-banned-until" };
        return Some(web.with(key, "when", day));
    }
    match shown.mine? {
        GroupRole::Banned if !shown.group.kind.federates() => {
            Some(web.t("group-mine-banned-inside"))
        }
        GroupRole::Moderator => Some(web.t("group-mine-moderator")),
        GroupRole::Banned => Some(web.t("group-mine-banned")),
        GroupRole::Asked => Some(web.t("group-mine-asked")),
        GroupRole::Invited => Some(web.t("group-mine-invited")),
        GroupRole::Member | GroupRole::Announcer => None,
    }
}

/// The buttons that join or leave, for who is signed in; the one that leads in comes first.
fn buttons(web: &Web, shown: &Shown) -> Vec<Button> {
    if !matches!(web.caller(), Caller::Member(_)) {
        return Vec::new();
    }
    let page = &shown.group.name.page;
    let join = |key| Button { action: format!("{page}/join"), words: web.t(key), is_first: true };
    let leave =
        |key| Button { action: format!("{page}/leave"), words: web.t(key), is_first: false };
    match shown.mine {
        Some(GroupRole::Banned) => Vec::new(),
        Some(GroupRole::Asked) => vec![leave("group-unask")],
        Some(GroupRole::Invited) => vec![join("group-join"), leave("group-decline")],
        Some(GroupRole::Member | GroupRole::Announcer | GroupRole::Moderator) => {
            vec![leave("group-leave")]
        }
        None if shown.group.kind.federates() => vec![join("group-join")],
        None => vec![join("group-ask")],
    }
}

/// Why there is no form to begin a conversation.
fn why_not(web: &Web, shown: &Shown) -> Option<String> {
    if !matches!(web.caller(), Caller::Member(_)) {
        let stays = !shown.group.kind.federates();
        return Some(web.t(if stays { "group-ask-sign-in" } else { "group-begin-sign-in" }));
    }
    match shown.group.posting {
        _ if shown.mine == Some(GroupRole::Banned) => None,
        // Above it stands how one gets in.
        _ if !shown.group.kind.federates() && !shown.mine.is_some_and(GroupRole::is_inside) => None,
        PostingRule::Members => Some(web.t("group-begin-join")),
        PostingRule::Moderators if !shown.group.kind.federates() => {
            Some(web.t("group-begin-moderators"))
        }
        PostingRule::Moderators => Some(web.t("group-begin-announce")),
        PostingRule::Anyone => None,
    }
}

/// The parts of the form that begins a conversation, if there is anybody whom one may begin it as.
async fn begin_items(
    web: &Web,
    shown: &Shown,
    sent: &Sent,
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
    items.push(sent.item(web, errors));
    let own = web.visit().frame.locale.language();
    let spoken = shown.group.lang.as_str();
    let lang = fields.some("lang").unwrap_or_else(|| {
        if Lang::parse(spoken).is_some() { spoken.to_owned() } else { own.to_owned() }
    });
    items.push(Item::Select(composer::language(web, "write-lang", &lang, errors)));
    Ok(Some(items))
}

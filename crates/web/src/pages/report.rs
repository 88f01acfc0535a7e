//! Telling moderators of a post, and what they were told.

use axum::extract::Path;
use carefolk_app::posts::PostView;
use carefolk_app::reports::{NewReport, Readers, ReportState, ReportView};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::authorise::Act;
use carefolk_domain::{Address, FieldError, Invalid, ReportId};

use super::post;
use crate::answer::{Answer, Failure};
use crate::own_path::OwnPath;
use crate::present::Presenter;
use crate::view::cards::{Place, PostCard};
use crate::view::groups::{ReportLine, ReportsPage};
use crate::view::models::FormPage;
use crate::view::{Choice, Choices, Errors, Field, Item};
use crate::web::{self, Web};
use crate::wrong::{form_errors, words};

/// Rows of the box for what is wrong.
const ROWS: u8 = 5;

/// How many reports one page holds.
const SHOWN: u32 = 50;

/// Whether the reader can tell moderators of a post.
fn may_report(web: &Web, post: &PostView) -> bool {
    let Caller::Member(member) = web.caller() else { return false };
    member.actor != post.author.id && !post.deleted && post.removed.is_none() && !post.may_change
}

/// Offers to who is signed in to tell moderators of a post of somebody else.
pub(super) fn offer(card: &mut PostCard) {
    if !card.may_change && !card.deleted && card.removed.is_none() {
        card.report = Some(format!("{}/report", card.page));
    }
}

/// `GET /@{who}/{slug}/report`
pub(crate) async fn form(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    let post = find(&web, &who, &slug).await?;
    let to = told_host(&web, &post).await?;
    web::show(&page(&web, post, (to.as_deref(), Errors::none())))
}

/// `POST /@{who}/{slug}/report`
pub(crate) async fn send(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    let member = web.member()?;
    let post = find(&web, &who, &slug).await?;
    let forward = told_host(&web, &post).await?;
    let fields = web.fields();
    let to = match (fields.get("to"), post.group.is_some()) {
        ("group", true) => Some(Readers::Group),
        ("community", _) | (_, false) => Some(Readers::Community),
        _ => None,
    };
    let about = Address::parse(&post.author.address());
    let (Some(to), Ok(about)) = (to, about) else {
        let mut errors = Errors::none();
        let wrong = FieldError { field: "to", invalid: Invalid::Choice };
        errors.add("to", words(web.visit().frame.locale, wrong));
        return web::form_again(&page(&web, post, (forward.as_deref(), errors)));
    };
    let new = NewReport {
        reporter: member.handle.clone(),
        about,
        posts: vec![post.uri.clone()],
        comment: fields.get("comment").to_owned(),
        to,
        forward: fields.get("forward") == "yes",
    };
    match web.app().reports().send(web.caller(), new).await {
        Ok(_number) => Ok(web.go(&OwnPath::of(&post.page), "reported")),
        Err(error) => {
            let errors = form_errors(web.visit().frame.locale, error)?;
            web::form_again(&page(&web, post, (forward.as_deref(), errors)))
        }
    }
}

/// The server that can be told, if there is one: that of who wrote it, if we talk with it.
async fn told_host(web: &Web, post: &PostView) -> Result<Option<String>, Failure> {
    let Some(host) = post.origin.clone() else { return Ok(None) };
    let is_open = web.app().settings().federates() && web.app().peers().is_open_to(&host).await?;
    Ok(Some(host).filter(|_| is_open))
}

async fn find(web: &Web, who: &str, slug: &str) -> Result<PostView, Failure> {
    web.member()?;
    let post = web.app().posts().find(web.caller(), &post::reference(who, slug)).await?;
    if may_report(web, &post) { Ok(post) } else { Err(Failure::not_found()) }
}

fn page(web: &Web, post: PostView, (forward_to, errors): (Option<&str>, Errors)) -> FormPage {
    let cx = web
        .cx(web.t("report-title"))
        .tab(format!("{} - {}", web.t("report-title"), post::tab(&post)))
        .crumb(web.t("nav-home"), "/");
    let action = format!("{}/report", post.page);
    let mut page = FormPage::new(post::crumb(web, cx, &post), action, web.t("report-button"));
    let fields = web.fields();
    page.lead = vec![web.t("report-lead")];
    page.is_urgent = true;
    if post.group.is_none() {
        page.lead.push(web.t("report-community-reads"));
    }
    let comment = Field::area("comment", web.t("report-comment"), ROWS);
    page.items = vec![Item::Input(
        comment.hint(web.t("report-comment-hint")).filled(fields.get("comment"), &errors),
    )];
    if let Some(group) = &post.group {
        let chosen = fields.some("to").unwrap_or_else(|| "group".to_owned());
        let group = web.with("report-to-group", "name", &group.name);
        let hint =
            if post.audience.federates() { "report-to-group-open" } else { "report-to-group-hint" };
        let choices = vec![
            Choice::new("group", group, &chosen).hint(web.t(hint)),
            Choice::new("community", web.t("report-to-community"), &chosen)
                .hint(web.t("report-to-community-hint")),
        ];
        page.items.push(Item::Choices(Choices::new("to", web.t("report-to"), choices, &errors)));
    }
    if let Some(host) = forward_to {
        let chosen = fields.some("forward").unwrap_or_else(|| "no".to_owned());
        let choices = vec![
            Choice::new("no", web.t("report-forward-no"), &chosen),
            Choice::new("yes", web.t("report-forward-yes"), &chosen)
                .hint(web.t("report-forward-hint")),
        ];
        let legend = web.with("report-forward", "host", host);
        page.items.push(Item::Choices(Choices::new("forward", legend, choices, &errors)));
    }
    page.back = Some((post.page.clone(), web.t("report-back")));
    let mut card = web.presenter().post(post, Place::Before);
    card.may_change = false;
    page.about = Some(card);
    page.errors(errors)
}

/// `GET /groups/{handle}/reports`
pub(crate) async fn of_group(web: Web, Path(handle): Path<String>) -> Answer {
    web.member()?;
    let shown = web.app().groups().show(web.caller(), &handle).await?.group;
    let found = web.app().reports().of_group(web.caller(), &handle, web.page_of(SHOWN)).await?;
    let cx = web
        .cx(web.with("reports-of-title", "name", &shown.name.name))
        .here("groups")
        .at(&format!("{}/reports", shown.name.page))
        .crumb(web.t("nav-home"), "/")
        .crumb(web.t("groups-title"), "/groups")
        .crumb(shown.name.name.clone(), shown.name.page.clone());
    web::show(&ReportsPage {
        cx,
        said: web.said(),
        lead: web.t("reports-of-lead"),
        action: format!("{}/reports", shown.name.page),
        next: next(&found),
        lines: lines(&web, found).into_iter().map(in_its_group).collect(),
    })
}

/// On the page of a group nothing has to say which group it is in.
fn in_its_group(mut line: ReportLine) -> ReportLine {
    line.group = None;
    line.posts.iter_mut().for_each(|post| post.group = None);
    line
}

/// `POST /groups/{handle}/reports`
pub(crate) async fn close_in_group(web: Web, Path(handle): Path<String>) -> Answer {
    close(&web, &format!("/groups/{handle}/reports")).await
}

/// `GET /reports`
pub(crate) async fn list(web: Web) -> Answer {
    web.member()?;
    let page = web.page_of(SHOWN);
    let found = web.app().reports().list(web.caller(), ReportState::Open, page).await?;
    let cx = web.cx(web.t("reports-title")).at("/reports").crumb(web.t("nav-home"), "/");
    web::show(&ReportsPage {
        cx,
        said: web.said(),
        lead: web.t("reports-lead"),
        action: "/reports".to_owned(),
        next: next(&found),
        lines: lines(&web, found),
    })
}

/// `POST /reports`
pub(crate) async fn close_one(web: Web) -> Answer {
    close(&web, "/reports").await
}

async fn close(web: &Web, back: &str) -> Answer {
    web.member()?;
    // Who sends no number means no report.
    let id = ReportId(web.fields().get("id").parse().unwrap_or(0));
    match web.app().reports().close(web.caller(), id).await {
        // Somebody else dealt with it meanwhile, or its group is gone.
        Ok(()) | Err(Error::NotFound(_)) => Ok(web.go(&OwnPath::of(back), "report-closed")),
        Err(error) => Err(error.into()),
    }
}

/// Whether the reader reads what those who run the community are told.
pub(super) fn reads_reports(web: &Web) -> bool {
    web.caller().may(Act::ReadReports).is_ok()
}

/// The cursor of the next page, if this one is full.
fn next(found: &[ReportView]) -> Option<String> {
    let is_full = u64::try_from(found.len()).unwrap_or(0) >= Page::first(SHOWN).rows();
    found.last().filter(|_| is_full).map(|last| last.id.to_string())
}

fn lines(web: &Web, found: Vec<ReportView>) -> Vec<ReportLine> {
    (1_u32..).zip(found).map(|(number, report)| line(web, number, report)).collect()
}

fn line(web: &Web, number: u32, report: ReportView) -> ReportLine {
    let by = match (&report.reporter, &report.host) {
        (Some(handle), _) => Some(web.with("report-by", "name", handle)),
        (None, Some(host)) => Some(web.with("report-from", "host", host)),
        (None, None) => None,
    };
    let present = web.presenter();
    let for_group = report.group.is_some();
    let posts = report.posts.into_iter().map(|post| {
        let may_remove = post.group.is_some() && (for_group || post.audience.federates());
        let mut card = present.post(post, Place::List);
        // Two may be about the same post.
        card.id = format!("{number}-{}", card.id);
        card.may_change = false;
        if may_remove {
            super::removing::offer(&mut card);
        }
        card
    });
    ReportLine {
        number,
        name: web.with("report-number", "number", u64::from(number)),
        id: report.id.to_string(),
        about: Presenter::person(&report.about),
        when: present.when(report.created),
        by,
        group: report.group.map(|group| (group.page, group.name)),
        comment: report.comment,
        forwarded: report.forwarded,
        posts: posts.collect(),
    }
}

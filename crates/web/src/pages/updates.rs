//! What one is told about: one list in words, by day.

use carefolk_app::updates::{NEW_COUNTED_MAX, Update};
use carefolk_domain::{NotificationId, NotificationKind as Kind};

use crate::answer::Answer;
use crate::own_path::OwnPath;
use crate::view::updates::{UpdateDay, UpdateLine, UpdatesPage};
use crate::web::{self, POSTS_A_PAGE, Web};

/// `GET /updates`
pub(crate) async fn show(web: Web) -> Answer {
    let member = web.member()?;
    let found = web.app().updates().list(member, web.page_of(POSTS_A_PAGE)).await?;
    let is_new = found.updates.iter().any(|update| update.is_new);
    let latest = found.latest.map(|latest| latest.0.to_string());
    let mut days: Vec<UpdateDay> = Vec::new();
    for (number, update) in (1..).zip(&found.updates) {
        let day = web.presenter().day(update.at);
        let line = line(&web, update, number);
        match days.last_mut().filter(|last| last.day == day) {
            Some(last) => last.lines.push(line),
            None => days.push(UpdateDay { day, lines: vec![line] }),
        }
    }
    web::show(&UpdatesPage {
        cx: web.cx(web.t("updates-title")).here("updates").at("/updates"),
        said: web.said(),
        days,
        latest: latest.filter(|_| is_new && web.is_first_page()),
        next: found.next,
    })
}

/// `POST /updates`: everything up to the one that was the latest on the page.
pub(crate) async fn saw(web: Web) -> Answer {
    let member = web.member()?;
    // Who sends no number saw nothing.
    let latest = web.fields().get("latest").parse().unwrap_or(0);
    web.app().updates().saw(member, NotificationId(latest)).await?;
    let is_all = web.app().updates().new_count(member).await? == 0;
    Ok(web.go(&OwnPath::of("/updates"), if is_all { "saw" } else { "" }))
}

/// How many are new, in words for the menu; nothing if none is.
pub(crate) fn count_in_words(count: usize) -> Option<String> {
    match count {
        0 => None,
        many if many > NEW_COUNTED_MAX => Some(format!("{NEW_COUNTED_MAX}+")),
        some => Some(some.to_string()),
    }
}

fn line(web: &Web, update: &Update, number: u32) -> UpdateLine {
    let post = update.post.as_ref();
    let group = update.group.as_ref();
    let waiting = || group.map(|group| format!("{}/waiting", group.page));
    let members = || group.map(|group| format!("{}/members", group.page));
    let (key, to, link) = match update.kind {
        Kind::Mention => ("update-mention", post.map(|post| post.page.clone()), "update-read"),
        Kind::Like => ("update-like", post.map(|post| post.page.clone()), "update-yours"),
        Kind::Boost => ("update-boost", post.map(|post| post.page.clone()), "update-yours"),
        Kind::GroupAsked => ("update-group-asked", members(), "update-answer"),
        Kind::GroupInvited => ("update-group-invited", None, ""),
        Kind::GroupLetIn => ("update-group-let-in", None, ""),
        Kind::GroupRefused => ("update-group-refused", None, ""),
        Kind::PostRemoved => ("update-removed", post.map(|post| post.page.clone()), "update-why"),
        Kind::PostRestored => {
            ("update-restored", post.map(|post| post.page.clone()), "update-yours")
        }
        Kind::PostWaits => ("update-waits", waiting(), "update-decide"),
        Kind::PostLetThrough => {
            ("update-through", post.map(|post| post.page.clone()), "update-yours")
        }
        Kind::PostRefused => ("update-refused", waiting(), "update-why"),
        Kind::PostReported => {
            let reports =
                group.map_or_else(|| "/reports".to_owned(), |it| format!("{}/reports", it.page));
            let key = if group.is_some() { "update-reported-group" } else { "update-reported" };
            (key, Some(reports), "update-look")
        }
        Kind::ReportDone => ("update-report", post.map(|post| post.page.clone()), "update-place"),
    };
    let why = post.and_then(|post| post.removed).filter(|_| update.kind == Kind::PostRemoved);
    UpdateLine {
        who: update.by.as_ref().map(crate::present::Presenter::person),
        words: web.t(key),
        group: group.map(|group| (group.page.clone(), group.name.clone())),
        why: why.map(|reason| web.t(&format!("removed-{}", reason.word()))),
        which: which(web, update, number),
        when: web.presenter().when(update.at),
        link: to.map(|to| (to, web.t(link))),
        is_new: update.is_new,
    }
}

/// Two by one person within a minute would have the same name.
fn which(web: &Web, update: &Update, number: u32) -> String {
    let who = update.by.as_ref().map(|who| format!("{}, ", who.name_and_origin()));
    format!("{}{}, {number}", who.unwrap_or_default(), web.presenter().when(update.at))
}

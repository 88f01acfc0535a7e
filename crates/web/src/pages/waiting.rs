//! What moderators of a group read first: what waits for them, and for who wrote it what became of it.

use axum::extract::Path;
use carefolk_app::Error;
use carefolk_app::groups::Waiting;
use carefolk_domain::{GroupRole, HeldId, Invalid, RemovalReason};

use super::removing::REASONS;
use crate::answer::{Answer, Failure};
use crate::own_path::OwnPath;
use crate::present::Presenter;
use crate::view::groups::{WaitingLine, WaitingPage};
use crate::view::{Choice, Choices, Errors};
use crate::web::{self, Web};

/// What can be done, as the forms say it.
const LET_THROUGH: &str = "let-through";
const TURN_DOWN: &str = "turn-down";
const TAKE_BACK: &str = "take-back";

/// `GET /groups/{handle}/waiting`
pub(crate) async fn show(web: Web, Path(handle): Path<String>) -> Answer {
    web.member()?;
    let page = page(&web, &handle, Errors::none()).await?;
    web::show(&page)
}

/// `POST /groups/{handle}/waiting`
pub(crate) async fn decide(web: Web, Path(handle): Path<String>) -> Answer {
    web.member()?;
    let (groups, fields, caller) = (web.app().groups(), web.fields(), web.caller());
    let id = fields.get("id").parse().map_or(HeldId(0), HeldId);
    let reason = RemovalReason::from_word(fields.get("reason"));
    let done = match (fields.get("do"), reason) {
        (LET_THROUGH, _) => {
            groups.let_through(caller, &handle, id).await.map(|_page| "waiting-through")
        }
        (TURN_DOWN, Some(reason)) => {
            groups.turn_down(caller, &handle, id, reason).await.map(|()| "waiting-down")
        }
        (TURN_DOWN, None) => Err(Error::field("reason", Invalid::Choice)),
        (TAKE_BACK, _) => groups.take_back(caller, &handle, id).await.map(|()| "waiting-back"),
        _ => Err(Error::field("do", Invalid::Choice)),
    };
    let errors = match done {
        Ok(said) => {
            let to = OwnPath::of(&format!("/groups/{handle}/waiting"));
            return Ok(web.go(&to, said));
        }
        // What was possible when it was written is not any more, or somebody else was first.
        Err(Error::NotFound("post")) => general(&web, "waiting-decided"),
        Err(Error::Denied(_)) if groups.waiting(caller, &handle).await.is_ok() => {
            general(&web, "waiting-not-now")
        }
        Err(Error::Invalid(wrong)) if wrong.iter().all(|it| it.field != "reason") => {
            general(&web, "waiting-not-now")
        }
        // Which of several forms it was, the sentence does not need.
        Err(Error::Invalid(_)) => general(&web, "waiting-reason-none"),
        Err(error) => return Err(error.into()),
    };
    let page = page(&web, &handle, errors).await?;
    web::form_again(&page)
}

fn general(web: &Web, key: &str) -> Errors {
    let mut errors = Errors::none();
    errors.add_general(web.t(key));
    errors
}

async fn page(web: &Web, handle: &str, errors: Errors) -> Result<WaitingPage, Failure> {
    let groups = web.app().groups();
    let shown = groups.show(web.caller(), handle).await?;
    let waiting = groups.waiting(web.caller(), handle).await?;
    let name = &shown.group.name;
    let action = format!("{}/waiting", name.page);
    // Who runs the community may do much in a group, and reads first what waits where they keep order.
    let reads = shown.mine == Some(GroupRole::Moderator);
    let lead = if reads { "waiting-lead" } else { "waiting-lead-own" };
    let lines = (1..).zip(waiting).map(|(number, it)| line(web, number, it, reads));
    Ok(WaitingPage {
        lines: lines.collect(),
        cx: web
            .cx(web.with("waiting-title", "name", &name.name))
            .here("groups")
            .at(&action)
            .failed(!errors.is_empty())
            .crumb(web.t("nav-home"), "/")
            .crumb(web.t("groups-title"), "/groups")
            .crumb(name.name.clone(), name.page.clone()),
        said: web.said(),
        lead: web.t(lead),
        action,
        errors,
    })
}

fn line(web: &Web, number: u32, it: Waiting, reads: bool) -> WaitingLine {
    let present = web.presenter();
    let own = web.visit().frame.locale.language();
    let reasons = REASONS
        .map(|reason| Choice::new(reason.word(), web.t(&format!("removed-{}", reason.word())), ""));
    let first = Choice::new("", web.t("waiting-reason-none"), "");
    let options = std::iter::once(first).chain(reasons).collect();
    let pictures = it.pictures.iter().map(|picture| present.picture(picture, &it.lang)).collect();
    let has_lang = it.lang.as_str() != "und";
    WaitingLine {
        number,
        name: web.with("waiting-number", "number", u64::from(number)),
        id: it.id.to_string(),
        who: Presenter::person(&it.author),
        when: present.when(it.at),
        lang: if has_lang { it.lang.as_str().to_owned() } else { own.to_owned() },
        title: it.title,
        warning: it.warning,
        html: it.html.below(3).as_str().to_owned(),
        source: it.source.filter(|_| it.refused.is_some()),
        pictures,
        answers: it.answers,
        page: it.page,
        refused: it.refused.map(|reason| web.t(&format!("removed-{}", reason.word()))),
        may_decide: reads && it.refused.is_none() && !it.is_own,
        may_take_back: it.is_own,
        reasons: Choices::new("reason", web.t("waiting-reason"), options, &Errors::none()),
    }
}

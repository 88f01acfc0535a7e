//! Who speaks for a provider.

use axum::extract::Path;
use carefolk_app::{Caller, Error};
use carefolk_domain::authorise::Act;
use carefolk_domain::{Invalid, TeamRole};

use crate::answer::{Answer, Failure};
use crate::own_path::OwnPath;
use crate::view::models::{TeamLine, TeamPage};
use crate::view::{Choice, Choices, Errors, Field, Item};
use crate::web::{self, Web};
use crate::wrong::form_errors;

const ROLES: [(TeamRole, &str); 3] =
    [(TeamRole::Author, "author"), (TeamRole::Approver, "approver"), (TeamRole::Owner, "owner")];

/// What a role is called.
pub(crate) fn role_words(web: &Web, role: TeamRole) -> String {
    let word = ROLES.iter().find(|(known, _)| *known == role).map_or("author", |(_, word)| word);
    web.t(&format!("role-{word}"))
}

/// `GET /team/{handle}`
pub(crate) async fn show(web: Web, Path(handle): Path<String>) -> Answer {
    web.member()?;
    let page = page(&web, &handle, Errors::none()).await?;
    web::show(&page)
}

/// `POST /team/{handle}/add`
pub(crate) async fn add(web: Web, Path(handle): Path<String>) -> Answer {
    let locale = web.visit().frame.locale;
    let fields = web.fields();
    let chosen = ROLES.iter().find(|(_, word)| *word == fields.get("role"));
    let done = match chosen {
        Some((role, _)) => {
            let person = fields.get("handle").trim().trim_start_matches('@');
            web.app().providers().add_to_team(web.caller(), &handle, person, *role).await
        }
        None => Err(Error::field("role", Invalid::Choice)),
    };
    let errors = match done {
        Ok(()) => return Ok(web.go(&team_path(&handle), "team-added")),
        Err(Error::Conflict(_)) => needs_lead(&web),
        Err(error) => form_errors(locale, error)?,
    };
    let page = page(&web, &handle, errors).await?;
    web::form_again(&page)
}

/// `POST /team/{handle}/remove`
pub(crate) async fn remove(web: Web, Path(handle): Path<String>) -> Answer {
    let person = web.fields().get("handle");
    let done = web.app().providers().remove_from_team(web.caller(), &handle, person).await;
    let errors = match done {
        // Whoever took themselves out can no longer see the team.
        Ok(()) if web.member()?.handle == person => {
            return Ok(web.go(&OwnPath::of("/you"), "team-removed"));
        }
        Ok(()) => return Ok(web.go(&team_path(&handle), "team-removed")),
        Err(Error::Conflict(_)) => needs_lead(&web),
        Err(error) => return Err(error.into()),
    };
    let page = page(&web, &handle, errors).await?;
    web::form_again(&page)
}

fn needs_lead(web: &Web) -> Errors {
    let mut errors = Errors::none();
    errors.add_general(web.t("team-needs-lead"));
    errors
}

fn team_path(handle: &str) -> OwnPath {
    OwnPath::of(&format!("/team/{handle}"))
}

async fn page(web: &Web, handle: &str, errors: Errors) -> Result<TeamPage, Failure> {
    let provider = web.app().actors().find_local(handle).await?;
    let team = web.app().providers().team(web.caller(), handle).await?;
    let own = match web.caller() {
        Caller::Member(me) => team.iter().find(|m| m.handle == me.handle).map(|m| m.role),
        _ => None,
    };
    let members = team
        .into_iter()
        .map(|member| TeamLine {
            page: format!("/@{}", member.handle),
            role: role_words(web, member.role),
            name: member.name,
            handle: member.handle,
        })
        .collect();
    let action = format!("/team/{}", provider.handle);
    Ok(TeamPage {
        cx: web
            .cx(web.with("team-title", "name", &provider.name))
            .at(&action)
            .failed(!errors.is_empty())
            .crumb(web.t("nav-home"), "/")
            .crumb(provider.name.clone(), provider.page.clone()),
        said: web.said(),
        members,
        may_manage: web.caller().may(Act::ManageTeam(own)).is_ok(),
        action,
        items: add_items(web, &errors),
        errors,
    })
}

fn add_items(web: &Web, errors: &Errors) -> Vec<Item> {
    let fields = web.fields();
    let sent = if errors.of("handle").is_some() || errors.of("role").is_some() {
        fields.get("handle")
    } else {
        ""
    };
    let handle = Field::line("handle", web.t("team-add-handle"))
        .hint(web.t("team-add-handle-hint"))
        .filled(sent, errors)
        .code()
        .short();
    let chosen = fields.some("role").unwrap_or_else(|| "author".to_owned());
    let roles = ROLES
        .iter()
        .map(|(_, word)| {
            let hint = web.t(&format!("role-{word}-hint"));
            Choice::new(word, web.t(&format!("role-{word}")), &chosen).hint(hint)
        })
        .collect();
    let role = Choices::new("role", web.t("team-add-role"), roles, errors);
    vec![Item::Input(handle), Item::Choices(role)]
}

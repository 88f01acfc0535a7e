//! The first minutes of a community.

use carefolk_app::Error;
use carefolk_app::instance::SetUp;
use carefolk_domain::Denial;
use http::StatusCode;

use super::sign_in::signed_in;
use crate::answer::Answer;
use crate::own_path::OwnPath;
use crate::view::models::{FormPage, MessagePage};
use crate::view::{Errors, Field, Item};
use crate::web::{self, Web, render};
use crate::wrong::form_errors;

/// `GET /setup?token=…`
pub(crate) async fn form(web: Web) -> Answer {
    match web.app().instance().check_setup_token(web.query("token")).await {
        Ok(()) => web::show(&page(&web, Errors::none())),
        Err(Error::Denied(Denial::SetupToken)) => gone(&web),
        Err(other) => Err(other.into()),
    }
}

/// `POST /setup`
pub(crate) async fn finish(web: Web) -> Answer {
    let fields = web.fields();
    let setup = SetUp {
        instance_name: fields.get("instance_name").to_owned(),
        name: fields.get("name").to_owned(),
        handle: fields.get("handle").to_owned(),
        email: fields.get("email").to_owned(),
        password: fields.get("password").to_owned(),
        user_agent: web.visit().user_agent.clone(),
    };
    match web.app().instance().finish_setup(fields.get("token"), setup).await {
        Ok(token) => signed_in(&web, &token, &OwnPath::home(), "set-up"),
        Err(Error::Denied(Denial::SetupToken)) => gone(&web),
        Err(error) => {
            let errors = form_errors(web.visit().frame.locale, error)?;
            web::form_again(&page(&web, errors))
        }
    }
}

/// Says that the link is no good, and how to come by one that is.
fn gone(web: &Web) -> Answer {
    let cx = web.cx(web.t("setup-gone-title")).at("/setup");
    let mut page = MessagePage::new(cx, vec![web.t("setup-gone")]);
    page.links.push(("/".to_owned(), web.t("problem-home")));
    render(StatusCode::FORBIDDEN, &page)
}

fn page(web: &Web, errors: Errors) -> FormPage {
    let fields = web.fields();
    let sent = fields.get("token");
    let token = if sent.is_empty() { web.query("token") } else { sent };
    // The link to the other language keeps the token, or it would lead nowhere.
    let here: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
    let cx = web.cx(web.t("setup-title")).at(&format!("/setup?token={here}"));
    let mut page = FormPage::new(cx, "/setup", web.t("setup-button"));
    page.lead = vec![web.t("setup-lead"), web.t("setup-only-you")];
    let line = |name: &'static str, label: &str, hint: &str| {
        Field::line(name, web.t(label)).hint(web.t(hint)).filled(fields.get(name), &errors)
    };
    page.items = vec![
        Item::Hidden("token", token.to_owned()),
        Item::Input(line("instance_name", "setup-community", "setup-community-hint")),
        Item::Input(line("name", "setup-name", "setup-name-hint").autocomplete("name")),
        Item::Input(line("handle", "setup-handle", "setup-handle-hint").code().short()),
        Item::Input(
            line("email", "setup-email", "setup-email-hint").kind("email").autocomplete("email"),
        ),
        Item::Input(
            line("password", "setup-password", "setup-password-hint")
                .kind("password")
                .autocomplete("new-password"),
        ),
    ];
    page.errors(errors)
}

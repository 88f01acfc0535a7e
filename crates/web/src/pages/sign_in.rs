//! Signing in and out.

use axum::response::Response;
use carefolk_app::Error;
use carefolk_app::accounts::SessionToken;
use carefolk_domain::Denial;
use http::header::{HeaderName, SET_COOKIE};
use http::{HeaderValue, StatusCode};

use crate::answer::{Answer, Failure};
use crate::cookies::Name;
use crate::own_path::OwnPath;
use crate::view::models::FormPage;
use crate::view::{Errors, Field, Item};
use crate::web::{self, Web, render};

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// `GET /sign-in`
pub(crate) async fn form(web: Web) -> Answer {
    if web.member().is_ok() {
        return Ok(web.go(&next(web.query("next")), ""));
    }
    web::show(&page(&web, Errors::none()))
}

/// `POST /sign-in`
pub(crate) async fn sign_in(web: Web) -> Answer {
    web.count_knock()?;
    let (fields, visit) = (web.fields(), web.visit());
    let accounts = web.app().accounts();
    let signed =
        accounts.sign_in(fields.get("name"), fields.get("password"), &visit.user_agent).await;
    let (status, key) = match signed {
        Ok(token) => {
            // Whoever was signed in with this browser before is signed out (S-135).
            if let Some(old) = &visit.session {
                accounts.sign_out(old).await?;
            }
            return signed_in(&web, &token, &next(fields.get("next")), "");
        }
        Err(Error::Denied(Denial::Credentials)) => (StatusCode::UNAUTHORIZED, "wrong-credentials"),
        Err(Error::Denied(Denial::Suspended)) => (StatusCode::FORBIDDEN, "wrong-suspended"),
        Err(Error::Throttled { .. }) => (StatusCode::TOO_MANY_REQUESTS, "wrong-throttled"),
        Err(other) => return Err(other.into()),
    };
    let mut errors = Errors::none();
    errors.add("name", web.t(key));
    render(status, &page(&web, errors))
}

/// Sends somebody who has just shown who they are on their way, with their cookie.
///
/// # Errors
///
/// 500 if the token is no cookie, which cannot be.
pub(crate) fn signed_in(web: &Web, token: &SessionToken, to: &OwnPath, said: &str) -> Answer {
    let jar = web.visit().jar;
    let mut response = web.go(to, said);
    set_cookie(&mut response, &jar.set(Name::Session, &token.0))?;
    set_cookie(&mut response, &jar.clear(Name::Form))?;
    Ok(response)
}

/// `POST /sign-out`
pub(crate) async fn sign_out(web: Web) -> Answer {
    if let Some(token) = &web.visit().session {
        web.app().accounts().sign_out(token).await?;
    }
    let mut response = web.go(&OwnPath::home(), "signed-out");
    set_cookie(&mut response, &web.visit().jar.clear(Name::Session))?;
    // What the pages held is forgotten too; the reader's settings are not (S-136).
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
    Ok(response)
}

/// Adds a cookie to an answer.
///
/// # Errors
///
/// 500 if it is none.
pub(crate) fn set_cookie(response: &mut Response, line: &str) -> Result<(), Failure> {
    let line = HeaderValue::from_str(line).map_err(|_never| Failure::bug("a cookie of ours"))?;
    response.headers_mut().append(SET_COOKIE, line);
    Ok(())
}

/// Where to go afterwards: only to a page of ours.
fn next(sent: &str) -> OwnPath {
    OwnPath::parse(sent).unwrap_or_else(OwnPath::home)
}

fn page(web: &Web, errors: Errors) -> FormPage {
    let (sent, asked) = (web.fields().get("next"), web.query("next"));
    let next = next(if sent.is_empty() { asked } else { sent });
    let lead = if next == OwnPath::home() { "sign-in-lead" } else { "sign-in-carry-on" };
    let mut page =
        FormPage::new(web.cx(web.t("sign-in-title")), "/sign-in", web.t("sign-in-button"));
    page.lead.push(web.t(lead));
    page.after.push(web.t("sign-in-help"));
    let name = Field::line("name", web.t("sign-in-name"))
        .filled(web.fields().get("name"), &errors)
        .autocomplete("username")
        .code();
    let password = Field::line("password", web.t("sign-in-password"))
        .kind("password")
        .autocomplete("current-password");
    page.items = vec![
        Item::Hidden("next", next.as_str().to_owned()),
        Item::Input(name),
        Item::Input(password),
    ];
    page.errors(errors)
}

//! The Follow box for people whose account is on another site.
//!
//! They type their address, we ask their site where its follow page is, and give them a link to
//! it. A link and not a redirect: our policy lets forms lead nowhere else, redirects included.

use axum::extract::Path;
use carefolk_app::Error;
use carefolk_app::actors::ActorView;
use carefolk_domain::{ActorKind, Address, Denial};

use super::you::address_words;
use crate::answer::{Answer, Failure};
use crate::own_path::OwnPath;
use crate::view::models::{FormPage, MessagePage};
use crate::view::{Cx, Errors, Field, Item};
use crate::web::{self, Web};

/// Where the address of the actor goes in another site's template (the old `ostatus` subscribe link).
const TEMPLATE_MARK: &str = "{uri}";

/// The longest address of another site's follow page.
const TARGET_MAX_BYTES: usize = 2_048;

/// `GET /follow/{handle}`
pub(crate) async fn form(web: Web, Path(handle): Path<String>) -> Answer {
    let actor = followable(&web, &handle).await?;
    web::show(&page(&web, &actor, Errors::none()))
}

/// `POST /follow/{handle}`
pub(crate) async fn send(web: Web, Path(handle): Path<String>) -> Answer {
    let actor = followable(&web, &handle).await?;
    let again = |words: String| {
        let mut errors = Errors::none();
        errors.add("address", words);
        web::form_again(&page(&web, &actor, errors))
    };
    let address = match Address::parse(web.fields().get("address").trim()) {
        Ok(address) if address.host == actor.host => return again(web.t("follow-here")),
        Ok(address) => address,
        Err(invalid) => return again(address_words(&web, Error::field("address", invalid))?),
    };
    web.count_errand(&address.host)?;
    match ask(&web, &actor, address).await {
        Ok(Asked::Page { host, target }) => {
            let mut page = onward(&web, &actor, "follow-ready", &host);
            let words = web.with("follow-ready-button", "host", &host);
            page.button = Some((target, words));
            page.leaves = true;
            web::show(&page)
        }
        Ok(Asked::NoPage { host }) => web::show(&onward(&web, &actor, "follow-manual", &host)),
        Err(error) => again(address_words(&web, error)?),
    }
}

/// `GET /authorize_interaction?uri=…`: where other sites send our people who want to follow
/// somebody there (the subscribe link in our WebFinger answers).
pub(crate) async fn arrive(web: Web) -> Answer {
    web.member()?;
    let sent = web.query("uri").trim();
    let actor = web.app().actors().look_up_uri_for(web.caller(), sent).await;
    match actor {
        Ok(actor) => Ok(web.go(&OwnPath::of(&actor.page), "")),
        Err(Error::Invalid(_) | Error::Upstream(_) | Error::Denied(Denial::Peer)) => {
            Err(Failure::not_found())
        }
        Err(other) => Err(other.into()),
    }
}

/// What the other site said.
enum Asked {
    /// Its follow page for our actor.
    Page { host: String, target: String },
    /// It has none.
    NoPage { host: String },
}

async fn ask(web: &Web, actor: &ActorView, address: Address) -> Result<Asked, Error> {
    let fingered = web.app().actors().finger(&address).await?;
    let lab = web.app().settings().lab;
    let target = fingered.subscribe_template.and_then(|t| target(&t, &actor.uri, lab));
    Ok(match target {
        Some((host, target)) => Asked::Page { host, target },
        None => Asked::NoPage { host: address.host },
    })
}

/// The follow page for `actor`, if the template is a web address we may link to, and its host.
fn target(template: &str, actor: &str, lab: bool) -> Option<(String, String)> {
    if template.len() > TARGET_MAX_BYTES || !template.contains(TEMPLATE_MARK) {
        return None;
    }
    let actor: String = url::form_urlencoded::byte_serialize(actor.as_bytes()).collect();
    let url = url::Url::parse(&template.replace(TEMPLATE_MARK, &actor)).ok()?;
    let scheme_good = url.scheme() == "https" || (lab && url.scheme() == "http");
    let plain = url.username().is_empty() && url.password().is_none();
    let host = url.host_str()?.to_owned();
    (scheme_good && plain).then(|| (host, url.to_string()))
}

async fn followable(web: &Web, handle: &str) -> Result<ActorView, Failure> {
    let actor = web.app().actors().find_local(handle).await?;
    let is_ready = web.app().settings().federates() && actor.kind != ActorKind::Application;
    if is_ready { Ok(actor) } else { Err(Failure::not_found()) }
}

fn crumbs(web: &Web, actor: &ActorView, title: String) -> Cx {
    let cx = web.cx(title).at(&format!("/follow/{}", actor.handle));
    cx.crumb(web.t("nav-home"), "/").crumb(actor.name_and_origin(), actor.page.clone())
}

fn page(web: &Web, actor: &ActorView, errors: Errors) -> FormPage {
    let cx = crumbs(web, actor, web.with("follow-page-title", "name", &actor.name));
    let action = format!("/follow/{}", actor.handle);
    let mut page = FormPage::new(cx, action, web.t("follow-button"));
    let sent = web.fields().get("address");
    page.lead.push(web.t("follow-lead"));
    page.items.push(Item::Input(
        Field::line("address", web.t("follow-label"))
            .hint(web.t("follow-hint"))
            .filled(sent, &errors)
            .code(),
    ));
    page.back = Some((actor.page.clone(), web.with("follow-back", "name", &actor.name)));
    page.errors(errors)
}

fn onward(web: &Web, actor: &ActorView, key: &str, host: &str) -> MessagePage {
    let title = web.with(&format!("{key}-title"), "host", host);
    let mut page = MessagePage::new(crumbs(web, actor, title), vec![web.with(key, "host", host)]);
    page.copy = Some(format!("@{}", actor.address()));
    page.links.push((actor.page.clone(), web.with("follow-back", "name", &actor.name)));
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTOR: &str = "https://care.example/ap/actor/abc";

    #[test]
    fn the_actor_is_put_into_the_template() {
        let template = "https://social.example/authorize_interaction?uri={uri}";
        let (host, target) = target(template, ACTOR, false).unwrap();
        assert_eq!(host, "social.example");
        assert_eq!(
            target,
            "https://social.example/authorize_interaction?uri=https%3A%2F%2Fcare.example%2Fap%2Factor%2Fabc"
        );
    }

    #[test]
    fn another_site_can_make_us_link_to_web_pages_only() {
        for template in [
            "javascript:alert('{uri}')",
            "data:text/html,{uri}",
            "http://social.example/{uri}",
            "https://bank.example@e.example/{uri}",
            "https://social.example/",
            "/{uri}",
            "",
        ] {
            assert_eq!(target(template, ACTOR, false), None, "{template}");
        }
        assert!(target("http://social.localhost:8082/f?u={uri}", ACTOR, true).is_some());
    }
}

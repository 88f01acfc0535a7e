//! The providers of this community, and adding one.

use carefolk_app::Caller;
use carefolk_app::providers::NewProvider;
use carefolk_domain::authorise::Act;

use crate::answer::Answer;
use crate::own_path::OwnPath;
use crate::present::{Presenter, beginning};
use crate::view::models::{FormPage, ProviderCard, ProvidersPage};
use crate::view::{Errors, Field, Item};
use crate::web::{self, Web};
use crate::wrong::form_errors;

/// How much of what a provider says about itself stands in the list.
const ABOUT_CHARS: usize = 160;

/// `GET /providers`
pub(crate) async fn list(web: Web) -> Answer {
    let actors = web.app().providers().list(web.caller()).await?;
    let people = actors
        .iter()
        .map(|actor| ProviderCard {
            person: Presenter::person(actor),
            about: Some(beginning(&actor.summary.to_plain(), ABOUT_CHARS))
                .filter(|about| !about.is_empty()),
        })
        .collect();
    web::show(&ProvidersPage {
        cx: web.cx(web.t("providers-title")).here("providers"),
        said: web.said(),
        people,
        may_add: web.caller().may(Act::CreateProvider).is_ok(),
    })
}

/// `GET /providers/new`
pub(crate) async fn form(web: Web) -> Answer {
    web.caller().may(Act::CreateProvider)?;
    web::show(&page(&web, Errors::none()))
}

/// `POST /providers/new`
pub(crate) async fn create(web: Web) -> Answer {
    let fields = web.fields();
    let new = NewProvider {
        handle: fields.get("handle").to_owned(),
        name: fields.get("name").to_owned(),
        summary: fields.get("summary").to_owned(),
        owner: fields.get("owner").to_owned(),
    };
    match web.app().providers().create(web.caller(), new).await {
        Ok(actor) => Ok(web.go(&OwnPath::of(&actor.page), "provider")),
        Err(error) => {
            let errors = form_errors(web.visit().frame.locale, error)?;
            web::form_again(&page(&web, errors))
        }
    }
}

fn page(web: &Web, errors: Errors) -> FormPage {
    let cx = web.cx(web.t("provider-new-title")).crumb(web.t("nav-home"), "/");
    let cx = cx.crumb(web.t("providers-title"), "/providers");
    let mut page = FormPage::new(cx, "/providers/new", web.t("provider-new-button"));
    let fields = web.fields();
    let owner = match web.caller() {
        Caller::Member(member) if fields.get("csrf").is_empty() => member.handle.clone(),
        _ => fields.get("owner").to_owned(),
    };
    let line = |name, label: &str| Field::line(name, web.t(label));
    page.items = vec![
        Item::Input(line("name", "provider-new-name").filled(fields.get("name"), &errors)),
        Item::Input(
            line("handle", "provider-new-handle")
                .hint(web.t("provider-new-handle-hint"))
                .filled(fields.get("handle"), &errors)
                .code(),
        ),
        Item::Input(
            Field::area("summary", web.t("provider-new-summary"), 4)
                .hint(web.t("provider-new-summary-hint"))
                .filled(fields.get("summary"), &errors),
        ),
        Item::Input(
            line("owner", "provider-new-owner")
                .hint(web.t("provider-new-owner-hint"))
                .filled(&owner, &errors)
                .code(),
        ),
    ];
    page.errors(errors)
}

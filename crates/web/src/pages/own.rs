//! What people, providers and groups say about themselves, changed by who may.

use axum::extract::Path;
use carefolk_app::groups::{ChangeGroup, OwnGroup};
use carefolk_app::profiles::{ChangeActor, OwnProfile};
use carefolk_domain::{ActorKind, ApprovalRule, GroupKind, Lang, PostingRule};

use super::composer;
use super::groups::{choices, unchosen};
use super::pictures::Sent;
use crate::answer::Answer;
use crate::own_path::OwnPath;
use crate::view::models::FormPage;
use crate::view::{Errors, Field, Item};
use crate::web::{self, Web};
use crate::wrong::form_errors;

/// Rows of the boxes for texts.
const SUMMARY_ROWS: u8 = 6;
const RULES_ROWS: u8 = 5;

/// `GET /you/profile`
pub(crate) async fn mine(web: Web) -> Answer {
    let handle = web.member()?.handle.clone();
    show(&web, &handle, "/you/profile").await
}

/// `POST /you/profile`
pub(crate) async fn save_mine(web: Web) -> Answer {
    let handle = web.member()?.handle.clone();
    save(&web, &handle, "/you/profile").await
}

/// `GET /team/{handle}/profile`
pub(crate) async fn of_provider(web: Web, Path(handle): Path<String>) -> Answer {
    web.member()?;
    show(&web, &handle, &format!("/team/{handle}/profile")).await
}

/// `POST /team/{handle}/profile`
pub(crate) async fn save_provider(web: Web, Path(handle): Path<String>) -> Answer {
    web.member()?;
    save(&web, &handle, &format!("/team/{handle}/profile")).await
}

async fn show(web: &Web, handle: &str, action: &str) -> Answer {
    let own = web.app().profiles().own(web.caller(), handle).await?;
    let sent = Sent::portrait(own.picture.as_ref());
    let said = (own.who.name.as_str(), own.summary_source.as_str());
    web::show(&page(web, &own, action, said, (&sent, Errors::none())))
}

async fn save(web: &Web, handle: &str, action: &str) -> Answer {
    let own = web.app().profiles().own(web.caller(), handle).await?;
    let fields = web.fields();
    let sent = Sent::read_portrait(web, own.picture.as_ref()).await?;
    let said = (fields.get("name"), fields.get("summary"));
    let errors = match sent.again() {
        Some(errors) => errors,
        None => {
            let change = ChangeActor {
                handle: handle.to_owned(),
                name: Some(said.0.to_owned()),
                summary: Some(said.1.to_owned()),
                picture: Some(sent.pictures()),
                ..ChangeActor::default()
            };
            match web.app().profiles().change(web.caller(), change).await {
                Ok(()) => return Ok(web.go(&OwnPath::of(&own.who.page), "profile-changed")),
                Err(error) => form_errors(web.visit().frame.locale, error)?,
            }
        }
    };
    let page = page(web, &own, action, said, (&sent, errors));
    web::form_again_or_on(&page, &page.errors)
}

fn page(
    web: &Web,
    own: &OwnProfile,
    action: &str,
    (name, summary): (&str, &str),
    (sent, errors): (&Sent, Errors),
) -> FormPage {
    let is_person = own.who.kind == ActorKind::Person;
    let title = if is_person {
        web.t("profile-change-own")
    } else {
        web.with("profile-change-of", "name", &own.who.name)
    };
    let cx = web.cx(title).crumb(web.t("nav-home"), "/").crumb(own.who.name.clone(), &own.who.page);
    let mut page = FormPage::new(cx, action, web.t("profile-save"));
    page.lead = vec![web.t("profile-change-lead")];
    let name = Field::line("name", web.t("profile-name")).filled(name, &errors);
    let about = if is_person {
        Field::area("summary", web.t("profile-about"), SUMMARY_ROWS)
    } else {
        Field::area("summary", web.t("provider-new-summary"), SUMMARY_ROWS)
            .hint(web.t("provider-new-summary-hint"))
    };
    page.items = vec![
        Item::Input(if is_person { name.autocomplete("name") } else { name }),
        Item::Input(about.filled(summary, &errors)),
        sent.item(web, &errors),
    ];
    page.back = Some((own.who.page.clone(), web.t("edit-back")));
    page.errors(errors)
}

/// `GET /groups/{handle}/change`
pub(crate) async fn of_group(web: Web, Path(handle): Path<String>) -> Answer {
    web.member()?;
    let own = web.app().groups().own(web.caller(), &handle).await?;
    let sent = Sent::portrait(own.picture.as_ref());
    web::show(&group_page(&web, &own, (&sent, Errors::none())))
}

/// `POST /groups/{handle}/change`
pub(crate) async fn save_group(web: Web, Path(handle): Path<String>) -> Answer {
    web.member()?;
    let own = web.app().groups().own(web.caller(), &handle).await?;
    let fields = web.fields();
    let sent = Sent::read_portrait(&web, own.picture.as_ref()).await?;
    let text = |name: &str| Some(fields.get(name).to_owned());
    let posting = PostingRule::from_word(fields.get("posting"));
    let approval = ApprovalRule::from_word(fields.get("approval"));
    // An announce-only group is not asked who begins conversations.
    let is_asked = own.group.kind != GroupKind::Announce;
    let chosen = [("posting", posting.is_some() || !is_asked), ("approval", approval.is_some())];
    let errors = match (sent.again(), unchosen(&web, &chosen)) {
        (Some(errors), _) | (None, Some(errors)) => errors,
        (None, None) => {
            let change = ChangeGroup {
                handle: own.group.name.handle.clone(),
                name: text("name"),
                about: text("about"),
                posting,
                approval,
                rules: text("rules"),
                lang: Lang::parse(fields.get("lang")),
                area: text("area"),
                picture: Some(sent.pictures()),
            };
            match web.app().groups().change(web.caller(), change).await {
                Ok(()) => return Ok(web.go(&OwnPath::of(&own.group.name.page), "group-changed")),
                Err(error) => form_errors(web.visit().frame.locale, error)?,
            }
        }
    };
    let page = group_page(&web, &own, (&sent, errors));
    web::form_again_or_on(&page, &page.errors)
}

/// The form of a group: as it stands, or as it was sent.
fn group_page(web: &Web, own: &OwnGroup, (sent, errors): (&Sent, Errors)) -> FormPage {
    let group = &own.group;
    let fields = web.fields();
    let is_sent = !fields.get("csrf").is_empty();
    let value = |name: &str, stands: &str| {
        if is_sent { fields.get(name).to_owned() } else { stands.to_owned() }
    };
    let field = |field: Field, name: &str, stands: &str| {
        Item::Input(field.filled(&value(name, stands), &errors))
    };
    let label = |name: &str| web.t(&format!("group-new-{name}"));
    let title = web.with("group-change-title", "name", &group.name.name);
    let cx = web.cx(title).crumb(web.t("nav-home"), "/").crumb(web.t("groups-title"), "/groups");
    let cx = cx.crumb(group.name.name.clone(), &group.name.page);
    let action = format!("{}/change", group.name.page);
    let mut page = FormPage::new(cx, action, web.t("profile-save"));
    let hint = |name: &str| web.t(&format!("group-new-{name}-hint"));
    let about = Field::area("about", label("about"), SUMMARY_ROWS).hint(hint("about"));
    let rules = Field::area("rules", label("rules"), RULES_ROWS).hint(hint("rules"));
    let area = Field::line("area", label("area")).hint(hint("area"));
    let lang = value("lang", group.lang.as_str());
    page.items = vec![
        field(Field::line("name", label("name")), "name", &group.name.name),
        field(about, "about", &own.about_source),
        sent.item(web, &errors),
    ];
    let posting: &[&'static str] = match group.kind {
        GroupKind::Announce => &[],
        GroupKind::Open => &["anyone", "members", "moderators"],
        GroupKind::Closed | GroupKind::Private => &["members", "moderators"],
    };
    if !posting.is_empty() {
        let chosen = value("posting", group.posting.word());
        page.items.push(Item::Choices(choices(web, "posting", (posting, &chosen), &errors)));
    }
    let rules_of_reading = ApprovalRule::ALL.map(ApprovalRule::word);
    let chosen = value("approval", group.approval.word());
    page.items.extend([
        Item::Choices(choices(web, "approval", (&rules_of_reading, &chosen), &errors)),
        field(rules, "rules", &group.rules.join("\n")),
        field(area, "area", group.area.as_deref().unwrap_or_default()),
        Item::Select(composer::language(web, "group-new-lang", &lang, &errors)),
    ]);
    page.back = Some((group.name.page.clone(), web.t("edit-back")));
    page.errors(errors)
}

//! The groups of this community, and starting one.

use carefolk_app::groups::{GroupView, NewGroup};
use carefolk_domain::authorise::Act;
use carefolk_domain::{ApprovalRule, FieldError, GroupKind, GroupRole, Invalid, Lang, PostingRule};

use super::composer;
use crate::answer::Answer;
use crate::languages;
use crate::own_path::OwnPath;
use crate::present::{Presenter, beginning};
use crate::view::groups::{GroupCard, GroupsPage};
use crate::view::models::FormPage;
use crate::view::{Choice, Choices, Errors, Field, Item};
use crate::web::{self, Web};
use crate::wrong::{form_errors, words};

/// How much of what a group is for stands in the list.
const ABOUT_CHARS: usize = 200;

/// The kinds of groups, in the order in which they are offered.
const KINDS: [&str; 4] = ["open", "announce", "closed", "private"];

/// `GET /groups`
pub(crate) async fn list(web: Web) -> Answer {
    let groups = web.app().groups().list(web.caller()).await?;
    let groups = groups
        .iter()
        .map(|group| GroupCard {
            person: Presenter::group(group),
            kind: kind_words(&web, group.kind),
            lang: group.lang.as_str().to_owned(),
            about: beginning(&group.about.to_plain(), ABOUT_CHARS),
            facts: facts(&web, group),
        })
        .collect();
    web::show(&GroupsPage {
        cx: web.cx(web.t("groups-title")).here("groups"),
        said: web.said(),
        groups,
        may_add: web.caller().may(Act::CreateGroup).is_ok(),
    })
}

/// What a kind of group is called.
pub(super) fn kind_words(web: &Web, kind: GroupKind) -> String {
    web.t(&format!("group-kind-{}", kind.word()))
}

/// Short facts about a group.
pub(super) fn facts(web: &Web, group: &GroupView) -> Vec<String> {
    let mut facts = Vec::new();
    if group.mine == Some(GroupRole::Invited) {
        facts.push(web.t("group-invited"));
    }
    facts.extend(group.members.map(|count| web.with("group-members", "count", count)));
    if let Some(area) = &group.area {
        facts.push(web.with("group-area", "area", area));
    }
    let own = web.visit().frame.locale.language();
    if group.lang.as_str() != own {
        facts.push(web.with("group-lang", "language", languages::own_name(group.lang.as_str())));
    }
    if group.approval != ApprovalRule::None {
        facts.push(web.t(&format!("group-approval-{}", group.approval.word())));
    }
    facts
}

/// `GET /groups/new`
pub(crate) async fn form(web: Web) -> Answer {
    web.caller().may(Act::CreateGroup)?;
    web::show(&page(&web, Errors::none()))
}

/// `POST /groups/new`
pub(crate) async fn create(web: Web) -> Answer {
    let locale = web.visit().frame.locale;
    let fields = web.fields();
    let kind = GroupKind::from_word(fields.get("kind"));
    let posting = PostingRule::from_word(fields.get("posting"));
    let approval = ApprovalRule::from_word(fields.get("approval"));
    let (Some(kind), Some(posting), Some(approval)) = (kind, posting, approval) else {
        let chosen = [
            ("kind", kind.is_some()),
            ("posting", posting.is_some()),
            ("approval", approval.is_some()),
        ];
        let errors = unchosen(&web, &chosen).unwrap_or_else(Errors::none);
        return web::form_again(&page(&web, errors));
    };
    let new = NewGroup {
        handle: fields.get("handle").to_owned(),
        name: fields.get("name").to_owned(),
        about: fields.get("about").to_owned(),
        kind,
        posting,
        approval,
        rules: fields.get("rules").to_owned(),
        lang: Lang::parse(fields.get("lang")),
        area: fields.get("area").to_owned(),
        moderators: fields.get("moderators").split_whitespace().map(str::to_owned).collect(),
    };
    match web.app().groups().create(web.caller(), new).await {
        Ok(group) => {
            // Who starts a private group for others does not see it.
            let sees = web.app().groups().show(web.caller(), &group.name.handle).await.is_ok();
            let to = if sees { group.name.page.as_str() } else { "/groups" };
            Ok(web.go(&OwnPath::of(to), "group"))
        }
        Err(error) => web::form_again(&page(&web, form_errors(locale, error)?)),
    }
}

fn page(web: &Web, errors: Errors) -> FormPage {
    let cx = web.cx(web.t("group-new-title")).crumb(web.t("nav-home"), "/");
    let cx = cx.crumb(web.t("groups-title"), "/groups");
    let mut page = FormPage::new(cx, "/groups/new", web.t("group-new-button"));
    page.lead = vec![web.t("group-new-lead")];
    let fields = web.fields();
    let line = |name, hint: Option<&str>| {
        let label = web.t(&format!("group-new-{name}"));
        let field = Field::line(name, label).filled(fields.get(name), &errors);
        hint.map_or(field.clone(), |hint| field.hint(web.t(hint)))
    };
    let area = |name, rows| {
        let label = web.t(&format!("group-new-{name}"));
        let hint = web.t(&format!("group-new-{name}-hint"));
        Field::area(name, label, rows).hint(hint).filled(fields.get(name), &errors)
    };
    let question = |name, all: &[&'static str]| {
        let first = all.first().copied().unwrap_or_default();
        let chosen = fields.some(name).unwrap_or_else(|| first.to_owned());
        Item::Choices(choices(web, name, (all, &chosen), &errors))
    };
    let lang = fields.some("lang");
    let own = web.visit().frame.locale.language();
    let lang = lang.unwrap_or_else(|| own.to_owned());
    page.items = vec![
        Item::Input(line("name", None)),
        Item::Input(line("handle", Some("group-new-handle-hint")).code()),
        Item::Input(area("about", 4)),
        question("kind", &KINDS),
        question("posting", &["anyone", "members"]),
        question("approval", &ApprovalRule::ALL.map(ApprovalRule::word)),
        Item::Input(area("rules", 5)),
        Item::Input(line("area", Some("group-new-area-hint"))),
        Item::Input(area("moderators", 3)),
        Item::Select(composer::language(web, "group-new-lang", &lang, &errors)),
    ];
    page.errors(errors)
}

/// What to say of the questions that have no answer of those that are offered; nothing if all have one.
pub(super) fn unchosen(web: &Web, chosen: &[(&'static str, bool)]) -> Option<Errors> {
    let mut errors = Errors::none();
    for (field, _) in chosen.iter().filter(|(_, is_chosen)| !is_chosen) {
        let wrong = FieldError { field, invalid: Invalid::Choice };
        errors.add(field, words(web.visit().frame.locale, wrong));
    }
    (!errors.is_empty()).then_some(errors)
}

/// A question whose answers have words and hints of their own; `all` of them, and the one that is chosen.
pub(super) fn choices(
    web: &Web,
    name: &'static str,
    (all, chosen): (&[&'static str], &str),
    errors: &Errors,
) -> Choices {
    let choice = |word: &&'static str| {
        let key = format!("group-new-{name}-{word}");
        let hint = web.t(&format!("{key}-hint"));
        Choice::new(word, web.t(&key), chosen).hint(hint)
    };
    let legend = web.t(&format!("group-new-{name}"));
    Choices::new(name, legend, all.iter().map(choice).collect(), errors)
}

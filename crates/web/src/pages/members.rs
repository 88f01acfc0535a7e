//! Who is what in a group, for those who keep order in it.

use axum::extract::Path;
use carefolk_app::Error;
use carefolk_app::groups::GroupMember;
use carefolk_domain::{GroupRole, Invalid};

use crate::answer::{Answer, Failure};
use crate::own_path::OwnPath;
use crate::present::Presenter;
use crate::view::groups::{MemberLine, MemberList, MembersPage};
use crate::view::{Choice, Choices, Errors, Field, Item};
use crate::web::{self, Web};
use crate::wrong::form_errors;

/// What can be done, as the forms say it.
const APPROVE: &str = "approve";
const TURN_AWAY: &str = "turn-away";
const INVITE: &str = "invite";
const MODERATOR: &str = "moderator";
const ANNOUNCER: &str = "announcer";
const MEMBER: &str = "member";
const BAN: &str = "ban";
const BAN_WEEK: &str = "ban-week";
const BAN_MONTH: &str = "ban-month";

/// How many days these bans last.
const WEEK: u32 = 7;
const MONTH: u32 = 30;

/// `GET /groups/{handle}/members`
pub(crate) async fn show(web: Web, Path(handle): Path<String>) -> Answer {
    web.member()?;
    let page = page(&web, &handle, Errors::none()).await?;
    web::show(&page)
}

/// `POST /groups/{handle}/members`
pub(crate) async fn change(web: Web, Path(handle): Path<String>) -> Answer {
    web.member()?;
    let fields = web.fields();
    let (groups, who, caller) = (web.app().groups(), fields.get("who"), web.caller());
    let done = match fields.get("do") {
        APPROVE => groups.approve(caller, &handle, who).await,
        TURN_AWAY => groups.turn_away(caller, &handle, who).await,
        INVITE => groups.invite(caller, &handle, who).await,
        MODERATOR => groups.appoint(caller, &handle, who, GroupRole::Moderator).await,
        ANNOUNCER => groups.appoint(caller, &handle, who, GroupRole::Announcer).await,
        MEMBER => groups.appoint(caller, &handle, who, GroupRole::Member).await,
        BAN_WEEK => groups.ban(caller, &handle, who, WEEK).await,
        BAN_MONTH => groups.ban(caller, &handle, who, MONTH).await,
        BAN => groups.appoint(caller, &handle, who, GroupRole::Banned).await,
        _ => Err(Error::field("do", Invalid::Choice)),
    };
    let errors = match done {
        Ok(()) => {
            // Whoever ended their own part has no say here any more.
            let may = groups.members(caller, &handle).await.is_ok();
            let to = if may { "/members" } else { "" };
            return Ok(web.go(&OwnPath::of(&format!("/groups/{handle}{to}")), "group-changed"));
        }
        Err(Error::Conflict(_)) => {
            let mut errors = Errors::none();
            errors.add_general(web.t("group-who-conflict"));
            errors
        }
        Err(error) => form_errors(web.visit().frame.locale, error)?,
    };
    let page = page(&web, &handle, errors).await?;
    web::form_again(&page)
}

async fn page(web: &Web, handle: &str, errors: Errors) -> Result<MembersPage, Failure> {
    let groups = web.app().groups();
    let group = groups.show(web.caller(), handle).await?.group;
    let members = groups.members(web.caller(), handle).await?;
    let action = format!("{}/members", group.name.page);
    let stays = !group.kind.federates();
    Ok(MembersPage {
        cx: web
            .cx(web.with("group-members-title", "name", &group.name.name))
            .here("groups")
            .at(&action)
            .failed(!errors.is_empty())
            .crumb(web.t("nav-home"), "/")
            .crumb(web.t("groups-title"), "/groups")
            .crumb(group.name.name.clone(), group.name.page.clone()),
        said: web.said(),
        lead: web.t(if stays { "group-members-inside" } else { "group-members-open" }),
        lists: lists(web, &members),
        action,
        items: items(web, stays, &errors),
        errors,
    })
}

/// Who asks first, then who was invited, who is in it, and who may not be.
fn lists(web: &Web, members: &[GroupMember]) -> Vec<MemberList> {
    let of = |id, key: &str, roles: &[GroupRole]| {
        let those = members.iter().filter(|member| roles.contains(&member.role));
        let lines: Vec<MemberLine> = those.map(|member| line(web, member)).collect();
        (!lines.is_empty()).then(|| MemberList { id, title: web.t(key), lines })
    };
    [
        of("asked", "group-list-asked", &[GroupRole::Asked]),
        of("invited", "group-list-invited", &[GroupRole::Invited]),
        of("inside", "group-list-inside", &GroupRole::INSIDE),
        of("banned", "group-list-banned", &[GroupRole::Banned]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn line(web: &Web, member: &GroupMember) -> MemberLine {
    let act = |word, key: &str| (word, web.t(key));
    let (role, acts) = match member.role {
        GroupRole::Asked => {
            (None, vec![act(APPROVE, "group-do-approve"), act(TURN_AWAY, "group-do-refuse")])
        }
        GroupRole::Invited => (None, vec![act(TURN_AWAY, "group-do-withdraw")]),
        GroupRole::Member => (
            None,
            vec![
                act(MODERATOR, "group-do-moderator"),
                act(TURN_AWAY, "group-do-take-out"),
                act(BAN_WEEK, "group-do-ban-week"),
                act(BAN, "group-do-ban"),
            ],
        ),
        GroupRole::Announcer => {
            (Some("group-role-announcer"), vec![act(MEMBER, "group-do-no-announcer")])
        }
        GroupRole::Moderator => {
            (Some("group-role-moderator"), vec![act(MEMBER, "group-do-no-moderator")])
        }
        GroupRole::Banned => (None, vec![act(MEMBER, "group-do-lift")]),
    };
    let who = &member.who;
    let until = member.until.map(|until| web.presenter().day(until));
    let until = until.map(|day| web.with("group-banned-until", "when", day));
    MemberLine {
        person: Presenter::person(who),
        role: role.map(|key| web.t(key)).or(until),
        who: if who.is_local { who.handle.clone() } else { who.address() },
        acts,
    }
}

fn items(web: &Web, stays: bool, errors: &Errors) -> Vec<Item> {
    let fields = web.fields();
    let sent = if errors.is_empty() { "" } else { fields.get("who") };
    let hint = if stays { "group-who-hint-inside" } else { "group-who-hint-open" };
    let who = Field::line("who", web.t("group-who")).hint(web.t(hint)).filled(sent, errors).code();
    let all: &[&'static str] = if stays {
        &[INVITE, BAN_WEEK, BAN_MONTH, BAN]
    } else {
        &[MODERATOR, ANNOUNCER, BAN_WEEK, BAN_MONTH, BAN]
    };
    let first = all.first().copied().unwrap_or_default();
    let chosen = fields.some("do").filter(|word| all.contains(&word.as_str()));
    let chosen = chosen.unwrap_or_else(|| first.to_owned());
    let choice = |word: &&'static str| {
        let key = format!("group-who-{word}");
        let hint = match *word {
            BAN_WEEK | BAN_MONTH => None,
            BAN if stays => Some("group-who-ban-inside".to_owned()),
            _ => Some(format!("{key}-hint")),
        };
        let choice = Choice::new(word, web.t(&key), &chosen);
        hint.map_or(choice.clone(), |hint| choice.hint(web.t(&hint)))
    };
    let choices = all.iter().map(choice).collect();
    let act = Choices::new("do", web.t("group-who-do"), choices, errors);
    vec![Item::Input(who.short()), Item::Choices(act)]
}

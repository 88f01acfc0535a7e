//! One's own page: profile, teams, whom one follows.

use carefolk_app::follows::FollowState;
use carefolk_app::ports::PortError;
use carefolk_app::{Error, Page};
use carefolk_domain::{Address, Denial, FieldError, Invalid};

use super::team::role_words;
use crate::answer::{Answer, Failure};
use crate::own_path::OwnPath;
use crate::present::Presenter;
use crate::view::models::{Followed, MyTeam, YouPage};
use crate::view::{Errors, Field, Item};
use crate::web::{self, Web};
use crate::wrong::words;

/// How many followed people are listed.
const FOLLOWING_SHOWN: u32 = 100;

/// `GET /you`
pub(crate) async fn show(web: Web) -> Answer {
    let page = page(&web, Errors::none()).await?;
    web::show(&page)
}

/// `POST /you/follow`
pub(crate) async fn follow(web: Web) -> Answer {
    let member = web.member()?;
    let sent = web.fields().get("address").trim();
    let done = match Address::parse(sent) {
        Ok(address) => web.app().follows().follow(web.caller(), &member.handle, &address).await,
        Err(invalid) => Err(Error::field("address", invalid)),
    };
    match done {
        Ok(view) => {
            let said = if view.state == FollowState::Accepted { "following" } else { "asked" };
            Ok(web.go(&back(&web), said))
        }
        Err(error) => {
            let mut errors = Errors::none();
            errors.add("address", address_words(&web, error)?);
            let page = page(&web, errors).await?;
            web::form_again(&page)
        }
    }
}

/// `POST /you/unfollow`
pub(crate) async fn unfollow(web: Web) -> Answer {
    let member = web.member()?;
    let address = Address::parse(web.fields().get("address"))
        .map_err(|invalid| Failure::from(Error::field("address", invalid)))?;
    web.app().follows().unfollow(web.caller(), &member.handle, &address).await?;
    Ok(web.go(&back(&web), "unfollowed"))
}

/// Where the form was.
fn back(web: &Web) -> OwnPath {
    OwnPath::parse(web.fields().get("back")).unwrap_or_else(|| OwnPath::of("/you"))
}

/// What to do about an address that could not be followed.
///
/// # Errors
///
/// What has nothing to do with the address.
pub(crate) fn address_words(web: &Web, error: Error) -> Result<String, Failure> {
    let key = match error {
        Error::Invalid(fields) => {
            let invalid = fields.first().map_or(Invalid::Format, |wrong| wrong.invalid);
            let invalid = match invalid {
                Invalid::Format if web.fields().get("address").trim().is_empty() => {
                    Invalid::Missing
                }
                other => other,
            };
            return Ok(words(web.visit().frame.locale, FieldError { field: "address", invalid }));
        }
        Error::Conflict(_) => "wrong-address-own",
        Error::Denied(Denial::Peer) => "wrong-address-refused",
        Error::NotFound(_) | Error::Upstream(PortError::NotFound | PortError::Gone) => {
            "wrong-address-unknown"
        }
        Error::Upstream(_) => "wrong-address-unavailable",
        other => return Err(other.into()),
    };
    Ok(web.t(key))
}

async fn page(web: &Web, errors: Errors) -> Result<YouPage, Failure> {
    let member = web.member()?;
    let me = web.app().actors().find_local(&member.handle).await?;
    let teams = web.app().providers().mine(member).await?;
    let teams = teams
        .into_iter()
        .map(|(provider, role)| MyTeam {
            person: Presenter::person(&provider),
            role: role_words(web, role),
            write: format!("/write?as={}", provider.handle),
            page: format!("/team/{}", provider.handle),
        })
        .collect();
    let follows = web.app().follows();
    let following =
        follows.following(web.caller(), &member.handle, Page::first(FOLLOWING_SHOWN)).await?;
    let following = following
        .into_iter()
        .filter(|follow| follow.state != FollowState::Rejected)
        .map(|follow| Followed {
            person: Presenter::person(&follow.followee),
            is_waiting: follow.state == FollowState::Pending,
        })
        .collect();
    let address = Field::line("address", web.t("you-follow-label"))
        .hint(web.t("you-follow-hint"))
        .filled(web.fields().get("address"), &errors)
        .code();
    Ok(YouPage {
        cx: web.cx(web.t("you-title")).here("you").at("/you").failed(!errors.is_empty()),
        said: web.said(),
        me: Presenter::person(&me),
        reads_reports: super::report::reads_reports(web),
        teams,
        following,
        items: vec![Item::Input(address)],
        errors,
    })
}

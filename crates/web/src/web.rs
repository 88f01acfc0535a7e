//! What page functions are given.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use carefolk_app::ports::Chance;
use carefolk_app::{App, Caller, Member, Page};
use carefolk_domain::Denial;
use carefolk_httpkit::body_limit::Room;
use carefolk_httpkit::{AddressKey, Problem, RateLimit};
use carefolk_i18n as i18n;
use http::header::{CONTENT_TYPE, LOCATION};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use tokio::sync::Semaphore;

use crate::answer::{Answer, Failure};
use crate::fields::Fields;
use crate::own_path::OwnPath;
use crate::present::Presenter;
use crate::view::cx::{Argument, localised};
use crate::view::{Cx, Errors};
use crate::visit::Visit;

/// Posts on one page of a list.
pub(crate) const POSTS_A_PAGE: u32 = 20;

/// What a page may say was just done: `?said=published` stands for the words `said-published`.
/// The address carries only the key, so that nobody can put words of their own into our mouth.
const SAID: [(&str, &str); 36] = [
    ("liked", "said-liked"),
    ("unliked", "said-unliked"),
    ("reported", "said-reported"),
    ("report-closed", "said-report-closed"),
    ("profile-changed", "said-profile-changed"),
    ("published", "said-published"),
    ("replied", "said-replied"),
    ("voted", "said-voted"),
    ("changed", "said-changed"),
    ("removed", "said-removed"),
    ("taken-away", "said-taken-away"),
    ("given-back", "said-given-back"),
    ("locked", "said-locked"),
    ("unlocked", "said-unlocked"),
    ("pinned", "said-pinned"),
    ("unpinned", "said-unpinned"),
    ("following", "said-following"),
    ("asked", "said-asked"),
    ("unfollowed", "said-unfollowed"),
    ("provider", "said-provider"),
    ("team-added", "said-team-added"),
    ("team-removed", "said-team-removed"),
    ("group", "said-group"),
    ("group-joined", "said-group-joined"),
    ("group-asked", "said-group-asked"),
    ("group-left", "said-group-left"),
    ("group-changed", "said-group-changed"),
    ("group-began", "said-group-began"),
    ("waits", "said-waits"),
    ("waiting-through", "said-waiting-through"),
    ("waiting-down", "said-waiting-down"),
    ("waiting-back", "said-waiting-back"),
    ("saw", "said-saw"),
    ("reading", "said-reading"),
    ("signed-out", "home-signed-out"),
    ("set-up", "home-set-up"),
];

/// What the pages are made of.
#[derive(Clone)]
pub struct WebState {
    pub(crate) app: App,
    pub(crate) chance: Arc<dyn Chance>,
    knocks: RateLimit<AddressKey>,
    errands: RateLimit<String>,
    pub(crate) room: Room,
    pub(crate) uploads: Arc<Semaphore>,
}

/// How much of all forms together is held in memory at once.
const FORMS_MAX_BYTES: usize = 32 * 1024 * 1024;

/// How many forms with files are read at once: each has a file open, and little in memory.
const UPLOADS_AT_ONCE: usize = 16;

/// How often one address may try to sign in, set up, or make us ask another site: a whole office
/// may sit behind it (S-141).
const KNOCKS_AT_ONCE: u32 = 60;
const KNOCK_EACH: Duration = Duration::from_secs(3);

/// How often visitors may make us ask one other site.
const ERRANDS_AT_ONCE: u32 = 20;
const ERRAND_EACH: Duration = Duration::from_secs(3);

impl WebState {
    /// Pages over `app`; `chance` makes the secrets of forms.
    pub fn new(app: App, chance: Arc<dyn Chance>) -> Self {
        Self::shared_by(1, app, chance)
    }

    /// The same where `doors` processes answer visitors: each counts for itself how often one
    /// address asks, and so allows its part.
    pub fn shared_by(doors: u32, app: App, chance: Arc<dyn Chance>) -> Self {
        let doors = doors.max(1);
        let knocks = RateLimit::one_each(KNOCK_EACH * doors, KNOCKS_AT_ONCE / doors);
        let errands = RateLimit::one_each(ERRAND_EACH * doors, ERRANDS_AT_ONCE / doors);
        let uploads = Arc::new(Semaphore::new(UPLOADS_AT_ONCE));
        Self { app, chance, knocks, errands, room: Room::new(FORMS_MAX_BYTES), uploads }
    }

    /// Whether browsers reach us over https, so that cookies can be marked so.
    pub(crate) fn is_https(&self) -> bool {
        self.app.settings().base_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Where pages are reached from outside.
    pub(crate) fn base_url(&self) -> &str {
        let settings = self.app.settings();
        settings.base_url.as_deref().unwrap_or(&settings.local_base_url)
    }
}

/// One request, as page functions see it.
#[derive(Clone)]
pub(crate) struct Web {
    state: WebState,
    visit: Arc<Visit>,
}

impl FromRequestParts<WebState> for Web {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Failure> {
        let visit = parts.extensions.get::<Arc<Visit>>().cloned();
        let visit = visit.ok_or_else(|| Failure::bug("a page outside the gate"))?;
        Ok(Self { state: state.clone(), visit })
    }
}

impl Web {
    /// The application.
    pub(crate) fn app(&self) -> &App {
        &self.state.app
    }

    /// Everything read from the request's head.
    pub(crate) fn visit(&self) -> &Visit {
        &self.visit
    }

    /// Who asks.
    pub(crate) fn caller(&self) -> &Caller {
        &self.visit.caller
    }

    /// Counts something that strangers may do only so often.
    ///
    /// # Errors
    ///
    /// 429 with the time to wait.
    pub(crate) fn count_knock(&self) -> Result<(), Failure> {
        let counted = self.visit.address.map_or(Ok(()), |key| self.state.knocks.check(key));
        counted.map_err(|wait| Failure(Problem::throttled(wait)))
    }

    /// Counts a question to another site for somebody who is not signed in here.
    ///
    /// # Errors
    ///
    /// 429 with the time to wait.
    pub(crate) fn count_errand(&self, host: &str) -> Result<(), Failure> {
        self.count_knock()?;
        let counted = self.state.errands.check(host.to_owned());
        counted.map_err(|wait| Failure(Problem::throttled(wait)))
    }

    /// Who is signed in.
    ///
    /// # Errors
    ///
    /// 401 for visitors; they are sent to sign in.
    pub(crate) fn member(&self) -> Result<&Member, Failure> {
        match &self.visit.caller {
            Caller::Member(member) => Ok(member),
            _ => Err(carefolk_app::Error::Denied(Denial::NotSignedIn).into()),
        }
    }

    /// The fields of the form that was sent.
    pub(crate) fn fields(&self) -> &Fields {
        &self.visit.fields
    }

    /// A value of the query; empty if there is none.
    pub(crate) fn query(&self, name: &str) -> &str {
        self.visit.query.get(name)
    }

    /// The page of a list that is asked for.
    pub(crate) fn page_of(&self, limit: u32) -> Page {
        let before = self.query("before");
        Page::after((!before.is_empty()).then_some(before), limit)
    }

    /// Whether that is the first one.
    pub(crate) fn is_first_page(&self) -> bool {
        self.query("before").is_empty()
    }

    /// The words behind `key`.
    pub(crate) fn t(&self, key: &str) -> String {
        i18n::text(self.visit.frame.locale, key, &[])
    }

    /// The words behind `key` with one thing put in.
    pub(crate) fn with(&self, key: &str, name: &'static str, value: impl Into<Argument>) -> String {
        self.cx(String::new()).with(key, name, value)
    }

    /// What was just done, if the address says so.
    pub(crate) fn said(&self) -> Option<String> {
        let said = self.query("said");
        let found = SAID.iter().find(|(word, _)| *word == said);
        found.map(|(_, key)| self.t(key))
    }

    /// The frame of a page called `title`.
    pub(crate) fn cx(&self, title: String) -> Cx {
        Cx::new(Arc::clone(&self.visit.frame), title)
    }

    /// Makes page models of the application's views.
    pub(crate) fn presenter(&self) -> Presenter<'_> {
        Presenter::new(&self.visit.frame)
    }

    /// Sends the browser to a page of ours, in the language of this one, to say what was done.
    pub(crate) fn go(&self, to: &OwnPath, said: &str) -> Response {
        let mut path = localised(self.visit.frame.locale, to.as_str());
        if !said.is_empty() {
            let (head, tail) = match path.split_once('#') {
                Some((head, tail)) => (head.to_owned(), format!("#{tail}")),
                None => (path, String::new()),
            };
            let joint = if head.contains('?') { '&' } else { '?' };
            path = format!("{head}{joint}said={said}{tail}");
        }
        redirect(&path)
    }
}

/// A page.
///
/// # Errors
///
/// As [`render`].
pub(crate) fn show(template: &impl Template) -> Answer {
    render(StatusCode::OK, template)
}

/// A page with the form that somebody has to look at again.
///
/// # Errors
///
/// As [`render`].
pub(crate) fn form_again(template: &impl Template) -> Answer {
    render(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// A form that is shown again: because something is wrong with it, or because it is not finished.
///
/// # Errors
///
/// As [`render`].
pub(crate) fn form_again_or_on(template: &impl Template, errors: &Errors) -> Answer {
    render(status_of(errors), template)
}

/// The status of a form that is shown again.
pub(crate) fn status_of(errors: &Errors) -> StatusCode {
    if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

/// A page made of a template, with a status.
///
/// # Errors
///
/// 500 if the template fails.
pub(crate) fn render(status: StatusCode, template: &impl Template) -> Answer {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a template failed");
        Failure::from(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "problem-ours"))
    })?;
    let kind = [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
    Ok((status, kind, html).into_response())
}

/// "See other": `path` is ours already.
pub(crate) fn redirect(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_a_page_may_say_has_words() {
        for (_, key) in SAID {
            assert!(i18n::has(i18n::Locale::En, key), "{key}");
        }
    }
}

//! What is read from the head of every request, once.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::extract::OriginalUri;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carefolk_app::accounts::SessionToken;
use carefolk_app::{Caller, Error, Member};
use carefolk_httpkit::{AddressKey, ClientAddress};
use carefolk_i18n::Locale;
use http::header::USER_AGENT;
use http::request::Parts;
use http::{HeaderMap, Method};

use crate::cookies::{Jar, Name};
use crate::csrf;
use crate::fields::Fields;
use crate::own_path::OwnPath;
use crate::pages::updates;
use crate::reading::Reading;
use crate::view::{Frame, Me};
use crate::web::WebState;

/// Random bytes of the secret of a visitor's forms.
const SECRET_BYTES: usize = 24;

/// One request: who asks, in what language, with which cookies.
pub(crate) struct Visit {
    /// What pages show of it.
    pub frame: Arc<Frame>,
    /// Who asks.
    pub caller: Caller,
    /// The session's token, if somebody is signed in.
    pub session: Option<SessionToken>,
    /// A secret that the browser does not have yet; it is set when a page has a form.
    pub fresh_secret: Option<String>,
    /// How cookies are named and marked.
    pub jar: Jar,
    /// Where the request comes from, as rate limits count it.
    pub address: Option<AddressKey>,
    /// The browser's name for itself.
    pub user_agent: String,
    /// The query.
    pub query: Fields,
    /// The form that was sent; empty until the gate has checked it.
    pub fields: Fields,
    /// Whether the request only reads.
    pub is_read: bool,
    /// The secrets the browser sent: what tokens are checked against.
    secrets: Vec<String>,
}

impl Visit {
    /// Reads the head of a request. The session is looked up in the database.
    ///
    /// # Errors
    ///
    /// Whatever the application says about the session or the community's name.
    pub(crate) async fn read(state: &WebState, parts: &Parts) -> Result<Self, Error> {
        let jar = if state.is_https() { Jar::Https } else { Jar::Http };
        let cookie = |name| jar.read(&parts.headers, name).map(str::to_owned);
        let (session, form) = (cookie(Name::Session), cookie(Name::Form));
        let member = match &session {
            Some(token) => state.app.accounts().session(&SessionToken(token.clone())).await?,
            None => None,
        };
        let community = state.app.instance().name().await?;
        let told = match &member {
            Some(member) => state.app.updates().new_count(member).await?,
            None => 0,
        };
        Ok(Self::build(state, parts, jar, (session, form), member.map(|it| (it, told)), community))
    }

    /// A visit of which only the language is known: for the page that says that nothing works.
    pub(crate) fn bare(state: &WebState, parts: &Parts) -> Self {
        let jar = if state.is_https() { Jar::Https } else { Jar::Http };
        let community = state.app.settings().instance_name.clone();
        Self::build(state, parts, jar, (None, None), None, community)
    }

    fn build(
        state: &WebState,
        parts: &Parts,
        jar: Jar,
        (session, form): (Option<String>, Option<String>),
        member: Option<(Member, usize)>,
        community: String,
    ) -> Self {
        let (member, told) = member.unzip();
        let needs_secret = member.is_none() && form.is_none();
        let fresh_secret = if needs_secret { new_secret(state) } else { String::new() };
        let mut mask = [0_u8; csrf::MASK_BYTES];
        state.chance.fill(&mut mask);
        let basis = match (&member, &session) {
            (Some(_), Some(token)) => token,
            _ => form.as_ref().unwrap_or(&fresh_secret),
        };
        let reading = jar.read(&parts.headers, Name::Reading);
        let frame =
            frame(state, parts, member.as_ref().zip(told), community, csrf::token(basis, mask));
        let frame =
            Frame { reading: reading.map(Reading::from_cookie).unwrap_or_default(), ..frame };
        let query = parts.uri.query().unwrap_or_default();
        Self {
            frame: Arc::new(frame),
            session: session.clone().filter(|_| member.is_some()).map(SessionToken),
            caller: member.map_or(Caller::Visitor, Caller::Member),
            fresh_secret: (!fresh_secret.is_empty()).then_some(fresh_secret),
            jar,
            address: parts.extensions.get::<ClientAddress>().map(|address| address.key()),
            user_agent: header(&parts.headers, USER_AGENT.as_str()).to_owned(),
            query: Fields::read(query.as_bytes()),
            fields: Fields::default(),
            is_read: matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS),
            secrets: session.into_iter().chain(form).collect(),
        }
    }

    /// Whether `sent` belongs to a cookie that the browser sent along.
    pub(crate) fn knows(&self, sent: &str) -> bool {
        csrf::matches(sent, self.secrets.iter().map(String::as_str))
    }
}

/// Who asks for something that is no page: nothing else of the visit is read.
///
/// # Errors
///
/// Whatever the application says about the session.
pub(crate) async fn caller(state: &WebState, headers: &HeaderMap) -> Result<Caller, Error> {
    let jar = if state.is_https() { Jar::Https } else { Jar::Http };
    let Some(token) = jar.read(headers, Name::Session) else { return Ok(Caller::Visitor) };
    let member = state.app.accounts().session(&SessionToken(token.to_owned())).await?;
    Ok(member.map_or(Caller::Visitor, Caller::Member))
}

fn frame(
    state: &WebState,
    parts: &Parts,
    member: Option<(&Member, usize)>,
    community: String,
    csrf: String,
) -> Frame {
    let settings = state.app.settings();
    let path = full_path(parts);
    Frame {
        locale: locale_of(&path),
        base: settings.base_url.clone().unwrap_or_default(),
        // Links to the other language are made of it: it must lead nowhere else (S-137).
        address: OwnPath::of(&path).as_str().to_owned(),
        community,
        me: member.map(|(member, told)| Me {
            name: member.name.clone(),
            told: updates::count_in_words(told),
        }),
        reading: Reading::default(),
        csrf,
        has_form: AtomicBool::new(false),
        now_ms: state.app.now().0,
        source_url: settings.source_url.clone(),
        version: settings.version,
    }
}

fn new_secret(state: &WebState) -> String {
    let mut bytes = [0_u8; SECRET_BYTES];
    state.chance.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The path as asked for, before any router took a part of it away, without what a page was told
/// to say.
fn full_path(parts: &Parts) -> String {
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
    let asked = uri.query().unwrap_or_default().split('&');
    let asked: Vec<&str> =
        asked.filter(|part| !part.is_empty() && !part.starts_with("said=")).collect();
    if asked.is_empty() {
        return uri.path().to_owned();
    }
    format!("{}?{}", uri.path(), asked.join("&"))
}

/// The language of a page is in its path.
fn locale_of(path: &str) -> Locale {
    let path = path.split('?').next().unwrap_or_default();
    if path == "/cy" || path.starts_with("/cy/") { Locale::Cy } else { Locale::En }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_first_part_of_the_path() {
        for path in ["/cy", "/cy/", "/cy/@bridge", "/cy?before=1"] {
            assert_eq!(locale_of(path), Locale::Cy, "{path}");
        }
        for path in ["/", "/cyder", "/@cy", "/you?next=/cy/you"] {
            assert_eq!(locale_of(path), Locale::En, "{path}");
        }
    }
}

//! The one HTTP client that goes to other servers.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use carefolk_app::ports::PortError;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use reqwest::{Client, Request, Response, StatusCode};
use thiserror::Error;
use tokio::io::AsyncWriteExt;
use url::Url;

use super::clients::{Clients, Recipe};
use super::lab::LabNetworks;
use super::media_type::MediaType;
use super::resolver::{LeadsInside, NoAddress, WorldResolver};
use super::target::TargetPolicy;

/// The largest document that is read, after decompression: what Mastodon and Lemmy read too.
pub const DOCUMENT_MAX_BYTES: usize = 1024 * 1024;

/// The switch of the `activitypub_federation` crate that would turn its address checks off.
const FORBIDDEN_SWITCH: &str = "DANGER_FEDERATION_ALLOW_LOCAL_IP";

/// What a connector is made of.
#[derive(Clone, Debug, Default)]
pub struct ConnectorOptions {
    /// `instance.url`; without one nothing is asked of anybody.
    pub base_url: Option<String>,
    /// This software's version, for the `User-Agent`.
    pub version: &'static str,
    /// Networks of a laboratory.
    pub lab: LabNetworks,
}

/// Why there is no connector.
#[derive(Debug, Error)]
pub enum ConnectorError {
    /// A switch that would let strangers reach private networks is set (T12).
    #[error("the environment variable {FORBIDDEN_SWITCH} is set; remove it")]
    ForbiddenSwitch,
    /// The client cannot be made, mostly because the system has no root certificates.
    #[error("the HTTP client could not be made")]
    Client(#[source] reqwest::Error),
    /// The object model could not be set up.
    #[error("the federation library could not be set up: {0}")]
    ObjectModel(String),
}

/// Goes to other servers, one hop at a time.
///
/// It keeps no cookies, sends no `Referer`, follows no redirect and knows no proxy (S-091, S-093).
#[derive(Clone, Debug)]
pub struct Connector {
    clients: Clients,
    policy: Arc<TargetPolicy>,
    names: WorldResolver,
}

/// Why we do not go to an address that leads into a private network.
pub(crate) const NOT_PUBLIC: &str = "not a public address";

/// One answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Where it came from.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its `Content-Type`, if it has a legal one.
    pub media_type: Option<MediaType>,
    /// Its `Location`, as it stands there.
    pub location: Option<String>,
    /// Its `Retry-After`, as it stands there.
    pub retry_after: Option<String>,
    /// Its body.
    pub body: Bytes,
}

/// What becomes of a body that is larger than it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// The answer is refused.
    Refuse,
    /// The rest is left unread.
    Cut,
}

impl Connector {
    /// A connector. Reads the system's root certificates (`SSL_CERT_FILE` is honoured).
    ///
    /// # Errors
    ///
    /// [`ConnectorError`].
    pub fn new(options: &ConnectorOptions) -> Result<Self, ConnectorError> {
        if std::env::var_os(FORBIDDEN_SWITCH).is_some() {
            return Err(ConnectorError::ForbiddenSwitch);
        }
        let lab = options.lab.is_lab();
        let base = options.base_url.as_deref();
        let agent = format!("Carefolk/{} (+{})", options.version, base.unwrap_or("unset"));
        let names = WorldResolver::new(options.lab.clone());
        let clients = Clients::new(Recipe { agent, plain: lab, names: names.clone() })
            .map_err(ConnectorError::Client)?;
        let policy = Arc::new(TargetPolicy::new(options.lab.clone(), base));
        Ok(Self { clients, policy, names })
    }

    /// Where we go at all.
    pub fn policy(&self) -> &TargetPolicy {
        &self.policy
    }

    /// Why the object model did not go to `url`, whose name it could not look up or leads inside.
    pub(crate) async fn why_not(&self, url: &Url) -> PortError {
        let name = url.host_str().unwrap_or_default();
        match self.names.addresses(name).await {
            Err(nameless) => PortError::Unavailable(nameless.to_string()),
            Ok(_) => PortError::Refused(NOT_PUBLIC),
        }
    }

    /// The client, for the object model's own plumbing. It is as bounded as the rest.
    pub(crate) fn client(&self) -> Client {
        self.clients.any()
    }

    /// Sends one request and reads its answer, at most `max` bytes of it.
    ///
    /// # Errors
    ///
    /// [`PortError::Refused`] if we do not go there, [`PortError::Invalid`] if the body is too
    /// large and `excess` refuses it, [`PortError::Unavailable`] for everything else.
    pub(crate) async fn exchange(
        &self,
        request: Request,
        max: usize,
        excess: Excess,
    ) -> Result<Answer, PortError> {
        let (mut answer, response) = self.begin(request).await?;
        answer.body = read_body(response, max, excess).await?;
        Ok(answer)
    }

    /// Sends one request; what it is answered with success is written into `file`, at most `max` bytes of it.
    ///
    /// # Errors
    ///
    /// As [`Self::exchange`]; [`PortError::Unavailable`] also if the file cannot be written.
    pub(crate) async fn receive(
        &self,
        request: Request,
        max: u64,
        file: &mut tokio::fs::File,
    ) -> Result<Answer, PortError> {
        let (answer, mut response) = self.begin(request).await?;
        let mut length = 0;
        while answer.status.is_success()
            && let Some(chunk) = response.chunk().await.map_err(failure)?
        {
            length += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            if length > max {
                return Err(PortError::Invalid("the file is too large"));
            }
            let written = file.write_all(&chunk).await;
            written.map_err(|error| PortError::Unavailable(error.to_string()))?;
        }
        Ok(answer)
    }

    /// Sends one request and reads the head of its answer.
    async fn begin(&self, request: Request) -> Result<(Answer, Response), PortError> {
        self.policy.check(request.url())?;
        let client = self.clients.to(request.url());
        let response = client.execute(request).await.map_err(failure)?;
        let text = |name| header(response.headers(), name);
        let answer = Answer {
            url: response.url().clone(),
            status: response.status(),
            media_type: text(CONTENT_TYPE).as_deref().and_then(MediaType::parse),
            location: text(LOCATION),
            retry_after: text(RETRY_AFTER),
            body: Bytes::new(),
        };
        Ok((answer, response))
    }
}

fn header(headers: &HeaderMap, name: http::HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The body, decompressed. The bound is on what comes out, so that no bomb goes off (S-097).
async fn read_body(mut response: Response, max: usize, excess: Excess) -> Result<Bytes, PortError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > max {
            return match excess {
                Excess::Refuse => Err(PortError::Invalid("the document is too large")),
                Excess::Cut => Ok(body.freeze()),
            };
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// What a failed exchange means. The words are for the admin; they name no address, and of what
/// libraries say only the last cause, where nothing plainer is known.
fn failure(error: reqwest::Error) -> PortError {
    const REFUSED: io::ErrorKind = io::ErrorKind::ConnectionRefused;
    let error = error.without_url();
    let mut last: &(dyn StdError + 'static) = &error;
    let mut cause = Some(last);
    while let Some(current) = cause {
        if current.is::<LeadsInside>() {
            return PortError::Refused(NOT_PUBLIC);
        }
        if let Some(nameless) = current.downcast_ref::<NoAddress>() {
            return PortError::Unavailable(nameless.to_string());
        }
        if current.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == REFUSED) {
            return PortError::Unavailable("it refuses connections".to_owned());
        }
        last = current;
        cause = current.source();
    }
    PortError::Unavailable(if error.is_timeout() {
        "it did not answer in time".to_owned()
    } else if error.is_connect() {
        format!("no connection to it came about: {last}")
    } else {
        format!("the connection to it broke: {last}")
    })
}

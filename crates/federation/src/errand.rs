//! One GET to another server, over as many hops as we are willing to go.

use std::fs::File;
use std::io::Seek;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use carefolk_app::ports::{Clock, PortError, SigningKey};
use carefolk_domain::uri;
use http::Method;
use http::header::{ACCEPT, HeaderName, HeaderValue};
use reqwest::{Request, StatusCode};
use tokio::io::AsyncWriteExt;
use url::Url;

use crate::reach::connector::{Answer, Connector, DOCUMENT_MAX_BYTES, Excess};
use crate::signer::{Dialect, Draft, Signer};

/// How long a document may take, redirects and all.
const FETCH_WITHIN: Duration = Duration::from_secs(10);

/// How long a picture may take.
const DOWNLOAD_WITHIN: Duration = Duration::from_secs(20);

/// The kinds of picture that are taken.
const PICTURE_ACCEPT: &str = "image/jpeg, image/png, image/webp";

/// How many redirects are followed (T8).
const REDIRECTS_MAX: usize = 3;

/// What the pipes need to ask the application while they are at work.
#[async_trait]
pub(crate) trait Circle: Send + Sync {
    /// Whether we talk with `host` at all.
    async fn is_open_to(&self, host: &str) -> Result<bool, PortError>;

    /// The key of the instance actor, in whose name we read.
    async fn instance_key(&self) -> Result<SigningKey, PortError>;

    /// The way of signing that `host` took last time, by its name.
    async fn dialect_of(&self, host: &str) -> Result<Option<String>, PortError>;

    /// Remembers which way of signing `host` took.
    async fn note_dialect(&self, host: &str, dialect: &'static str) -> Result<(), PortError>;
}

/// Whether a request is signed by the instance actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signed {
    /// ActivityStreams documents: a peer may demand to know who reads.
    ByInstance,
    /// WebFinger: public, and often served by something else.
    No,
}

/// Whether an errand may still ask somebody once more, in the other dialect: once is enough to
/// learn what the next errand begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SecondTry {
    Left,
    Used,
}

/// Goes and gets.
pub(crate) struct Errands {
    pub(crate) connector: Connector,
    pub(crate) signer: Signer,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) circle: Arc<dyn Circle>,
}

impl Errands {
    /// What stands at `url`, whatever its status.
    ///
    /// # Errors
    ///
    /// [`PortError`]: at every hop, peers that are suspended, private addresses, other ports and
    /// schemes are refused before anything is sent.
    pub(crate) async fn get(
        &self,
        url: &str,
        accept: &'static str,
        signed: Signed,
    ) -> Result<Answer, PortError> {
        let target = self.connector.policy().parse(url)?;
        let late = |_elapsed| PortError::Unavailable("it did not answer in time".to_owned());
        let walk = Box::pin(self.walk(target, accept, signed));
        tokio::time::timeout(FETCH_WITHIN, walk).await.map_err(late)?
    }

    async fn walk(
        &self,
        mut target: Url,
        accept: &'static str,
        signed: Signed,
    ) -> Result<Answer, PortError> {
        let mut second_try = SecondTry::Left;
        for _hop in 0..=REDIRECTS_MAX {
            let host = self.ask_circle(&target).await?;
            let answer = match signed {
                Signed::ByInstance => {
                    Box::pin(self.ask_signed(&target, &host, accept, &mut second_try)).await?
                }
                Signed::No => self.send(Self::request(target.clone(), accept)).await?,
            };
            let Some(next) = self.next_hop(&answer)? else { return Ok(answer) };
            target = next;
        }
        Err(PortError::Invalid("too many redirects"))
    }

    /// Writes the file at `url` into `into`, asked for in nobody's name, at most `max` bytes of it; gives it
    /// back at its beginning.
    ///
    /// # Errors
    ///
    /// As [`Self::get`]; [`PortError`] by the status as well.
    pub(crate) async fn download(
        &self,
        url: &str,
        max: u64,
        into: File,
    ) -> Result<File, PortError> {
        let target = self.connector.policy().parse(url)?;
        let late = |_elapsed| PortError::Unavailable("it did not come in time".to_owned());
        let mut file = tokio::fs::File::from_std(into);
        let carry = Box::pin(self.carry(target, max, &mut file));
        tokio::time::timeout(DOWNLOAD_WITHIN, carry).await.map_err(late)??;
        let failed = |error: std::io::Error| PortError::Unavailable(error.to_string());
        file.flush().await.map_err(failed)?;
        let mut file = file.into_std().await;
        file.rewind().map_err(failed)?;
        Ok(file)
    }

    async fn carry(
        &self,
        mut target: Url,
        max: u64,
        file: &mut tokio::fs::File,
    ) -> Result<(), PortError> {
        for _step in 0..=REDIRECTS_MAX {
            self.ask_circle(&target).await?;
            let request = Self::request(target.clone(), PICTURE_ACCEPT);
            let answer = self.connector.receive(request, max, file).await?;
            match self.next_hop(&answer)? {
                Some(next) => target = next,
                None => return judge_status(answer.status),
            }
        }
        Err(PortError::Invalid("too many redirects"))
    }

    async fn ask_circle(&self, target: &Url) -> Result<String, PortError> {
        let host = uri::host(target.as_str()).ok_or(PortError::Refused("no host"))?;
        if self.circle.is_open_to(&host).await? {
            Ok(host)
        } else {
            Err(PortError::Refused("a peer we do not talk with"))
        }
    }

    /// Asks in the dialect that `host` took last time; one that refuses it is asked in the other
    /// one at once, unless this errand had its second try already.
    async fn ask_signed(
        &self,
        target: &Url,
        host: &str,
        accept: &'static str,
        second_try: &mut SecondTry,
    ) -> Result<Answer, PortError> {
        let first = Dialect::remembered(self.circle.dialect_of(host).await?.as_deref());
        let answer = self.send(self.sign(target, accept, first).await?).await?;
        if !is_refusal(answer.status) || *second_try == SecondTry::Used {
            return Ok(answer);
        }
        *second_try = SecondTry::Used;
        let other = first.other();
        match self.send(self.sign(target, accept, other).await?).await {
            Ok(again) if shows_trust(again.status) => {
                // What was fetched is worth more than the memory of how.
                if let Err(error) = self.circle.note_dialect(host, other.name()).await {
                    tracing::warn!(%error, host, "the dialect of a peer could not be noted");
                }
                Ok(again)
            }
            // If that is refused as well, the first answer is the one that counts.
            _ => Ok(answer),
        }
    }

    async fn send(&self, request: Request) -> Result<Answer, PortError> {
        self.connector.exchange(request, DOCUMENT_MAX_BYTES, Excess::Refuse).await
    }

    /// Where the answer sends us on to. A `Location` beside any other status means nothing.
    fn next_hop(&self, answer: &Answer) -> Result<Option<Url>, PortError> {
        let Some(location) = answer.location.as_deref().filter(|_| is_redirect(answer.status))
        else {
            return Ok(None);
        };
        let next = answer.url.join(location).ok().ok_or(PortError::Invalid("a broken redirect"))?;
        if answer.url.scheme() == "https" && next.scheme() != "https" {
            return Err(PortError::Refused("a redirect away from https"));
        }
        self.connector.policy().parse(next.as_str()).map(Some)
    }

    fn request(url: Url, accept: &'static str) -> Request {
        let mut request = Request::new(Method::GET, url);
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static(accept));
        request
    }

    /// The same, signed by the instance actor.
    async fn sign(
        &self,
        url: &Url,
        accept: &'static str,
        dialect: Dialect,
    ) -> Result<Request, PortError> {
        let key = self.circle.instance_key().await?;
        let date_ms = self.clock.now().0;
        let draft = Draft {
            method: "GET",
            url: url.clone(),
            body: None,
            media_type: accept,
            date_ms,
            more: None,
        };
        let headers = self.signer.sign(&key, dialect, draft).await?;
        let mut request = Self::request(url.clone(), accept);
        add_headers(&mut request, headers)?;
        Ok(request)
    }
}

/// Puts signed headers on a request, each once.
pub(crate) fn add_headers(
    request: &mut Request,
    headers: carefolk_signatures::SignedHeaders,
) -> Result<(), PortError> {
    for (name, value) in headers {
        let value = HeaderValue::try_from(value).ok().ok_or(PortError::Invalid("a header"))?;
        request.headers_mut().insert(HeaderName::from_static(name), value);
    }
    Ok(())
}

/// What is said to a signature that somebody cannot read.
fn is_refusal(status: StatusCode) -> bool {
    matches!(status.as_u16(), 400 | 401)
}

/// Whether a server that had refused another signature let this one in: it answers about the
/// document, and no longer about who asks.
fn shows_trust(status: StatusCode) -> bool {
    matches!(status.as_u16(), 200..=399 | 404 | 410)
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// What a status means when a document was wanted.
pub(crate) fn judge_status(status: StatusCode) -> Result<(), PortError> {
    match status.as_u16() {
        200..=299 => Ok(()),
        404 => Err(PortError::NotFound),
        410 => Err(PortError::Gone),
        // The peer may not know our key yet, or limits us: later it may answer.
        401 | 403 | 408 | 425 | 429 | 500..=599 => {
            Err(PortError::Unavailable(format!("status {}", status.as_u16())))
        }
        _ => Err(PortError::Invalid("the status is not 200")),
    }
}

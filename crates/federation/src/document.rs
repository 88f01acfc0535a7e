//! A document of another server, as an object of the `activitypub_federation` model (ADR-0010).
//!
//! That crate gives typed ids and the rule that a document must stand at its own id; the client
//! beneath it is ours. It never sees a private key, so it cannot sign.

use std::sync::Arc;

use activitypub_federation::config::{Data, FederationConfig};
use activitypub_federation::error::Error as ModelError;
use activitypub_federation::fetch::object_id::ObjectId;
use activitypub_federation::traits::{Actor, Object};
use async_trait::async_trait;
use carefolk_app::ports::{Fetched, PortError};
use carefolk_domain::uri;
use http::Extensions;
use reqwest::{Request, Response, ResponseBuilderExt};
use reqwest_middleware::{ClientBuilder, Middleware, Next};
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use crate::errand::{Errands, Signed, judge_status};
use crate::reach::connector::{ConnectorError, NOT_PUBLIC};
use crate::reach::media_type::{ACTIVITY_ACCEPT, ACTIVITY_JSON};

/// Requests for one document: itself, and once more at its `id` when that stands elsewhere on the
/// same host (S-067).
const REQUESTS_MAX: u32 = 2;

/// A document at its own id.
#[derive(Clone, Debug)]
pub(crate) struct RemoteDocument {
    url: Url,
    body: String,
}

/// The exact text, kept apart from its meaning: `wire::read` judges that.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Text(Box<RawValue>);

/// The model did not go to an address: its name leads inside, or could not be looked up.
const NOT_ADMITTED: &str = "its name was not admitted";

/// What went wrong, between the model's errors and ours.
#[derive(Debug)]
pub(crate) struct DocumentError(pub(crate) PortError);

impl From<ModelError> for DocumentError {
    fn from(error: ModelError) -> Self {
        use reqwest_middleware::Error as Plumbing;
        Self(match error {
            ModelError::ReqwestMiddleware(Plumbing::Middleware(inner)) => inner
                .downcast::<PortError>()
                .unwrap_or_else(|other| PortError::Unavailable(other.to_string())),
            ModelError::ObjectDeleted(_) => PortError::Gone,
            ModelError::NotFound => PortError::NotFound,
            ModelError::RequestLimit | ModelError::FetchWrongId(_) => {
                PortError::Invalid("the document is not at its own id")
            }
            ModelError::ParseFetchedObject(..) => PortError::Invalid("not JSON"),
            ModelError::FetchInvalidContentType(_) => {
                PortError::Invalid("not an ActivityStreams document")
            }
            ModelError::DomainResolveError(_) => PortError::Refused(NOT_ADMITTED),
            ModelError::UrlVerificationError(_) | ModelError::ResolveInternalIpError(..) => {
                PortError::Refused(NOT_PUBLIC)
            }
            ModelError::ResponseBodyLimit => PortError::Invalid("the document is too large"),
            other => PortError::Unavailable(other.to_string()),
        })
    }
}

#[async_trait]
impl Object for RemoteDocument {
    type DataType = ();
    type Kind = Text;
    type Error = DocumentError;

    fn id(&self) -> &Url {
        &self.url
    }

    /// What we hold is in the application's tables, which decided that it wants a fresh copy.
    async fn read_from_id(_: Url, _: &Data<()>) -> Result<Option<Self>, DocumentError> {
        Ok(None)
    }

    async fn into_json(self, _: &Data<()>) -> Result<Text, DocumentError> {
        let text = RawValue::from_string(self.body);
        text.map(Text).map_err(|_not_json| DocumentError(PortError::Invalid("not JSON")))
    }

    /// The model compares hosts; we compare origins, so that a port is another server.
    async fn verify(text: &Text, url: &Url, _: &Data<()>) -> Result<(), DocumentError> {
        let id = id_of(text).ok_or(DocumentError(PortError::Invalid("no id")))?;
        if uri::same_origin(id.as_str(), url.as_str()) && id == *url {
            Ok(())
        } else {
            Err(DocumentError(PortError::Invalid("the document is not at its own id")))
        }
    }

    async fn from_json(text: Text, _: &Data<()>) -> Result<Self, DocumentError> {
        let url = id_of(&text).ok_or(DocumentError(PortError::Invalid("no id")))?;
        Ok(Self { url, body: String::from(Box::<str>::from(text.0)) })
    }
}

impl Actor for RemoteDocument {
    fn public_key_pem(&self) -> &'static str {
        // Keys are read by `wire` and kept by the application; the model never verifies.
        ""
    }

    /// None, for ever: what cannot be had cannot be signed with (T13).
    fn private_key_pem(&self) -> Option<String> {
        None
    }

    fn inbox(&self) -> Url {
        self.url.clone()
    }
}

fn id_of(text: &Text) -> Option<Url> {
    #[derive(Deserialize)]
    struct Id {
        id: Url,
    }
    serde_json::from_str::<Id>(text.0.get()).ok().map(|found| found.id)
}

/// Puts our errands under the model's client.
struct Errander(Arc<Errands>);

#[async_trait]
impl Middleware for Errander {
    /// The chain ends here: redirects, signatures, limits and statuses are the errand's business.
    async fn handle(
        &self,
        request: Request,
        _: &mut Extensions,
        _: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let fetched = self.fetch(request.url()).await;
        fetched.map_err(reqwest_middleware::Error::middleware)
    }
}

impl Errander {
    async fn fetch(&self, url: &Url) -> Result<Response, PortError> {
        let answer = self.0.get(url.as_str(), ACTIVITY_ACCEPT, Signed::ByInstance).await?;
        judge_status(answer.status)?;
        if !answer.media_type.is_some_and(|media| media.is_activity()) {
            return Err(PortError::Invalid("not an ActivityStreams document"));
        }
        // The model knows three spellings of the media type; ours were read properly already.
        let plain = http::Response::builder()
            .url(answer.url)
            .header(http::header::CONTENT_TYPE, ACTIVITY_JSON)
            .body(answer.body);
        plain.map(Response::from).map_err(|_odd| PortError::Invalid("an odd answer"))
    }
}

/// Fetches documents through the object model.
pub(crate) struct Documents {
    config: FederationConfig<()>,
    errands: Arc<Errands>,
}

impl Documents {
    /// Sets the object model up over `errands`. Its `debug` mode, which allows http and ports, is
    /// on in laboratories only; addresses are judged by our connector either way.
    pub(crate) async fn new(errands: Arc<Errands>, domain: &str) -> Result<Self, ConnectorError> {
        let lab = errands.connector.policy().lab().is_lab();
        let errander = Errander(Arc::clone(&errands));
        let client = ClientBuilder::new(errands.connector.client()).with(errander).build();
        let config = FederationConfig::builder()
            .domain(domain)
            .app_data(())
            .client(client)
            .debug(lab)
            .http_fetch_limit(REQUESTS_MAX)
            .build()
            .await
            .map_err(|error| ConnectorError::ObjectModel(error.to_string()))?;
        Ok(Self { config, errands })
    }

    /// The document at `url`, which must be its id or lead to it.
    pub(crate) async fn get(&self, url: &Url) -> Result<Fetched, PortError> {
        let id = ObjectId::<RemoteDocument>::parse(url.as_str())
            .map_err(|_odd| PortError::Invalid("not an address"))?;
        let found = id.dereference(&self.config.to_request_data()).await;
        let document = match found {
            Ok(document) => document,
            // The model says the same of a name that it cannot look up, and names come back.
            Err(DocumentError(PortError::Refused(NOT_ADMITTED))) => {
                return Err(self.errands.connector.why_not(url).await);
            }
            Err(DocumentError(error)) => return Err(error),
        };
        Ok(Fetched { url: document.url.into(), body: document.body.into_bytes() })
    }
}

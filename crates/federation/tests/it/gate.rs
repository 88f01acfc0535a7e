//! An instance at `https://care.example`, and who knocks at its inbox.

use std::fs::File;
use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use carefolk_app::ports::{
    Fetched, Fingered, Parcel, PortError, ProofKey, Receipt, Remote, Software,
};
use carefolk_domain::Address;
use carefolk_federation::{Federation, Limits, Readers};
use carefolk_signatures::{Outgoing, PrivateKey, generate_ed25519, generate_rsa, sign_cavage};
use carefolk_testkit::{FakeRemote, Kit, KitOptions};
use tower::ServiceExt;

pub(crate) const VIC: &str = "https://v.example/users/vic";
pub(crate) const VIC_KEY: &str = "https://v.example/users/vic#main-key";

/// Other servers, and how often each address was asked for.
pub(crate) struct Counted {
    inner: Arc<FakeRemote>,
    pub(crate) fetched: Mutex<Vec<String>>,
}

#[async_trait]
impl Remote for Counted {
    async fn fetch(&self, url: &str) -> Result<Fetched, PortError> {
        self.fetched.lock().unwrap().push(url.to_owned());
        self.inner.fetch(url.split('#').next().unwrap()).await
    }

    async fn download(&self, _url: &str, _into: File) -> Result<File, PortError> {
        Err(PortError::NotFound)
    }

    async fn finger(&self, address: &Address) -> Result<Fingered, PortError> {
        Remote::finger(self.inner.as_ref(), address).await
    }

    async fn software(&self, host: &str) -> Result<Software, PortError> {
        self.inner.software(host).await
    }

    async fn deliver(&self, parcel: &Parcel) -> Receipt {
        self.inner.deliver(parcel).await
    }

    async fn prove(&self, document: Arc<str>, proof: &ProofKey) -> Result<String, PortError> {
        self.inner.prove(document, proof).await
    }
}

/// The instance and its door.
pub(crate) struct Gate {
    pub(crate) kit: Kit,
    pub(crate) remote: Arc<Counted>,
    pub(crate) router: Router,
}

impl Gate {
    pub(crate) async fn new() -> Self {
        Self::with(KitOptions::default(), Limits::default()).await
    }

    pub(crate) async fn with(options: KitOptions, limits: Limits) -> Self {
        let kit = Kit::with(options).await;
        let remote =
            Arc::new(Counted { inner: Arc::clone(&kit.remote), fetched: Mutex::default() });
        let federation = Federation::new(kit.app.clone(), remote.clone(), limits);
        Self { router: federation.router(), kit, remote }
    }

    /// The same with pages beside it, and with documents for these readers.
    pub(crate) async fn read_by(readers: Readers) -> Self {
        let mut gate = Self::new().await;
        let (app, remote) = (gate.kit.app.clone(), gate.remote.clone());
        let federation = Federation::read_by(readers, app, remote, Limits::default());
        let pages = Router::new().fallback(async || "a page");
        gate.router = federation.router().merge(federation.negotiated(pages));
        gate
    }

    /// Puts Vic where he lives, with the key that [`key`] signs with.
    pub(crate) fn put_vic(&self) {
        self.kit.remote.put(VIC, &actor(VIC, VIC_KEY, key()));
    }

    pub(crate) async fn ask(&self, request: Request) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Knocks, and says the status and how many activities were taken in by it.
    pub(crate) async fn knock(&self, request: Request) -> (u16, usize) {
        let status = self.ask(request).await.status().as_u16();
        (status, self.kit.app.inbound().process_due().await.unwrap())
    }

    pub(crate) fn fetches(&self) -> usize {
        self.remote.fetched.lock().unwrap().len()
    }

    /// A POST to the shared inbox, ready to be spoilt.
    pub(crate) fn post<'a>(&self, body: &'a str) -> Post<'a> {
        Post {
            path: "/inbox",
            host: "care.example",
            key_id: VIC_KEY,
            key: key(),
            date_ms: self.kit.app.now().0,
            media_type: "application/activity+json",
            body,
        }
    }
}

/// A signed POST, before it is signed.
#[derive(Clone, Copy)]
pub(crate) struct Post<'a> {
    pub(crate) path: &'a str,
    pub(crate) host: &'a str,
    pub(crate) key_id: &'a str,
    pub(crate) key: &'a PrivateKey,
    pub(crate) date_ms: i64,
    pub(crate) media_type: &'a str,
    pub(crate) body: &'a str,
}

impl Post<'_> {
    pub(crate) fn signed(self) -> Request {
        let outgoing = Outgoing {
            method: "POST",
            url: &format!("https://{}{}", self.host, self.path),
            host: self.host,
            body: Some(self.body.as_bytes()),
            media_type: self.media_type,
            date_ms: self.date_ms,
            key_id: self.key_id,
        };
        let mut request = Request::post(self.path);
        for (name, value) in sign_cavage(self.key, &outgoing).unwrap() {
            request = request.header(name, value);
        }
        request.body(Body::from(self.body.to_owned())).unwrap()
    }
}

/// The key of everybody honest.
pub(crate) fn key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| generate_rsa().unwrap())
}

/// Another key.
pub(crate) fn other_key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| generate_ed25519().unwrap())
}

/// The document of an actor with one RSA key.
pub(crate) fn actor(id: &str, key_id: &str, key: &PrivateKey) -> String {
    let name = id.rsplit('/').next().unwrap();
    let mut actor = serde_json::json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id, "type": "Person", "preferredUsername": name, "name": name,
        "inbox": format!("{id}/inbox"), "outbox": format!("{id}/outbox"),
    });
    if key.algorithm() == "rsa" {
        let pem = key.public_text().unwrap();
        actor["publicKey"] = serde_json::json!({"id": key_id, "owner": id, "publicKeyPem": pem});
    } else {
        actor["assertionMethod"] = serde_json::json!([{
            "id": key_id, "type": "Multikey", "controller": id,
            "publicKeyMultibase": key.public_text().unwrap(),
        }]);
    }
    actor.to_string()
}

/// An activity that changes nothing here.
pub(crate) fn like(id: &str, actor: &str) -> String {
    format!(
        r#"{{"@context":"https://www.w3.org/ns/activitystreams","id":"{id}","type":"Like","actor":"{actor}","object":"https://care.example/ap/post/x"}}"#
    )
}

/// One of Vic's likes.
pub(crate) fn vics_like() -> String {
    like("https://v.example/likes/1", VIC)
}

/// An actor that says it is gone.
pub(crate) fn farewell(actor: &str) -> String {
    format!(r#"{{"id":"{actor}#delete","type":"Delete","actor":"{actor}","object":"{actor}"}}"#)
}

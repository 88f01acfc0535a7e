//! Other people's servers, as far as they answer questions: documents under any name below
//! `.localhost`, and who asked for which.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use carefolk_httpkit::{ServeOptions, serve};
use carefolk_signatures::{PrivateKey, generate_ed25519, generate_rsa};
use http::header::{CONTENT_TYPE, HOST};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const ACTIVITY: &str = "application/activity+json";

#[derive(Default)]
struct Inner {
    documents: Mutex<HashMap<String, (u16, String)>>,
    asked: Mutex<Vec<String>>,
}

/// Servers of strangers on one port.
pub(crate) struct Village {
    port: u16,
    inner: Arc<Inner>,
    _serving: JoinSet<()>,
}

impl Village {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let inner = Arc::new(Inner::default());
        let answering = Arc::clone(&inner);
        let router = Router::new().fallback(move |request: Request| {
            let answer = answer(&answering, &request);
            async move { answer }
        });
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            serve(listener, router, ServeOptions::default(), std::future::pending()).await;
        });
        Self { port, inner, _serving: serving }
    }

    /// An address on the server `name`: `http://v.localhost:PORT` and a path.
    pub(crate) fn url(&self, name: &str, path: &str) -> String {
        format!("http://{name}.localhost:{}{path}", self.port)
    }

    /// Puts a document at an address.
    pub(crate) fn put(&self, url: &str, document: &Value) {
        self.answer(url, 200, &document.to_string());
    }

    /// Makes an address answer this; 404 by itself.
    pub(crate) fn answer(&self, url: &str, status: u16, body: &str) {
        self.inner.documents.lock().unwrap().insert(url.to_owned(), (status, body.to_owned()));
    }

    /// Everything that was asked for, as method and address, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.inner.asked.lock().unwrap().clone()
    }

    /// Makes `name` live on a server, with `key` for its main key; its id.
    pub(crate) fn settle_in(&self, server: &str, name: &str, key: &PrivateKey) -> String {
        let id = self.url(server, &format!("/users/{name}"));
        self.put(&id, &actor(&id, &format!("{id}#main-key"), key));
        id
    }
}

fn answer(inner: &Inner, request: &Request) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let url = format!("http://{host}{}", request.uri());
    inner.asked.lock().unwrap().push(format!("{} {url}", request.method()));
    let found = inner.documents.lock().unwrap().get(&url).cloned();
    let (status, body) = found.unwrap_or((404, String::new()));
    Response::builder().status(status).header(CONTENT_TYPE, ACTIVITY).body(body.into()).unwrap()
}

/// The document of a person with one key.
pub(crate) fn actor(id: &str, key_id: &str, key: &PrivateKey) -> Value {
    let name = id.rsplit('/').next().unwrap();
    let mut actor = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id, "type": "Person", "preferredUsername": name, "name": name,
        "inbox": format!("{id}/inbox"), "outbox": format!("{id}/outbox"),
        "followers": format!("{id}/followers"),
    });
    let public = key.public_text().unwrap();
    if key.algorithm() == "rsa" {
        actor["publicKey"] = json!({"id": key_id, "owner": id, "publicKeyPem": public});
    } else {
        actor["assertionMethod"] = json!([{"id": key_id, "type": "Multikey", "controller": id,
            "publicKeyMultibase": public}]);
    }
    actor
}

/// Vic's key: he is honest, and what eve wants to say in his name.
pub(crate) fn vics_key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| generate_rsa().unwrap())
}

/// Eve's key.
pub(crate) fn eves_key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| generate_rsa().unwrap())
}

/// A key of another kind.
pub(crate) fn ed25519_key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| generate_ed25519().unwrap())
}

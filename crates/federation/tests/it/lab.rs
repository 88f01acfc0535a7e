//! Servers on loopback, and an application with the real pipes to them.

use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::response::Response;
use carefolk_app::ports::{Keys, NewKeys, Parcel, PortError, SigningKey};
use carefolk_app::{App, AppParts, AppSettings, FederationMode};
use carefolk_domain::Moment;
use carefolk_federation::{ConnectorOptions, HttpRemote, KeyMint, LabNetworks};
use carefolk_httpkit::{ServeOptions, serve};
use carefolk_signatures::vault::MasterKey;
use carefolk_store::{Db, Mint, OpenOptions, Worker};
use carefolk_testkit::{
    BEGINNING, HereAndNow, MemoryFiles, MockClock, SeededChance, TestDb, fresh,
};
use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower_http::compression::CompressionLayer;

/// What a peer was asked.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn host(&self) -> &str {
        self.header("host").unwrap_or_default()
    }
}

/// A server on loopback that answers as it is told, under every name below `.localhost`.
pub(crate) struct Peer {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    _serving: JoinSet<()>,
}

impl Peer {
    pub(crate) async fn start(
        answer: impl Fn(&Seen) -> Response + Clone + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let router = Router::new()
            .fallback(move |request: Request| {
                let (log, answer) = (Arc::clone(&log), answer.clone());
                async move {
                    let seen = read(request).await;
                    log.lock().unwrap().push(seen.clone());
                    answer(&seen)
                }
            })
            .layer(CompressionLayer::new());
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            serve(listener, router, ServeOptions::default(), std::future::pending()).await;
        });
        Self { port, seen, _serving: serving }
    }

    /// `http://peer.localhost:PORT` and a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host())
    }

    pub(crate) fn host(&self) -> String {
        format!("peer.localhost:{}", self.port)
    }

    /// The same server under another name.
    pub(crate) fn other_host(&self) -> String {
        format!("other.localhost:{}", self.port)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn read(request: Request) -> Seen {
    let (parts, body) = request.into_parts();
    Seen {
        method: parts.method.to_string(),
        path: parts.uri.path_and_query().unwrap().to_string(),
        headers: parts.headers,
        body: axum::body::to_bytes(body, 4 << 20).await.unwrap(),
    }
}

/// An answer with this status, media type and body.
pub(crate) fn answer(status: u16, media_type: &str, body: impl Into<axum::body::Body>) -> Response {
    Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        .header("content-type", media_type)
        .body(body.into())
        .unwrap()
}

/// A redirect.
pub(crate) fn redirect(status: u16, location: &str) -> Response {
    let mut response = answer(status, "text/plain", "");
    response.headers_mut().insert("location", location.parse().unwrap());
    response
}

/// A document of ActivityStreams.
pub(crate) fn document(id: &str) -> Response {
    answer(200, "application/activity+json", format!(r#"{{"id":"{id}","type":"Note"}}"#))
}

/// Real keys, made once for all laboratories: RSA keys are slow to make.
struct OneMint(KeyMint);

impl Keys for OneMint {
    fn mint(&self) -> Result<NewKeys, PortError> {
        static MINTED: OnceLock<NewKeys> = OnceLock::new();
        Ok(MINTED.get_or_init(|| self.0.mint().unwrap()).clone())
    }
}

/// An instance with the real pipes, in a laboratory of loopback addresses.
pub(crate) struct Lab {
    pub(crate) app: App,
    pub(crate) remote: HttpRemote,
    pub(crate) key: SigningKey,
    _database: TestDb,
}

impl Lab {
    pub(crate) async fn new() -> Self {
        let database = fresh().await;
        let base_url = Some("http://care.localhost:1".to_owned());
        let clock = Arc::new(MockClock::at(BEGINNING));
        let chance = Arc::new(SeededChance::new(7));
        let master = Arc::new(MasterKey::new([7; 32]));
        let options = ConnectorOptions {
            base_url: base_url.clone(),
            version: "0.0.0-test",
            lab: LabNetworks::parse(["127.0.0.0/8"]).unwrap(),
        };
        let remote = HttpRemote::new(options, Arc::clone(&master), clock.clone()).await.unwrap();
        let app = App::new(AppParts {
            db: Db::open(&database.url, OpenOptions::default()).await.unwrap(),
            mint: Arc::new(Mint::new(Worker::new(0).unwrap(), 0)),
            clock,
            chance: chance.clone(),
            remote: Arc::new(remote.clone()),
            keys: Arc::new(OneMint(KeyMint::new(master, chance))),
            files: Arc::new(MemoryFiles::default()),
            pictures: Arc::new(HereAndNow),
            settings: AppSettings {
                base_url,
                local_base_url: "http://127.0.0.1:8080".to_owned(),
                instance_name: "Alderbrook".to_owned(),
                mode: FederationMode::Open,
                lab: true,
                version: "0.0.0-test",
                source_url: "https://source.example/carefolk".to_owned(),
            },
        });
        app.prepare().await.unwrap();
        remote.attach(&app);
        let key = app.actors().instance_key().await.unwrap();
        Self { app, remote, key, _database: database }
    }

    pub(crate) fn parcel(&self, inbox: &str, profile: Option<&str>) -> Parcel {
        Parcel {
            inbox: inbox.to_owned(),
            body: r#"{"type":"Create"}"#.into(),
            key: self.key.clone(),
            profile: profile.map(str::to_owned),
            synchronization: None,
            within: std::time::Duration::from_secs(20),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        self.app.now()
    }

    /// The public key of the instance actor, as its document shows it.
    pub(crate) async fn public_key(&self) -> carefolk_signatures::PublicKey {
        let uri = self.key.key_uri.split('#').next().unwrap();
        let slug = uri.rsplit('/').next().unwrap();
        let actor = self.app.actors().document(slug).await.unwrap();
        let json: serde_json::Value = serde_json::from_str(&actor.to_json()).unwrap();
        let pem = json["publicKey"]["publicKeyPem"].as_str().unwrap();
        carefolk_signatures::PublicKey::from_pem(pem).unwrap()
    }

    /// Whether a request that a peer saw is signed by the instance actor, in any dialect.
    pub(crate) async fn signed(&self, seen: &Seen) -> bool {
        let body = (seen.method == "POST").then_some(&*seen.body);
        let incoming = carefolk_signatures::Incoming {
            method: &seen.method,
            path_and_query: &seen.path,
            target_uri: &format!("http://{}{}", seen.host(), seen.path),
            hosts: &[seen.host().to_owned()],
            headers: &seen.headers,
            body,
            now_ms: self.now().0,
        };
        let presented = carefolk_signatures::read(&incoming).unwrap();
        presented.key_id() == self.key.key_uri && presented.verify(&self.public_key().await).is_ok()
    }
}

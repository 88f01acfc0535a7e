//! A whole server: its application with real keys and pipes, answering on loopback.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use carefolk_app::accounts::NewAccount;
use carefolk_app::actors::ActorView;
use carefolk_app::ports::{Chance, Keys, NewKeys, PortError};
use carefolk_app::posts::{NewPost, PostView};
use carefolk_app::providers::NewProvider;
use carefolk_app::{App, AppParts, AppSettings, Caller, FederationMode};
use carefolk_domain::Role;
use carefolk_federation::{
    ConnectorOptions, Federation, HttpRemote, KeyMint, LabNetworks, Limits, Readers,
};
use carefolk_httpkit::host::HEALTH_PATH;
use carefolk_httpkit::{HostCheck, ServeOptions, TrustedProxies, client_ip, host, serve};
use carefolk_signatures::vault::MasterKey;
use carefolk_store::{Db, Mint, OpenOptions, Worker, dialect};
use carefolk_testkit::{
    BEGINNING, HereAndNow, Kit, MemoryFiles, MockClock, PASSWORD, SeededChance, TestDb, fresh,
    operator,
};
use carefolk_web::WebState;
use http::HeaderMap;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// The key under which every town seals its private keys.
pub(crate) const MASTER: [u8; 32] = [7; 32];

/// The most actors of one town; each has keys of its own.
const KEYS_EACH: usize = 24;

/// Towns that may be in one test.
const NAMES: [&str; 3] = ["alder", "birch", "care"];

/// What came in at a town.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    /// A field of the activity that was posted.
    pub(crate) fn field(&self, pointer: &str) -> String {
        let json: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        json.pointer(pointer).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
    }
}

type Log = Arc<Mutex<Vec<Seen>>>;

/// Real keys, made once for the whole process: a pair costs a fifth of a second. No two actors of
/// one test have the same.
struct KeyPool {
    mint: KeyMint,
    next: AtomicUsize,
    end: usize,
}

impl KeyPool {
    fn new(name: &str, used: usize) -> Self {
        let first = NAMES.iter().position(|known| *known == name).unwrap() * KEYS_EACH;
        let chance: Arc<dyn Chance> = Arc::new(SeededChance::new(99));
        let mint = KeyMint::new(Arc::new(MasterKey::new(MASTER)), chance);
        Self { mint, next: AtomicUsize::new(first + used), end: first + KEYS_EACH }
    }
}

impl Keys for KeyPool {
    fn mint(&self) -> Result<NewKeys, PortError> {
        static KEYS: [OnceLock<NewKeys>; KEYS_EACH * NAMES.len()] =
            [const { OnceLock::new() }; KEYS_EACH * NAMES.len()];
        let index = self.next.fetch_add(1, Ordering::SeqCst);
        assert!(index < self.end, "make KEYS_EACH larger");
        Ok(KEYS[index].get_or_init(|| self.mint.mint().unwrap()).clone())
    }
}

/// The port of a town: open, or kept for it while nobody listens.
enum Gate {
    Open { stop: oneshot::Sender<()>, serving: JoinSet<()> },
    Shut(TcpSocket),
}

/// A whole server on loopback.
pub(crate) struct Town {
    pub(crate) app: App,
    /// Its address: `http://alder.localhost:PORT`.
    pub(crate) url: String,
    /// Its host, with the port.
    pub(crate) host: String,
    name: &'static str,
    port: u16,
    clock: Arc<MockClock>,
    database: TestDb,
    router: Router,
    gate: Gate,
    log: Option<Log>,
    readers: Readers,
}

/// A port of loopback on which nobody else will listen.
fn keep_port(port: u16) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(([127, 0, 0, 1], port).into()).unwrap();
    socket
}

impl Town {
    /// A fresh town called `name`, open.
    pub(crate) async fn new(name: &'static str, clock: &Arc<MockClock>) -> Self {
        Self::build(name, clock, None, Readers::Anybody).await
    }

    /// A fresh town whose documents are for who signs; what comes in is written down.
    pub(crate) async fn demanding(name: &'static str, clock: &Arc<MockClock>) -> Self {
        Self::build(name, clock, Some(Log::default()), Readers::Signed).await
    }

    /// A town with the pages that people read.
    pub(crate) async fn with_pages(name: &'static str, clock: &Arc<MockClock>) -> Self {
        let mut town = Self::new(name, clock).await;
        town.shut().await;
        let socket = town.port;
        let built = application(name, socket, &town.database, clock, 1).await;
        let chance: Arc<dyn Chance> = Arc::new(SeededChance::new(7));
        let pages = carefolk_web::router(WebState::new(built.app.clone(), chance));
        town.router = around(name, socket, &built, pages, None, town.readers);
        town.app = built.app;
        town.open();
        town
    }

    /// The same, and what comes in is written down. That takes bodies up whole before they are
    /// judged, so it is not for who sends broken ones.
    pub(crate) async fn watched(name: &'static str, clock: &Arc<MockClock>) -> Self {
        Self::build(name, clock, Some(Log::default()), Readers::Anybody).await
    }

    async fn build(
        name: &'static str,
        clock: &Arc<MockClock>,
        log: Option<Log>,
        readers: Readers,
    ) -> Self {
        let socket = keep_port(0);
        let port = socket.local_addr().unwrap().port();
        let database = fresh().await;
        let app = application(name, port, &database, clock, 0).await;
        app.app.prepare().await.unwrap();
        let router = router(name, port, &app, log.as_ref(), readers);
        let host = format!("{name}.localhost:{port}");
        let url = format!("http://{host}");
        let (clock, app, gate) = (Arc::clone(clock), app.app, Gate::Shut(socket));
        let mut town =
            Self { app, url, host, name, port, clock, database, router, gate, log, readers };
        town.open();
        town
    }

    /// Listens again.
    pub(crate) fn open(&mut self) {
        let gate = std::mem::replace(&mut self.gate, Gate::Shut(TcpSocket::new_v4().unwrap()));
        let Gate::Shut(socket) = gate else { panic!("{} is open already", self.name) };
        let listener: TcpListener = socket.listen(128).unwrap();
        let (stop, stopped) = oneshot::channel();
        let router = self.router.clone();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let options =
                ServeOptions { drain_within: Duration::from_secs(5), ..Default::default() };
            serve(listener, router, options, async { stopped.await.unwrap_or(()) }).await;
        });
        self.gate = Gate::Open { stop, serving };
    }

    /// Stops listening: whoever comes is refused by the system.
    pub(crate) async fn shut(&mut self) {
        let gate = std::mem::replace(&mut self.gate, Gate::Shut(TcpSocket::new_v4().unwrap()));
        let Gate::Open { stop, mut serving } = gate else { panic!("{} is shut", self.name) };
        stop.send(()).unwrap();
        while let Some(ended) = serving.join_next().await {
            ended.unwrap();
        }
        self.gate = Gate::Shut(keep_port(self.port));
    }

    /// Ends this server, and starts another one on the same database.
    pub(crate) async fn restart(mut self) -> Self {
        self.shut().await;
        self.app.db().close().await.unwrap();
        let app = application(self.name, self.port, &self.database, &self.clock, KEYS_EACH).await;
        app.app.prepare().await.unwrap();
        self.router = router(self.name, self.port, &app, self.log.as_ref(), self.readers);
        self.app = app.app;
        self.open();
        self
    }

    /// What came in, in order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.log.as_ref().unwrap().lock().unwrap().clone()
    }

    /// The activities that were posted here, as type and id of their object, in order.
    pub(crate) fn heard(&self) -> Vec<(String, String)> {
        let posts = self.seen().into_iter().filter(|seen| seen.method == "POST");
        let object = |seen: &Seen| match seen.field("/object/id") {
            id if id.is_empty() => seen.field("/object"),
            id => id,
        };
        posts.map(|seen| (seen.field("/type"), object(&seen))).collect()
    }

    /// An account and the caller it becomes when it signs in.
    pub(crate) async fn account(&self, handle: &str) -> Caller {
        let new = NewAccount {
            handle: handle.to_owned(),
            name: String::new(),
            email: format!("{handle}@mail.example"),
            role: Role::Member,
            password: Some(PASSWORD.to_owned()),
        };
        self.app.accounts().create(&operator(), new).await.unwrap();
        let token = self.app.accounts().sign_in(handle, PASSWORD, "test").await.unwrap();
        Caller::Member(self.app.accounts().session(&token).await.unwrap().unwrap())
    }

    /// A provider with `owner` in its team.
    pub(crate) async fn provider(&self, handle: &str, owner: &str) -> ActorView {
        let new = NewProvider {
            handle: handle.to_owned(),
            name: format!("The {handle}"),
            summary: String::new(),
            owner: owner.to_owned(),
        };
        self.app.providers().create(&operator(), new).await.unwrap()
    }

    /// Publishes `new`.
    pub(crate) async fn publish(&self, caller: &Caller, new: NewPost) -> PostView {
        self.app.posts().publish(caller, new).await.unwrap()
    }

    /// A public post.
    pub(crate) async fn post(&self, caller: &Caller, author: &str, text: &str) -> PostView {
        self.publish(caller, Kit::words(author, text)).await
    }

    /// Applies and sends what is due now; how much that was.
    pub(crate) async fn work(&self) -> usize {
        let applied = self.app.inbound().process_due().await.unwrap();
        applied + self.app.outbox().deliver_due().await.unwrap()
    }
}

/// Works in all `towns` until nothing that is due now is left in any queue.
pub(crate) async fn settle(towns: &[&Town]) {
    for _ in 0..100 {
        let mut done = 0;
        for town in towns {
            done += town.work().await;
        }
        if done == 0 {
            return;
        }
    }
    panic!("the queues never emptied");
}

/// A clock for the towns of one test.
pub(crate) fn clock() -> Arc<MockClock> {
    Arc::new(MockClock::at(BEGINNING))
}

struct Built {
    app: App,
    remote: HttpRemote,
}

async fn application(
    name: &str,
    port: u16,
    database: &TestDb,
    clock: &Arc<MockClock>,
    keys_used: usize,
) -> Built {
    let base_url = Some(format!("http://{name}.localhost:{port}"));
    let options = ConnectorOptions {
        base_url: base_url.clone(),
        version: "0.0.0-test",
        lab: LabNetworks::parse(["127.0.0.0/8"]).unwrap(),
    };
    let master = Arc::new(MasterKey::new(MASTER));
    let remote = HttpRemote::new(options, master, clock.clone()).await.unwrap();
    let db = Db::open(&database.url, OpenOptions::default()).await.unwrap();
    let floor = dialect::highest_id(db.read()).await.unwrap();
    let app = App::new(AppParts {
        db,
        mint: Arc::new(Mint::new(Worker::new(0).unwrap(), floor)),
        clock: clock.clone(),
        // Another one at every start, so that no slug is drawn twice.
        chance: Arc::new(SeededChance::new(u64::from(port) ^ floor.unsigned_abs())),
        remote: Arc::new(remote.clone()),
        keys: Arc::new(KeyPool::new(name, keys_used)),
        files: Arc::new(MemoryFiles::default()),
        pictures: Arc::new(HereAndNow),
        settings: AppSettings {
            base_url,
            local_base_url: "http://127.0.0.1:8080".to_owned(),
            instance_name: format!("The town of {name}"),
            mode: FederationMode::Open,
            lab: true,
            version: "0.0.0-test",
            source_url: "https://source.example/carefolk".to_owned(),
        },
    });
    remote.attach(&app);
    Built { app, remote }
}

/// The routes of a server with what stands around them, as `server` puts them together.
fn router(name: &str, port: u16, built: &Built, log: Option<&Log>, readers: Readers) -> Router {
    // Pages answer every other address, or the layer around them would be around nothing.
    let pages = Router::new().fallback(async || http::StatusCode::NOT_FOUND);
    around(name, port, built, pages, log, readers)
}

fn around(
    name: &str,
    port: u16,
    built: &Built,
    pages: Router,
    log: Option<&Log>,
    readers: Readers,
) -> Router {
    let (app, remote) = (built.app.clone(), Arc::new(built.remote.clone()));
    let face =
        Federation::read_by(readers, app, remote, Limits::default()).proving(built.remote.signer());
    let host = format!("{name}.localhost:{port}");
    let check = HostCheck::new([host.clone()], &format!("http://{host}"));
    let router = face
        .negotiated(pages)
        .merge(face.router())
        .route(HEALTH_PATH, get(async || "ok\n"))
        .layer(middleware::from_fn_with_state(TrustedProxies(0), client_ip::client_address))
        .layer(middleware::from_fn_with_state(check, host::check_host));
    match log {
        Some(log) => router.layer(middleware::from_fn_with_state(Arc::clone(log), note)),
        None => router,
    }
}

/// Writes down what comes in, and lets it pass.
async fn note(State(log): State<Log>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let (method, headers) = (parts.method.to_string(), parts.headers.clone());
    let seen = Seen { method, headers, body: body.clone() };
    log.lock().unwrap().push(seen);
    next.run(Request::from_parts(parts, Body::from(body))).await
}

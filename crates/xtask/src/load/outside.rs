//! The outside world: one listener on loopback that plays any number of servers by their names,
//! answers for their actors, takes deliveries and counts them.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

use super::actor::Actor;

/// No delivery is larger than this.
const MAX_DELIVERY: usize = 1024 * 1024;

/// How often a waiting program looks at the counters.
const LOOK: Duration = Duration::from_millis(5);

/// Which of the servers that are played are sick, once they are: the first so many hang, the next refuse
/// connections, the next answer 500.
#[derive(Debug, Default)]
struct Illness {
    each: usize,
    broke_out: AtomicBool,
}

/// What arrived so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    illness: Illness,
    arrivals: Mutex<Vec<Instant>>,
    posts: AtomicUsize,
    answers: AtomicUsize,
    unsigned: AtomicUsize,
    follows: Mutex<Vec<Value>>,
    reads: Mutex<BTreeMap<&'static str, usize>>,
    last: Mutex<Option<Instant>>,
}

/// The listener; it ends with this value.
pub(crate) struct Outside {
    pub(crate) port: u16,
    /// Where those listen who will refuse connections.
    frail_port: u16,
    seen: Arc<Seen>,
    frail: AbortHandle,
    _tasks: JoinSet<()>,
}

impl Outside {
    pub(crate) async fn open(public_pem: String) -> anyhow::Result<Self> {
        Self::frail(public_pem, 0).await
    }

    /// So many servers of each kind will be sick, from [`Outside::fall_ill`] on.
    pub(crate) async fn frail(public_pem: String, each: usize) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (port, frail_port) = (listener.local_addr()?.port(), other.local_addr()?.port());
        let illness = Illness { each, ..Illness::default() };
        let seen = Arc::new(Seen { illness, ..Seen::default() });
        let public_pem: Arc<str> = Arc::from(public_pem);
        let mut tasks = JoinSet::new();
        tasks.spawn(listen(listener, Arc::clone(&seen), Arc::clone(&public_pem)));
        let frail = tasks.spawn(listen(other, Arc::clone(&seen), public_pem));
        Ok(Self { port, frail_port, seen, frail, _tasks: tasks })
    }

    /// The sick are sick from now on.
    pub(crate) fn fall_ill(&self) {
        self.seen.illness.broke_out.store(true, Ordering::SeqCst);
        self.frail.abort();
    }

    /// When each Create arrived that was taken.
    pub(crate) fn arrivals(&self) -> Vec<Instant> {
        self.seen.arrivals.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Actor `number` at the `server`th of the servers that are played.
    pub(crate) fn actor(&self, server: usize, number: usize) -> Actor {
        let will_refuse = self.seen.illness.of(server) == Sick::Refuses;
        let port = if will_refuse { self.frail_port } else { self.port };
        Actor { host: format!("load{server}.localhost:{port}"), server, number }
    }

    /// Create activities that arrived, and when the last of them did.
    pub(crate) fn posts(&self) -> (usize, Option<Instant>) {
        let last = *self.seen.last.lock().unwrap_or_else(PoisonError::into_inner);
        (self.seen.posts.load(Ordering::Relaxed), last)
    }

    /// Accept activities that arrived.
    pub(crate) fn accepts(&self) -> usize {
        self.seen.answers.load(Ordering::Relaxed)
    }

    /// Deliveries without a signature: there should be none.
    pub(crate) fn unsigned(&self) -> usize {
        self.seen.unsigned.load(Ordering::Relaxed)
    }

    /// What was asked for, and how often.
    pub(crate) fn reads(&self) -> BTreeMap<&'static str, usize> {
        self.seen.reads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Follow activities that arrived.
    pub(crate) fn follows(&self) -> Vec<Value> {
        self.seen.follows.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What is wrong with a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sick {
    Not,
    Hangs,
    Refuses,
    Fails,
}

impl Illness {
    /// What will be wrong with that one.
    fn of(&self, server: usize) -> Sick {
        match server.checked_div(self.each) {
            Some(0) => Sick::Hangs,
            Some(1) => Sick::Refuses,
            Some(2) => Sick::Fails,
            _ => Sick::Not,
        }
    }

    /// What is wrong now with the one of this name.
    fn now(&self, host: &str) -> Sick {
        match after(host, "load") {
            Some(server) if self.broke_out.load(Ordering::SeqCst) => self.of(server),
            _ => Sick::Not,
        }
    }
}

/// Looks at `count` until it gives `wanted` or `longest` has passed; gives what it saw last.
pub(crate) async fn watch(longest: Duration, wanted: usize, count: impl Fn() -> usize) -> usize {
    let end = Instant::now() + longest;
    while count() < wanted && Instant::now() < end {
        tokio::time::sleep(LOOK).await;
    }
    count()
}

async fn listen(listener: TcpListener, seen: Arc<Seen>, public_pem: Arc<str>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (seen, public_pem) = (Arc::clone(&seen), Arc::clone(&public_pem));
        connections.spawn(async move {
            let answer = service_fn(|request| {
                let (seen, public_pem) = (Arc::clone(&seen), Arc::clone(&public_pem));
                async move { answer(request, &seen, &public_pem).await }
            });
            let served = hyper::server::conn::http1::Builder::new();
            let _closed = served.serve_connection(TokioIo::new(stream), answer).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(
    request: http::Request<Incoming>,
    seen: &Seen,
    public_pem: &str,
) -> anyhow::Result<Response<Full<Bytes>>> {
    let host = request.headers().get("host").and_then(|host| host.to_str().ok());
    match seen.illness.now(host.unwrap_or_default()) {
        Sick::Hangs => return std::future::pending().await,
        Sick::Fails => {
            let failed = Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR);
            return Ok(failed.body(Full::default())?);
        }
        Sick::Not | Sick::Refuses => {}
    }
    let host = host.unwrap_or_default().to_owned();
    if request.method() == http::Method::POST {
        return take(request, seen).await;
    }
    let query = request.uri().query().unwrap_or_default();
    let path = request.uri().path();
    let (what, number) = match path {
        "/.well-known/webfinger" => ("WebFinger", after(query, "actor")),
        path if path.starts_with("/note/") => ("posts", after(path, "/note/")),
        path if path.starts_with("/actor/") => ("actors", after(path, "/actor/")),
        _ => ("anything else", None),
    };
    *seen.reads.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default() += 1;
    let Some(number) = number else {
        return Ok(Response::builder().status(StatusCode::NOT_FOUND).body(Full::default())?);
    };
    let actor = Actor { server: after(&host, "load").unwrap_or_default(), host, number };
    let (document, kind) = match what {
        "WebFinger" => (actor.finger(), "application/jrd+json"),
        "posts" => (actor.note(path), "application/activity+json"),
        _ => (actor.document(public_pem), "application/activity+json"),
    };
    let body = Full::new(Bytes::from(document.to_string()));
    Ok(Response::builder().header("content-type", kind).body(body)?)
}

/// The digits that follow `mark`.
fn after(text: &str, mark: &str) -> Option<usize> {
    let (_, rest) = text.split_once(mark)?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

async fn take(
    request: http::Request<Incoming>,
    seen: &Seen,
) -> anyhow::Result<Response<Full<Bytes>>> {
    let headers = request.headers();
    if !headers.contains_key("signature") {
        seen.unsigned.fetch_add(1, Ordering::Relaxed);
    }
    let body = match Limited::new(request.into_body(), MAX_DELIVERY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => anyhow::bail!("reading a delivery: {error}"),
    };
    let activity: Value = serde_json::from_slice(&body)?;
    match activity.get("type").and_then(Value::as_str) {
        Some("Create") => {
            seen.posts.fetch_add(1, Ordering::Relaxed);
            let now = Instant::now();
            *seen.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
            seen.arrivals.lock().unwrap_or_else(PoisonError::into_inner).push(now);
        }
        Some("Accept") => {
            seen.answers.fetch_add(1, Ordering::Relaxed);
        }
        Some("Follow") => {
            seen.follows.lock().unwrap_or_else(PoisonError::into_inner).push(activity);
        }
        _ => {}
    }
    Ok(Response::builder().status(StatusCode::ACCEPTED).body(Full::default())?)
}

#[cfg(test)]
mod tests {
    use super::super::http::Connection;
    use super::super::sign::Key;
    use super::*;

    #[tokio::test]
    async fn what_is_asked_is_answered_and_what_is_sent_is_counted() {
        let key = Key::generate().unwrap();
        let outside = Outside::open(key.public_pem().unwrap()).await.unwrap();
        let actor = outside.actor(3, 7);
        let mut connection = Connection::open(outside.port).await.unwrap();

        let (status, body) = connection.get(&actor.host, "/actor/7").await.unwrap();
        let document: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((status, document["id"].as_str()), (200, Some(actor.id().as_str())));
        let path = format!("/.well-known/webfinger?resource=acct:{}@{}", actor.name(), actor.host);
        let (_, body) = connection.get(&actor.host, &path).await.unwrap();
        let finger: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(finger["links"][0]["href"], actor.id());

        let create = actor.create(1).to_string();
        let post = key.post(&actor, &actor.host, "/actor/7/inbox", create).unwrap();
        assert_eq!(connection.send(post).await.unwrap().0, 202);
        assert_eq!((outside.posts().0, outside.unsigned()), (1, 0));
    }

    #[test]
    fn an_actor_is_read_from_the_path() {
        assert_eq!(after("/actor/12", "/actor/"), Some(12));
        assert_eq!(after("resource=acct:actor7@load1.localhost:1", "actor"), Some(7));
        assert_eq!(after("/nodeinfo", "/actor/"), None);
    }
}

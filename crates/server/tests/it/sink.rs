//! Other servers, as many as one likes: everything that is posted to any inbox is counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// How often each activity came to each inbox: by path, then by id.
pub(crate) type Arrived = BTreeMap<String, BTreeMap<String, u32>>;

struct Doors {
    arrived: Mutex<Arrived>,
    count: Mutex<usize>,
    /// How many are answered before the doors are opened.
    answered_at_once: usize,
    open: watch::Receiver<bool>,
}

/// Servers that take everything; some of it only when they are told to.
pub(crate) struct Sink {
    doors: Arc<Doors>,
    open: watch::Sender<bool>,
    /// The port that they all listen on.
    pub(crate) port: u16,
    _runtime: Runtime,
}

impl Sink {
    /// Answers the first `answered_at_once` and lets all others wait until [`Self::open`].
    pub(crate) fn new(answered_at_once: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (open, closed) = watch::channel(false);
        let doors = Arc::new(Doors {
            arrived: Mutex::default(),
            count: Mutex::new(0),
            answered_at_once,
            open: closed,
        });
        let router = Router::new().fallback(take).with_state(Arc::clone(&doors));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { doors, open, port, _runtime: runtime }
    }

    /// Answers everything from now on.
    pub(crate) fn open(&self) {
        self.open.send(true).unwrap();
    }

    /// How many requests came, answered or not.
    pub(crate) fn count(&self) -> usize {
        *self.doors.count.lock().unwrap()
    }

    /// What arrived.
    pub(crate) fn arrived(&self) -> Arrived {
        self.doors.arrived.lock().unwrap().clone()
    }
}

async fn take(State(doors): State<Arc<Doors>>, uri: Uri, body: Bytes) -> StatusCode {
    let Ok(activity) = serde_json::from_slice::<serde_json::Value>(&body) else {
        return StatusCode::NOT_FOUND;
    };
    let id = activity["id"].as_str().unwrap_or_default().to_owned();
    *doors
        .arrived
        .lock()
        .unwrap()
        .entry(uri.path().to_owned())
        .or_default()
        .entry(id)
        .or_default() += 1;
    let number = {
        let mut count = doors.count.lock().unwrap();
        *count += 1;
        *count
    };
    if number > doors.answered_at_once {
        let mut open = doors.open.clone();
        if open.wait_for(|open| *open).await.is_err() {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    }
    StatusCode::ACCEPTED
}

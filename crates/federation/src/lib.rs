//! The fediverse's pipes: the inbox, what other servers may read, fetching, WebFinger, sending.
//!
//! The rules are in `app`; here requests become commands and queries, and answers become HTTP.
//! Invariants: what is accepted is durable and was signed by who it says; no connection goes
//! anywhere but to a public address on port 443 (laboratories apart); private keys are opened
//! here only, to sign, and never reach the object model's crate.

mod document;
mod door;
mod errand;
mod fetched_proofs;
mod fetcher;
mod finger;
mod glue;
pub mod reach;
mod remote;
mod routes;
mod sender;
mod signer;
mod software;
mod state;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use carefolk_app::App;
use carefolk_app::ports::Remote;

pub use door::{Limits, Readers};
pub use reach::connector::{ConnectorError, ConnectorOptions};
pub use reach::lab::{LabNetworks, NotANetwork};
pub use remote::HttpRemote;
pub use signer::{KeyMint, Signer};

use state::State;

/// The federation face. Cheap to clone.
#[derive(Clone)]
pub struct Federation {
    state: Arc<State>,
}

impl Federation {
    /// The face of `app`, which fetches keys through `remote`, and whose documents anybody may read.
    ///
    /// The routes expect [`carefolk_httpkit::host::check_host`] and
    /// [`carefolk_httpkit::client_ip::client_address`] around them.
    pub fn new(app: App, remote: Arc<dyn Remote>, limits: Limits) -> Self {
        Self::read_by(Readers::Anybody, app, remote, limits)
    }

    /// The same, with documents for these readers. The instance's own actor is for anybody, or two
    /// servers that both ask for signatures could never learn each other's keys (S-079).
    pub fn read_by(readers: Readers, app: App, remote: Arc<dyn Remote>, limits: Limits) -> Self {
        Self { state: Arc::new(State::new(app, remote, limits, readers)) }
    }

    /// The same, with proofs inside activities and posts that are read here, made with `signer`.
    #[must_use]
    pub fn proving(self, signer: Signer) -> Self {
        self.state.prove_with(signer);
        self
    }

    /// The inbox, the documents, WebFinger and NodeInfo.
    pub fn router(&self) -> Router {
        routes::router(Arc::clone(&self.state))
    }

    /// `pages`, where `/@handle` and `/@handle/{slug}` answer ActivityStreams to who asks for it.
    pub fn negotiated(&self, pages: Router) -> Router {
        pages.layer(from_fn_with_state(Arc::clone(&self.state), routes::negotiate_pages))
    }
}

//! What every route of the federation face shares.

use std::sync::{Arc, OnceLock};

use carefolk_app::ports::Remote;
use carefolk_app::{App, FederationMode};
use carefolk_domain::{Moment, Span, uri};
use carefolk_httpkit::Problem;
use carefolk_httpkit::body_limit::{BODIES_MAX_BYTES, Room};
use carefolk_wire::read::Network;

use crate::door::{DoorLimits, Evidence, Found, KeyRing, Limits, Readers, Speaker};
use crate::signer::Signer;

/// How long peers wait while an admin has federation switched off.
const RETRY_WHEN_OFF: Span = Span::hours(1);

/// What every route shares.
pub(crate) struct State {
    app: App,
    remote: Arc<dyn Remote>,
    keys: KeyRing,
    limits: DoorLimits,
    room: Room,
    hosts: Vec<String>,
    base_url: String,
    network: Network,
    readers: Readers,
    signer: OnceLock<Signer>,
}

impl State {
    pub(crate) fn new(app: App, remote: Arc<dyn Remote>, limits: Limits, readers: Readers) -> Self {
        let settings = app.settings();
        let network = if settings.lab { Network::Lab } else { Network::Public };
        let base_url = settings.uri_base().to_owned();
        let hosts = uri::host(&base_url).into_iter().collect();
        let keys = KeyRing::new();
        let limits = DoorLimits::new(limits);
        let room = Room::new(BODIES_MAX_BYTES);
        Self {
            app,
            remote,
            keys,
            limits,
            room,
            hosts,
            base_url,
            network,
            readers,
            signer: OnceLock::new(),
        }
    }

    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    pub(crate) fn limits(&self) -> &DoorLimits {
        &self.limits
    }

    /// Room for what is sent to us.
    pub(crate) fn room(&self) -> &Room {
        &self.room
    }

    /// Our hosts, as they stand in `Host`.
    pub(crate) fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// `instance.url`.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    pub(crate) fn network(&self) -> Network {
        self.network
    }

    /// Who may read.
    pub(crate) fn readers(&self) -> Readers {
        self.readers
    }

    pub(crate) fn now(&self) -> Moment {
        self.app.now()
    }

    /// Who proves what is read here, if anybody does.
    pub(crate) fn signer(&self) -> Option<&Signer> {
        self.signer.get()
    }

    /// Sets it, once.
    pub(crate) fn prove_with(&self, signer: Signer) {
        self.signer.set(signer).ok();
    }

    /// Checks that `speaker` gave this evidence.
    pub(crate) async fn verify(
        &self,
        speaker: &Speaker,
        evidence: &dyn Evidence,
    ) -> Result<Found, Problem> {
        self.keys.verify(&self.app, self.remote.as_ref(), speaker, evidence).await
    }

    /// Whether `speaker` gave this evidence, without asking anybody.
    pub(crate) async fn recognises(
        &self,
        speaker: &Speaker,
        evidence: &dyn Evidence,
    ) -> Result<bool, Problem> {
        self.keys.recognises(&self.app, speaker, evidence).await
    }

    /// Whether we federate at all. Switched off is temporary, and told so: a peer that heard 404
    /// would delete what it holds of us.
    pub(crate) fn check_open(&self) -> Result<(), Problem> {
        let settings = self.app.settings();
        if settings.base_url.is_none() {
            return Err(Problem::not_found().because("there is no public address yet"));
        }
        if settings.mode == FederationMode::Off {
            let off = Problem::unavailable(RETRY_WHEN_OFF);
            return Err(off.because("federation is switched off"));
        }
        Ok(())
    }
}

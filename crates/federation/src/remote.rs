//! Other servers, as the application needs them.

use std::fs::File;
use std::sync::Arc;

use async_trait::async_trait;
use carefolk_app::App;
use carefolk_app::ports::{
    Clock, Fetched, Fingered, PICTURE_MAX_BYTES, Parcel, PortError, ProofKey, Receipt, Remote,
    Software,
};
use carefolk_domain::Address;
use carefolk_signatures::vault::MasterKey;

use crate::document::Documents;
use crate::errand::Errands;
use crate::fetched_proofs::{FetchedProofs, Others};
use crate::fetcher::Fetcher;
use crate::finger::Finger;
use crate::glue::LateApp;
use crate::reach::connector::{Connector, ConnectorError, ConnectorOptions};
use crate::sender::Sender;
use crate::signer::Signer;
use crate::software::Census;

/// The domain of an instance that has none yet; it fetches nothing.
const NO_DOMAIN: &str = "unset.invalid";

/// The port to other servers, made real. Cheap to clone.
///
/// It is made before the application and given it by [`HttpRemote::attach`]; until then, and as
/// long as the instance has no address, everything is refused.
#[derive(Clone)]
pub struct HttpRemote {
    pipes: Arc<Pipes>,
    /// Whether a proof may make us ask somebody else than who gave the document. Not while that is
    /// being done: a fetch leads to one other at most.
    others: Others,
}

struct Pipes {
    app: Arc<LateApp>,
    has_address: bool,
    errands: Arc<Errands>,
    fetcher: Fetcher,
    proofs: FetchedProofs,
    finger: Finger,
    sender: Sender,
    census: Census,
}

impl HttpRemote {
    /// Connects nothing yet. Must run inside the async runtime.
    ///
    /// # Errors
    ///
    /// [`ConnectorError`]: a forbidden switch in the environment, no root certificates.
    pub async fn new(
        options: ConnectorOptions,
        master: Arc<MasterKey>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConnectorError> {
        let app = Arc::new(LateApp::default());
        let errands = Arc::new(Errands {
            connector: Connector::new(&options)?,
            signer: Signer::new(master),
            clock,
            circle: Arc::clone(&app) as _,
        });
        let base = options.base_url.as_deref();
        let domain = base.and_then(carefolk_domain::uri::host);
        let documents =
            Documents::new(Arc::clone(&errands), domain.as_deref().unwrap_or(NO_DOMAIN));
        let pipes = Pipes {
            app,
            has_address: base.is_some(),
            fetcher: Fetcher::new(documents.await?),
            proofs: FetchedProofs::new(),
            finger: Finger::new(Arc::clone(&errands)),
            sender: Sender::new(Arc::clone(&errands)),
            census: Census::new(Arc::clone(&errands)),
            errands,
        };
        Ok(Self { pipes: Arc::new(pipes), others: Others::Asked })
    }

    /// Gives the pipes the application, which says whom we talk with and in whose name we read.
    pub fn attach(&self, app: &App) {
        self.pipes.app.attach(app.clone());
    }

    /// Who signs what goes through the pipes, to prove what is read here, too.
    pub fn signer(&self) -> Signer {
        self.pipes.errands.signer.clone()
    }

    fn check_address(&self) -> Result<(), PortError> {
        if self.pipes.has_address {
            Ok(())
        } else {
            Err(PortError::Refused("this instance has no address yet"))
        }
    }
}

#[async_trait]
impl Remote for HttpRemote {
    async fn fetch(&self, url: &str) -> Result<Fetched, PortError> {
        self.check_address()?;
        let url = self.pipes.errands.connector.policy().parse(url)?;
        let fetched = self.pipes.fetcher.fetch(url).await?;
        let asking = Self { pipes: Arc::clone(&self.pipes), others: Others::NotAsked };
        let others: Option<&dyn Remote> = (self.others == Others::Asked).then_some(&asking);
        self.pipes.proofs.check(self.pipes.app.app()?, others, &fetched).await?;
        Ok(fetched)
    }

    async fn download(&self, url: &str, into: File) -> Result<File, PortError> {
        self.check_address()?;
        self.pipes.errands.download(url, PICTURE_MAX_BYTES, into).await
    }

    async fn finger(&self, address: &Address) -> Result<Fingered, PortError> {
        self.check_address()?;
        self.pipes.finger.finger(address).await
    }

    async fn software(&self, host: &str) -> Result<Software, PortError> {
        self.check_address()?;
        self.pipes.census.software(host).await
    }

    async fn deliver(&self, parcel: &Parcel) -> Receipt {
        if let Err(error) = self.check_address() {
            return Receipt::Failed { status: None, why: error.to_string() };
        }
        self.pipes.sender.deliver(parcel).await
    }

    async fn prove(&self, document: Arc<str>, proof: &ProofKey) -> Result<String, PortError> {
        self.pipes.errands.signer.prove(proof, document).await
    }
}

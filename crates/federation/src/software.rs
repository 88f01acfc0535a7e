//! What other servers run, as they say (NodeInfo 2.0 and 2.1; S-072).

use std::sync::Arc;

use carefolk_app::ports::{PortError, Software};
use carefolk_wire::{nodeinfo, read};
use url::Url;

use crate::errand::{Errands, Signed, judge_status};

const ACCEPT: &str = "application/json";

/// Asks servers what they are.
pub(crate) struct Census {
    errands: Arc<Errands>,
}

impl Census {
    pub(crate) fn new(errands: Arc<Errands>) -> Self {
        Self { errands }
    }

    /// What `host` runs. Its index may lead to documents of its own only.
    pub(crate) async fn software(&self, host: &str) -> Result<Software, PortError> {
        let policy = self.errands.connector.policy();
        let name = host.split(':').next().unwrap_or_default();
        let plain = policy.lab().is_lab() && name.ends_with("localhost");
        let scheme = if plain { "http" } else { "https" };
        let index_url = policy.parse(&format!("{scheme}://{host}/.well-known/nodeinfo"))?;
        if crate::reach::target::authority(&index_url) != host {
            return Err(PortError::Invalid("not a host"));
        }
        let index = self.read(&index_url).await?;
        let href = nodeinfo::document_url(&index).ok_or(PortError::Invalid("no NodeInfo"))?;
        let document_url = policy.parse(href)?;
        if document_url.origin() != index_url.origin() {
            return Err(PortError::Invalid("its NodeInfo is somebody else's"));
        }
        let document = self.read(&document_url).await?;
        let heard = nodeinfo::software(&document).ok_or(PortError::Invalid("no software"))?;
        Ok(Software { name: heard.name, version: heard.version })
    }

    async fn read(&self, url: &Url) -> Result<read::Document, PortError> {
        let answer = self.errands.get(url.as_str(), ACCEPT, Signed::No).await?;
        judge_status(answer.status)?;
        if !answer.media_type.is_some_and(|media| media.is_jrd()) {
            return Err(PortError::Invalid("not JSON"));
        }
        read::parse(&answer.body).map_err(|_bad| PortError::Invalid("not JSON"))
    }
}

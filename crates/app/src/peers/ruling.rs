//! What holds for a peer, and why.

use carefolk_domain::{Standing, peer::host_is_within};

use super::Peers;
use crate::kernel::{error::Error, settings::FederationMode};

/// Why we do not talk with a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// We have no public address yet.
    NoAddress,
    /// We talk with nobody.
    Off,
    /// Nobody allowed it by name.
    NotAllowed,
    /// It, or the host above it that is named, is suspended.
    Suspended(Option<String>),
}

impl Peers<'_> {
    /// What holds for `host`: the decision about it or the nearest domain above it.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn standing(&self, host: &str) -> Result<Standing, Error> {
        Ok(self.ruling(host).await?.0)
    }

    /// The same, with the domain above it that this was decided about.
    pub(super) async fn ruling(&self, host: &str) -> Result<(Standing, Option<String>), Error> {
        let rules = match self.0.0.peers.0.get(&()) {
            Some(rules) => rules,
            None => self.load().await?,
        };
        let best = rules
            .iter()
            .filter(|(domain, _)| host_is_within(host, domain))
            .max_by_key(|(domain, _)| domain.len());
        let Some((domain, standing)) = best else { return Ok((Standing::Unknown, None)) };
        // As long as its own name, it can only be itself.
        let is_above = domain.len() < host.trim_end_matches('.').len();
        Ok((*standing, is_above.then(|| domain.clone())))
    }

    /// Why we do not talk with `host`, unless we do.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn why_closed(&self, host: &str) -> Result<Option<Closed>, Error> {
        let settings = self.0.settings();
        if settings.base_url.is_none() {
            return Ok(Some(Closed::NoAddress));
        }
        let (standing, by) = self.ruling(host).await?;
        Ok(match (settings.mode, standing) {
            (FederationMode::Off, _) => Some(Closed::Off),
            (_, Standing::Suspended) => Some(Closed::Suspended(by)),
            (FederationMode::Open, _) | (_, Standing::Allowed | Standing::Limited) => None,
            (FederationMode::Allowlist, _) => Some(Closed::NotAllowed),
        })
    }
}

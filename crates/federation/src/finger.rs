//! Who an address is: our own WebFinger client (RFC 7033, RFC 6415; T6, S-069, S-070).

use std::sync::Arc;

use carefolk_app::ports::{Fingered, PortError};
use carefolk_domain::{Address, uri};
use carefolk_wire::host_meta;
use carefolk_wire::webfinger::Jrd;
use reqwest::StatusCode;
use url::Url;

use crate::errand::{Errands, Signed, judge_status};
use crate::reach::connector::Answer;

const JRD_ACCEPT: &str = "application/jrd+json, application/json";

const XRD_ACCEPT: &str = "application/xrd+xml, application/xml, text/xml";

/// What one server says about one address.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Claim {
    subject: Address,
    actor: String,
    subscribe_template: Option<String>,
}

/// Asks who addresses are.
pub(crate) struct Finger {
    errands: Arc<Errands>,
}

impl Finger {
    pub(crate) fn new(errands: Arc<Errands>) -> Self {
        Self { errands }
    }

    /// Who `address` is.
    ///
    /// An answer may name another host, for the subject (a handle on the council's own domain) or
    /// for the actor (a server on a subdomain). Then that host is asked too, and must say the same;
    /// otherwise anybody could answer in the name of anybody.
    pub(crate) async fn finger(&self, address: &Address) -> Result<Fingered, PortError> {
        let claim = self.ask(address).await?;
        let actor_host = uri::host(&claim.actor).ok_or(PortError::Invalid("no actor"))?;
        let mut subject = claim.subject.clone();
        if !same(&subject, address) && self.ask(&subject).await.ok().as_ref() != Some(&claim) {
            // Its own word for itself is not confirmed: it stays who we asked for.
            subject = address.clone();
        }
        let there = Address { name: subject.name.clone(), host: actor_host };
        if !same(&there, &subject) && !same(&there, address) {
            let confirmed = self.ask(&there).await?;
            if !same(&confirmed.subject, &subject) || confirmed.actor != claim.actor {
                return Err(PortError::Invalid("the actor does not own this address"));
            }
        }
        Ok(Fingered { subject, actor: claim.actor, subscribe_template: claim.subscribe_template })
    }

    async fn ask(&self, address: &Address) -> Result<Claim, PortError> {
        let url = self.query(address)?;
        let answer = self.errands.get(url.as_str(), JRD_ACCEPT, Signed::No).await?;
        let answer = if answer.status == StatusCode::NOT_FOUND {
            self.ask_elsewhere(address, &url).await.ok_or(PortError::NotFound)?
        } else {
            answer
        };
        match judge_status(answer.status) {
            // Gone would be for ever; an address that is not there may come (docs/federation/peers.md).
            Err(PortError::Gone) => return Err(PortError::NotFound),
            other => other?,
        }
        if !answer.media_type.is_some_and(|media| media.is_jrd()) {
            return Err(PortError::Invalid("not a WebFinger answer"));
        }
        let jrd = Jrd::parse(&answer.body)
            .map_err(|_bad| PortError::Invalid("not a WebFinger answer"))?;
        self.read(&jrd)
    }

    /// The answer of where a host says that it answers such queries (RFC 6415), if that is somewhere
    /// else. It is asked only when there is none at the usual place, and whatever goes wrong, there
    /// is none. The host speaks for its own addresses, so it may send us anywhere we go.
    async fn ask_elsewhere(&self, address: &Address, asked: &Url) -> Option<Answer> {
        let place = asked.join("/.well-known/host-meta").ok()?;
        let meta = self.errands.get(place.as_str(), XRD_ACCEPT, Signed::No).await.ok()?;
        judge_status(meta.status).ok()?;
        if !meta.media_type.is_some_and(|media| media.is_xrd()) {
            return None;
        }
        let resource = format!("acct:{address}");
        let resource: String = url::form_urlencoded::byte_serialize(resource.as_bytes()).collect();
        let url = host_meta::lookup_url(&meta.body, &resource)?;
        if url == asked.as_str() {
            return None;
        }
        self.errands.get(&url, JRD_ACCEPT, Signed::No).await.ok()
    }

    /// The query for `address`, built so that nothing in it can leave its place.
    fn query(&self, address: &Address) -> Result<Url, PortError> {
        // Addresses are parsed on the way in; once more here, where it matters.
        let address = Address::parse(&address.to_string())
            .map_err(|_odd| PortError::Invalid("not an address"))?;
        let policy = self.errands.connector.policy();
        let name = address.host.split(':').next().unwrap_or_default();
        let plain = policy.lab().is_lab() && name.ends_with("localhost");
        let scheme = if plain { "http" } else { "https" };
        let text = format!("{scheme}://{}/.well-known/webfinger", address.host);
        let mut url = policy.parse(&text)?;
        if crate::reach::target::authority(&url) != address.host {
            return Err(PortError::Invalid("not an address"));
        }
        url.query_pairs_mut().append_pair("resource", &format!("acct:{address}"));
        Ok(url)
    }

    fn read(&self, jrd: &Jrd) -> Result<Claim, PortError> {
        let subject = Address::parse(&jrd.subject)
            .map_err(|_odd| PortError::Invalid("the subject is no address"))?;
        let actor = jrd.actor().ok_or(PortError::Invalid("no actor"))?.to_owned();
        self.errands.connector.policy().parse(&actor)?;
        let subscribe_template = jrd
            .subscribe_template()
            .filter(|template| self.is_good_template(template))
            .map(str::to_owned);
        Ok(Claim { subject, actor, subscribe_template })
    }

    /// A template is a link that a person will be sent to: a web address with one place for a URI.
    fn is_good_template(&self, template: &str) -> bool {
        template.matches("{uri}").count() == 1
            && self.errands.connector.policy().parse(&template.replace("{uri}", "x")).is_ok()
    }
}

fn same(a: &Address, b: &Address) -> bool {
    a.name.eq_ignore_ascii_case(&b.name) && a.host.eq_ignore_ascii_case(&b.host)
}

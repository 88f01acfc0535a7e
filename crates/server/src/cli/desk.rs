//! What the commands beside a server share: an application, and the name of who asks.

use std::io::Read;
use std::os::unix::fs::MetadataExt;

use anyhow::{Context, anyhow, bail};
use carefolk_app::{App, Caller, Error};
use carefolk_domain::{Denial, Moment};

use crate::output::Out;
use crate::settings::Settings;
use crate::wiring::{self, Lease};
use crate::words::{closed, plain};

/// The most bytes a text on standard input may have: far more than any post.
const TEXT_MAX_BYTES: u64 = 1024 * 1024;

/// Where commands are answered.
pub(super) struct Desk {
    /// How to answer.
    pub(super) out: Out,
    /// Who knows.
    pub(super) app: App,
    /// Who asks.
    pub(super) caller: Caller,
    lease: Lease,
}

impl Desk {
    /// Opens the database, which must be ready, and builds the application on it.
    pub(super) async fn open(out: Out, settings: Settings) -> anyhow::Result<Self> {
        let built = Box::pin(wiring::beside_a_server(&settings)).await?;
        let caller = Caller::Operator(operator());
        Ok(Self { out, app: built.app, caller, lease: built.lease })
    }

    /// The address of a page of ours: while there is no public address, the one on this machine.
    pub(super) fn address(&self, url: &str, page: &str) -> String {
        let settings = self.app.settings();
        match settings.base_url {
            Some(_) => url.to_owned(),
            None => format!("{}{page}", settings.local_base_url),
        }
    }

    /// The public address of a page of this server.
    pub(super) fn here(&self, page: &str) -> String {
        format!("{}{page}", self.app.settings().uri_base())
    }

    /// The error of a command about somebody at `host`: could not do `what`, and why. Where we do not
    /// talk with their server it says for which of the reasons.
    pub(super) async fn plain_about(&self, error: Error, what: &str, host: &str) -> anyhow::Error {
        if matches!(error, Error::Denied(Denial::Peer))
            && let Ok(Some(why)) = self.app.peers().why_closed(host).await
        {
            return anyhow!("could not {what}: {}", closed(&why, host));
        }
        plain(error, what)
    }

    /// Leaves the database as if nobody had been here.
    pub(super) async fn close(self) {
        self.lease.give_back().await;
        if let Err(error) = self.app.db().close().await {
            tracing::debug!(%error, "the database did not close cleanly");
        }
    }
}

/// The name of the user who runs this process, for the audit.
fn operator() -> String {
    let name = || {
        let uid = std::fs::metadata("/proc/self").ok()?.uid().to_string();
        let users = std::fs::read_to_string("/etc/passwd").ok()?;
        let line = users.lines().find(|line| line.split(':').nth(2) == Some(uid.as_str()))?;
        line.split(':').next().map(str::to_owned)
    };
    name().unwrap_or_else(|| "console".to_owned())
}

/// The text on standard input; `what` it is, for when it is missing.
pub(super) fn text_from_stdin(what: &str) -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(TEXT_MAX_BYTES + 1)
        .read_to_string(&mut text)
        .with_context(|| format!("could not read the {what} from standard input"))?;
    if text.len() as u64 > TEXT_MAX_BYTES {
        bail!("the {what} on standard input is longer than 1 MiB");
    }
    let text = text.trim();
    if text.is_empty() {
        bail!("the {what} on standard input is empty");
    }
    Ok(text.to_owned())
}

/// A moment as people and scripts read it: `2026-11-22T09:30:00Z`.
pub(crate) fn when(moment: Moment) -> String {
    jiff::Timestamp::from_millisecond(moment.0).map_or_else(
        |_| moment.0.to_string(),
        |stamp| stamp.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    )
}

/// A moment that may not have come, or `-`.
pub(super) fn when_or_dash(moment: Option<Moment>) -> String {
    moment.map_or_else(|| "-".to_owned(), when)
}

/// A word of a domain type, as it stands in JSON: `active`, `person`.
pub(super) fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => "?".to_owned(),
    }
}

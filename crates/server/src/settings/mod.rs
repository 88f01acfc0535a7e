//! The settings: built-in defaults, then a file, then environment variables.
//!
//! Invariants: an unknown key or a value of the wrong kind stops the start with one line that
//! names the key and where it stands; everything past [`load`] is known to be usable. This is the
//! only place that reads the environment.

mod check;
mod layers;
mod network;
mod roles;
mod sections;
mod show;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub(crate) use layers::Sources;
pub(crate) use network::Network;
pub(crate) use roles::{Role, Roles};

/// The settings, checked.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Who we are.
    pub(crate) instance: Instance,
    /// Where pages are served.
    pub(crate) http: Http,
    /// Where data is kept.
    pub(crate) database: Database,
    /// The folder of this server.
    pub(crate) storage: PathBuf,
    /// Who may talk to us.
    pub(crate) federation: Federation,
    /// How much is said of the work.
    pub(crate) log: Log,
    /// Where the numbers of the work are told, if anywhere.
    pub(crate) metrics: Option<SocketAddr>,
    /// What this process does.
    pub(crate) process: Process,
}

/// What one process does, where several share the work.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    /// Its parts of the work.
    pub(crate) roles: Roles,
    /// How many processes answer requests, this one included.
    pub(crate) doors: u32,
}

/// Who we are.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    /// The public address; without one the server does not federate.
    pub(crate) url: Option<BaseUrl>,
    /// What the community is called at first.
    pub(crate) name: String,
    /// Where the source code of this version is.
    pub(crate) source_url: String,
}

/// A public address: scheme and host, no slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    /// Such as `https://care.example`.
    pub(crate) text: String,
    /// Such as `care.example`, with a port if it is not the scheme's own.
    pub(crate) host: String,
    /// Whether the name is reserved for tests and examples, so that it cannot be a real server.
    pub(crate) reserved: bool,
}

/// Where pages are served.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    /// The address to listen on.
    pub(crate) listen: SocketAddr,
    /// How many entries of X-Forwarded-For, from the right, our own proxies wrote.
    pub(crate) trusted_proxies: usize,
}

/// Where data is kept.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    /// The address for the store: an SQLite path is complete.
    pub(crate) url: String,
}

/// Who may talk to us.
#[derive(Clone, Debug)]
pub(crate) struct Federation {
    /// Everybody, some, or nobody.
    pub(crate) mode: Mode,
    /// Who may read what stands here for other servers.
    pub(crate) readers: Readers,
    /// Private networks that may be reached in a laboratory.
    pub(crate) lab_networks: Vec<Network>,
}

/// Who may talk to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Every server that is not suspended.
    Open,
    /// Only servers that an admin allowed.
    Allowlist,
    /// Nobody.
    Off,
}

/// Who may read what stands here for other servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Anybody.
    Anybody,
    /// Only who signs.
    Signed,
}

/// How much is said of the work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Log {
    /// For people or for machines.
    pub(crate) format: LogFormat,
    /// The least important message that is still said.
    pub(crate) level: tracing::Level,
}

/// For people or for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The settings, and where each came from.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// What is in force.
    pub(crate) settings: Settings,
    /// Every key with its value and its source, in the order of the keys.
    pub(crate) origins: Vec<Origin>,
}

/// One key, as `config print` shows it.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Origin {
    /// Such as `http.listen`.
    pub(crate) key: String,
    /// The value as TOML, secrets masked.
    pub(crate) value: String,
    /// Such as `default`, `carefolk.toml` or `CAREFOLK__HTTP__LISTEN`.
    pub(crate) from: String,
}

/// Reads and checks the settings.
pub(crate) fn load(sources: &Sources) -> anyhow::Result<Loaded> {
    let layers = layers::read(sources)?;
    let sections = layers.sections()?;
    let settings = check::settings(&sections, &layers)?;
    Ok(Loaded { settings, origins: show::origins(&layers) })
}

impl Settings {
    /// A file in the folder of this server.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.storage.join(name)
    }

    /// Where pages are before there is a public address.
    pub(crate) fn local_base_url(&self) -> String {
        local_url(self.http.listen)
    }
}

/// The address under which a browser on this machine reaches what listens on `listen`.
pub(crate) fn local_url(mut listen: SocketAddr) -> String {
    if listen.ip().is_unspecified() {
        listen.set_ip(match listen {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{listen}")
}

/// The file that is read when nobody names one and it is there.
pub(crate) fn usual_file() -> &'static Path {
    Path::new("carefolk.toml")
}

#[cfg(test)]
mod tests;

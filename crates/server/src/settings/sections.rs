//! The settings as they are written: one struct for each section of `config/default.toml`.

use serde::Deserialize;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sections {
    pub(super) instance: Instance,
    pub(super) http: Http,
    pub(super) database: Database,
    pub(super) storage: Storage,
    pub(super) federation: Federation,
    pub(super) log: Log,
    pub(super) metrics: Metrics,
    pub(super) process: Process,
}

/// `[instance]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Instance {
    pub(super) url: String,
    pub(super) name: String,
    pub(super) source_url: String,
}

/// `[http]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Http {
    pub(super) listen: String,
    pub(super) trusted_proxies: i64,
}

/// `[database]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Database {
    pub(super) url: String,
}

/// `[storage]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Storage {
    pub(super) path: String,
}

/// `[federation]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Federation {
    pub(super) mode: String,
    pub(super) require_signed_fetches: bool,
    pub(super) lab_networks: Vec<String>,
}

/// `[log]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Log {
    pub(super) format: String,
    pub(super) level: String,
}

/// `[metrics]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Metrics {
    pub(super) listen: String,
}

/// `[process]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Process {
    pub(super) roles: Vec<String>,
    pub(super) doors: i64,
}

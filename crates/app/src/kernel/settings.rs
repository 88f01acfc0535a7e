//! What the application must know of its settings.

/// Whom we talk to when nobody decided about a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FederationMode {
    /// Everybody who is not suspended.
    Open,
    /// Who is allowed by name.
    Allowlist,
    /// Nobody.
    Off,
}

/// Settings, read once by `server`.
#[derive(Clone, Debug)]
pub struct AppSettings {
    /// `https://care.example`, without a slash at the end; `None` until the admin decides, and
    /// then nothing is federated.
    pub base_url: Option<String>,
    /// Where the pages can be reached meanwhile.
    pub local_base_url: String,
    /// The community's name until set-up gave it another.
    pub instance_name: String,
    /// Whom we talk to.
    pub mode: FederationMode,
    /// Whether private networks, plain http and odd ports may be reached (laboratories only).
    pub lab: bool,
    /// This software's version.
    pub version: &'static str,
    /// Where its source is (AGPL section 13).
    pub source_url: String,
}

/// Stands in URIs that were made before `instance.url` was set; no such URI ever left.
pub const UNSET_BASE: &str = "http://unset.invalid";

impl AppSettings {
    /// The base of every URI made now.
    pub fn uri_base(&self) -> &str {
        self.base_url.as_deref().unwrap_or(UNSET_BASE)
    }

    /// Whether anything leaves or enters.
    pub fn federates(&self) -> bool {
        self.base_url.is_some() && self.mode != FederationMode::Off
    }

    /// The host in our handles.
    pub fn handle_host(&self) -> String {
        carefolk_domain::uri::host(self.uri_base()).unwrap_or_else(|| "unset.invalid".to_owned())
    }
}

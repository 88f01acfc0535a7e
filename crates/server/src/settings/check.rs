//! Turns what was written into what can be used, or says what is wrong with which key.

use std::path::{Path, PathBuf};

use anyhow::bail;
use url::{Host, Url};

use super::layers::Layers;
use super::sections::Sections;
use super::{
    BaseUrl, Database, Federation, Http, Instance, Log, LogFormat, Mode, Network, Process, Readers,
    Roles, Settings,
};

/// The longest name of a community: it stands in titles.
const NAME_MAX_CHARS: usize = 100;

/// Nobody has ten proxies of their own in a row; whoever writes more means something else.
const PROXIES_MAX: usize = 9;

/// So many processes can use one database: each leases one of as many numbers for its ids.
const DOORS_MAX: u32 = 64;

/// Top-level names that can never be a real server (RFC 2606, RFC 6761).
const RESERVED_NAMES: &[&str] = &["test", "localhost", "example", "invalid"];

/// Checks every key.
pub(super) fn settings(sections: &Sections, layers: &Layers) -> anyhow::Result<Settings> {
    let checker = Checker { layers };
    let url = checker.instance_url(&sections.instance.url)?;
    let storage = checker.storage(&sections.storage.path)?;
    Ok(Settings {
        instance: Instance {
            name: checker.name(&sections.instance.name)?,
            source_url: checker.source_url(&sections.instance.source_url)?,
            url: url.clone(),
        },
        http: Http {
            listen: checker.listen(&sections.http.listen)?,
            trusted_proxies: checker.proxies(sections.http.trusted_proxies)?,
        },
        database: Database { url: checker.database(&sections.database.url, &storage)? },
        storage,
        federation: checker.federation(&sections.federation, url.as_ref())?,
        log: checker.log(&sections.log)?,
        metrics: checker.metrics(&sections.metrics.listen)?,
        process: checker.process(&sections.process)?,
    })
}

/// Knows where each value came from, to say so.
struct Checker<'a> {
    layers: &'a Layers,
}

impl Checker<'_> {
    /// The one line about a value that cannot be used.
    fn wrong<T>(&self, key: &str, value: &str, why: &str) -> anyhow::Result<T> {
        bail!("{key} in {} is \"{value}\", but {why}", self.layers.from(key))
    }

    fn instance_url(&self, text: &str) -> anyhow::Result<Option<BaseUrl>> {
        let key = "instance.url";
        if text.trim().is_empty() {
            return Ok(None);
        }
        let Ok(url) = Url::parse(text.trim()) else {
            return self.wrong(key, text, "it must be an address such as https://care.example");
        };
        let Some(Host::Domain(name)) = url.host() else {
            return self.wrong(key, text, "it must have a host name, not a number");
        };
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.path() == "/";
        if !bare {
            return self.wrong(key, text, "it must end after the host name");
        }
        let reserved = is_reserved(name);
        match url.scheme() {
            "https" => {}
            "http" if reserved => {}
            "http" => {
                return self.wrong(
                    key,
                    text,
                    "http is only for names under .test, .localhost, .example or .invalid; \
                     use https",
                );
            }
            _ => return self.wrong(key, text, "it must begin with https://"),
        }
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let host = format!("{name}{port}");
        Ok(Some(BaseUrl { text: format!("{}://{host}", url.scheme()), host, reserved }))
    }

    fn name(&self, text: &str) -> anyhow::Result<String> {
        let name = text.trim();
        if name.is_empty() {
            return self.wrong("instance.name", text, "the community needs a name");
        }
        if name.chars().count() > NAME_MAX_CHARS {
            return self.wrong("instance.name", text, "it may have at most 100 characters");
        }
        Ok(name.to_owned())
    }

    fn source_url(&self, text: &str) -> anyhow::Result<String> {
        match Url::parse(text.trim()) {
            Ok(url) if matches!(url.scheme(), "https" | "http") => Ok(text.trim().to_owned()),
            _ => self.wrong(
                "instance.source_url",
                text,
                "it must be an address that begins with https://",
            ),
        }
    }

    fn listen(&self, text: &str) -> anyhow::Result<std::net::SocketAddr> {
        match text.trim().parse() {
            Ok(address) => Ok(address),
            Err(_) => self.wrong(
                "http.listen",
                text,
                "it must be an address and a port, such as 127.0.0.1:8080",
            ),
        }
    }

    /// Where numbers are told: to this machine alone, because they say who talks with whom how much.
    fn metrics(&self, text: &str) -> anyhow::Result<Option<std::net::SocketAddr>> {
        let key = "metrics.listen";
        if text.trim().is_empty() {
            return Ok(None);
        }
        match text.trim().parse::<std::net::SocketAddr>() {
            Ok(address) if address.ip().is_loopback() => Ok(Some(address)),
            Ok(_) => self.wrong(
                key,
                text,
                "the numbers are for this machine alone: use 127.0.0.1 or [::1], and let a program \
                 on this machine pass them on",
            ),
            Err(_) => {
                self.wrong(key, text, "it must be an address and a port, such as 127.0.0.1:9464")
            }
        }
    }

    fn process(&self, section: &super::sections::Process) -> anyhow::Result<Process> {
        let Some(roles) = Roles::parse(section.roles.iter().map(String::as_str)) else {
            let why = "it must hold one or more of web, inbox, delivery and jobs";
            return self.wrong("process.roles", &section.roles.join(","), why);
        };
        let Ok(doors @ 1..=DOORS_MAX) = u32::try_from(section.doors) else {
            let why = "it must be a number from 1 to 64";
            return self.wrong("process.doors", &section.doors.to_string(), why);
        };
        Ok(Process { roles, doors })
    }

    fn proxies(&self, count: i64) -> anyhow::Result<usize> {
        match usize::try_from(count) {
            Ok(count) if count <= PROXIES_MAX => Ok(count),
            _ => self.wrong(
                "http.trusted_proxies",
                &count.to_string(),
                "it must be a number from 0 to 9",
            ),
        }
    }

    fn networks(&self, key: &str, texts: &[String]) -> anyhow::Result<Vec<Network>> {
        let parse = |text: &String| match Network::parse(text) {
            Some(network) => Ok(network),
            None => self.wrong(key, text, "it must be an address or a range such as 10.0.0.0/8"),
        };
        texts.iter().map(parse).collect()
    }

    fn storage(&self, text: &str) -> anyhow::Result<PathBuf> {
        if text.trim().is_empty() {
            return self.wrong("storage.path", text, "it must name a folder");
        }
        Ok(PathBuf::from(text))
    }

    /// The address for the store. What is wrong is said without the value: it may hold a password.
    fn database(&self, text: &str, storage: &Path) -> anyhow::Result<String> {
        let from = self.layers.from("database.url");
        if let Some(rest) = text.strip_prefix("sqlite:") {
            let file = rest.strip_prefix("//").unwrap_or(rest);
            if file.is_empty() || file.starts_with(':') || file.contains(['?', '#', '%']) {
                bail!("database.url in {from} must name a file, such as sqlite:carefolk.db");
            }
            return Ok(format!("sqlite:{}", storage.join(file).display()));
        }
        let postgres = ["postgres", "postgresql"];
        match Url::parse(text) {
            Ok(url) if postgres.contains(&url.scheme()) && url.path().len() > 1 => {
                Ok(text.to_owned())
            }
            Ok(url) if postgres.contains(&url.scheme()) => {
                bail!("database.url in {from} must end with the name of a database")
            }
            _ => bail!("database.url in {from} must begin with sqlite: or postgres://"),
        }
    }

    fn federation(
        &self,
        section: &super::sections::Federation,
        url: Option<&BaseUrl>,
    ) -> anyhow::Result<Federation> {
        let mode = match section.mode.as_str() {
            "open" => Mode::Open,
            "allowlist" => Mode::Allowlist,
            "off" => Mode::Off,
            other => {
                let why = "it must be open, allowlist or off";
                return self.wrong("federation.mode", other, why);
            }
        };
        let key = "federation.lab_networks";
        let lab_networks = self.networks(key, &section.lab_networks)?;
        if !lab_networks.is_empty() && !url.is_some_and(|url| url.reserved) {
            bail!(
                "{key} in {} is for laboratories: it needs an instance.url under .test, \
                 .localhost, .example or .invalid",
                self.layers.from(key)
            );
        }
        let signed = section.require_signed_fetches;
        let readers = if signed { Readers::Signed } else { Readers::Anybody };
        Ok(Federation { mode, readers, lab_networks })
    }

    fn log(&self, section: &super::sections::Log) -> anyhow::Result<Log> {
        let format = match section.format.as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            other => return self.wrong("log.format", other, "it must be text or json"),
        };
        let level = match section.level.as_str() {
            "error" => tracing::Level::ERROR,
            "warn" => tracing::Level::WARN,
            "info" => tracing::Level::INFO,
            "debug" => tracing::Level::DEBUG,
            "trace" => tracing::Level::TRACE,
            other => {
                let why = "it must be error, warn, info, debug or trace";
                return self.wrong("log.level", other, why);
            }
        };
        Ok(Log { format, level })
    }
}

/// Whether no real server can have this name.
fn is_reserved(name: &str) -> bool {
    let last = name.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    RESERVED_NAMES.contains(&last)
}

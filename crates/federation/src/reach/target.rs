//! Which URLs we go to at all, before any name is resolved (S-070, S-084 to S-086).

use carefolk_app::ports::PortError;
use url::{Host, Url};

use super::address;
use super::lab::LabNetworks;

/// The longest URL that is asked for; no id that is stored is longer.
pub const URL_MAX_BYTES: usize = 2_048;

/// What a URL must be like. Judged at every hop, in every build.
#[derive(Clone, Debug)]
pub struct TargetPolicy {
    lab: LabNetworks,
    own_host: Option<String>,
}

impl TargetPolicy {
    /// A policy for an instance at `base_url`, which is never asked over the network.
    pub fn new(lab: LabNetworks, base_url: Option<&str>) -> Self {
        let own_host = base_url.and_then(|url| Url::parse(url).ok()).map(|url| authority(&url));
        Self { lab, own_host }
    }

    /// The laboratory, if this is one.
    pub fn lab(&self) -> &LabNetworks {
        &self.lab
    }

    /// `text` as a URL that we may go to, without its fragment.
    ///
    /// # Errors
    ///
    /// [`PortError::Invalid`] if it is no URL, [`PortError::Refused`] if we do not go there.
    pub fn parse(&self, text: &str) -> Result<Url, PortError> {
        if text.len() > URL_MAX_BYTES {
            return Err(PortError::Invalid("the address is too long"));
        }
        // The parser drops tabs and line ends and takes a backslash for a slash: what was shown
        // or compared before would then not be what is asked.
        if text.bytes().any(|b| b.is_ascii_control() || matches!(b, b' ' | b'\\')) {
            return Err(PortError::Invalid("the address holds a control character"));
        }
        let mut url = Url::parse(text).ok().ok_or(PortError::Invalid("not an address"))?;
        url.set_fragment(None);
        self.check(&url)?;
        Ok(url)
    }

    /// Whether we may go to `url`.
    ///
    /// # Errors
    ///
    /// [`PortError::Refused`] with the reason.
    pub fn check(&self, url: &Url) -> Result<(), PortError> {
        let lab = self.lab.is_lab();
        match url.scheme() {
            "https" => {}
            "http" if lab => {}
            _ => return Err(PortError::Refused("only https")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(PortError::Refused("a name or password in the address"));
        }
        if url.port().is_some() && !lab {
            return Err(PortError::Refused("only port 443"));
        }
        if self.own_host.as_ref().is_some_and(|own| *own == authority(url)) {
            return Err(PortError::Refused("our own address"));
        }
        match url.host() {
            None => Err(PortError::Refused("no host")),
            Some(Host::Domain(name)) => Self::check_name(name, lab),
            Some(Host::Ipv4(ip)) => self.check_literal(ip.into()),
            Some(Host::Ipv6(ip)) => self.check_literal(ip.into()),
        }
    }

    fn check_name(name: &str, lab: bool) -> Result<(), PortError> {
        let is_localhost = name == "localhost" || name.ends_with(".localhost");
        if is_localhost && lab {
            return Ok(());
        }
        if is_localhost || !name.contains('.') || name.ends_with('.') {
            return Err(PortError::Refused("not a public name"));
        }
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
        if name.len() > 253 || !name.bytes().all(plain) {
            return Err(PortError::Refused("not a public name"));
        }
        Ok(())
    }

    /// An address instead of a name has no certificate and no owner; outside of laboratories it
    /// is refused even when it is a public one.
    fn check_literal(&self, ip: std::net::IpAddr) -> Result<(), PortError> {
        if self.lab.contains(ip) {
            return Ok(());
        }
        Err(PortError::Refused(if address::is_global(ip) {
            "an address instead of a name"
        } else {
            "not a public address"
        }))
    }
}

/// The host of a URL as it stands in `Host`: with its port when that is not the scheme's own.
pub fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> TargetPolicy {
        TargetPolicy::new(LabNetworks::default(), Some("https://care.example"))
    }

    #[test]
    fn ordinary_addresses_are_gone_to() {
        for good in [
            "https://v.example/users/vic",
            "https://v.example:443/",
            "https://sub.v.example/a?b=c",
            "https://xn--bcher-kva.example/",
            "https://under_score.example/",
        ] {
            assert!(policy().parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn no_spelling_of_a_private_or_own_address_is() {
        for bad in [
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://0x7f.1/",
            "https://127.1/",
            "https://127。0。0。1/",
            "https://１２７.0.0.1/",
            "https://[::1%25lo]/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://localhost./",
            "https://LOCALHOST/",
            "https://x.localhost/",
            "https://care.example/",
            "https://CARE.example/inbox",
            "https://1.1.1.1/",
            "https://intranet/",
            "https://v.example./",
            "https://10.0.0.5/",
            "https://169.254.169.254/latest/meta-data",
            "https://",
        ] {
            assert!(policy().parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_https_on_its_own_port_is() {
        for port in [22, 25, 80, 5432, 6379, 8080, 8443] {
            assert!(policy().parse(&format!("https://v.example:{port}/")).is_err(), "{port}");
        }
        for bad in [
            "http://v.example/",
            "ftp://v.example/",
            "gopher://v.example/",
            "file:///etc/passwd",
            "unix:/run/x",
            "data:application/json,{}",
            "javascript:1",
            "//v.example/",
            "v.example",
        ] {
            assert!(policy().parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_is_what_it_looks_like() {
        for bad in [
            "https://v.example@e.example/",
            "https://v:p@e.example/",
            "https://v.example\\@e.example/",
            "https://v.exa\tmple/",
            "https://v.example/\r\nX: y",
            "https://v.example/ x",
            "",
        ] {
            assert!(policy().parse(bad).is_err(), "{bad:?}");
        }
        assert!(policy().parse(&format!("https://v.example/{}", "a".repeat(2_100))).is_err());
        let url = policy().parse("https://v.example/users/vic#main-key").unwrap();
        assert_eq!(url.as_str(), "https://v.example/users/vic");
    }

    #[test]
    fn a_laboratory_opens_its_own_networks_and_no_others() {
        let lab = LabNetworks::parse(["127.0.0.0/8"]).unwrap();
        let policy = TargetPolicy::new(lab, Some("http://a.localhost:3000"));
        for good in ["http://b.localhost:3001/", "http://127.0.0.1:9/x", "https://v.example:8443/"]
        {
            assert!(policy.parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://10.0.0.5/",
            "http://[::1]:3001/",
            "http://a.localhost:3000/",
            "ftp://b.localhost/",
        ] {
            assert!(policy.parse(bad).is_err(), "{bad}");
        }
    }
}

//! Who we are asked as: `Host` must be one of our names (T2, S-138, S-149).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::HOST;
use http::{HeaderValue, Method, StatusCode, Version};

use crate::problem::Problem;

/// The one path that a probe may ask for under any name.
pub const HEALTH_PATH: &str = "/healthz";

/// The names we answer to.
#[derive(Clone, Debug)]
pub struct HostCheck {
    names: Arc<[String]>,
    address: Arc<str>,
}

impl HostCheck {
    /// Answers to `names` (`care.example`, `care.localhost:3000`) only; `address` is the configured
    /// base URL, which the refusal names.
    pub fn new(names: impl IntoIterator<Item = String>, address: &str) -> Self {
        let names = names.into_iter().map(|name| name.to_ascii_lowercase()).collect();
        Self { names, address: address.into() }
    }

    /// The names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether `host`, as a client wrote it, is one of the names; a default port may stand there.
    pub fn knows(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let port = if self.address.starts_with("https://") { ":443" } else { ":80" };
        let bare = host.strip_suffix(port);
        self.names.iter().any(|name| *name == host || Some(name.as_str()) == bare)
    }

    fn refusal(&self) -> Problem {
        Problem::new(StatusCode::MISDIRECTED_REQUEST, "problem-wrong-host")
            .detail(format!("This server is {}.", self.address))
    }
}

/// Refuses what was meant for somebody else with 421, and odd request targets with 400. For
/// `from_fn_with_state`, outermost.
///
/// Over HTTP/2 the name stands in `:authority`; it is copied into `Host`, so that everything
/// behind this (signatures above all) finds one.
pub async fn check_host(
    State(check): State<HostCheck>,
    mut request: Request,
    next: Next,
) -> Response {
    match admit(&check, &mut request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn admit(check: &HostCheck, request: &mut Request) -> Result<(), Problem> {
    let odd = || Problem::new(StatusCode::BAD_REQUEST, "problem-malformed");
    if matches!(*request.method(), Method::CONNECT | Method::TRACE) {
        return Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "problem-method"));
    }
    let authority = request.uri().authority().map(|a| a.as_str().to_owned());
    let mut hosts = request.headers().get_all(HOST).iter();
    let named = match (hosts.next(), hosts.next()) {
        (Some(one), None) => Some(one.to_str().map_err(|_bad| odd())?.to_owned()),
        (None, _) => None,
        (Some(_), Some(_)) => return Err(odd()),
    };
    let host = if request.version() >= Version::HTTP_2 {
        let host = authority.or_else(|| named.clone()).ok_or_else(odd)?;
        if named.is_some_and(|named| named != host) {
            return Err(odd());
        }
        request.headers_mut().insert(HOST, HeaderValue::from_str(&host).map_err(|_bad| odd())?);
        host
    } else {
        // A target in absolute form is for proxies, and we are none.
        if authority.is_some() {
            return Err(odd());
        }
        match named {
            Some(host) => host,
            None if request.uri().path() == HEALTH_PATH => return Ok(()),
            None => return Err(odd()),
        }
    };
    if check.knows(&host) || request.uri().path() == HEALTH_PATH {
        Ok(())
    } else {
        Err(check.refusal())
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn check() -> HostCheck {
        HostCheck::new(["Care.example".to_owned()], "https://care.example")
    }

    fn ask(version: Version, uri: &str, hosts: &[&str]) -> Result<(), u16> {
        let mut request = Request::builder().uri(uri).version(version);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let mut request = request.body(Body::empty()).unwrap();
        admit(&check(), &mut request).map_err(|p| p.status().as_u16())
    }

    #[test]
    fn only_our_own_names_are_answered_to() {
        for good in ["care.example", "CARE.example", "care.example:443"] {
            assert_eq!(ask(Version::HTTP_11, "/", &[good]), Ok(()), "{good}");
        }
        for bad in ["e.example", "care.example:80", "care.example.e.example", "xcare.example", ""] {
            assert_eq!(ask(Version::HTTP_11, "/", &[bad]), Err(421), "{bad}");
        }
    }

    #[test]
    fn two_names_no_name_and_proxy_targets_are_malformed() {
        assert_eq!(ask(Version::HTTP_11, "/", &["care.example", "care.example"]), Err(400));
        assert_eq!(ask(Version::HTTP_11, "/", &[]), Err(400));
        assert_eq!(ask(Version::HTTP_11, "http://care.example/", &["care.example"]), Err(400));
        assert_eq!(ask(Version::HTTP_2, "https://care.example/", &["e.example"]), Err(400));
        assert_eq!(ask(Version::HTTP_2, "https://care.example/", &[]), Ok(()));
    }

    #[test]
    fn a_probe_may_ask_for_the_health_under_any_name() {
        assert_eq!(ask(Version::HTTP_11, "/healthz", &["127.0.0.1:8080"]), Ok(()));
        assert_eq!(ask(Version::HTTP_10, "/healthz", &[]), Ok(()));
    }

    #[test]
    fn the_refusal_names_the_configured_address() {
        let problem = check().refusal();
        assert_eq!(problem.status().as_u16(), 421);
        assert!(format!("{problem:?}").contains("https://care.example"));
    }
}

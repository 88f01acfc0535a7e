//! Headers that every answer carries, errors included (S-145, S-146).

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue};

/// Nothing may be loaded but our own styles, pictures and fonts; no script at all: the pages
/// work without one.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; \
    require-trusted-types-for 'script'";

/// The same, and what is reached over https stays there.
const POLICY_HTTPS: &str = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; \
    require-trusted-types-for 'script'; upgrade-insecure-requests";

/// Two years, the least that browsers' preload lists take.
const HSTS: &str = "max-age=63072000; includeSubDomains";

/// Everything a browser could offer a page, switched off.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), \
    fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), \
    payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), \
    usb=(), xr-spatial-tracking=()";

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const CROSS_ORIGIN_OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Whether the instance is reached over https.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// `instance.url` is https: HSTS is sent.
    Https,
    /// A laboratory or a loopback address: a browser must not be told never to come back.
    Http,
}

/// Adds the security headers, unless the answer has its own. For `from_fn_with_state`.
pub async fn security_headers(
    State(transport): State<Transport>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    add(response.headers_mut(), transport);
    response
}

/// Adds the security headers to `headers`, unless they are there.
pub fn add(headers: &mut HeaderMap, transport: Transport) {
    let policy = match transport {
        Transport::Https => POLICY_HTTPS,
        Transport::Http => POLICY,
    };
    let pairs = [
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (X_FRAME_OPTIONS, "DENY"),
        (CROSS_ORIGIN_OPENER, "same-origin"),
        (CROSS_ORIGIN_RESOURCE, "same-origin"),
        (PERMISSIONS_POLICY, PERMISSIONS),
    ];
    for (name, value) in pairs {
        headers.entry(name).or_insert_with(|| HeaderValue::from_static(value));
    }
    if transport == Transport::Https {
        headers.entry(STRICT_TRANSPORT_SECURITY).or_insert_with(|| HeaderValue::from_static(HSTS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_keeps_a_stricter_policy_of_its_own() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
        add(&mut headers, Transport::Https);
        assert_eq!(headers.get(CONTENT_SECURITY_POLICY).unwrap(), "sandbox");
        assert_eq!(headers.get(STRICT_TRANSPORT_SECURITY).unwrap(), HSTS);
    }

    #[test]
    fn plain_http_is_never_told_to_stay_on_https() {
        let mut headers = HeaderMap::new();
        add(&mut headers, Transport::Http);
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
        let policy = headers.get(CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        assert!(!policy.contains("upgrade-insecure-requests"));
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    }
}

//! A request that can be bent in every way, and a signer that shares no code with the crate.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carefolk_signatures::{
    Incoming, Presented, PrivateKey, PublicKey, SignatureError, content_digest, digest_sha256,
    generate_ed25519, generate_rsa, http_date, read,
};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Tue, 18 Aug 2026 09:00:00 GMT.
pub(crate) const NOW: i64 = 1_787_043_600;
pub(crate) const NOW_MS: i64 = NOW * 1_000;
pub(crate) const BODY: &[u8] = br#"{"type":"Create","content":"meals on Thursday"}"#;
pub(crate) const KEY_ID: &str = "https://v.example/users/vic#main-key";
pub(crate) const POST: &str = "(request-target) host date digest content-type";

pub(crate) struct Keys {
    pub(crate) private: PrivateKey,
    pub(crate) public: PublicKey,
}

impl From<PrivateKey> for Keys {
    fn from(private: PrivateKey) -> Self {
        let public = private.public_key().unwrap();
        Self { private, public }
    }
}

pub(crate) static RSA: LazyLock<Keys> = LazyLock::new(|| generate_rsa().unwrap().into());
pub(crate) static ED25519: LazyLock<Keys> = LazyLock::new(|| generate_ed25519().unwrap().into());

#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) now_ms: i64,
}

impl Request {
    /// A delivery to our shared inbox, not signed yet.
    pub(crate) fn post() -> Self {
        let mut request = Self::get("/inbox");
        request.method = "POST";
        request.body = Some(BODY.to_vec());
        request.headers.remove("accept");
        request
            .with("digest", &digest_sha256(BODY))
            .with("content-type", "application/activity+json")
            .with("content-length", &BODY.len().to_string())
    }

    /// A fetch, not signed yet.
    pub(crate) fn get(path: &str) -> Self {
        let request = Self {
            method: "GET",
            path: path.to_owned(),
            headers: HeaderMap::new(),
            body: None,
            now_ms: NOW_MS,
        };
        request
            .with("host", "care.example")
            .with("date", &http_date(NOW_MS))
            .with("accept", "application/activity+json")
            .with("user-agent", "test/1.0 (+https://v.example)")
    }

    /// The request with this header, in the place of one of its name.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers.insert(name, HeaderValue::from_str(value).unwrap());
        self
    }

    /// The request with this header as one more line.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers.append(name, HeaderValue::from_str(value).unwrap());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The lines that draft-cavage signs.
    fn cavage_string(&self, list: &str, created: &str, expires: &str) -> String {
        let mut lines = Vec::new();
        for name in list.split_whitespace() {
            lines.push(match name {
                "(request-target)" => {
                    format!("{name}: {} {}", self.method.to_lowercase(), self.path)
                }
                "(created)" => format!("{name}: {created}"),
                "(expires)" => format!("{name}: {expires}"),
                _ => format!("{name}: {}", self.header(name)),
            });
        }
        lines.join("\n")
    }

    /// What `read` is to be given in the `Signature` header.
    pub(crate) fn cavage_value(&self, keys: &Keys, how: &Cavage<'_>) -> String {
        let string = self.cavage_string(
            how.headers.unwrap_or("(created)"),
            how.created.unwrap_or_default(),
            how.expires.unwrap_or_default(),
        );
        let signature = STANDARD.encode(keys.private.sign(string.as_bytes()).unwrap());
        let mut value = format!(r#"keyId="{}""#, how.key_id);
        for (name, given) in [
            ("algorithm", how.algorithm),
            ("created", how.created),
            ("expires", how.expires),
            ("headers", how.headers),
        ] {
            if let Some(given) = given {
                write!(value, r#",{name}="{given}""#).unwrap();
            }
        }
        write!(value, r#",signature="{signature}""#).unwrap();
        value
    }

    pub(crate) fn signed(self, keys: &Keys, how: &Cavage<'_>) -> Self {
        let value = self.cavage_value(keys, how);
        self.with("signature", &value)
    }

    /// Signed as Mastodon signs.
    pub(crate) fn signed_usually(self) -> Self {
        let headers = if self.body.is_some() { POST } else { "(request-target) host date accept" };
        self.signed(&RSA, &Cavage { headers: Some(headers), ..Cavage::default() })
    }

    /// Signed as RFC 9421 has it, with these components and parameters.
    pub(crate) fn signed_9421(self, keys: &Keys, covered: &str, parameters: &str) -> Self {
        let mut base = String::new();
        for name in covered.split_whitespace() {
            let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
            let value = match name.trim_matches('"') {
                "@method" => self.method.to_owned(),
                "@target-uri" => format!("https://care.example{}", self.path),
                "@authority" => self.header("host").to_lowercase(),
                "@scheme" => "https".to_owned(),
                "@request-target" => self.path.clone(),
                "@path" => path.to_owned(),
                "@query" => format!("?{query}"),
                field => self.header(field).to_owned(),
            };
            writeln!(base, "{name}: {value}").unwrap();
        }
        let described = format!("({covered}){parameters}");
        write!(base, "\"@signature-params\": {described}").unwrap();
        let signature = STANDARD.encode(keys.private.sign(base.as_bytes()).unwrap());
        self.with("signature-input", &format!("sig1={described}"))
            .with("signature", &format!("sig1=:{signature}:"))
    }

    /// With the digest that RFC 9421 senders use.
    pub(crate) fn with_content_digest(self) -> Self {
        let value = content_digest(self.body.as_deref().unwrap_or_default());
        self.with("content-digest", &value)
    }

    pub(crate) fn read(&self) -> Result<Presented, SignatureError> {
        read(&Incoming {
            method: self.method,
            path_and_query: &self.path,
            target_uri: &format!("https://care.example{}", self.path),
            hosts: &["care.example".to_owned()],
            headers: &self.headers,
            body: self.body.as_deref(),
            now_ms: self.now_ms,
        })
    }

    /// Both halves: what needs no key, and the signature.
    pub(crate) fn judged_with(&self, keys: &Keys) -> Result<(), SignatureError> {
        self.read()?.verify(&keys.public)
    }

    pub(crate) fn judged(&self) -> Result<(), SignatureError> {
        self.judged_with(&RSA)
    }
}

/// How to sign with draft-cavage.
#[derive(Clone, Copy)]
pub(crate) struct Cavage<'a> {
    pub(crate) key_id: &'a str,
    pub(crate) algorithm: Option<&'a str>,
    pub(crate) created: Option<&'a str>,
    pub(crate) expires: Option<&'a str>,
    pub(crate) headers: Option<&'a str>,
}

impl Default for Cavage<'_> {
    fn default() -> Self {
        Self {
            key_id: KEY_ID,
            algorithm: Some("rsa-sha256"),
            created: None,
            expires: None,
            headers: Some(POST),
        }
    }
}

#[track_caller]
pub(crate) fn assert_refused(result: &Result<(), SignatureError>, what: &str) {
    assert!(matches!(result, Err(SignatureError::Refused(_))), "{what}: {result:?}");
}

#[track_caller]
pub(crate) fn assert_malformed(result: &Result<(), SignatureError>, what: &str) {
    assert!(matches!(result, Err(SignatureError::Malformed(_))), "{what}: {result:?}");
}

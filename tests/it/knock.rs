//! A request to an inbox of which every part can be broken, written to the socket as it is: no
//! client library tidies it up. The signer shares no code with the crate that verifies.

use std::fmt::Write as _;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carefolk_signatures::{PrivateKey, digest_sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long an answer may take: ten times what the slowest one needs.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// The headers that the usual servers sign.
pub(crate) const USUAL: &str = "(request-target) host date digest";

/// A request about to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Knock {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// How to sign with draft-cavage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signing<'a> {
    pub(crate) key: &'a PrivateKey,
    pub(crate) key_id: &'a str,
    pub(crate) algorithm: Option<&'a str>,
    pub(crate) created: Option<&'a str>,
    pub(crate) expires: Option<&'a str>,
    pub(crate) headers: Option<&'a str>,
}

impl<'a> Signing<'a> {
    /// As most servers sign.
    pub(crate) fn usual(key: &'a PrivateKey, key_id: &'a str) -> Self {
        Self {
            key,
            key_id,
            algorithm: (key.algorithm() == "rsa").then_some("rsa-sha256"),
            created: None,
            expires: None,
            headers: Some(USUAL),
        }
    }
}

impl Knock {
    /// An unsigned POST of an activity.
    pub(crate) fn post(host: &str, target: &str, date: &str, body: &str) -> Self {
        let headers = [
            ("host", host.to_owned()),
            ("date", date.to_owned()),
            ("digest", digest_sha256(body.as_bytes())),
            ("content-type", "application/activity+json".to_owned()),
            ("user-agent", "test/1.0".to_owned()),
            ("content-length", body.len().to_string()),
            ("connection", "close".to_owned()),
        ];
        Self {
            method: "POST".to_owned(),
            target: target.to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            body: body.as_bytes().to_vec(),
        }
    }

    /// With this header, in the place of those of its name.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.and(name, value)
    }

    /// With this header as one more line.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// Sent to another target than it was made for.
    pub(crate) fn to(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    pub(crate) fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// With another body; of the headers, only the length knows of it.
    pub(crate) fn carrying(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self.with("content-length", &body.len().to_string())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    /// The parameters of a signature over the request as it is now.
    pub(crate) fn signature(&self, how: &Signing<'_>) -> String {
        let mut lines = Vec::new();
        for name in how.headers.unwrap_or("(created)").split_whitespace() {
            lines.push(match name {
                "(request-target)" => {
                    format!("{name}: {} {}", self.method.to_lowercase(), self.target)
                }
                "(created)" => format!("{name}: {}", how.created.unwrap_or_default()),
                "(expires)" => format!("{name}: {}", how.expires.unwrap_or_default()),
                _ => format!("{}: {}", name.to_lowercase(), self.header(name)),
            });
        }
        let signature = STANDARD.encode(how.key.sign(lines.join("\n").as_bytes()).unwrap());
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

    pub(crate) fn signed(self, how: &Signing<'_>) -> Self {
        let value = self.signature(how);
        self.with("signature", &value)
    }

    /// What goes over the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        head.push_str("\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The status; `None` if the connection ended without one.
    pub(crate) status: Option<u16>,
    /// Head and body as they came.
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let head = self.text.split("\r\n\r\n").next()?;
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }
}

/// Sends bytes to a port of loopback and reads until the connection ends.
pub(crate) async fn send(port: u16, bytes: &[u8]) -> Answer {
    let exchange = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        // A server that has seen enough closes; what is left is then not wanted.
        let written = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer).await;
        (written.and(read.map(drop)), String::from_utf8_lossy(&answer).into_owned())
    };
    let (_, text) = tokio::time::timeout(ANSWER_WITHIN, exchange).await.unwrap();
    let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    Answer { status, text }
}

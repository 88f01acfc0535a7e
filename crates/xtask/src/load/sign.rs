//! Signing as most of the fediverse signs: draft-cavage-http-signatures-12 with RSA and SHA-256.

use anyhow::Context as _;
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;

use super::actor::Actor;
use super::http::Request;

/// The lines of a PEM document are this long.
const PEM_LINE: usize = 64;

/// One RSA key, shared by all the actors that a load program plays.
pub(crate) struct Key {
    pair: KeyPair,
    /// Made once, so that every request of a run carries the same date.
    date: String,
}

impl Key {
    pub(crate) fn generate() -> anyhow::Result<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).context("making an RSA key")?;
        #[expect(clippy::disallowed_methods, reason = "other servers check the Date header")]
        let now = std::time::SystemTime::now();
        Ok(Self { pair, date: httpdate::fmt_http_date(now) })
    }

    /// The public half as actors publish it.
    pub(crate) fn public_pem(&self) -> anyhow::Result<String> {
        let der: PublicKeyX509Der<'_> =
            self.pair.public_key().as_der().context("writing the public key")?;
        let text = STANDARD.encode(der.as_ref());
        let lines: Vec<&str> = text.as_bytes().chunks(PEM_LINE).map(ascii).collect();
        Ok(format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n")))
    }

    /// The signature of `text`.
    pub(crate) fn sign(&self, text: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature)
            .context("signing")?;
        Ok(signature)
    }

    /// A delivery of `body` to the inbox at `path` of `host`, signed by `actor` and as if it had
    /// come through a proxy from the server of `actor`.
    pub(crate) fn post(
        &self,
        actor: &Actor,
        host: &str,
        path: &str,
        body: String,
    ) -> anyhow::Result<Request> {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body.as_bytes());
        let digest = format!("SHA-256={}", STANDARD.encode(hash));
        let date = &self.date;
        let signed =
            format!("(request-target): post {path}\nhost: {host}\ndate: {date}\ndigest: {digest}");
        let signature = self.sign(signed.as_bytes())?;
        let signature = STANDARD.encode(signature);
        let header = format!(
            "keyId=\"{}\",algorithm=\"rsa-sha256\",\
             headers=\"(request-target) host date digest\",signature=\"{signature}\"",
            actor.key_id()
        );
        Ok(http::Request::post(path)
            .header("host", host)
            .header("x-forwarded-for", actor.address())
            .header("date", date)
            .header("digest", digest)
            .header("content-type", "application/activity+json")
            .header("signature", header)
            .body(Full::new(Bytes::from(body)))?)
    }
}

/// A piece of base64, which is ASCII by its alphabet.
fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

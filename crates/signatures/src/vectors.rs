//! The published examples of both dialects, from `tests/vectors`: what they sign is what we would build, and
//! where our door takes less than the standards do it says so by name.
//!
//! The examples cover less than we require, or use algorithms that we do not take, so they are looked at one
//! layer below the rules and once more at the door. Each of the files is checked against its own signatures
//! first: a slip in copying it could not pass.

use std::collections::BTreeMap;

use aws_lc_rs::{hmac, signature as algorithms};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use crate::{Incoming, PublicKey, SignatureError, cavage, pem, read, rfc9421, verify_raw};

/// The request that all examples of a document sign.
#[derive(Deserialize)]
struct Request {
    method: String,
    target: String,
    uri: String,
    host: String,
    headers: Vec<(String, String)>,
    body: String,
    /// The moment of the signature, in seconds since 1970.
    now: i64,
}

impl Request {
    /// Hands the request, with these headers beside its own, to `judge`.
    fn with<T>(&self, extra: &[(&str, &str)], judge: impl FnOnce(&Incoming<'_>) -> T) -> T {
        let mut headers = HeaderMap::new();
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in own.chain(extra.iter().copied()) {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        judge(&Incoming {
            method: &self.method,
            path_and_query: &self.target,
            target_uri: &self.uri,
            hosts: std::slice::from_ref(&self.host),
            headers: &headers,
            body: Some(self.body.as_bytes()),
            now_ms: self.now * 1_000,
        })
    }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, SignatureError>) -> &'static str {
    match result {
        Err(SignatureError::Refused(why)) => why,
        other => panic!("not refused: {other:?}"),
    }
}

/// Appendix B of RFC 9421.
#[derive(Deserialize)]
struct Rfc9421 {
    keys: BTreeMap<String, String>,
    request: Request,
    cases: Vec<Rfc9421Case>,
}

#[derive(Deserialize)]
struct Rfc9421Case {
    section: String,
    algorithm: String,
    key: String,
    /// What stands behind the label in `Signature-Input`.
    parameters: String,
    signature: String,
    /// The signature base, as the RFC prints it.
    base: String,
    /// `alike` if we build that base, otherwise why we do not.
    built: String,
    /// Why the door refuses the request.
    door: String,
}

impl Rfc9421Case {
    fn signature(&self) -> Vec<u8> {
        STANDARD.decode(&self.signature).unwrap()
    }

    /// Whether the published signature is good for the published base, by its own algorithm.
    fn is_true_to_itself(&self, key: &str) -> bool {
        let (base, signature) = (self.base.as_bytes(), self.signature());
        let by = |algorithm: &dyn algorithms::VerificationAlgorithm| {
            let pem::Block::KeyInfo(key) = pem::decode(key).unwrap() else { panic!("not a PEM") };
            algorithm.verify_sig(&key, base, &signature).is_ok()
        };
        match self.algorithm.as_str() {
            "rsa-pss-sha512" => by(&algorithms::RSA_PSS_2048_8192_SHA512),
            "ecdsa-p256-sha256" => by(&algorithms::ECDSA_P256_SHA256_FIXED),
            "ed25519" => by(&algorithms::ED25519),
            "hmac-sha256" => {
                let secret = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(key).unwrap());
                hmac::verify(&secret, base, &signature).is_ok()
            }
            other => panic!("unknown algorithm {other}"),
        }
    }

    /// The two headers, with `alg` among the parameters if it is given.
    fn headers(&self, alg: Option<&str>) -> [(&'static str, String); 2] {
        let alg = alg.map(|name| format!(";alg=\"{name}\"")).unwrap_or_default();
        [
            ("signature-input", format!("sig={}{alg}", self.parameters)),
            ("signature", format!("sig=:{}:", self.signature)),
        ]
    }
}

fn rfc9421_vectors() -> Rfc9421 {
    serde_json::from_str(include_str!("../tests/vectors/rfc9421-appendix-b.json")).unwrap()
}

#[test]
fn the_bases_of_rfc_9421_appendix_b_are_built_alike_or_refused_by_name() {
    let vectors = rfc9421_vectors();
    let mut alike = Vec::new();
    for case in &vectors.cases {
        assert!(case.is_true_to_itself(&vectors.keys[&case.key]), "{}: the file", case.section);
        let built = vectors
            .request
            .with(&[], |incoming| rfc9421::base_of(&format!("sig={}", case.parameters), incoming));
        if case.built == "alike" {
            assert_eq!(built.as_ref(), Ok(&case.base), "{}", case.section);
            alike.push(case.section.as_str());
        } else {
            assert_eq!(refusal(built), case.built, "{}", case.section);
        }
    }
    assert_eq!(vectors.cases.len(), 6);
    assert_eq!(alike, ["B.2.1", "B.2.5", "B.2.6"]);
}

#[test]
fn the_algorithms_of_rfc_9421_appendix_b_verify_or_are_refused_by_name() {
    let vectors = rfc9421_vectors();
    let mut verified = Vec::new();
    for case in &vectors.cases {
        let ours = PublicKey::from_pem(&vectors.keys[&case.key])
            .and_then(|key| verify_raw(&key, case.base.as_bytes(), &case.signature()));
        let why = match case.algorithm.as_str() {
            "ed25519" => {
                assert_eq!(ours, Ok(()), "{}", case.section);
                verified.push(case.section.as_str());
                continue;
            }
            // The key is an RSA key like any other; what was signed with it is padded otherwise.
            "rsa-pss-sha512" => "the signature does not verify",
            "ecdsa-p256-sha256" => "the public key is neither RSA nor Ed25519",
            _ => "the public key is not PEM",
        };
        assert_eq!(refusal(ours), why, "{}", case.section);
        // A sender that names its algorithm is refused for that, before any key is looked for.
        let named = case.headers(Some(&case.algorithm));
        let named = named.each_ref().map(|(name, value)| (*name, value.as_str()));
        let judged = vectors.request.with(&named, read);
        assert_eq!(refusal(judged), "unknown signature algorithm", "{}", case.section);
    }
    assert_eq!(verified, ["B.2.6"]);
}

#[test]
fn no_example_of_rfc_9421_appendix_b_covers_enough_for_the_door() {
    let vectors = rfc9421_vectors();
    for case in &vectors.cases {
        let headers = case.headers(None);
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(refusal(vectors.request.with(&headers, read)), case.door, "{}", case.section);
    }
}

/// Appendix C of draft-cavage-12.
#[derive(Deserialize)]
struct Cavage {
    key: String,
    request: Request,
    cases: Vec<CavageCase>,
}

#[derive(Deserialize)]
struct CavageCase {
    section: String,
    /// The `headers` parameter, if the example has one.
    headers: Option<String>,
    /// The names that are signed.
    signed: String,
    /// The string to sign, as the draft prints it.
    string: String,
    signature: String,
    /// Why the door refuses the request; empty if only the key is too small.
    door: String,
}

fn cavage_vectors() -> Cavage {
    serde_json::from_str(include_str!("../tests/vectors/cavage-12-appendix-c.json")).unwrap()
}

#[test]
fn the_strings_of_cavage_appendix_c_are_built_alike() {
    let vectors = cavage_vectors();
    let Ok(pem::Block::KeyInfo(key)) = pem::decode(&vectors.key) else { panic!("not a PEM") };
    let algorithm = &algorithms::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY;
    let key = algorithms::UnparsedPublicKey::new(algorithm, key);
    for case in &vectors.cases {
        let signature = STANDARD.decode(&case.signature).unwrap();
        let file = key.verify(case.string.as_bytes(), &signature);
        assert!(file.is_ok(), "{}: the file", case.section);
        let built = vectors.request.with(&[], |incoming| cavage::string_of(&case.signed, incoming));
        assert_eq!(built.as_ref(), Ok(&case.string), "{}", case.section);
    }
    assert_eq!(vectors.cases.len(), 3);
}

#[test]
fn the_examples_of_cavage_appendix_c_are_refused_for_what_they_leave_out_or_for_their_key() {
    let vectors = cavage_vectors();
    for case in &vectors.cases {
        let list = case.headers.as_ref().map(|list| format!(",headers=\"{list}\""));
        let value = format!(
            "keyId=\"Test\",algorithm=\"rsa-sha256\"{},signature=\"{}\"",
            list.unwrap_or_default(),
            case.signature
        );
        let judged = vectors.request.with(&[("signature", &value)], read);
        if case.door.is_empty() {
            // All that the door asks for is signed: what is left is the key.
            assert_eq!(judged.unwrap().base, case.string, "{}", case.section);
        } else {
            assert_eq!(refusal(judged), case.door, "{}", case.section);
        }
    }
    let key = PublicKey::from_pem(&vectors.key);
    assert_eq!(refusal(key), "the RSA modulus is not of 2048 to 4096 bits");
}

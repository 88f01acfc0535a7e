//! Whatever a stranger writes, the answer is an answer.

use carefolk_signatures::{PrivateKey, PublicKey, http_date, multikey, vault};
use http::{HeaderName, HeaderValue};
use proptest::prelude::*;

use crate::request::Request;

const NAMES: [&str; 8] = [
    "signature",
    "signature-input",
    "authorization",
    "digest",
    "content-digest",
    "date",
    "host",
    "x-other",
];

/// Any bytes, and texts that come near the grammars.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let near = "(Signature |sig1=|,|;|\"|=|:|\\(|\\)|keyId=|keyid=|headers=|signature=|created=|expires=|alg=\
        |\\(request-target\\)|host|date|digest|\"@method\"|\"@target-uri\"|\"content-digest\"|SHA-256=|[0-9]{1,30}\
        |-|\\.|@|\\?1|[a-zA-Z+/ \\\\]{0,8}){0,24}";
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        near.prop_map(String::into_bytes),
        Just(b"care.example".to_vec()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_any_headers_ends_in_an_answer(
        headers in proptest::collection::vec((0..NAMES.len(), value()), 0..6),
        path in ".{0,40}",
        has_body: bool,
        now_ms: i64,
    ) {
        let mut request = if has_body { Request::post() } else { Request::get(&path) };
        request.now_ms = now_ms;
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                request.headers.insert(HeaderName::from_static(NAMES[name]), value);
            }
        }
        let _ = request.read();
    }

    #[test]
    fn reading_any_cavage_times_ends_in_an_answer(
        created in "[0-9.eE+-]{0,40}",
        expires in "[0-9.eE+-]{0,40}",
        now_ms: i64,
    ) {
        let mut request = Request::get("/x").with("signature", &format!(
            r#"keyId="k",created={created},expires="{expires}",headers="(request-target) (created) (expires) host",signature="AAAA""#
        ));
        request.now_ms = now_ms;
        let _ = request.read();
    }

    #[test]
    fn reading_any_rfc_9421_times_ends_in_an_answer(created: i64, expires in "[0-9.-]{0,20}", now_ms: i64) {
        let mut request = Request::get("/x")
            .with("signature-input", &format!(
                r#"s=("@method" "@target-uri");created={created};expires={expires};keyid="k""#
            ))
            .with("signature", "s=:AAAA:");
        request.now_ms = now_ms;
        let _ = request.read();
    }

    #[test]
    fn parsing_any_key_ends_in_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in ".{0,80}") {
        use base64::Engine;
        let body = base64::engine::general_purpose::STANDARD.encode(&bytes);
        for label in ["PUBLIC KEY", "RSA PUBLIC KEY"] {
            let _ = PublicKey::from_pem(&format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----"));
        }
        let _ = PublicKey::from_pem(&text);
        let _ = PublicKey::from_multibase(&text);
        let _ = multikey::decode(&format!("z{text}"));
        let _ = PrivateKey::from_der(&bytes);
        let _ = vault::MasterKey::new([0; vault::MASTER_KEY_BYTES]).open(&bytes);
    }

    #[test]
    fn a_multikey_comes_back_as_it_was(key: [u8; multikey::KEY_BYTES]) {
        prop_assert_eq!(multikey::decode(&multikey::encode(&key)), Ok(key));
    }

    #[test]
    fn any_moment_has_an_http_date(at_ms: i64) {
        prop_assert_eq!(http_date(at_ms).len(), 29);
    }
}

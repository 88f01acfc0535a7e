//! What of RFC 9421 is signed alike, and the worked example of section 4.3. Appendix B stands in `vectors`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue};

use super::*;
use crate::{PrivateKey, PublicKey, verify_raw};

const RSA_KEY: &str = "-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw
WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq
MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg
kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P
uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ
PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB
-----END RSA PUBLIC KEY-----";

const ED25519_PRIVATE: &str = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF";

const ED25519_SIGNATURE: &str =
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";

const CREATED_MS: i64 = 1_618_884_473_000;

/// The base of a request to `/foo` at `host`, for a signature described by `input`.
fn base(host: &'static str, extra: &[(&'static str, &'static str)], input: &str) -> String {
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static(host));
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("content-length", HeaderValue::from_static("18"));
    for (name, value) in extra {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    let incoming = Incoming {
        method: "POST",
        path_and_query: "/foo?param=Value&Pet=dog",
        target_uri: "https://example.com/foo?param=Value&Pet=dog",
        hosts: &[],
        headers: &headers,
        body: None,
        now_ms: CREATED_MS,
    };
    let (_, list) = only_input(input).unwrap();
    signature_base(&covered(&list).unwrap(), &list, &incoming).unwrap()
}

fn ed25519_base() -> String {
    base(
        "example.com",
        &[("date", "Tue, 20 Apr 2021 02:07:55 GMT")],
        r#"sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#,
    )
}

#[test]
fn the_ed25519_example_of_appendix_b_is_signed_alike() {
    let key = PrivateKey::from_der(&STANDARD.decode(ED25519_PRIVATE).unwrap()).unwrap();

    let signature = key.sign(ed25519_base().as_bytes()).unwrap();

    assert_eq!(STANDARD.encode(signature), ED25519_SIGNATURE);
}

#[test]
fn the_signature_of_the_proxy_in_section_4_3_verifies() {
    // The one RSA PKCS#1 v1.5 example. Its content-digest is SHA-512, which we do not accept, so its line is
    // put in by hand.
    let base = base(
        "origin.host.internal.example",
        &[("forwarded", "for=192.0.2.123;host=example.com;proto=https")],
        r#"proxy_sig=("@method" "@authority" "@path" "content-type" "content-length" "forwarded");created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540"#,
    );
    let digest = "\"content-digest\": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm\
        +AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:\n\"content-type\"";
    let base = base.replacen("\"content-type\"", digest, 1).replacen(
        "\"@path\" \"content-type\"",
        "\"@path\" \"content-digest\" \"content-type\"",
        1,
    );
    let signature = STANDARD
        .decode(
            "S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCp\
             XJleXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFn\
             Im9y+7X5kXQfi8NMaZaA8i2ZHwpBdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHow\
             tznbLVdp770I6VHR6WfgS9ddzirrswsE1w5o0LV/g==",
        )
        .unwrap();

    let key = PublicKey::from_pem(RSA_KEY).unwrap();

    assert_eq!(verify_raw(&key, base.as_bytes(), &signature), Ok(()));
}

#[test]
fn commas_and_semicolons_in_strings_are_not_counted() {
    let text = r#"a=("x;y,z" "q\";,");created=1;keyid="a;b,c""#;

    assert_eq!(outside_strings(text, b';'), 2);
    assert_eq!(outside_strings(text, b','), 0);
}

#[test]
fn a_parameter_given_twice_is_malformed() {
    for input in [
        r#"sig1=("@method");created=1;created=2;keyid="a""#,
        r#"sig1=("@method";sf;sf);created=1;keyid="a""#,
    ] {
        assert!(matches!(only_input(input), Err(SignatureError::Malformed(_))), "{input}");
    }
}

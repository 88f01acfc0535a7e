//! What a forger, a replayer or a careless proxy could send, in draft-cavage.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carefolk_signatures::{SignatureError, digest_sha256, http_date};

use crate::request::{
    BODY, Cavage, ED25519, KEY_ID, Keys, NOW, NOW_MS, RSA, Request, assert_malformed,
    assert_refused,
};

const OTHER_BODY: &[u8] = br#"{"type":"Create","content":"send money"}"#;

#[test]
fn a_request_without_a_signature_is_told_so() {
    assert_eq!(Request::post().judged(), Err(SignatureError::Missing));
    let bearer = Request::post().with("authorization", "Bearer abc");
    assert_eq!(bearer.judged(), Err(SignatureError::Missing));
}

#[test]
fn a_random_signature_proves_nothing() {
    let noise: Vec<u8> = (0..=255).collect();
    for bytes in [&noise[..], &noise[..255], &[], &[0; 256], &[255; 512]] {
        let value = format!(
            r#"keyId="{KEY_ID}",headers="{}",signature="{}""#,
            crate::request::POST,
            STANDARD.encode(bytes)
        );
        assert_refused(&Request::post().with("signature", &value).judged(), "random bytes");
    }
}

#[test]
fn another_key_proves_nothing() {
    let eve: Keys = carefolk_signatures::generate_ed25519().unwrap().into();
    let how = Cavage { algorithm: None, ..Cavage::default() };

    assert_refused(&Request::post().signed(&eve, &how).judged_with(&ED25519), "eve");
    assert_refused(&Request::post().signed(&eve, &how).judged(), "a key of another kind");
}

#[test]
fn a_second_digest_never_lets_another_body_in() {
    let honest = Request::post().signed_usually();
    let (ours, theirs) = (digest_sha256(BODY), digest_sha256(OTHER_BODY));
    let forged = |first: &str, second: &str| {
        let mut request = honest.clone().with("digest", first).and("digest", second);
        request.body = Some(OTHER_BODY.to_vec());
        request
    };
    assert_malformed(&forged(&theirs, &ours).judged(), "theirs, ours");
    assert_malformed(&forged(&ours, &theirs).judged(), "ours, theirs");
    for joined in [
        format!("{theirs},{ours}"),
        format!("{ours}, {theirs}"),
        format!("{theirs},{}", ours.to_lowercase()),
        format!("sha-256={},{ours}", theirs.trim_start_matches("SHA-256=")),
    ] {
        let mut request = honest.clone().with("digest", &joined);
        request.body = Some(OTHER_BODY.to_vec());
        assert_malformed(&request.judged(), &joined);
    }
    let mut request = honest.with("digest", &theirs);
    request.body = Some(OTHER_BODY.to_vec());
    assert_refused(&request.judged(), "their own digest, signed is ours");
}

#[test]
fn headers_that_decide_may_not_stand_twice() {
    for (name, value) in [
        ("host", "care.example"),
        ("date", "Tue, 18 Aug 2026 09:00:00 GMT"),
        ("digest", "SHA-256=x"),
        ("signature", "keyId=\"a\""),
        ("content-type", "application/activity+json"),
        ("content-length", "47"),
    ] {
        assert_malformed(&Request::post().signed_usually().and(name, value).judged(), name);
    }
    let twice = Request::post().and("authorization", "Bearer a").and("authorization", "Bearer b");
    assert_malformed(&twice.judged(), "authorization");
}

#[test]
fn a_request_for_another_host_is_misdirected_even_unsigned() {
    for host in ["e.example", "care.example.e.example", "care.example:444", "", "care.example."] {
        let request = Request::post().with("host", host);
        assert_eq!(request.clone().judged(), Err(SignatureError::WrongHost), "{host}");
        assert_eq!(request.signed_usually().judged(), Err(SignatureError::WrongHost), "{host}");
    }
    let none = Request::post().without("host");
    assert_eq!(none.judged(), Err(SignatureError::WrongHost));
}

#[test]
fn a_signature_for_another_host_proves_nothing_here() {
    let request = Request::post().with("host", "e.example").signed_usually();

    assert_refused(&request.with("host", "care.example").judged(), "signed for e.example");
}

#[test]
fn a_signature_that_could_be_moved_is_refused() {
    let created = NOW.to_string();
    for headers in [
        Some("digest"),
        Some("host digest"),
        Some("(request-target) digest"),
        Some("(request-target) host digest"),
        Some("(request-target) date digest"),
        Some("host date digest"),
        Some("(request-target) host date"),
        Some("(request-target) (created) digest"),
        Some(""),
        None,
    ] {
        let how = Cavage { headers, created: Some(&created), ..Cavage::default() };
        assert_refused(&Request::post().signed(&RSA, &how).judged(), &format!("{headers:?}"));
    }
}

#[test]
fn only_a_date_within_the_window_is_accepted() {
    let minutes = |count: i64| http_date(NOW_MS + count * 60_000);
    for (date, is_accepted) in [
        (minutes(-66), false),
        (minutes(-64), true),
        (minutes(0), true),
        (minutes(4), true),
        (minutes(6), false),
        ("Thu, 01 Jan 2099 00:00:00 GMT".to_owned(), false),
        ("garbage".to_owned(), false),
        (String::new(), false),
        ("Tuesday, 18-Aug-26 09:00:00 GMT".to_owned(), false),
        ("Tue Aug 18 09:00:00 2026".to_owned(), false),
        ("Wed, 18 Aug 2026 09:00:00 GMT".to_owned(), false),
        ("Tue, 18 Aug 2026 09:00:00 +0000".to_owned(), false),
        ("Tue, 18 Aug 2026 09:00:00 UTC".to_owned(), false),
        ("2026-08-18T09:00:00Z".to_owned(), false),
    ] {
        let judged = Request::post().with("date", &date).signed_usually().judged();
        if is_accepted {
            assert_eq!(judged, Ok(()), "{date}");
        } else {
            assert_refused(&judged, &date);
        }
    }
    assert_refused(&Request::post().without("date").signed_usually().judged(), "missing");
}

#[test]
fn the_window_ends_where_it_says() {
    for (offset_ms, is_accepted) in [
        (carefolk_signatures::PAST_MS, true),
        (carefolk_signatures::PAST_MS + 1, false),
        (-carefolk_signatures::FUTURE_MS, true),
        (-carefolk_signatures::FUTURE_MS - 1, false),
    ] {
        let mut request = Request::post().signed_usually();
        request.now_ms = NOW_MS + offset_ms;
        assert_eq!(request.judged().is_ok(), is_accepted, "{offset_ms}");
    }
}

#[test]
fn created_and_expires_are_bounded_numbers() {
    let digits = "9".repeat(10_000);
    let now = NOW.to_string();
    for bad in [
        "-1",
        "0",
        "9223372036854775807",
        "18446744073709551615",
        "1e400",
        "x",
        "",
        "+1787043600",
        "1787043600.5",
        " 1787043600",
        digits.as_str(),
    ] {
        let headers = Some("(request-target) (created) (expires) host digest");
        let how = Cavage { headers, algorithm: Some("hs2019"), ..Cavage::default() };
        let created = Cavage { created: Some(bad), expires: Some(&now), ..how };
        let expires = Cavage { created: Some(&now), expires: Some(bad), ..how };
        for (name, how) in [("created", created), ("expires", expires)] {
            let what = format!("{name} {bad:.30}");
            assert_refused(&Request::post().signed(&RSA, &how).judged(), &what);
        }
        // The same beside a signed date, where nothing requires them.
        let unsigned = Cavage { created: Some(bad), ..Cavage::default() };
        assert_refused(&Request::post().signed(&RSA, &unsigned).judged(), bad);
    }
}

#[test]
fn created_keeps_the_window_and_expires_is_final() {
    for (created, expires, is_accepted) in [
        (-64 * 60, 1, true),
        (-66 * 60, 1, false),
        (4 * 60, 1_000, true),
        (6 * 60, 1_000, false),
        (0, 0, true),
        (0, -1, false),
        (0, 100_000_000, true),
    ] {
        let (created, expires) = ((NOW + created).to_string(), (NOW + expires).to_string());
        let how = Cavage {
            algorithm: Some("hs2019"),
            created: Some(&created),
            expires: Some(&expires),
            headers: Some("(request-target) (created) (expires) host digest"),
            ..Cavage::default()
        };
        let judged = Request::post().signed(&RSA, &how).judged();
        assert_eq!(judged.is_ok(), is_accepted, "{created} {expires} {judged:?}");
    }
}

#[test]
fn a_signature_for_another_target_proves_nothing_here() {
    for (signed_method, signed_path, sent_path) in [
        ("POST", "/ap/actor/bob/inbox", "/ap/actor/alice/inbox"),
        ("GET", "/inbox", "/inbox"),
        ("POST", "/inbox", "/inbox?x=1"),
        ("POST", "/inbox?x=1", "/inbox"),
        ("POST", "/inbox", "/%69nbox"),
        ("POST", "/inbox", "/inbox/"),
        ("POST", "/inbox", "/INBOX"),
    ] {
        let mut request = Request::post();
        request.path = signed_path.to_owned();
        request.method = signed_method;
        let mut request = request.signed_usually();
        request.path = sent_path.to_owned();
        request.method = "POST";

        assert_refused(&request.judged(), &format!("{signed_path} sent to {sent_path}"));
    }
}

#[test]
fn only_sha_256_of_this_body_is_a_digest() {
    let right = digest_sha256(BODY);
    let value = right.trim_start_matches("SHA-256=");
    for (digest, is_accepted) in [
        (right.clone(), true),
        (format!("sha-256={value}"), true),
        (format!("Sha-256={value}"), true),
        (digest_sha256(OTHER_BODY), false),
        ("MD5=1B2M2Y8AsgTpgAmY7PhCfg==".to_owned(), false),
        (format!("SHA-512={value}"), false),
        (format!("SHA-256={value},SHA-512=bad"), false),
        (format!("SHA-512=bad,SHA-256={value}"), false),
        (format!("MD5=bad, {right}"), false),
        (format!("SHA-256={}", value.trim_end_matches('=')), false),
        (format!("SHA-256 ={value}"), false),
        ("SHA-256=".to_owned(), false),
        ("SHA-256".to_owned(), false),
        (String::new(), false),
        (value.to_owned(), false),
    ] {
        let request = Request::post().with("digest", &digest).signed_usually();
        if is_accepted {
            assert_eq!(request.judged(), Ok(()), "{digest}");
        } else {
            // Already before a key is looked for.
            assert_refused(&request.read().map(drop), &digest);
        }
    }
    assert_refused(&Request::post().without("digest").signed_usually().judged(), "missing");
}

#[test]
fn a_digest_of_nothing_does_not_pass_for_a_body() {
    let mut request = Request::post().with("digest", &digest_sha256(b"")).signed_usually();
    assert_refused(&request.judged(), "digest of nothing");
    request.body = Some(Vec::new());
    assert_eq!(request.judged(), Ok(()));
}

#[test]
fn an_algorithm_that_is_not_the_keys_is_refused() {
    for algorithm in
        ["hmac-sha256", "rsa-sha1", "none", "ed25519", "rsa-sha512", "ecdsa-sha256", "", "RSA"]
    {
        let how = Cavage { algorithm: Some(algorithm), ..Cavage::default() };
        assert_refused(&Request::post().signed(&RSA, &how).judged(), algorithm);
    }
    let rsa = Cavage { algorithm: Some("rsa-sha256"), ..Cavage::default() };
    assert_refused(&Request::post().signed(&ED25519, &rsa).judged_with(&ED25519), "rsa-sha256");
}

#[test]
fn the_public_key_is_not_a_shared_secret() {
    let request = Request::post();
    let string = format!(
        "(request-target): post /inbox\nhost: care.example\ndate: {}\ndigest: {}",
        http_date(NOW_MS),
        digest_sha256(BODY)
    );
    let secret = RSA.private.public_text().unwrap();
    let secret = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = STANDARD.encode(hmac::sign(&secret, string.as_bytes()));
    for algorithm in ["hmac-sha256", "hs2019", "rsa-sha256"] {
        let value = format!(
            r#"keyId="{KEY_ID}",algorithm="{algorithm}",headers="(request-target) host date digest",signature="{tag}""#
        );
        assert_refused(&request.clone().with("signature", &value).judged(), algorithm);
    }
}

#[test]
fn two_signatures_are_ambiguous() {
    let request = Request::post();
    let value = request.cavage_value(&RSA, &Cavage::default());
    let one = request.with("signature", &value);

    assert_malformed(&one.clone().and("signature", &value).judged(), "two headers");
    let with_authorization = one.clone().with("authorization", &format!("Signature {value}"));
    assert_malformed(&with_authorization.judged(), "signature and authorization");
    let nine = one.without("signature").with("authorization", &format!("Signature {value}"));
    let nine = nine.with("signature-input", "sig1=()").with("signature", "sig1=:AA==:");
    assert_malformed(&nine.judged(), "rfc 9421 and authorization");
}

#[test]
fn a_parameter_given_twice_is_ambiguous() {
    let request = Request::post();
    let value = request.cavage_value(&RSA, &Cavage::default());
    for extra in [
        r#"keyId="https://e.example/eve#main-key""#,
        r#"KeyID="https://e.example/eve#main-key""#,
        r#"headers="digest""#,
        r#"algorithm="hs2019""#,
        r#"signature="AAAA""#,
    ] {
        for both in [format!("{value},{extra}"), format!("{extra},{value}")] {
            assert_malformed(&request.clone().with("signature", &both).judged(), extra);
        }
    }
    let twice =
        Cavage { headers: Some("(request-target) host host date digest"), ..Cavage::default() };
    assert_malformed(&request.signed(&RSA, &twice).judged(), "host listed twice");
}

#[test]
fn a_header_that_is_no_signature_is_malformed() {
    for value in ["", "garbage", "keyId=\"a\"", "signature=\"AAAA\"", "sig1=:AAAA:", "keyId=\"a"] {
        assert_malformed(&Request::post().with("signature", value).judged(), value);
        let authorization = format!("Signature {value}");
        let request = Request::post().with("authorization", &authorization);
        assert_malformed(&request.judged(), &authorization);
    }
    assert_malformed(&Request::post().with("authorization", "Signature").judged(), "no parameters");
}

#[test]
fn what_is_not_in_the_request_cannot_have_been_signed() {
    for headers in [
        "(request-target) host date digest x-absent",
        "(request-target) host date digest signature",
        "(request-target) host date digest (created)",
        "(request-target) host date digest (expires)",
        "(request-target) host date digest (other)",
        "(request-target) host date digest a:b",
    ] {
        let how = Cavage { headers: Some(headers), ..Cavage::default() };
        assert_refused(&Request::post().signed(&RSA, &how).judged(), headers);
    }
}

#[test]
fn endless_headers_and_key_ids_are_refused_before_they_are_read() {
    let long = "k".repeat(3_000);
    let how = Cavage { key_id: &long, ..Cavage::default() };
    assert_refused(&Request::post().signed(&RSA, &how).judged(), "key id of 3000 bytes");
    let how = Cavage { key_id: "", ..Cavage::default() };
    assert_refused(&Request::post().signed(&RSA, &how).judged(), "empty key id");

    let names: Vec<_> = (0..100).map(|number| format!("x-{number}")).collect();
    let headers = format!("(request-target) host date digest {}", names.join(" "));
    let how = Cavage { headers: Some(&headers), ..Cavage::default() };
    assert_refused(&Request::post().signed(&RSA, &how).judged(), "a hundred headers");

    let mut many: Vec<_> = (0..20).map(|number| format!("x{number}=1")).collect();
    many.push(Request::post().cavage_value(&RSA, &Cavage::default()));
    let value = many.join(",");
    assert_malformed(&Request::post().with("signature", &value).judged(), "twenty parameters");
}

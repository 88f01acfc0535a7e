//! What a forger, a replayer or a careless proxy could send, in RFC 9421.

use carefolk_signatures::SignatureError;

use crate::request::{ED25519, KEY_ID, NOW, RSA, Request, assert_malformed, assert_refused};

const COVERED: &str = r#""@method" "@target-uri" "content-digest""#;

fn usual() -> String {
    format!(";created={NOW};keyid=\"{KEY_ID}\"")
}

fn post() -> Request {
    Request::post().with_content_digest()
}

#[test]
fn a_signature_that_could_be_moved_is_refused() {
    for covered in [
        r#""content-digest""#,
        r#""@method" "content-digest""#,
        r#""@target-uri" "content-digest""#,
        r#""@method" "@target-uri""#,
        r#""@method" "@authority" "content-digest""#,
        r#""@method" "@path" "content-digest""#,
        r#""@method" "@request-target" "content-digest""#,
        r#""@method" "@target-uri" "digest""#,
        "",
    ] {
        assert_refused(&post().signed_9421(&RSA, covered, &usual()).judged(), covered);
    }
    let covered = r#""@method" "@authority" "@path" "content-digest""#;
    let mut request = post();
    request.path = "/inbox?x=1".to_owned();
    assert_refused(&request.signed_9421(&RSA, covered, &usual()).judged(), "query not covered");
}

#[test]
fn a_changed_request_does_not_verify() {
    let request = post().signed_9421(&RSA, COVERED, &usual());
    assert_eq!(request.judged(), Ok(()));

    let mut other_path = request.clone();
    other_path.path = "/ap/actor/alice/inbox".to_owned();
    assert_refused(&other_path.judged(), "path");
    let mut other_method = request.clone();
    other_method.method = "PUT";
    assert_refused(&other_method.judged(), "method");
    let mut other_body = request.clone();
    other_body.body = Some(b"{}".to_vec());
    assert_refused(&other_body.judged(), "body");
    assert_refused(&other_body.with_content_digest().judged(), "body and digest");
    assert_refused(&request.judged_with(&ED25519), "key");
}

#[test]
fn a_request_for_another_host_is_misdirected() {
    let request = post().with("host", "e.example").signed_9421(&RSA, COVERED, &usual());

    assert_eq!(request.judged(), Err(SignatureError::WrongHost));
}

#[test]
fn created_and_keyid_are_required_and_bounded() {
    let digits = "9".repeat(10_000);
    for parameters in [
        format!(";keyid=\"{KEY_ID}\""),
        format!(";created={NOW}"),
        format!(";created={NOW};keyid={KEY_ID:?}x"),
        format!(";created={NOW};keyid=token"),
        format!(";created={NOW};keyid=\"\""),
        format!(";created=\"{NOW}\";keyid=\"{KEY_ID}\""),
        format!(";created={NOW}.0;keyid=\"{KEY_ID}\""),
        format!(";created=@{NOW};keyid=\"{KEY_ID}\""),
        format!(";created=-1;keyid=\"{KEY_ID}\""),
        format!(";created=0;keyid=\"{KEY_ID}\""),
        format!(";created=9223372036854775807;keyid=\"{KEY_ID}\""),
        format!(";created=18446744073709551615;keyid=\"{KEY_ID}\""),
        format!(";created=999999999999999;keyid=\"{KEY_ID}\""),
        format!(";created=-999999999999999;keyid=\"{KEY_ID}\""),
        format!(";created=1e400;keyid=\"{KEY_ID}\""),
        format!(";created=x;keyid=\"{KEY_ID}\""),
        format!(";created={digits};keyid=\"{KEY_ID}\""),
        format!(";created={};keyid=\"{KEY_ID}\"", NOW - 66 * 60),
        format!(";created={};keyid=\"{KEY_ID}\"", NOW + 6 * 60),
        format!("{};expires={}", usual(), NOW - 1),
        format!("{};expires=0", usual()),
        format!("{};expires=-1", usual()),
        format!("{};expires=x", usual()),
    ] {
        assert_refused(&post().signed_9421(&RSA, COVERED, &parameters).judged(), &parameters);
    }
}

#[test]
fn an_algorithm_that_is_not_the_keys_is_refused() {
    for alg in ["\"rsa-pss-sha512\"", "\"hmac-sha256\"", "\"ecdsa-p256-sha256\"", "\"\"", "ed25519"]
    {
        let parameters = format!("{};alg={alg}", usual());
        assert_refused(&post().signed_9421(&RSA, COVERED, &parameters).judged(), alg);
    }
    let ed25519 = format!("{};alg=\"ed25519\"", usual());
    assert_refused(&post().signed_9421(&RSA, COVERED, &ed25519).judged(), "ed25519 by RSA");
    let rsa = format!("{};alg=\"rsa-v1_5-sha256\"", usual());
    let request = post().signed_9421(&ED25519, COVERED, &rsa);
    assert_refused(&request.judged_with(&ED25519), "RSA by ed25519");
}

#[test]
fn only_sha_256_of_this_body_is_a_content_digest() {
    let value = carefolk_signatures::content_digest(crate::request::BODY);
    for digest in [
        carefolk_signatures::content_digest(b"other"),
        format!("{value}, sha-512=:AAAA:"),
        format!("sha-512=:AAAA:, {value}"),
        value.replace("sha-256", "sha-512"),
        value.replace("sha-256", "SHA-256"),
        value.replace(':', "\""),
        String::new(),
    ] {
        let request = Request::post().with("content-digest", &digest);
        let request = request.signed_9421(&RSA, COVERED, &usual());
        // Already before a key is looked for.
        assert_refused(&request.read().map(drop), &digest);
    }
    let missing = Request::post().signed_9421(&RSA, COVERED, &usual());
    assert_refused(&missing.judged(), "missing");
    let twice = post().and("content-digest", &value).signed_9421(&RSA, COVERED, &usual());
    assert_malformed(&twice.judged(), "twice");
}

#[test]
fn exactly_one_signature_is_read() {
    let request = post().signed_9421(&RSA, COVERED, &usual());
    let input = format!("sig1=({COVERED}){}", usual());
    for changed in [
        format!("{input}, sig2=()"),
        format!("{input}, {input}"),
        input.replacen("sig1", "sig2", 1),
        input.replacen("sig1", "Sig1", 1),
        "sig1".to_owned(),
        "sig1=1".to_owned(),
        String::new(),
        "garbage(".to_owned(),
    ] {
        assert_refused(&request.clone().with("signature-input", &changed).judged(), &changed);
    }
    for changed in ["", "sig1", "sig1=1", "sig1=:AAAA:, sig2=:AAAA:", "sig1=(:AAAA:)", "x=:AAAA:"] {
        assert_refused(&request.clone().with("signature", changed).judged(), changed);
    }
    assert_malformed(&request.clone().and("signature-input", &input).judged(), "two headers");
    assert_refused(&request.without("signature").judged(), "input without signature");
}

#[test]
fn what_is_given_twice_is_ambiguous() {
    let twice = format!("{};keyid=\"https://e.example/eve\"", usual());
    assert_malformed(&post().signed_9421(&RSA, COVERED, &twice).judged(), "keyid");
    let twice = format!("{};created={NOW}", usual());
    assert_malformed(&post().signed_9421(&RSA, COVERED, &twice).judged(), "created");
    let covered = format!("{COVERED} \"@method\"");
    assert_malformed(&post().signed_9421(&RSA, &covered, &usual()).judged(), "@method");
}

#[test]
fn components_that_are_odd_or_absent_are_refused() {
    for odd in [
        r#""@status""#,
        r#""@query-param";name="x""#,
        r#""date";sf"#,
        r#""date";bs"#,
        r#""@method";req"#,
        r#""x-absent""#,
        r#""Date""#,
        r#""signature""#,
        "token",
        "1",
    ] {
        let covered = format!("{COVERED} {odd}");
        assert_refused(&post().signed_9421(&RSA, &covered, &usual()).judged(), odd);
    }
    let old = post().with("date", "Tue, 18 Aug 2020 09:00:00 GMT");
    let covered = format!("{COVERED} \"date\"");
    assert_refused(&old.signed_9421(&RSA, &covered, &usual()).judged(), "an old date is covered");
}

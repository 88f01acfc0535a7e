//! How the servers of the fediverse sign. These guard against rules that are too tight.

use crate::request::{Cavage, ED25519, KEY_ID, NOW, RSA, Request};

#[test]
fn the_usual_ways_of_signing_a_delivery_are_accepted() {
    let (created, expires) = (NOW.to_string(), (NOW + 300).to_string());
    let plain = Cavage::default();
    for (who, how) in [
        ("Mastodon", plain),
        ("Misskey", Cavage { headers: Some("(request-target) date host digest"), ..plain }),
        (
            "Pleroma",
            Cavage { headers: Some("(request-target) content-length date digest host"), ..plain },
        ),
        (
            "GoToSocial",
            Cavage {
                key_id: "https://v.example/users/vic/main-key",
                algorithm: Some("hs2019"),
                headers: Some("(request-target) host date digest"),
                ..plain
            },
        ),
        (
            "Lemmy",
            Cavage {
                algorithm: Some("hs2019"),
                created: Some(&created),
                expires: Some(&expires),
                headers: Some("(request-target) (created) (expires) content-type digest host"),
                ..plain
            },
        ),
        (
            "PeerTube",
            Cavage {
                key_id: "https://v.example/accounts/vic",
                headers: Some("(request-target) host date digest"),
                ..plain
            },
        ),
        (
            "Pixelfed",
            Cavage {
                headers: Some("(request-target) host date digest content-type user-agent"),
                ..plain
            },
        ),
        ("no algorithm", Cavage { algorithm: None, ..plain }),
    ] {
        let request = Request::post().signed(&RSA, &how);

        assert_eq!(request.judged(), Ok(()), "{who}");
        let presented = request.read().unwrap();
        assert_eq!(presented.key_id(), how.key_id, "{who}");
        assert_eq!(presented.dialect(), "cavage", "{who}");
    }
}

#[test]
fn names_of_headers_may_be_listed_in_capitals() {
    let how = Cavage { headers: Some("(request-target) host date digest"), ..Cavage::default() };
    let request = Request::post();
    let value = request.cavage_value(&RSA, &how).replacen(
        "(request-target) host date digest",
        "(request-target) Host Date Digest",
        1,
    );

    assert_eq!(request.with("signature", &value).judged(), Ok(()));
}

#[test]
fn created_may_stand_without_quotes() {
    let created = NOW.to_string();
    let how = Cavage {
        algorithm: Some("hs2019"),
        created: Some(&created),
        headers: Some("(request-target) (created) host digest"),
        ..Cavage::default()
    };
    let request = Request::post().without("date");
    let value = request.cavage_value(&RSA, &how).replace(&format!("\"{created}\""), &created);

    assert_eq!(request.with("signature", &value).judged(), Ok(()));
}

#[test]
fn a_signature_may_stand_in_authorization() {
    for scheme in ["Signature", "signature"] {
        let request = Request::post();
        let value = request.cavage_value(&RSA, &Cavage::default());
        let request = request.with("authorization", &format!("{scheme} {value}"));

        assert_eq!(request.judged(), Ok(()), "{scheme}");
    }
}

#[test]
fn another_kind_of_authorization_is_not_a_second_signature() {
    let request = Request::post().signed_usually().with("authorization", "Bearer abc");

    assert_eq!(request.judged(), Ok(()));
}

#[test]
fn a_signed_fetch_is_accepted_with_and_without_a_digest_of_nothing() {
    let request = Request::get("/ap/post/abc?page=true");
    assert_eq!(request.clone().signed_usually().judged(), Ok(()));

    let digest = carefolk_signatures::digest_sha256(b"");
    let how = Cavage { headers: Some("(request-target) host date digest"), ..Cavage::default() };
    assert_eq!(request.with("digest", &digest).signed(&RSA, &how).judged(), Ok(()));
}

#[test]
fn ed25519_signs_in_both_dialects() {
    for algorithm in [None, Some("hs2019"), Some("ed25519")] {
        let how = Cavage { algorithm, ..Cavage::default() };
        let request = Request::post().signed(&ED25519, &how);
        assert_eq!(request.judged_with(&ED25519), Ok(()), "{algorithm:?}");
    }
    for alg in ["", ";alg=\"ed25519\""] {
        let request = Request::post().with_content_digest().signed_9421(
            &ED25519,
            r#""@method" "@target-uri" "content-digest""#,
            &format!(";created={NOW};keyid=\"{KEY_ID}\"{alg}"),
        );
        assert_eq!(request.judged_with(&ED25519), Ok(()), "{alg:?}");
    }
}

#[test]
fn the_usual_ways_of_signing_with_rfc_9421_are_accepted() {
    let after = (NOW + 300).to_string();
    for (who, covered, parameters) in [
        (
            "Mastodon",
            r#""@method" "@target-uri" "content-digest""#,
            format!(";created={NOW};keyid=\"{KEY_ID}\""),
        ),
        (
            "Fedify",
            r#""@method" "@target-uri" "@authority" "host" "date" "content-digest""#,
            format!(";alg=\"rsa-v1_5-sha256\";keyid=\"{KEY_ID}\";created={NOW}"),
        ),
        (
            "by parts",
            r#""@method" "@authority" "@path" "content-type" "content-digest""#,
            format!(";created={NOW};expires={after};keyid=\"{KEY_ID}\";nonce=\"a;b,c\";tag=\"x\""),
        ),
        (
            "by request target",
            r#""@method" "@authority" "@request-target" "@scheme" "content-digest" "digest""#,
            format!(";keyid=\"{KEY_ID}\";created={NOW}"),
        ),
    ] {
        let request = Request::post().with_content_digest().signed_9421(&RSA, covered, &parameters);

        assert_eq!(request.judged(), Ok(()), "{who}");
        let presented = request.read().unwrap();
        assert_eq!(presented.key_id(), KEY_ID, "{who}");
        assert_eq!(presented.dialect(), "rfc9421", "{who}");
    }
}

#[test]
fn a_fetch_signed_with_rfc_9421_is_accepted() {
    let parameters = format!(";created={NOW};keyid=\"{KEY_ID}\"");
    for (path, covered) in [
        ("/ap/post/abc", r#""@method" "@target-uri""#),
        ("/ap/post/abc?page=1", r#""@method" "@target-uri""#),
        ("/ap/post/abc", r#""@method" "@authority" "@path""#),
        ("/ap/post/abc?page=1", r#""@method" "@authority" "@path" "@query""#),
    ] {
        let request = Request::get(path).signed_9421(&RSA, covered, &parameters);

        assert_eq!(request.judged(), Ok(()), "{path} {covered}");
    }
}

#[test]
fn the_host_is_compared_without_regard_to_case() {
    let request = Request::post().with("host", "Care.Example").signed_usually();

    assert_eq!(request.judged(), Ok(()));
}

//! What we send is what our own door lets in, and what peers look for.

use carefolk_signatures::{
    Outgoing, SignatureError, SignedHeaders, content_digest, digest_sha256, sign_cavage,
    sign_rfc9421,
};
use http::HeaderMap;

use crate::request::{BODY, ED25519, KEY_ID, Keys, NOW_MS, RSA, Request};

fn outgoing(body: Option<&[u8]>) -> Outgoing<'_> {
    Outgoing {
        method: if body.is_some() { "POST" } else { "GET" },
        url: "https://care.example/inbox?a=b",
        host: "care.example",
        body,
        media_type: "application/activity+json",
        date_ms: NOW_MS,
        key_id: KEY_ID,
    }
}

/// The request that arrives when exactly these headers are sent.
fn arrived(outgoing: &Outgoing<'_>, headers: SignedHeaders) -> Request {
    let mut request = Request {
        method: if outgoing.body.is_some() { "POST" } else { "GET" },
        path: "/inbox?a=b".to_owned(),
        headers: HeaderMap::new(),
        body: outgoing.body.map(<[u8]>::to_vec),
        now_ms: NOW_MS,
    };
    for (name, value) in headers {
        request = request.and(name, &value);
    }
    request
}

fn value<'a>(headers: &'a SignedHeaders, name: &str) -> &'a str {
    headers.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

#[test]
fn what_we_sign_passes_our_own_door() {
    for keys in [&*RSA, &*ED25519] {
        for body in [Some(BODY), Some(&[][..]), None] {
            let outgoing = outgoing(body);
            for (dialect, headers) in [
                ("cavage", sign_cavage(&keys.private, &outgoing)),
                ("rfc9421", sign_rfc9421(&keys.private, &outgoing)),
            ] {
                let request = arrived(&outgoing, headers.unwrap());

                assert_eq!(request.judged_with(keys), Ok(()), "{dialect}");
                let presented = request.read().unwrap();
                assert_eq!(presented.dialect(), dialect);
                assert_eq!(presented.key_id(), KEY_ID);
            }
        }
    }
}

#[test]
fn a_delivery_covers_what_peers_require() {
    let headers = sign_cavage(&RSA.private, &outgoing(Some(BODY))).unwrap();

    assert!(value(&headers, "signature").starts_with(&format!(
        r#"keyId="{KEY_ID}",algorithm="rsa-sha256",headers="(request-target) host date digest content-type",signature=""#
    )));
    assert_eq!(value(&headers, "date"), "Tue, 18 Aug 2026 09:00:00 GMT");
    assert_eq!(value(&headers, "digest"), digest_sha256(BODY));
    assert_eq!(value(&headers, "content-digest"), content_digest(BODY));
}

#[test]
fn a_fetch_covers_what_it_accepts() {
    let headers = sign_cavage(&RSA.private, &outgoing(None)).unwrap();

    assert!(
        value(&headers, "signature").contains(r#"headers="(request-target) host date accept""#)
    );
    assert_eq!(value(&headers, "digest"), "");
}

#[test]
fn an_rfc_9421_delivery_says_what_peers_require() {
    let input = |keys: &Keys, body| {
        let headers = sign_rfc9421(&keys.private, &outgoing(body)).unwrap();
        assert_eq!(value(&headers, "digest").is_empty(), body.is_none());
        value(&headers, "signature-input").to_owned()
    };

    assert_eq!(
        input(&RSA, Some(BODY)),
        format!(
            r#"sig1=("@method" "@target-uri" "content-digest");created=1787043600;keyid="{KEY_ID}";alg="rsa-v1_5-sha256""#
        )
    );
    assert_eq!(
        input(&ED25519, None),
        format!(
            r#"sig1=("@method" "@target-uri");created=1787043600;keyid="{KEY_ID}";alg="ed25519""#
        )
    );
}

#[test]
fn what_would_break_out_of_its_header_is_not_signed() {
    let good = outgoing(Some(BODY));
    for bad in [
        Outgoing { key_id: "https://a.example/\",algorithm=\"x", ..good },
        Outgoing { key_id: "https://a.example/\\", ..good },
        Outgoing { key_id: "", ..good },
        Outgoing { key_id: "https://a.example/\u{e9}", ..good },
        Outgoing { host: "care.example\r\nx: y", ..good },
        Outgoing { url: "https://care.example/inbox\nhost: e.example", ..good },
        Outgoing { media_type: "text/plain\n", ..good },
    ] {
        for made in [sign_cavage(&RSA.private, &bad), sign_rfc9421(&RSA.private, &bad)] {
            assert!(matches!(made, Err(SignatureError::Malformed(_))), "{bad:?}");
        }
    }
    for url in ["care.example/inbox", "https://care.example", "https://care.example/x#y", "/x"] {
        let made = sign_cavage(&RSA.private, &Outgoing { url, ..good });
        assert!(matches!(made, Err(SignatureError::Malformed(_))), "{url}");
    }
}

//! What is signed, and how (S-001 to S-012).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carefolk_domain::Span;
use carefolk_signatures::{Outgoing, digest_sha256, sign_rfc9421};
use http::HeaderName;

use super::{Door, Effect, heard, refused};
use crate::knock::{Knock, Signing, USUAL};
use crate::village::{actor, ed25519_key, eves_key, vics_key};

/// The id of Vic's key.
fn vics_key_id(door: &Door) -> String {
    format!("{}#main-key", door.vic)
}

/// An unsigned like of Vic.
fn like(door: &Door) -> Knock {
    door.post(&door.dislike(&door.vic).to_string())
}

#[tokio::test]
async fn s_001_an_unsigned_post_is_refused() {
    let door = Door::new().await;
    let input_only = like(&door).with("signature-input", "sig1=()");
    let cases = [
        refused("no signature", like(&door), 401),
        refused(
            "another kind of authorization",
            like(&door).with("authorization", "Bearer x"),
            401,
        ),
        refused("an input without a signature", input_only, 401),
    ];
    door.judge("S-001", cases).await;
}

#[tokio::test]
async fn s_002_a_garbage_signature_is_refused_and_costs_at_most_one_fetch() {
    let door = Door::unused().await;
    let garbage = |fill: u8| {
        let bytes: Vec<u8> = (0..=255).map(|n: u8| n ^ fill).collect();
        let value = format!(
            r#"keyId="{}",algorithm="rsa-sha256",headers="{USUAL}",signature="{}""#,
            vics_key_id(&door),
            STANDARD.encode(bytes)
        );
        like(&door).with("signature", &value)
    };
    let mut first = refused("of somebody unknown", garbage(0), 401);
    first.effect = Effect::Learnt;
    door.judge("S-002", [first]).await;
    assert_eq!(door.fetches(), 1, "S-002: to learn the key");
    let again = (1..20).map(|fill| refused("of somebody known", garbage(fill), 401));
    door.judge("S-002", again).await;
    assert_eq!(door.fetches(), 2, "S-002: in case the key had changed, once");
    // Each is counted, under the host whose key it names.
    let peers = door.town.app.peers();
    peers.write_refusals().await.unwrap();
    let host = carefolk_domain::uri::host(&door.vic).unwrap();
    let counted = peers.refusals(&carefolk_testkit::operator(), Some(&host)).await.unwrap();
    let counted: Vec<(&str, u64)> =
        counted.iter().map(|it| (it.reason.as_str(), it.count)).collect();
    assert_eq!(counted, [("the signature does not fit the key", 20)]);
}

#[tokio::test]
async fn s_003_every_dialect_of_the_fediverse_is_let_in() {
    let door = Door::new().await;
    let key_id = vics_key_id(&door);
    let plain = Signing::usual(vics_key(), &key_id);
    let seconds = |shift: i64| (door.town.app.now().0 / 1_000 + shift).to_string();
    let (created, expires) = (seconds(0), seconds(300));
    let of = |headers| Signing { headers: Some(headers), ..plain };
    let lemmy = Signing {
        algorithm: Some("hs2019"),
        created: Some(&created),
        expires: Some(&expires),
        ..of("(request-target) (created) (expires) content-type digest host")
    };
    let cases = [
        ("Mastodon", of("(request-target) host date digest content-type")),
        ("Misskey", of("(request-target) date host digest")),
        ("Pleroma", of("(request-target) content-length date digest host")),
        ("Pixelfed", of("(request-target) host date digest content-type user-agent")),
        ("Lemmy", lemmy),
        ("no algorithm named", Signing { algorithm: None, ..plain }),
    ];
    let cases = cases.map(|(who, how)| heard(who, like(&door).signed(&how)));
    door.judge("S-003", cases).await;
    door.judge("S-003", [go_to_social(&door), peertube(&door), rfc9421(&door)]).await;
}

/// The key has an address of its own, where a stub of its owner stands.
fn go_to_social(door: &Door) -> super::Case {
    let id = door.village.url("g", "/users/gts");
    let key_id = format!("{id}/main-key");
    let document = actor(&id, &key_id, vics_key());
    door.village.put(&id, &document);
    door.village.put(&key_id, &document);
    let how = Signing { algorithm: Some("hs2019"), ..Signing::usual(vics_key(), &key_id) };
    heard("GoToSocial", door.post(&door.dislike(&id).to_string()).signed(&how))
}

/// The key's id is its owner's.
fn peertube(door: &Door) -> super::Case {
    let id = door.village.url("p", "/accounts/tube");
    door.village.put(&id, &actor(&id, &id, vics_key()));
    let how = Signing::usual(vics_key(), &id);
    heard("PeerTube", door.post(&door.dislike(&id).to_string()).signed(&how))
}

fn rfc9421(door: &Door) -> super::Case {
    let id = door.village.settle_in("f", "fed", ed25519_key());
    let body = door.dislike(&id).to_string();
    let outgoing = Outgoing {
        method: "POST",
        url: &format!("{}/inbox", door.town.url),
        host: &door.town.host,
        body: Some(body.as_bytes()),
        media_type: "application/activity+json",
        date_ms: door.town.app.now().0,
        key_id: &format!("{id}#main-key"),
    };
    let mut knock = door.post(&body).without("digest");
    for (name, value) in sign_rfc9421(ed25519_key(), &outgoing).unwrap() {
        knock = knock.with(HeaderName::from_static(name).as_str(), &value);
    }
    heard("RFC 9421 with Ed25519", knock)
}

#[tokio::test]
async fn s_004_another_body_under_a_captured_signature_is_refused() {
    let door = Door::new().await;
    let captured = door.vics(&door.dislike(&door.vic));
    let theirs = captured.header("digest").to_owned();
    let body = door.dislike(&door.vic).to_string();
    let ours = digest_sha256(body.as_bytes());
    let forged = captured.carrying(&body);
    let two = |first: &str, second: &str| {
        forged.clone().without("digest").and("Digest", first).and("digest", second)
    };
    let joined =
        |first: &str, second: &str| forged.clone().with("digest", &format!("{first}, {second}"));
    let capitals = theirs.replace("SHA-256", "sha-256");
    let cases = [
        refused("their digest", forged.clone(), 401),
        refused("our digest", forged.clone().with("digest", &ours), 401),
        refused("ours, theirs", two(&ours, &theirs), 400),
        refused("theirs, ours", two(&theirs, &ours), 400),
        refused("ours, theirs in one line", joined(&ours, &theirs), 400),
        refused("theirs, ours in one line", joined(&theirs, &ours), 400),
        refused("ours, theirs in small letters", joined(&ours, &capitals), 400),
    ];
    door.judge("S-004", cases).await;
}

#[tokio::test]
async fn s_005_a_request_signed_for_another_host_is_refused() {
    let door = Door::new().await;
    let key_id = vics_key_id(&door);
    let how = Signing::usual(vics_key(), &key_id);
    let host = door.town.host.clone();
    let elsewhere = like(&door).with("host", "e.example").signed(&how);
    let cases = [
        refused("sent as it was signed", elsewhere.clone(), 421),
        refused("sent with our host", elsewhere.with("host", &host), 401),
        refused("two hosts", like(&door).signed(&how).and("host", "e.example"), 400),
        refused("no host", like(&door).signed(&how).without("host"), 400),
    ];
    door.judge("S-005", cases).await;
    let refusal = door.knock(&like(&door).with("host", "e.example")).await;
    assert!(refusal.text.contains(&door.town.url), "S-005: the refusal names our address");
}

#[tokio::test]
async fn s_006_a_signature_that_could_be_moved_is_refused() {
    let door = Door::new().await;
    let key_id = vics_key_id(&door);
    let created = (door.town.app.now().0 / 1_000).to_string();
    let lists = [
        Some("digest"),
        Some("host digest"),
        Some("(request-target) digest"),
        Some("(request-target) host digest"),
        Some("(request-target) host date"),
        Some("(request-target) date digest"),
        Some("host date digest"),
        Some(""),
        None,
    ];
    let cases = lists.map(|headers| {
        let usual = Signing::usual(vics_key(), &key_id);
        let how = Signing { headers, created: Some(&created), ..usual };
        refused(format!("{headers:?}"), like(&door).signed(&how), 401)
    });
    door.judge("S-006", cases).await;
}

#[tokio::test]
async fn s_007_a_signature_is_good_for_an_hour_and_hardly_ahead_of_time() {
    let door = Door::new().await;
    let key_id = vics_key_id(&door);
    let how = Signing::usual(vics_key(), &key_id);
    let minutes = |count| door.date(Span::minutes(count));
    let good = [-64, 0, 4].map(|count| {
        heard(format!("{count} min"), like(&door).with("date", &minutes(count)).signed(&how))
    });
    door.judge("S-007", good).await;
    let bad = [
        minutes(-66),
        minutes(6),
        "Fri, 04 Dec 2099 09:00:00 GMT".to_owned(),
        "garbage".to_owned(),
        "Tuesday, 01-Dec-26 09:00:00 GMT".to_owned(),
        "Tue Dec  1 09:00:00 2026".to_owned(),
        String::new(),
    ];
    let bad =
        bad.map(|date| refused(date.clone(), like(&door).with("date", &date).signed(&how), 401));
    door.judge("S-007", bad).await;
    let missing = like(&door).signed(&how).without("date");
    door.judge("S-007", [refused("missing", missing, 401)]).await;
}

#[tokio::test]
async fn s_008_created_and_expires_are_bounded_numbers() {
    let door = Door::new().await;
    let key_id = vics_key_id(&door);
    let endless = "9".repeat(10_000);
    let odd = ["-1", "0", "9223372036854775807", "18446744073709551615", "1e400", "x", &endless];
    let now = (door.town.app.now().0 / 1_000).to_string();
    let mut cases = Vec::new();
    for value in odd {
        let shown: String = value.chars().take(30).collect();
        let how = Signing {
            algorithm: Some("hs2019"),
            created: Some(value),
            headers: Some("(request-target) (created) host digest"),
            ..Signing::usual(vics_key(), &key_id)
        };
        cases.push(refused(format!("created {shown}"), like(&door).signed(&how), 401));
        let how = Signing {
            created: Some(&now),
            expires: Some(value),
            headers: Some("(request-target) (created) (expires) host digest"),
            ..how
        };
        // One that far ahead is a number, and has not passed.
        if value != "9223372036854775807" && value != "18446744073709551615" {
            cases.push(refused(format!("expires {shown}"), like(&door).signed(&how), 401));
        }
    }
    door.judge("S-008", cases).await;
}

#[tokio::test]
async fn s_009_a_request_signed_for_another_target_is_refused() {
    let door = Door::new().await;
    let key_id = vics_key_id(&door);
    let how = Signing::usual(vics_key(), &key_id);
    let nurse = door.town.app.actors().find_local("nurse").await.unwrap().uri;
    let hazelbank = door.town.app.actors().find_local("hazelbank").await.unwrap().uri;
    let inbox = |actor: &str| format!("{}/inbox", actor.strip_prefix(&door.town.url).unwrap());
    let (nurses, hazelbanks) = (inbox(&nurse), inbox(&hazelbank));
    let signed_for = |target: &str| like(&door).to(target).signed(&how);
    let cases = [
        heard("their own inbox", signed_for(&nurses)),
        refused("another inbox", signed_for(&nurses).to(&hazelbanks), 401),
        refused("the shared inbox instead", signed_for(&nurses).to("/inbox"), 401),
        refused("get", like(&door).method("GET").signed(&how).method("POST"), 401),
        refused("query added", signed_for("/inbox").to("/inbox?x=1"), 401),
        refused("%69nbox", signed_for("/inbox").to("/%69nbox"), 404),
        refused("%69nbox, signed so", signed_for("/%69nbox"), 404),
        refused("/inbox/", signed_for("/inbox").to("/inbox/"), 404),
        refused("nobody's inbox", signed_for("/ap/actor/nobodynobody2/inbox"), 404),
    ];
    door.judge("S-009", cases).await;
}

#[tokio::test]
async fn s_010_only_sha_256_of_this_body_is_a_digest() {
    let door = Door::new().await;
    let key_id = vics_key_id(&door);
    let how = Signing::usual(vics_key(), &key_id);
    let with = |make: &dyn Fn(&str) -> String| {
        let knock = like(&door);
        let value = knock.header("digest").trim_start_matches("SHA-256=").to_owned();
        knock.with("digest", &make(&value)).signed(&how)
    };
    let cases = [
        heard("small letters", with(&|v| format!("sha-256={v}"))),
        refused("missing", like(&door).without("digest").signed(&how), 401),
        refused("MD5", with(&|_| "MD5=1B2M2Y8AsgTpgAmY7PhCfg==".to_owned()), 401),
        refused("SHA-512", with(&|v| format!("SHA-512={v}")), 401),
        refused("of another body", with(&|_| digest_sha256(b"other")), 401),
        refused("and a bad SHA-512", with(&|v| format!("SHA-256={v},SHA-512=bad")), 401),
        refused("empty", with(&|_| String::new()), 401),
    ];
    door.judge("S-010", cases).await;
}

#[tokio::test]
async fn s_011_an_algorithm_that_is_not_the_keys_is_refused() {
    let door = Door::new().await;
    let key_id = vics_key_id(&door);
    let usual = Signing::usual(vics_key(), &key_id);
    let names = ["hmac-sha256", "rsa-sha1", "none", "ed25519", "rsa-sha512", "unknown", ""];
    let cases = names.map(|name| {
        let how = Signing { algorithm: Some(name), ..usual };
        refused(name, like(&door).signed(&how), 401)
    });
    door.judge("S-011", cases).await;
    let other_kind = Signing { key: ed25519_key(), ..usual };
    let unnamed = Signing { algorithm: None, ..other_kind };
    let cases = [
        refused("Ed25519 said to be RSA", like(&door).signed(&other_kind), 401),
        refused("Ed25519 under an RSA key", like(&door).signed(&unnamed), 401),
    ];
    door.judge("S-011", cases).await;
}

#[tokio::test]
async fn s_012_two_signatures_are_ambiguous() {
    let door = Door::new().await;
    let key_id = vics_key_id(&door);
    let eves = format!("{}#main-key", door.eve);
    let knock = like(&door);
    let good = knock.signature(&Signing::usual(vics_key(), &key_id));
    let bad = knock.signature(&Signing::usual(eves_key(), &eves));
    let twice = |name: &str, value: &str| format!(r#"{name}="{value}",{good}"#);
    let with = |value: &str| knock.clone().with("signature", value);
    let both = with(&good).with("authorization", &format!("Signature {bad}"));
    let cases = [
        refused("two headers", with(&good).and("signature", &bad), 400),
        refused("two headers, bad first", with(&bad).and("Signature", &good), 400),
        refused("the same twice", with(&good).and("signature", &good), 400),
        refused("and in Authorization", both, 400),
        refused("keyId twice", with(&twice("keyId", &eves)), 400),
        refused("keyid too", with(&twice("keyid", &eves)), 400),
        refused("headers twice", with(&twice("headers", "digest")), 400),
        refused("signature twice", with(&twice("signature", "eA==")), 400),
    ];
    door.judge("S-012", cases).await;
}

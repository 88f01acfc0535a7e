//! The inbox door (S-001 to S-036, S-058, S-094, S-095).

use carefolk_app::FederationMode;
use carefolk_app::ports::PortError;
use carefolk_domain::{Handle, Span};
use carefolk_federation::Limits;
use carefolk_httpkit::Allowance;
use carefolk_testkit::{KitOptions, operator};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, RETRY_AFTER};

use crate::gate::{Gate, Post, VIC, VIC_KEY, actor, farewell, key, like, other_key, vics_like};

const EVE: &str = "https://e.example/users/eve";
const MAL: &str = "https://v.example/users/mal";
const MAL_KEY: &str = "https://v.example/users/mal#main-key";
const EVE_KEY: &str = "https://e.example/users/eve#main-key";

#[tokio::test]
async fn what_its_actor_signed_is_taken_in_once_and_answered_202_each_time() {
    let gate = Gate::new().await;
    gate.put_vic();
    let body = vics_like();
    assert_eq!(gate.knock(gate.post(&body).signed()).await, (202, 1));
    assert_eq!(gate.knock(gate.post(&body).signed()).await, (202, 0));
    assert_eq!(gate.fetches(), 1, "a known key is not fetched again");
}

#[tokio::test]
async fn an_actors_own_inbox_takes_the_same_and_an_unknown_one_is_404() {
    let gate = Gate::new().await;
    gate.put_vic();
    let body = vics_like();
    let hazel = Handle::parse("instance").unwrap();
    let uri = gate.kit.app.actors().find_local(hazel.as_str()).await.unwrap().uri;
    let path = format!("{}/inbox", uri.strip_prefix("https://care.example").unwrap());
    let knock = Post { path: &path, ..gate.post(&body) };
    assert_eq!(gate.knock(knock.signed()).await, (202, 1));
    for path in ["/ap/actor/nobodynobody2/inbox", "/inbox/", "/%69nbox"] {
        let knock = Post { path, ..gate.post(&body) };
        assert_eq!(gate.knock(knock.signed()).await, (404, 0), "{path}");
    }
}

#[tokio::test]
async fn unsigned_or_forged_words_are_401_and_cost_at_most_one_fetch() {
    let gate = Gate::new().await;
    gate.put_vic();
    let body = vics_like();
    let mut unsigned = gate.post(&body).signed();
    unsigned.headers_mut().remove("signature");
    assert_eq!(gate.knock(unsigned).await, (401, 0));
    assert_eq!(gate.fetches(), 0);
    for _ in 0..20 {
        let forged = Post { key: other_key(), ..gate.post(&body) };
        assert_eq!(gate.knock(forged.signed()).await, (401, 0));
    }
    // Once to learn the key, once more in case it had changed.
    assert_eq!(gate.fetches(), 2);
}

#[tokio::test]
async fn another_body_under_an_old_digest_is_refused() {
    let gate = Gate::new().await;
    gate.put_vic();
    let body = vics_like();
    let other = like("https://v.example/likes/2", VIC);
    let swap = || {
        let (parts, _) = gate.post(&body).signed().into_parts();
        http::Request::from_parts(parts, axum::body::Body::from(other.clone()))
    };
    assert_eq!(gate.knock(swap()).await, (401, 0));
    let digest = carefolk_signatures::digest_sha256(other.as_bytes());
    for first in [true, false] {
        let mut request = swap();
        let old = request.headers_mut().remove("digest").unwrap();
        let both = [digest.parse().unwrap(), old];
        for value in if first { both } else { [both[1].clone(), both[0].clone()] } {
            request.headers_mut().append("digest", value);
        }
        assert_eq!(gate.knock(request).await, (400, 0));
    }
}

#[tokio::test]
async fn what_was_signed_for_somebody_else_proves_nothing_here() {
    let gate = Gate::new().await;
    gate.put_vic();
    let body = vics_like();
    let elsewhere = Post { host: "e.example", ..gate.post(&body) };
    assert_eq!(gate.knock(elsewhere.signed()).await, (421, 0));
    let mut renamed = elsewhere.signed();
    renamed.headers_mut().insert(HOST, "care.example".parse().unwrap());
    assert_eq!(gate.knock(renamed).await, (401, 0));
    let mut moved = gate.post(&body).signed();
    *moved.uri_mut() = "/inbox?x=y".parse().unwrap();
    assert_eq!(gate.knock(moved).await, (401, 0));
}

#[tokio::test]
async fn a_signature_is_good_for_an_hour_and_hardly_ahead_of_time() {
    let gate = Gate::new().await;
    gate.put_vic();
    let now = gate.kit.app.now();
    for (shift, status) in [
        (Span::minutes(-66), 401),
        (Span::minutes(-64), 202),
        (Span::minutes(4), 202),
        (Span::minutes(6), 401),
        (Span::days(26_000), 401),
    ] {
        let body = like(&format!("https://v.example/likes/{}", shift.0), VIC);
        let knock = Post { date_ms: (now + shift).0, ..gate.post(&body) };
        assert_eq!(gate.knock(knock.signed()).await.0, status, "{shift:?}");
    }
}

#[tokio::test]
async fn nobody_speaks_for_another_origin() {
    let gate = Gate::new().await;
    gate.put_vic();
    gate.kit.remote.put(EVE, &actor(EVE, EVE_KEY, key()));
    // Mallory lives where Vic lives, with a key of her own.
    gate.kit.remote.put(MAL, &actor(MAL, MAL_KEY, key()));
    let ours = gate.kit.app.actors().find_local("instance").await.unwrap().uri;
    let eve = |body: String, status: u16| (body, EVE_KEY, status);
    for (body, key_id, status) in [
        // S-013: Eve's key, Vic's name.
        eve(vics_like(), 401),
        (vics_like(), MAL_KEY, 401),
        // S-031: Eve's word with an id at Vic's, and the other way round.
        eve(like("https://v.example/likes/9", EVE), 403),
        (like("https://e.example/likes/9", VIC), VIC_KEY, 403),
        // S-034: ids of ours.
        eve(like("https://care.example/ap/activity/x", EVE), 403),
        (like("https://care.example/ap/activity/x", &ours), VIC_KEY, 403),
        // S-035: an id in another spelling is malformed or another host, never the same.
        eve(like("https://v.example@e.example/likes/1", EVE), 400),
        eve(like("https://e.example./likes/1", EVE), 400),
        eve(like("https://e.example/likes\\1", EVE), 400),
        eve(like("http://e.example/likes/1", EVE), 400),
    ] {
        let knock = Post { key_id, ..gate.post(&body) };
        assert_eq!(gate.knock(knock.signed()).await, (status, 0), "{body}");
    }
}

#[tokio::test]
async fn a_key_counts_only_if_its_owner_lists_it() {
    let gate = Gate::new().await;
    let alone = "https://e.example/keys/1";
    let pem = key().public_text().unwrap();
    let key_document = |id: &str, owner: &str| {
        serde_json::json!({"id": id, "owner": owner, "publicKeyPem": pem}).to_string()
    };
    gate.kit.remote.put(EVE, &actor(EVE, alone, key()));
    // A key document of its own, and the owner agrees.
    gate.kit.remote.put(alone, &key_document(alone, EVE));
    let body = like("https://e.example/likes/1", EVE);
    let knock = Post { key_id: alone, ..gate.post(&body) };
    assert_eq!(gate.knock(knock.signed()).await, (202, 1));
    // One that the owner does not know.
    let lie = "https://e.example/keys/2";
    gate.kit.remote.put(lie, &key_document(lie, EVE));
    let body = like("https://e.example/likes/2", EVE);
    let knock = Post { key_id: lie, ..gate.post(&body) };
    assert_eq!(gate.knock(knock.signed()).await, (401, 0));
    // One that names a victim for its owner (S-014).
    let theft = "https://e.example/keys/3";
    gate.put_vic();
    gate.kit.remote.put(theft, &key_document(theft, VIC));
    let body = vics_like();
    let knock = Post { key_id: theft, key: other_key(), ..gate.post(&body) };
    assert_eq!(gate.knock(knock.signed()).await, (401, 0));
}

#[tokio::test]
async fn a_changed_key_is_read_again_but_not_for_every_forgery() {
    let gate = Gate::new().await;
    gate.put_vic();
    let first = like("https://v.example/likes/1", VIC);
    assert_eq!(gate.knock(gate.post(&first).signed()).await, (202, 1));
    gate.kit.remote.put(VIC, &actor(VIC, VIC_KEY, other_key()));
    let second = like("https://v.example/likes/2", VIC);
    let rotated = Post { key: other_key(), ..gate.post(&second) };
    assert_eq!(gate.knock(rotated.signed()).await, (202, 1));
    let before = gate.fetches();
    for _ in 0..50 {
        assert_eq!(gate.knock(gate.post(&first).signed()).await, (401, 0));
    }
    assert_eq!(gate.fetches(), before);
}

#[tokio::test]
async fn a_key_that_cannot_be_read_now_is_asked_for_later_and_one_that_is_not_there_is_none() {
    let gate = Gate::new().await;
    let body = vics_like();
    gate.kit.remote.fail(VIC, PortError::Unavailable("status 500".to_owned()));
    let answer = gate.ask(gate.post(&body).signed()).await;
    assert_eq!(answer.status().as_u16(), 503);
    assert!(answer.headers().contains_key(RETRY_AFTER));
    for error in [PortError::NotFound, PortError::Gone, PortError::Invalid("x")] {
        gate.kit.remote.fail(VIC, error);
        gate.kit.clock.advance(Span::minutes(6));
        assert_eq!(gate.knock(gate.post(&body).signed()).await, (401, 0));
    }
    gate.put_vic();
    gate.kit.clock.advance(Span::minutes(6));
    assert_eq!(gate.knock(gate.post(&body).signed()).await, (202, 1));
}

#[tokio::test]
async fn a_stale_key_is_read_again_and_an_old_one_proves_nothing() {
    let gate = Gate::new().await;
    gate.put_vic();
    let knock = async |n: i64| {
        let body = like(&format!("https://v.example/likes/{n}"), VIC);
        gate.knock(gate.post(&body).signed()).await
    };
    assert_eq!(knock(1).await, (202, 1));
    gate.kit.clock.advance(Span::hours(25));
    assert_eq!(knock(2).await, (202, 1));
    assert_eq!(gate.fetches(), 2);
    // From here on its owner does not answer.
    gate.kit.remote.fail(VIC, PortError::Unavailable("down".to_owned()));
    gate.kit.clock.advance(Span::days(6));
    assert_eq!(knock(3).await.0, 202);
    gate.kit.clock.advance(Span::days(2));
    assert!(matches!(knock(4).await, (401 | 503, 0)));
}

#[tokio::test]
async fn a_farewell_of_somebody_unknown_is_heard_and_dropped() {
    let gate = Gate::new().await;
    let body = farewell(VIC);
    for error in [PortError::Gone, PortError::NotFound] {
        gate.kit.remote.fail(VIC, error);
        gate.kit.clock.advance(Span::minutes(6));
        assert_eq!(gate.knock(gate.post(&body).signed()).await, (202, 0));
    }
    gate.kit.clock.advance(Span::minutes(6));
    // Who is still there must have signed it (S-021).
    gate.kit.remote.put(VIC, &actor(VIC, VIC_KEY, other_key()));
    assert_eq!(gate.knock(gate.post(&body).signed()).await, (401, 0));
}

#[tokio::test]
async fn a_closing_servers_farewells_cause_no_storm_of_fetches() {
    let gate = Gate::new().await;
    for n in 0..500 {
        let actor = format!("https://v.example/users/{n}");
        gate.kit.remote.fail(&actor, PortError::Gone);
        let (body, key_id) = (farewell(&actor), format!("{actor}#main-key"));
        let knock = Post { key_id: &key_id, key: other_key(), ..gate.post(&body) };
        assert_eq!(gate.ask(knock.signed()).await.status().as_u16(), 202, "{n}");
    }
    assert!(gate.fetches() < 60, "{} fetches", gate.fetches());
}

#[tokio::test]
async fn only_activitystreams_is_read_and_nothing_packed() {
    let gate = Gate::new().await;
    gate.put_vic();
    let body = vics_like();
    let profile = "application/ld+json;profile=\"https://www.w3.org/ns/activitystreams\"";
    for (media_type, status) in [
        ("text/plain", 415),
        ("application/json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/ld+json", 415),
        (profile, 202),
        ("Application/Activity+JSON ; charset=utf-8", 202),
    ] {
        let knock = Post { media_type, ..gate.post(&body) };
        assert_eq!(gate.knock(knock.signed()).await.0, status, "{media_type}");
    }
    let mut missing = gate.post(&body).signed();
    missing.headers_mut().remove(CONTENT_TYPE);
    assert_eq!(gate.knock(missing).await.0, 415);
    let mut packed = gate.post(&body).signed();
    packed.headers_mut().insert(CONTENT_ENCODING, "gzip".parse().unwrap());
    assert_eq!(gate.knock(packed).await.0, 415);
}

#[tokio::test]
async fn ambiguous_or_endless_json_is_400_and_too_much_of_it_413() {
    let gate = Gate::new().await;
    gate.put_vic();
    for body in [
        r#"{"id":"https://v.example/1","type":"Like","actor":"https://e.example/eve","actor":"https://v.example/users/vic"}"#.to_owned(),
        "[".repeat(10_000),
        "{\"a\":".repeat(10_000),
        "[]".to_owned(),
        "{}".to_owned(),
        "\u{feff}{}".to_owned(),
        String::new(),
    ] {
        let shown = body.chars().take(40).collect::<String>();
        assert_eq!(gate.knock(gate.post(&body).signed()).await, (400, 0), "{shown}");
    }
    let large = format!("{}{}", vics_like(), " ".repeat(1 << 20));
    assert_eq!(gate.knock(gate.post(&large).signed()).await, (413, 0));
    let body = vics_like();
    let mut boast = gate.post(&body).signed();
    boast.headers_mut().insert(CONTENT_LENGTH, "10000000000".parse().unwrap());
    assert_eq!(gate.knock(boast).await, (413, 0));
}

#[tokio::test]
async fn a_suspended_server_is_403_and_hears_nothing_from_us() {
    let gate = Gate::new().await;
    gate.kit.app.peers().suspend(&operator(), "b.example").await.unwrap();
    for actor in ["https://b.example/u/1", "https://x.b.example/u/1"] {
        let (body, key_id) =
            (like(&format!("{actor}/likes/1"), actor), format!("{actor}#main-key"));
        let knock = Post { key_id: &key_id, ..gate.post(&body) };
        assert_eq!(gate.knock(knock.signed()).await, (403, 0), "{actor}");
    }
    assert_eq!(gate.fetches(), 0);
}

#[tokio::test]
async fn one_busy_server_is_429_and_the_others_are_not() {
    let few = Allowance { burst: 2, per_second: 1 };
    let limits = Limits { per_host: few, ..Limits::default() };
    let gate = Gate::with(KitOptions::default(), limits).await;
    gate.put_vic();
    gate.kit.remote.put(EVE, &actor(EVE, EVE_KEY, key()));
    let mut last = None;
    for n in 0..4 {
        let body = like(&format!("https://v.example/likes/{n}"), VIC);
        last = Some(gate.ask(gate.post(&body).signed()).await);
    }
    let last = last.unwrap();
    assert_eq!(last.status().as_u16(), 429);
    assert!(last.headers().contains_key(RETRY_AFTER));
    let body = like("https://e.example/likes/1", EVE);
    let knock = Post { key_id: EVE_KEY, ..gate.post(&body) };
    assert_eq!(gate.knock(knock.signed()).await.0, 202);
}

#[tokio::test]
async fn switched_off_is_for_a_while_and_without_an_address_there_is_no_inbox() {
    let options = |base_url: Option<&str>, mode| KitOptions {
        base_url: base_url.map(str::to_owned),
        mode,
        ..KitOptions::default()
    };
    let off = options(Some("https://care.example"), FederationMode::Off);
    let gate = Gate::with(off, Limits::default()).await;
    let body = vics_like();
    let answer = gate.ask(gate.post(&body).signed()).await;
    assert_eq!(answer.status().as_u16(), 503);
    assert!(answer.headers().contains_key(RETRY_AFTER));
    let gate = Gate::with(options(None, FederationMode::Open), Limits::default()).await;
    assert_eq!(gate.knock(gate.post(&body).signed()).await, (404, 0));
}

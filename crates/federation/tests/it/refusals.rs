//! Every refusal at the door has a reason in words, is counted under it for its host, and is said in the
//! log once for each host and minute (S-111).

use axum::body::Body;
use carefolk_app::ports::PortError;
use carefolk_federation::{Limits, Readers};
use carefolk_httpkit::Allowance;
use carefolk_testkit::{KitOptions, operator};
use http::Request;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use crate::gate::{Gate, Post, VIC, like, other_key, vics_like};

/// Why things of `host` were refused and how often, by reason.
async fn counted(gate: &Gate, host: Option<&str>) -> Vec<(String, u64)> {
    gate.kit.app.peers().write_refusals().await.unwrap();
    let found = gate.kit.app.peers().refusals(&operator(), host).await.unwrap();
    let mut found: Vec<_> = found.into_iter().map(|it| (it.reason, it.count)).collect();
    found.sort();
    found
}

/// A gate that has heard Vic, so that what comes from there is counted under his server.
async fn gate_that_knows_vic(limits: Limits) -> Gate {
    let gate = Gate::with(KitOptions::default(), limits).await;
    gate.put_vic();
    assert_eq!(gate.knock(gate.post(&vics_like()).signed()).await, (202, 1));
    gate.kit.app.inbound().process_due().await.unwrap();
    // What came of it later is counted as well, and no matter here.
    counted(&gate, Some("v.example")).await;
    gate
}

/// What is sent, and under which reason it has to be counted.
type Case<'a> = (&'static str, u16, Request<Body>);

fn cases<'a>(gate: &Gate, bodies: &'a [String]) -> Vec<Case<'a>> {
    let body = &bodies[0];
    let of = |body: &'a str| gate.post(body).signed();
    let with = |name, value: &str| {
        let mut request = gate.post(body).signed();
        request.headers_mut().insert(name, value.parse().unwrap());
        request
    };
    let twice = {
        let mut request = gate.post(body).signed();
        request.headers_mut().append(CONTENT_TYPE, "text/plain".parse().unwrap());
        request
    };
    vec![
        ("the body is not ActivityStreams", 415, with(CONTENT_TYPE, "text/plain")),
        ("the body is packed", 415, with(CONTENT_ENCODING, "gzip")),
        ("a header stands twice", 400, twice),
        ("there is no such inbox", 404, {
            let path = "/ap/actor/nobodynobody2/inbox";
            Post { path, ..gate.post(body) }.signed()
        }),
        ("it is too large", 413, with(http::header::CONTENT_LENGTH, "10000000000")),
        (
            "it is meant for another host",
            421,
            Post { host: "e.example", ..gate.post(body) }.signed(),
        ),
        ("digest is of another body", 401, {
            let (parts, _) = gate.post(body).signed().into_parts();
            Request::from_parts(parts, Body::from("{}"))
        }),
        ("signed too long ago, or in the future", 401, {
            Post { date_ms: 0, ..gate.post(body) }.signed()
        }),
        ("it is not JSON", 400, of("{")),
        ("a property is given twice", 400, of(&bodies[1])),
        ("a property is missing", 400, of("{}")),
        ("actor and activity have different origins", 403, of(&bodies[2])),
        ("it speaks for us", 403, of(&bodies[3])),
        ("the signature does not fit the key", 401, {
            Post { key: other_key(), ..gate.post(body) }.signed()
        }),
        ("the actor does not list the key", 401, {
            Post { key_id: "https://v.example/users/vic#none", ..gate.post(body) }.signed()
        }),
        ("the actor cannot be read", 401, {
            let key_id = "https://v.example/users/ghost#main-key";
            Post { key_id, ..gate.post(&bodies[4]) }.signed()
        }),
        ("its key cannot be read now", 503, {
            let key_id = "https://v.example/users/away#main-key";
            Post { key_id, ..gate.post(&bodies[5]) }.signed()
        }),
    ]
}

#[tokio::test]
async fn each_kind_of_refusal_is_counted_under_its_own_reason() {
    let gate = gate_that_knows_vic(Limits::default()).await;
    let away = "https://v.example/users/away";
    let failure = PortError::Unavailable("it does not answer".to_owned());
    gate.kit.remote.fail(away, failure);
    let bodies = [
        vics_like(),
        vics_like().replacen('{', r#"{"type":"Like","#, 1),
        like("https://e.example/likes/1", VIC),
        like("https://care.example/likes/1", VIC),
        like("https://v.example/likes/2", "https://v.example/users/ghost"),
        like("https://v.example/likes/3", away),
    ];
    let before = counted(&gate, Some("v.example")).await;
    let mut wanted = Vec::new();
    for (reason, status, request) in cases(&gate, &bodies) {
        assert_eq!(gate.ask(request).await.status().as_u16(), status, "{reason}");
        wanted.push((reason.to_owned(), 1));
    }
    wanted.sort();
    let mut found = counted(&gate, Some("v.example")).await;
    found.retain(|it| !before.contains(it));
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn who_says_too_much_and_who_is_suspended_are_counted_by_name() {
    let one = Allowance { burst: 2, per_second: 1 };
    let plenty = Limits::laboratory();
    let gate = gate_that_knows_vic(Limits { per_host: one, ..plenty }).await;
    for _ in 0..10 {
        gate.ask(gate.post(&vics_like()).signed()).await;
    }
    gate.kit.app.peers().suspend(&operator(), "v.example").await.unwrap();
    assert_eq!(gate.ask(gate.post(&vics_like()).signed()).await.status().as_u16(), 403);
    let found = counted(&gate, Some("v.example")).await;
    let is_there = |reason: &str| found.iter().any(|(it, _)| it == reason);
    assert!(is_there("too much from one server"), "{found:?}");
    assert!(is_there("a server we do not talk with"), "{found:?}");
}

#[tokio::test]
async fn who_names_nobody_is_counted_with_the_strangers_and_readers_are_counted_too() {
    let gate = Gate::read_by(Readers::Signed).await;
    let mut unsigned = gate.post(&vics_like()).signed();
    unsigned.headers_mut().remove("signature");
    assert_eq!(gate.ask(unsigned).await.status().as_u16(), 401);
    assert_eq!(counted(&gate, None).await, [("no signature".to_owned(), 1)]);
    let read = Request::get("/ap/post/x").header("host", "care.example").body(Body::empty());
    assert_eq!(gate.ask(read.unwrap()).await.status().as_u16(), 401);
    assert_eq!(counted(&gate, None).await, [("no signature".to_owned(), 2)]);
}

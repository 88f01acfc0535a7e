//! Documents for who signs (S-030): the setting `federation.require_signed_fetches`.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use carefolk_app::posts::PostView;
use carefolk_domain::{Address, Role, Span};
use carefolk_federation::Readers;
use carefolk_signatures::{Outgoing, PrivateKey, SignedHeaders, sign_cavage, sign_rfc9421};
use carefolk_testkit::operator;

use crate::gate::{Gate, VIC, VIC_KEY, actor, key, other_key};

const BASE: &str = "https://care.example";

/// A signed GET, before it is signed.
#[derive(Clone, Copy)]
struct Fetch<'a> {
    path: &'a str,
    host: &'a str,
    key: &'a PrivateKey,
    key_id: &'a str,
    date_ms: i64,
}

impl Fetch<'_> {
    fn headers(
        self,
        sign: fn(
            &PrivateKey,
            &Outgoing<'_>,
        ) -> Result<SignedHeaders, carefolk_signatures::SignatureError>,
    ) -> SignedHeaders {
        let outgoing = Outgoing {
            method: "GET",
            url: &format!("https://{}{}", self.host, self.path),
            host: self.host,
            body: None,
            media_type: "application/activity+json",
            date_ms: self.date_ms,
            key_id: self.key_id,
        };
        sign(self.key, &outgoing).unwrap()
    }

    fn cavage(self) -> Request {
        get(self.path, &self.headers(sign_cavage))
    }

    fn rfc9421(self) -> Request {
        get(self.path, &self.headers(sign_rfc9421))
    }
}

fn get(path: &str, headers: &SignedHeaders) -> Request {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    request.body(Body::empty()).unwrap()
}

fn unsigned(path: &str) -> Request {
    let headers = [("host", "care.example"), ("accept", "application/activity+json")];
    get(path, &headers.map(|(name, value)| (name, value.to_owned())).to_vec())
}

fn path(uri: &str) -> &str {
    uri.strip_prefix(BASE).unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// An instance that demands signatures, with a post of Hazel's.
async fn demanding() -> (Gate, PostView) {
    let gate = Gate::read_by(Readers::Signed).await;
    gate.put_vic();
    let hazel = gate.kit.account("hazel", Role::Member).await;
    let post = gate.kit.post(&hazel, "hazel", "Tea at three").await;
    (gate, post)
}

impl Gate {
    fn fetch<'a>(&self, path: &'a str) -> Fetch<'a> {
        let date_ms = self.kit.app.now().0;
        Fetch { path, host: "care.example", key: key(), key_id: VIC_KEY, date_ms }
    }

    async fn status(&self, request: Request) -> u16 {
        self.ask(request).await.status().as_u16()
    }
}

#[tokio::test]
async fn who_does_not_sign_reads_no_document_and_learns_nothing() {
    let (gate, post) = demanding().await;
    let hazel = gate.kit.app.actors().find_local("hazel").await.unwrap().uri;
    let parts = ["", "/outbox", "/outbox?page=true", "/followers", "/following", "/featured"];
    let mut all: Vec<String> = parts.iter().map(|part| format!("{hazel}{part}")).collect();
    all.extend(["", "/replies", "/context"].iter().map(|part| format!("{}{part}", post.uri)));
    for nothing in ["/ap/post/aaaaaaaaaaaaaaaa", "/ap/activity/aaaaaaaaaaaaaaaa", "/@hazel"] {
        all.push(format!("{BASE}{nothing}"));
    }
    all.push(post.url);
    let mut answers = Vec::new();
    for uri in &all {
        let response = gate.ask(unsigned(path(uri))).await;
        assert_eq!(response.status().as_u16(), 401, "{uri}");
        for what in ["Signature", "Signature-Input", "Authorization", "Accept"] {
            assert!(header(&response, "vary").contains(what), "{uri}: {what}");
        }
        answers.push(to_bytes(response.into_body(), 1 << 16).await.unwrap());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "what is there and what is not are told alike");
    assert_eq!(gate.fetches(), 0);
}

#[tokio::test]
async fn the_instance_discovery_and_pages_stay_open() {
    let (gate, _) = demanding().await;
    let instance = gate.kit.app.actors().find_local("instance").await.unwrap().uri;
    for open in [
        path(&instance),
        "/@instance",
        "/.well-known/webfinger?resource=acct:hazel@care.example",
        "/.well-known/nodeinfo",
        "/nodeinfo/2.1",
    ] {
        assert_eq!(gate.status(unsigned(open)).await, 200, "{open}");
    }
    // What hangs on the instance's actor is needed for no key.
    assert_eq!(gate.status(unsigned(&format!("{}/outbox", path(&instance)))).await, 401);
    let page = get("/@hazel", &vec![("host", "care.example".to_owned())]);
    let page = gate.ask(page).await;
    assert_eq!(to_bytes(page.into_body(), 99).await.unwrap(), "a page");
}

#[tokio::test]
async fn who_signs_reads_in_either_dialect_and_no_cache_shows_it_to_others() {
    let (gate, post) = demanding().await;
    let fetch = gate.fetch(path(&post.uri));
    for request in [fetch.cavage(), fetch.rfc9421()] {
        let response = gate.ask(request).await;
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(header(&response, "cache-control"), "private, no-cache");
        assert!(header(&response, "vary").contains("Signature"));
    }
    let page = gate.ask(gate.fetch(path(&post.url)).cavage()).await;
    assert_eq!(page.status().as_u16(), 200);
    assert_eq!(header(&page, "cache-control"), "private, no-cache");
    assert_eq!(gate.fetches(), 1, "the key is known after the first");
}

#[tokio::test]
async fn the_key_is_looked_for_on_the_actor_however_its_id_is_spelled() {
    let (gate, post) = demanding().await;
    for (actor_id, key_id) in [
        ("https://g.example/users/gts", "https://g.example/users/gts/main-key"),
        ("https://p.example/accounts/tube", "https://p.example/accounts/tube"),
        ("https://n.example/uid/1", "https://n.example/uid/1#key"),
    ] {
        gate.kit.remote.put(actor_id, &actor(actor_id, key_id, key()));
        let fetch = Fetch { key_id, ..gate.fetch(path(&post.uri)) };
        assert_eq!(gate.status(fetch.cavage()).await, 200, "{key_id}");
    }
}

#[tokio::test]
async fn s_030_a_signed_fetch_is_judged_as_a_delivery_is() {
    let (gate, post) = demanding().await;
    let fetch = gate.fetch(path(&post.uri));
    assert_eq!(gate.status(fetch.cavage()).await, 200);
    let shifted = |minutes| {
        let date_ms = (gate.kit.app.now() + Span::minutes(minutes)).0;
        Fetch { date_ms, ..fetch }
    };
    let moved = |to: &str| {
        let mut request = fetch.cavage();
        *request.uri_mut() = to.parse().unwrap();
        request
    };
    let with = |name: &'static str, change: &dyn Fn(&str) -> String| {
        let mut request = fetch.cavage();
        let value = change(request.headers()[name].to_str().unwrap()).parse().unwrap();
        request.headers_mut().insert(name, value);
        request
    };
    let mut twice = fetch.cavage();
    let again = twice.headers()["signature"].clone();
    twice.headers_mut().append("signature", again);
    let mut both = fetch.cavage();
    both.headers_mut().insert("authorization", "Signature keyId=\"x\"".parse().unwrap());
    let mut posted = fetch.cavage();
    *posted.method_mut() = http::Method::HEAD;
    let mals = Fetch { key_id: "https://v.example/users/mal#main-key", ..fetch };
    gate.kit.remote.put(
        "https://v.example/users/mal",
        &actor("https://v.example/users/mal", "https://v.example/users/mal#main-key", other_key()),
    );
    for (what, request, status) in [
        ("S-003: an hour old", shifted(-64).cavage(), 200),
        ("S-007: too old", shifted(-66).cavage(), 401),
        ("S-007: too new", shifted(6).rfc9421(), 401),
        ("S-005: another host", Fetch { host: "e.example", ..fetch }.cavage(), 421),
        ("S-009: another object", moved("/ap/post/aaaaaaaaaaaaaaaa"), 401),
        ("S-009: a query", moved(&format!("{}?x=y", path(&post.uri))), 401),
        ("S-009: another method", posted, 401),
        ("S-006: no host", with("signature", &|s| s.replace(" host", "")), 401),
        ("S-006: no date", with("signature", &|s| s.replace(" date", "")), 401),
        ("S-011: another algorithm", with("signature", &|s| s.replace("rsa-sha256", "none")), 401),
        ("S-012: two signatures", twice, 400),
        ("S-012: in two headers", both, 400),
        ("S-002: another key", Fetch { key: other_key(), ..fetch }.cavage(), 401),
        ("S-013: somebody else's key", mals.cavage(), 401),
        (
            "our own",
            Fetch { key_id: "https://care.example/ap/actor/x#main-key", ..fetch }.cavage(),
            403,
        ),
    ] {
        assert_eq!(gate.status(request).await, status, "{what}");
    }
}

#[tokio::test]
async fn s_058_who_signs_for_a_suspended_server_is_refused_before_its_key_is_looked_for() {
    let (gate, post) = demanding().await;
    gate.kit.app.peers().suspend(&operator(), "v.example").await.unwrap();
    let fetch = gate.fetch(path(&post.uri));
    assert_eq!(gate.status(fetch.cavage()).await, 403);
    assert_eq!(gate.status(fetch.rfc9421()).await, 403);
    assert_eq!(gate.fetches(), 0);
    let known = gate.kit.app.actors().is_known(VIC).await.unwrap();
    assert!(!known);
}

#[tokio::test]
async fn a_key_that_cannot_be_read_now_is_no_refusal_for_ever() {
    let (gate, post) = demanding().await;
    gate.kit.remote.fail(VIC, carefolk_app::ports::PortError::Unavailable("down".to_owned()));
    let response = gate.ask(gate.fetch(path(&post.uri)).cavage()).await;
    assert_eq!(response.status().as_u16(), 503);
    assert!(!header(&response, "retry-after").is_empty());
}

#[tokio::test]
async fn where_nothing_is_demanded_a_signature_opens_and_closes_nothing() {
    let gate = Gate::read_by(Readers::Anybody).await;
    let hazel = gate.kit.account("hazel", Role::Member).await;
    let post = gate.kit.post(&hazel, "hazel", "Tea at three").await;
    assert_eq!(gate.status(unsigned(path(&post.uri))).await, 200);
    let forged = Fetch { key: other_key(), ..gate.fetch(path(&post.uri)) };
    let response = gate.ask(forged.cavage()).await;
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(header(&response, "cache-control"), "no-cache");
    assert_eq!(gate.fetches(), 0);
}

/// S-059.
#[tokio::test]
async fn who_is_blocked_by_its_author_reads_nothing_of_theirs_in_their_own_name() {
    let (gate, post, all) = blocking().await;
    for path in &all {
        let fetch = gate.fetch(path);
        let mal = Fetch { key_id: "https://v.example/users/mal#main-key", ..fetch };
        // Otherwise anybody could ask whom an author blocks, by saying that they are each of them.
        let forged = Fetch { key: other_key(), ..fetch };
        let theirs = [(fetch, 404), (mal, 200), (forged, 200)];
        for (fetch, status) in theirs {
            for mut request in [fetch.cavage(), fetch.rfc9421()] {
                let accept = "application/activity+json".parse().unwrap();
                request.headers_mut().insert("accept", accept);
                assert_eq!(gate.status(request).await, status, "{path} {}", fetch.key_id);
            }
        }
        assert_eq!(gate.status(unsigned(path)).await, 200, "{path}");
    }
    // How else would their server know who blocks?
    assert_eq!(gate.status(gate.fetch(path(&post.author.uri)).cavage()).await, 200);
    assert_eq!(gate.fetches(), 0, "nobody's key is looked for");
}

/// An instance where Hazel blocks Vic, a post of hers, and where the documents of what she said are.
async fn blocking() -> (Gate, PostView, Vec<String>) {
    let gate = Gate::read_by(Readers::Anybody).await;
    gate.put_vic();
    let hazel = gate.kit.account("hazel", Role::Member).await;
    let post = gate.kit.post(&hazel, "hazel", "Tea at three").await;
    gate.kit.remote.finger("vic@v.example", VIC);
    let vic = Address::parse("vic@v.example").unwrap();
    gate.kit.app.blocks().block(&hazel, "hazel", &vic, false).await.unwrap();
    let (own, by) = (path(&post.uri), path(&post.author.uri));
    let outbox = gate.ask(unsigned(&format!("{by}/outbox?page=true"))).await;
    let outbox = to_bytes(outbox.into_body(), 1 << 16).await.unwrap();
    let outbox: serde_json::Value = serde_json::from_slice(&outbox).unwrap();
    let said = outbox["orderedItems"][0]["id"].as_str().unwrap();
    let said = said.split('#').next().unwrap();
    let mut all = vec![post.page.clone(), path(said).to_owned()];
    all.extend(["", "/replies", "/context"].map(|part| format!("{own}{part}")));
    all.extend(["outbox", "outbox?page=true", "featured"].map(|part| format!("{by}/{part}")));
    (gate, post, all)
}

//! What other servers may read.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use carefolk_app::posts::NewPost;
use carefolk_domain::{Audience, Role};
use carefolk_testkit::{Kit, operator};
use serde_json::Value;

use crate::gate::Gate;

fn get(uri: &str) -> Request {
    let path = uri.strip_prefix("https://care.example").unwrap_or(uri);
    Request::get(path).header("host", "care.example").body(Body::empty()).unwrap()
}

async fn json(response: Response) -> Value {
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn actors_and_their_collections_stand_at_their_own_ids_for_anybody() {
    let gate = Gate::new().await;
    gate.kit.account("hazel", Role::Member).await;
    let uri = gate.kit.app.actors().find_local("hazel").await.unwrap().uri;
    let response = gate.ask(get(&uri)).await;
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(header(&response, "content-type"), "application/activity+json; charset=utf-8");
    assert!(header(&response, "vary").contains("Accept"));
    assert!(header(&response, "vary").contains("Signature"));
    let actor = json(response).await;
    assert_eq!(actor["id"], *uri);
    for part in ["outbox", "followers", "following", "featured"] {
        let id = actor[part].as_str().unwrap();
        let response = gate.ask(get(id)).await;
        assert_eq!(response.status().as_u16(), 200, "{part}");
        assert_eq!(json(response).await["id"], *id);
    }
    let first = format!("{uri}/outbox?page=true");
    assert_eq!(json(gate.ask(get(&first)).await).await["id"], *first);
}

#[tokio::test]
async fn open_posts_are_read_deleted_ones_are_tombstones_and_closed_ones_are_not_there() {
    let gate = Gate::new().await;
    let hazel = gate.kit.account("hazel", Role::Member).await;
    let open = gate.kit.post(&hazel, "hazel", "Tea at three").await;
    let words = Kit::words("hazel", "Among us");
    let closed = NewPost { audience: Audience::Followers, ..words };
    let closed = gate.kit.app.posts().publish(&hazel, closed).await.unwrap();
    let note = json(gate.ask(get(&open.uri)).await).await;
    assert_eq!((&note["id"], &note["type"]), (&Value::from(open.uri.as_str()), &"Note".into()));
    for part in ["replies", "context"] {
        let response = gate.ask(get(&format!("{}/{part}", open.uri))).await;
        assert_eq!(response.status().as_u16(), 200, "{part}");
        let first = json(response).await["first"]["id"].as_str().unwrap().to_owned();
        assert_eq!(json(gate.ask(get(&first)).await).await["id"], *first, "{part}");
    }
    let unknown = gate.ask(get("/ap/post/aaaaaaaaaaaaaaaa")).await;
    let hidden = gate.ask(get(&closed.uri)).await;
    assert_eq!((unknown.status().as_u16(), hidden.status().as_u16()), (404, 404));
    assert_eq!(json(unknown).await, json(hidden).await);
    gate.kit.app.posts().delete(&hazel, open.id).await.unwrap();
    let gone = gate.ask(get(&open.uri)).await;
    assert_eq!(gone.status().as_u16(), 410);
    assert_eq!(json(gone).await["type"], "Tombstone");
}

#[tokio::test]
async fn webfinger_knows_our_own_and_answers_the_same_404_for_all_others() {
    let gate = Gate::new().await;
    gate.kit.account("hazel", Role::Member).await;
    let ask = async |resource: &str| {
        gate.ask(get(&format!("/.well-known/webfinger?resource={resource}"))).await
    };
    let found = ask("acct:hazel@care.example").await;
    assert_eq!(header(&found, "content-type"), "application/jrd+json");
    assert_eq!(header(&found, "access-control-allow-origin"), "*");
    assert_eq!(json(found).await["subject"], "acct:hazel@care.example");
    assert_eq!(ask("https://care.example/").await.status().as_u16(), 200);
    let mut bodies = Vec::new();
    for unknown in
        ["acct:nobody@care.example", "acct:hazel@e.example", "acct:%D0%B0@care.example", "x"]
    {
        let response = ask(unknown).await;
        assert_eq!(response.status().as_u16(), 404, "{unknown}");
        bodies.push(json(response).await);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    assert_eq!(gate.ask(get("/.well-known/webfinger")).await.status().as_u16(), 400);
}

#[tokio::test]
async fn host_meta_says_where_addresses_are_asked_for() {
    let gate = Gate::new().await;
    let template = "https://care.example/.well-known/webfinger?resource={uri}";
    let ask = async |path: &str, accept: &str| {
        let mut request = get(path);
        request.headers_mut().insert("accept", accept.parse().unwrap());
        gate.ask(request).await
    };
    let xml = ask("/.well-known/host-meta", "application/xrd+xml, application/json").await;
    assert_eq!(header(&xml, "content-type"), "application/xrd+xml; charset=utf-8");
    assert_eq!(header(&xml, "vary"), "Accept");
    let xml = to_bytes(xml.into_body(), 1 << 20).await.unwrap();
    // As docs/federation/discovery.md shows it.
    assert_eq!(
        String::from_utf8(xml.to_vec()).unwrap(),
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
             <Link rel=\"lrdd\" type=\"application/jrd+json\" template=\"{template}\"/>\n</XRD>\n"
        )
    );
    for (path, accept) in
        [("/.well-known/host-meta", "application/json"), ("/.well-known/host-meta.json", "*/*")]
    {
        let answer = ask(path, accept).await;
        assert_eq!(header(&answer, "content-type"), "application/jrd+json");
        assert_eq!(json(answer).await["links"][0]["template"], template);
    }
}

#[tokio::test]
async fn nodeinfo_leads_to_both_versions() {
    let gate = Gate::new().await;
    let index = json(gate.ask(get("/.well-known/nodeinfo")).await).await;
    let links = index["links"].as_array().unwrap();
    assert!(links.len() >= 2);
    for link in links.iter().filter(|link| link["rel"].as_str().unwrap().contains("nodeinfo")) {
        let document = gate.ask(get(link["href"].as_str().unwrap())).await;
        assert_eq!(document.status().as_u16(), 200);
        assert_eq!(json(document).await["software"]["name"], "carefolk");
    }
}

#[tokio::test]
async fn a_reader_that_names_a_suspended_server_gets_nothing() {
    let gate = Gate::new().await;
    gate.kit.app.peers().suspend(&operator(), "b.example").await.unwrap();
    let uri = gate.kit.app.actors().find_local("instance").await.unwrap().uri;
    let mut request = get(&uri);
    let signature = r#"keyId="https://x.b.example/actor#main-key",headers="host",signature="eA==""#;
    request.headers_mut().insert("signature", signature.parse().unwrap());
    assert_eq!(gate.ask(request).await.status().as_u16(), 403);
}

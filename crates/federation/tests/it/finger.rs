//! WebFinger (S-069, S-070).

use carefolk_app::ports::{PortError, Remote};
use carefolk_domain::Address;

use crate::lab::{Lab, Peer, Seen, answer};

fn jrd(subject: &str, actor: &str) -> axum::response::Response {
    let body = format!(
        r#"{{"subject":"acct:{subject}","links":[
            {{"rel":"self","type":"text/html","href":"http://10.0.0.5/"}},
            {{"rel":"self","type":"application/activity+json","href":"{actor}"}},
            {{"rel":"http://ostatus.org/schema/1.0/subscribe","template":"{actor}/follow?uri={{uri}}"}}]}}"#
    );
    answer(200, "application/jrd+json; charset=utf-8", body)
}

fn port(seen: &Seen) -> &str {
    seen.host().split(':').nth(1).unwrap()
}

fn address(name: &str, host: &str) -> Address {
    Address::parse(&format!("{name}@{host}")).unwrap()
}

#[tokio::test]
async fn an_address_is_asked_for_at_its_own_host() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let host = seen.host();
        jrd(&format!("Ann@{host}"), &format!("http://{host}/users/ann"))
    })
    .await;
    let found = lab.remote.finger(&address("ann", &peer.host())).await.unwrap();
    assert_eq!(found.subject, address("Ann", &peer.host()));
    assert_eq!(found.actor, peer.url("/users/ann"));
    assert_eq!(found.subscribe_template, Some(peer.url("/users/ann/follow?uri={uri}")));
    let seen = peer.seen();
    assert_eq!(seen.len(), 1);
    let resource = format!("acct%3Aann%40peer.localhost%3A{}", peer.port);
    assert_eq!(seen[0].path, format!("/.well-known/webfinger?resource={resource}"));
    assert_eq!(seen[0].header("signature"), None);
}

#[tokio::test]
async fn a_handle_on_another_host_counts_when_that_host_says_the_same() {
    let lab = Lab::new().await;
    // `council` is the domain of the handles, `peer` the server; both tell the same story.
    let peer = Peer::start(|seen| {
        let port = port(seen);
        jrd(&format!("ann@council.localhost:{port}"), &format!("http://peer.localhost:{port}/u/1"))
    })
    .await;
    let council = format!("council.localhost:{}", peer.port);
    for host in [peer.host(), council.clone()] {
        let found = lab.remote.finger(&address("ann", &host)).await.unwrap();
        assert_eq!(found.subject, address("ann", &council), "{host}");
        assert_eq!(found.actor, peer.url("/u/1"), "{host}");
    }
}

#[tokio::test]
async fn a_subject_that_its_own_host_does_not_confirm_is_not_believed() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let (host, port) = (seen.host(), port(seen));
        if host.starts_with("victim.") {
            return jrd(&format!("vic@{host}"), &format!("http://{host}/users/vic"));
        }
        jrd(&format!("vic@victim.localhost:{port}"), &format!("http://{host}/users/eve"))
    })
    .await;
    let found = lab.remote.finger(&address("eve", &peer.host())).await.unwrap();
    assert_eq!(found.subject, address("eve", &peer.host()));
    assert_eq!(found.actor, peer.url("/users/eve"));
}

#[tokio::test]
async fn an_actor_elsewhere_must_own_the_address() {
    let lab = Lab::new().await;
    // Eve's server gives Vic's actor to an address of its own; Vic's does not know of it.
    let peer = Peer::start(|seen| {
        let actor = format!("http://victim.localhost:{}/users/vic", port(seen));
        jrd(&format!("vic@{}", seen.host()), &actor)
    })
    .await;
    let found = lab.remote.finger(&address("vic", &peer.host())).await.map(|f| f.actor);
    assert_eq!(found, Err(PortError::Invalid("the actor does not own this address")));
}

#[tokio::test]
async fn what_is_no_answer_is_refused_and_gone_is_only_not_there() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let host = seen.host();
        let actor = format!("http://{host}/u/x");
        match seen.path.rsplit("acct%3A").next().unwrap().split("%40").next().unwrap() {
            "gone" => answer(410, "application/jrd+json", ""),
            "missing" => answer(404, "application/jrd+json", ""),
            "html" => answer(200, "text/html", "<p>hello</p>"),
            "inside" => jrd(&format!("inside@{host}"), "http://10.0.0.5/users/x"),
            "script" => jrd(&format!("script@{host}"), "javascript:alert(1)"),
            "noself" => answer(200, "application/json", r#"{"subject":"acct:noself@b.example"}"#),
            "odd" => jrd("a&b@c/..", &actor),
            _ => answer(500, "text/plain", ""),
        }
    })
    .await;
    let finger = async |name: &str| lab.remote.finger(&address(name, &peer.host())).await;
    for name in ["gone", "missing"] {
        assert_eq!(finger(name).await.map(|f| f.actor), Err(PortError::NotFound), "{name}");
    }
    for name in ["html", "noself", "odd"] {
        assert!(matches!(finger(name).await, Err(PortError::Invalid(_))), "{name}");
    }
    for name in ["inside", "script"] {
        assert!(matches!(finger(name).await, Err(PortError::Refused(_))), "{name}");
    }
    assert!(matches!(finger("broken").await, Err(PortError::Unavailable(_))));
}

fn xrd(template: &str) -> axum::response::Response {
    let link = format!("<XRD><Link rel='lrdd' template='{template}'/></XRD>");
    answer(200, "application/xrd+xml; charset=utf-8", link)
}

#[tokio::test]
async fn a_host_that_answers_elsewhere_says_so_in_host_meta() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let host = seen.host();
        match seen.path.split('?').next().unwrap() {
            "/.well-known/webfinger" => answer(404, "text/plain", ""),
            "/.well-known/host-meta" => xrd(&format!("http://{host}/finger?of={{uri}}")),
            "/finger" => jrd(&format!("ann@{host}"), &format!("http://{host}/users/ann")),
            _ => answer(500, "text/plain", ""),
        }
    })
    .await;
    let found = lab.remote.finger(&address("ann", &peer.host())).await.unwrap();
    assert_eq!(found.actor, peer.url("/users/ann"));
    let paths: Vec<String> = peer.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths.len(), 3);
    assert_eq!(paths[2], format!("/finger?of=acct%3Aann%40peer.localhost%3A{}", peer.port));
}

#[tokio::test]
async fn host_meta_is_asked_only_when_there_is_nothing_at_the_usual_place() {
    let lab = Lab::new().await;
    for status in [410, 500, 403] {
        let peer = Peer::start(move |_| answer(status, "text/plain", "")).await;
        assert!(lab.remote.finger(&address("ann", &peer.host())).await.is_err());
        assert_eq!(peer.seen().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn host_meta_leads_nowhere_that_we_do_not_go() {
    let lab = Lab::new().await;
    let answers = [
        "http://10.0.0.5/{uri}",
        "file:///etc/passwd?{uri}",
        "http://HOST/.well-known/webfinger?resource={uri}",
        "http://HOST/nothing?{uri}",
        "none",
    ];
    for (template, asked) in answers.into_iter().zip([2, 2, 2, 3, 2]) {
        let peer = Peer::start(move |seen| {
            if seen.path == "/.well-known/host-meta" {
                return xrd(&template.replace("HOST", seen.host()));
            }
            answer(404, "text/plain", "")
        })
        .await;
        let found = lab.remote.finger(&address("ann", &peer.host())).await.map(|f| f.actor);
        assert_eq!(found, Err(PortError::NotFound), "{template}");
        assert_eq!(peer.seen().len(), asked, "{template}");
    }
}

#[tokio::test]
async fn no_address_leads_out_of_its_query() {
    let lab = Lab::new().await;
    let peer = Peer::start(|_| answer(500, "text/plain", "")).await;
    let host = peer.host();
    for (name, host) in [
        ("a", format!("{host}/..")),
        ("a&resource=acct:b", host.clone()),
        ("a", "10.0.0.5".to_owned()),
        ("a", format!("{host}\r\nX: y")),
        ("a", format!("x@{host}")),
        ("a", format!("{host}#")),
        ("a", "2130706433.".to_owned()),
        ("a", "peer。localhost".to_owned()),
        ("a", "v.example:22".to_owned()),
        ("a", "a".repeat(10_000)),
        ("", host.clone()),
    ] {
        // Not by way of `parse`, which refuses most of these already.
        let address = Address { name: name.to_owned(), host: host.clone() };
        assert!(lab.remote.finger(&address).await.is_err(), "{name}@{host}");
    }
    assert_eq!(peer.seen().len(), 0);
}

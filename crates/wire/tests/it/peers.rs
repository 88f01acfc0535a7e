//! WebFinger and NodeInfo, both ways.

use carefolk_wire::nodeinfo::{
    Document, Index, Metadata, Software, Usage, Users, Version, document_url, software,
};
use carefolk_wire::read::parse;
use carefolk_wire::webfinger::{Jrd, Link, is_activitypub};

#[test]
fn our_webfinger_answer_closes_the_loop() {
    let jrd = Jrd {
        subject: "acct:agency@council.example".to_owned(),
        aliases: vec!["https://council.example/ap/actor/7f3".to_owned()],
        links: vec![
            Link::actor("https://council.example/ap/actor/7f3"),
            Link::profile_page("https://council.example/@agency"),
            Link::subscribe("https://council.example/authorize_interaction?uri={uri}"),
        ],
    };
    assert_eq!(
        jrd.to_json(),
        concat!(
            r#"{"subject":"acct:agency@council.example","aliases":["https://council.example/ap/actor/7f3"],"links":["#,
            r#"{"rel":"self","type":"application/activity+json","href":"https://council.example/ap/actor/7f3"},"#,
            r#"{"rel":"http://webfinger.net/rel/profile-page","type":"text/html","href":"https://council.example/@agency"},"#,
            r#"{"rel":"http://ostatus.org/schema/1.0/subscribe","template":"https://council.example/authorize_interaction?uri={uri}"}]}"#
        )
    );
    assert_eq!(Jrd::parse(jrd.to_json().as_bytes()), Ok(jrd));
}

#[test]
fn the_actor_is_the_first_self_link_of_the_right_type() {
    let json = br#"{"subject":"acct:a@v.example","links":[{"rel":"self","href":"https://v.example/page"},
        {"rel":"self","type":"text/html","href":"https://v.example/page"},7,{"href":"x"},
        {"rel":"self","type":"application/ld+json;profile=\"https://www.w3.org/ns/activitystreams\"","href":"https://v.example/a"},
        {"rel":"self","type":"application/activity+json","href":"https://v.example/c"}]}"#;
    let jrd = Jrd::parse(json).unwrap();
    assert_eq!(jrd.actor(), Some("https://v.example/a"));
    assert_eq!(jrd.subscribe_template(), None);
}

#[test]
fn an_answer_without_a_subject_or_with_two_is_refused() {
    assert!(Jrd::parse(br#"{"links":[]}"#).is_err());
    assert!(Jrd::parse(br#"{"subject":"acct:a@v.example","subject":"acct:b@v.example"}"#).is_err());
    assert!(Jrd::parse(br#"{"subject":7}"#).is_err());
}

#[test]
fn media_types_are_read_and_not_compared() {
    for good in [
        "application/activity+json",
        "application/activity+json; charset=utf-8",
        "Application/Activity+JSON",
        "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
        "application/ld+json;profile=https://www.w3.org/ns/activitystreams;charset=utf-8",
        "application/ld+json ; PROFILE = \"https://w3id.org/x https://www.w3.org/ns/activitystreams\"",
    ] {
        assert!(is_activitypub(good), "{good}");
    }
    for bad in [
        "",
        "application/json",
        "application/ld+json",
        "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams#\"",
        "text/plain; application/activity+json",
        "application/activity+jsonx",
        "image/png",
    ] {
        assert!(!is_activitypub(bad), "{bad}");
    }
}

#[test]
fn nodeinfo_names_the_repository_in_2_1_only() {
    let document = |version| {
        let repository = Some("https://code.example/carefolk".to_owned());
        let software =
            Software { name: "carefolk".to_owned(), version: "0.1.0".to_owned(), repository };
        let users = Users { total: 3, active_halfyear: Some(2), active_month: None };
        let metadata = Metadata { node_name: Some("Northtown".to_owned()), node_description: None };
        Document::new(version, software, Usage { users, local_posts: 5 }, metadata).to_json()
    };
    assert_eq!(
        document(Version::V2_0),
        concat!(
            r#"{"version":"2.0","software":{"name":"carefolk","version":"0.1.0"},"protocols":["activitypub"],"#,
            r#""services":{"inbound":[],"outbound":[]},"openRegistrations":false,"#,
            r#""usage":{"users":{"total":3,"activeHalfyear":2},"localPosts":5},"metadata":{"nodeName":"Northtown"}}"#
        )
    );
    assert!(document(Version::V2_1).contains(r#""repository":"https://code.example/carefolk""#));
}

#[test]
fn the_index_leads_to_both_documents_and_the_instances_actor() {
    let index = Index::new("https://council.example", Some("https://council.example/ap/actor/1"));
    let json = index.to_json();
    assert!(json.contains(
        r#"{"rel":"https://www.w3.org/ns/activitystreams#Application","href":"https://council.example/ap/actor/1"}"#
    ));
    let heard = parse(json.as_bytes()).unwrap();
    assert_eq!(document_url(&heard), Some("https://council.example/nodeinfo/2.1"));
    assert_eq!(document_url(&parse(b"{\"links\":[]}").unwrap()), None);
}

#[test]
fn software_is_heard_as_far_as_it_makes_sense() {
    let heard = |json: &str| software(&parse(json.as_bytes()).unwrap());
    let mastodon = heard(r#"{"software":{"name":"Mastodon","version":"4.7.0\n"}}"#).unwrap();
    assert_eq!((mastodon.name.as_str(), mastodon.version.as_deref()), ("mastodon", Some("4.7.0")));
    assert_eq!(heard(r#"{"software":{"name":"x","version":{"major":0}}}"#).unwrap().version, None);
    assert_eq!(heard(r#"{"software":"x"}"#), None);
    assert_eq!(heard(r#"{"software":{"version":"1"}}"#), None);
}

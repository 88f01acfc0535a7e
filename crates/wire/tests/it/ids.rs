//! S-035: ids have one canonical form, or none.

use carefolk_wire::Fault;
use carefolk_wire::read::{
    MAX_ID_BYTES, Network, canonical_id, canonical_id_in, canonical_key_id, canonical_key_id_in,
};

#[track_caller]
fn becomes(from: &str, to: &str) {
    assert_eq!(canonical_id(from).as_deref(), Ok(to), "{from}");
}

#[track_caller]
fn is_refused(text: &str) {
    let result = canonical_id(text);
    assert!(matches!(&result, Err(e) if matches!(e.fault(), Fault::Id(_))), "{text}: {result:?}");
}

#[test]
fn a_canonical_id_stays_as_it_is() {
    for id in [
        "https://v.example/",
        "https://v.example/users/vic",
        "https://v.example/?author=1",
        "https://v.example:8443/@vic/1~2;a=b",
        "https://v.example/caf%C3%A9",
        "https://xn--caf-dma.example/x",
    ] {
        becomes(id, id);
    }
}

#[test]
fn spellings_of_one_id_become_one() {
    becomes("https://V.Example/Users/Vic", "https://v.example/Users/Vic");
    becomes("HTTPS://v.example/x", "https://v.example/x");
    becomes("https://v.example:443/x", "https://v.example/x");
    becomes("https://v.example", "https://v.example/");
    becomes("https://v.example/a/../x", "https://v.example/x");
    becomes("https://v.example/a/%2e%2E/./x", "https://v.example/x");
    becomes("https://v.example/café", "https://v.example/caf%C3%A9");
}

#[test]
fn user_information_is_refused() {
    is_refused("https://v.example@e.example/n/1");
    is_refused("https://user:pass@v.example/");
    is_refused("https://@v.example/");
}

/// A URL parser takes what follows `https:` for the host, with slashes or without.
#[test]
fn a_host_that_stands_before_the_slashes_is_refused() {
    is_refused("https:v.example@e.example://x");
    is_refused("https:/v.example@e.example://x");
    is_refused("https:bücher.example://x");
    is_refused("https:v%2eexample://x");
}

#[test]
fn hosts_that_only_look_like_names_are_refused() {
    is_refused("https://v.example./x");
    is_refused("https://v..example/x");
    is_refused("https://.example/x");
    is_refused("https:///v.example/x");
    is_refused("https://");
    is_refused("https://ｖ.example/x");
    is_refused("https://v。example/x");
    is_refused("https://v%2eexample/x");
    is_refused("https://127.0.0.1/x");
    is_refused("https://0x7f.1/x");
    is_refused("https://2130706433/x");
    is_refused("https://[::1]/x");
    is_refused("https://v.example:99999/x");
}

#[test]
fn characters_that_parsers_drop_or_turn_are_refused() {
    for text in [
        " https://v.example/x",
        "https://v.example/x ",
        "https://v.example/a b",
        "https://v.exa\tmple/x",
        "https://v.example/x\n",
        "https://v.example\\@e.example/",
        "https:\\\\v.example/x",
        "https://v.example/a\\b",
        "https://v.example\\x",
        "https://v.example/\u{7f}",
        "https://v.example/\u{0}",
    ] {
        is_refused(text);
    }
}

#[test]
fn other_schemes_are_refused() {
    for text in [
        "http://v.example/x",
        "https:v.example/x",
        "//v.example/x",
        "/users/vic",
        "",
        "1",
        "acct:alice@care.example",
        "tag:v.example,2026:1",
        "javascript://v.example/%0aalert(1)",
        "ftp://v.example/x",
        "did:key:z6Mk",
    ] {
        is_refused(text);
    }
}

#[test]
fn objects_have_no_fragment_but_keys_and_activities_may() {
    is_refused("https://v.example/users/vic#main-key");
    is_refused("https://v.example/users/vic#");
    let key = "https://v.example/users/vic#main-key";
    assert_eq!(canonical_key_id(key).as_deref(), Ok(key));
    assert_eq!(
        canonical_key_id("https://V.example/?p=1#activity#activity").as_deref(),
        Ok("https://v.example/?p=1#activity#activity")
    );
    assert!(canonical_key_id("http://v.example/#k").is_err());
}

#[test]
fn ids_are_bounded_before_and_after_encoding() {
    let base = "https://v.example/";
    let longest = format!("{base}{}", "a".repeat(MAX_ID_BYTES - base.len()));
    becomes(&longest, &longest);
    is_refused(&format!("{longest}a"));
    is_refused(&format!("{base}{}", "é".repeat(MAX_ID_BYTES / 2 - base.len())));
}

#[test]
fn a_laboratory_takes_http_and_bare_addresses() {
    for id in ["http://127.0.0.1:3000/ap/actor/x", "https://a.test/x", "http://[::1]:80/x"] {
        assert!(canonical_id_in(id, Network::Lab).is_ok(), "{id}");
    }
    assert!(canonical_key_id_in("http://a.test/x#k", Network::Lab).is_ok());
    assert!(canonical_id_in("http://u@127.0.0.1/", Network::Lab).is_err());
    assert!(canonical_id_in("ftp://a.test/", Network::Lab).is_err());
}

//! What holds for every input.

use carefolk_wire::read::{
    self, Activity, Actor, Collection, Network, Note, canonical_id, canonical_key_id, parse,
};
use carefolk_wire::write::{LanguageMap, Source, Tag};
use carefolk_wire::{time, webfinger};
use proptest::prelude::*;

use crate::samples::{agency, lunch};

/// Text that is hard to carry, but without NUL, which is refused.
fn words() -> impl Strategy<Value = String> {
    "[^\u{0}]{0,60}"
}

fn slug() -> impl Strategy<Value = String> {
    "[a-z2-7]{13}"
}

fn moment() -> impl Strategy<Value = i64> {
    (0..=time::MAX_MILLIS / 1_000).prop_map(|seconds| seconds * 1_000)
}

/// JSON built from the names and values that readers look at, in all the wrong places.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "null",
        "true",
        "-1",
        "1.5",
        r#""""#,
        r#""x""#,
        r#""Note""#,
        r#""Create""#,
        r#""Person""#,
        r#""as:Public""#,
        r#""https://v.example/1""#,
        r#""https://v.example/#a""#,
        r#""OrderedCollection""#,
        r#""Mention""#,
        r#""2026-08-18T09:00:00Z""#,
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(5, 60, 8, |inner| {
        let name = prop::sample::select(vec![
            "id",
            "type",
            "actor",
            "object",
            "attributedTo",
            "to",
            "tag",
            "url",
            "href",
            "name",
            "content",
            "contentMap",
            "publicKey",
            "owner",
            "inbox",
            "endpoints",
            "sharedInbox",
            "attachment",
            "icon",
            "published",
            "orderedItems",
            "first",
            "@context",
            "as:actor",
            "@id",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|list| format!("[{}]", list.join(","))),
            prop::collection::vec((name, inner), 0..8).prop_map(|pairs| {
                let pairs: Vec<String> =
                    pairs.into_iter().map(|(name, value)| format!(r#""{name}":{value}"#)).collect();
                format!("{{{}}}", pairs.join(","))
            }),
        ]
    })
}

/// Reads a document as everything there is.
fn read_all(bytes: &[u8]) {
    let _ = webfinger::Jrd::parse(bytes);
    let Ok(document) = parse(bytes) else { return };
    for network in [Network::Public, Network::Lab] {
        let _ = read::head(&document, network);
        let _ = Note::read(&document, network);
        let _ = Actor::read(&document, network);
        let _ = Collection::read(&document, network);
        let _ = read::Key::find(&document, "https://v.example/#a", network);
        let _ = Activity::read(document.clone(), network);
    }
    assert_eq!(parse(document.to_json().as_bytes()).as_ref(), Ok(&document));
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all(&bytes);
    }

    #[test]
    fn no_json_makes_a_reader_panic_and_what_is_taken_stays_the_same(json in json()) {
        read_all(json.as_bytes());
        read_all(format!(r#"{{"object":{json}}}"#).as_bytes());
    }

    #[test]
    fn a_canonical_id_is_canonical(text in "(https|HTTP|http)://[a-zA-Z.:0-9@%-]{0,12}[/?#]?[ -~é\\t]{0,30}") {
        if let Ok(id) = canonical_key_id(&text) {
            prop_assert_eq!(canonical_key_id(&id), Ok(id.clone()));
            prop_assert!(id.starts_with("https://"));
            prop_assert!(id.is_ascii() && !id.contains('\\'));
        }
        if let Ok(id) = canonical_id(&text) {
            prop_assert!(!id.contains('#'));
            prop_assert_eq!(canonical_key_id(&text), Ok(id));
        }
    }

    #[test]
    fn no_text_makes_the_clock_panic(text in "[0-9TZ:.+ -]{0,30}|.{0,30}") {
        if let Some(millis) = time::parse(&text) {
            prop_assert_eq!(time::parse(&time::format(millis)), Some(millis / 1_000 * 1_000));
        }
    }

    #[test]
    fn any_moment_is_sent_and_heard(millis in any::<i64>()) {
        let heard = time::parse(&time::format(millis));
        prop_assert_eq!(heard, Some(millis.clamp(0, time::MAX_MILLIS) / 1_000 * 1_000));
    }

    #[test]
    fn a_note_is_heard_as_it_was_said(
        slug in slug(), html in words(), welsh in words(), typed in words(), warning in "[a-z]{1,9}",
        at in moment(), name in words(), is_sensitive in any::<bool>(),
    ) {
        let mut said = lunch();
        said.id = format!("https://council.example/ap/post/{slug}");
        said.content.clone_from(&html);
        said.content_map = LanguageMap::new([("cy".to_owned(), welsh.clone()), ("en".to_owned(), html.clone())]);
        said.source = Some(Source::markdown(typed.clone()));
        said.summary = Some(warning.clone());
        said.published = Some(at);
        said.sensitive = is_sensitive;
        said.in_reply_to = Some("https://v.example/n/9".to_owned());
        said.tag = vec![Tag::Mention { href: "https://v.example/vic".to_owned(), name: name.clone() }];
        let document = parse(said.to_json().as_bytes()).unwrap();
        let heard = Note::read(&document, Network::Public).unwrap();
        prop_assert_eq!(&heard.id, &said.id);
        prop_assert_eq!(&heard.attributed_to, &said.attributed_to);
        prop_assert_eq!(heard.content, Some(html.clone()));
        prop_assert_eq!(heard.content_map, vec![("cy".to_owned(), welsh), ("en".to_owned(), html)]);
        prop_assert_eq!(heard.source.unwrap().content, typed);
        prop_assert_eq!(heard.summary, Some(warning));
        prop_assert_eq!(heard.published, Some(at));
        prop_assert_eq!(heard.sensitive, is_sensitive);
        prop_assert_eq!(heard.in_reply_to, said.in_reply_to);
        prop_assert_eq!((heard.to, heard.cc), (said.to, said.cc));
        prop_assert_eq!(heard.tags, vec![read::Tag::Mention { href: "https://v.example/vic".to_owned(), name }]);
        prop_assert_eq!((heard.url, heard.context, heard.replies), (Some(said.url), said.context, said.replies));
    }

    #[test]
    fn an_actor_is_heard_as_it_was_said(
        slug in slug(), name in words(), summary in "[^\u{0}]{1,60}", pem in words(), at in moment(),
        approves in any::<bool>(), is_discoverable in any::<bool>(),
    ) {
        let mut said = agency();
        said.id = format!("https://council.example/ap/actor/{slug}");
        said.public_key = carefolk_wire::write::PublicKey::main(&said.id, pem.clone());
        said.assertion_method = vec![carefolk_wire::write::Multikey::ed25519(&said.id, "z6Mk")];
        said.name.clone_from(&name);
        said.summary.clone_from(&summary);
        said.published = Some(at);
        said.manually_approves_followers = approves;
        said.discoverable = is_discoverable;
        let document = parse(said.to_json().as_bytes()).unwrap();
        let heard = Actor::read(&document, Network::Public).unwrap();
        prop_assert_eq!((&heard.id, heard.kind), (&said.id, said.kind));
        prop_assert_eq!((heard.name, heard.summary), (Some(name), Some(summary)));
        prop_assert_eq!(&heard.keys[0].pem, &pem);
        prop_assert_eq!(&heard.multikeys[0].multibase, "z6Mk");
        prop_assert_eq!(heard.published, Some(at));
        prop_assert_eq!((heard.manually_approves, heard.discoverable), (approves, Some(is_discoverable)));
        prop_assert_eq!((heard.inbox, heard.outbox), (said.inbox, Some(said.outbox)));
        prop_assert_eq!((heard.followers, heard.following, heard.featured), (Some(said.followers), Some(said.following), Some(said.featured)));
    }
}

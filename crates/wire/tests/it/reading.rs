//! Every legal spelling is taken, and what could be a lie is refused.

use carefolk_wire::read::{
    Activity, Actor, Attachment, Collection, Document, Key, MAX_ADDRESSEES, Network, Node, Note,
    Source, Tag, head, parse,
};
use carefolk_wire::{ActivityKind, ActorKind, Fault, Kind, ObjectKind, PUBLIC, ParseError};

const EVE: &str = "https://e.example/eve";
const VIC: &str = "https://v.example/vic";

fn document(json: &str) -> Document {
    parse(json.as_bytes()).expect(json)
}

/// A note by eve with more properties; later ones must not repeat these.
fn note(more: &str) -> Result<Note, ParseError> {
    let json =
        format!(r#"{{"id":"https://e.example/n/1","type":"Note","attributedTo":"{EVE}"{more}}}"#);
    Note::read(&document(&json), Network::Public)
}

fn by(author: &str) -> Result<String, ParseError> {
    let author =
        if author.is_empty() { String::new() } else { format!(r#","attributedTo":{author}"#) };
    let json = format!(r#"{{"id":"https://e.example/n/1","type":"Note"{author}}}"#);
    Note::read(&document(&json), Network::Public).map(|note| note.attributed_to)
}

fn kind(json: &str) -> Result<Kind, Fault> {
    document(&format!(r#"{{"type":{json}}}"#)).kind().map_err(|error| error.fault().clone())
}

fn follow(more: &str) -> Result<Activity, ParseError> {
    let json = format!(r#"{{"id":"https://e.example/f#1","type":"Follow","actor":"{EVE}"{more}}}"#);
    Activity::read(document(&json), Network::Public)
}

#[test]
fn a_note_has_exactly_one_author() {
    for author in [
        format!(r#""{EVE}""#),
        format!(r#"["{EVE}"]"#),
        format!(r#"{{"id":"{EVE}","type":"Person"}}"#),
        format!(r#"[{{"id":"{EVE}"}}]"#),
        r#""https://E.example:443/eve""#.to_owned(),
    ] {
        assert_eq!(by(&author).as_deref(), Ok(EVE), "{author}");
    }
}

#[test]
fn the_attributed_to_zoo_is_refused() {
    let list = format!(r#"["{EVE}","{VIC}"]"#);
    for (author, expected) in [
        (list.as_str(), Fault::Ambiguous),
        ("1", Fault::Not("an id")),
        ("true", Fault::Not("an id")),
        (r#""1""#, Fault::Id("not a URL")),
        (r#""acct:alice@care.example""#, Fault::Id("not a URL")),
        (r#"{"id":1}"#, Fault::Not("a string")),
        (r#"{"name":"eve"}"#, Fault::Missing),
        (r#"[["https://e.example/eve"]]"#, Fault::Not("an id")),
        ("[]", Fault::Missing),
        ("null", Fault::Missing),
        ("", Fault::Missing),
    ] {
        let error = by(author).expect_err(author);
        assert_eq!((error.fault(), error.path()), (&expected, "attributedTo"), "{author}");
    }
}

#[test]
fn a_type_is_one_name_that_we_know() {
    assert_eq!(kind(r#""Note""#), Ok(Kind::Object(ObjectKind::Note)));
    assert_eq!(kind(r#"["Note"]"#), Ok(Kind::Object(ObjectKind::Note)));
    assert_eq!(kind(r#"["Proposal","Note"]"#), Ok(Kind::Object(ObjectKind::Note)));
    assert_eq!(kind(r#"["Note","Proposal"]"#), Ok(Kind::Object(ObjectKind::Note)));
    assert_eq!(kind(r#""Proposal""#), Ok(Kind::Other("Proposal".to_owned())));
}

#[test]
fn a_type_that_could_be_two_things_is_refused() {
    for json in [
        r#"["Note","Person"]"#,
        r#"["Create","Update"]"#,
        r#"["Note","Note"]"#,
        r#"["Proposal","Intent"]"#,
        r#"["X","Note","Y","Person"]"#,
    ] {
        assert_eq!(kind(json), Err(Fault::Ambiguous), "{json}");
    }
    for json in ["1", r#"["Note",1]"#, r#"{"id":"Note"}"#, r#""""#] {
        assert_eq!(kind(json), Err(Fault::Not("a type name")), "{json}");
    }
    assert_eq!(kind("null"), Err(Fault::Missing));
    assert_eq!(kind("[]"), Err(Fault::Missing));
}

#[test]
fn a_document_is_read_only_as_what_it_says_it_is() {
    let person = document(&format!(r#"{{"id":"{EVE}","type":"Person","inbox":"{EVE}/inbox"}}"#));
    assert!(Actor::read(&person, Network::Public).is_ok());
    assert!(Note::read(&person, Network::Public).is_err());
    assert!(Activity::read(person.clone(), Network::Public).is_err());
    assert!(Collection::read(&person, Network::Public).is_err());
    let note = document(r#"{"id":"https://e.example/n/1","type":"Note"}"#);
    assert!(Actor::read(&note, Network::Public).is_err());
    assert!(head(&note, Network::Public).is_err());
}

#[test]
fn everybody_has_one_spelling() {
    for spelling in ["Public", "as:Public", PUBLIC] {
        assert_eq!(note(&format!(r#","to":"{spelling}""#)).unwrap().to, [PUBLIC]);
        assert_eq!(note(&format!(r#","cc":["{spelling}"]"#)).unwrap().cc, [PUBLIC]);
    }
    assert!(
        note(r#","to":["public","https://www.w3.org/ns/activitystreams"]"#)
            .unwrap()
            .to
            .iter()
            .all(|id| id != PUBLIC)
    );
}

#[test]
fn people_are_a_string_an_object_or_a_list_each_once() {
    let to = |json: &str| note(&format!(r#","to":{json}"#)).map(|note| note.to);
    let vic = Ok(vec![VIC.to_owned()]);
    assert_eq!(to(r#""https://v.example/vic""#), vic);
    assert_eq!(to(r#"{"id":"https://v.example/vic"}"#), vic);
    assert_eq!(to(r#"["https://v.example/vic","https://V.example/vic",null,"","kbin:1",{}]"#), vic);
    assert_eq!(to("null"), Ok(Vec::new()));
    assert_eq!(to("[1]").unwrap_err().fault(), &Fault::Not("an id"));
    assert_eq!(to(r#"[{"id":1}]"#).unwrap_err().fault(), &Fault::Not("a string"));
}

#[test]
fn people_are_counted() {
    let list = |n: usize| format!(r#","to":[{}null]"#, r#""https://v.example/vic","#.repeat(n - 1));
    assert!(note(&list(MAX_ADDRESSEES)).is_ok());
    assert_eq!(note(&list(MAX_ADDRESSEES + 1)).unwrap_err().fault(), &Fault::TooMany);
}

#[test]
fn a_number_is_never_an_id() {
    for more in [r#","inReplyTo":1"#, r#","inReplyTo":{"id":1}"#, r#","audience":[7]"#] {
        assert!(matches!(note(more).unwrap_err().fault(), Fault::Not(_)), "{more}");
    }
    assert!(follow(r#","object":1"#).is_err());
    let id = document(r#"{"id":1,"type":"Note","attributedTo":"https://e.example/eve"}"#);
    let error = Note::read(&id, Network::Public).unwrap_err();
    assert_eq!((error.fault(), error.path()), (&Fault::Not("a string"), "id"));
}

#[test]
fn what_a_note_answers_may_be_odd_or_nothing() {
    let answers = |json: &str| note(&format!(r#","inReplyTo":{json}"#)).unwrap().in_reply_to;
    assert_eq!(answers(r#""https://v.example/n/9""#).as_deref(), Some("https://v.example/n/9"));
    assert_eq!(
        answers(r#"{"id":"https://v.example/n/9"}"#).as_deref(),
        Some("https://v.example/n/9")
    );
    for nothing in [
        "null",
        "[]",
        r#""""#,
        r#""tag:v.example,2016:1""#,
        r#"["https://a.example/1","https://a.example/2"]"#,
    ] {
        assert_eq!(answers(nothing), None, "{nothing}");
    }
}

#[test]
fn a_text_comes_plain_or_by_language_in_the_order_given() {
    let both = note(
        r#","content":"<p>b</p>","contentMap":{"cy":"<p>c</p>","en":"<p>e</p>","x y":"z","de":1}"#,
    )
    .unwrap();
    assert_eq!(both.content.as_deref(), Some("<p>b</p>"));
    let pair = |tag: &str, text: &str| (tag.to_owned(), text.to_owned());
    assert_eq!(both.content_map, [pair("cy", "<p>c</p>"), pair("en", "<p>e</p>")]);
    let mapped =
        note(r#","contentMap":{"cy":"<p>c</p>","en":"<p>e</p>"},"nameMap":{"cy":"n"}"#).unwrap();
    assert_eq!((mapped.content.as_deref(), mapped.name.as_deref()), (Some("<p>c</p>"), Some("n")));
    assert_eq!(note(r#","content":1,"contentMap":[],"summary":"""#).unwrap(), note("").unwrap());
}

#[test]
fn the_page_is_a_string_a_link_or_one_of_a_list() {
    let url = |json: &str| note(&format!(r#","url":{json}"#)).unwrap().url;
    let page = Some("https://e.example/p".to_owned());
    assert_eq!(url(r#""https://e.example/p""#), page);
    assert_eq!(url(r#"{"type":"Link","href":"https://e.example/p"}"#), page);
    assert_eq!(
        url(
            r#"[{"mediaType":"video/mp4","href":"https://e.example/v"},{"mediaType":"text/html","href":"https://e.example/p"}]"#
        ),
        page
    );
    assert_eq!(url(r#"["magnet:?xt=1","https://e.example/p"]"#), page);
    for none in [
        r#""javascript:alert(1)""#,
        r#""https://u:p@e.example/""#,
        r#""/p""#,
        "1",
        "null",
        r#""https://e.example/\tp""#,
    ] {
        assert_eq!(url(none), None, "{none}");
    }
}

#[test]
fn odd_moments_are_no_moments() {
    let read = note(r#","published":"2026-08-18T10:00:00.123456789+01:00","updated":"""#).unwrap();
    assert_eq!((read.published, read.updated), (Some(1_787_043_600_123), None));
    assert_eq!(note(r#","published":1787043600"#).unwrap().published, None);
}

#[test]
fn tags_of_every_kind_are_told_apart_and_broken_ones_left_out() {
    let tags = note(
        r##","tag":[{"type":"Mention","href":"https://V.example/vic","name":"@vic"},{"type":"Mention","href":"mailto:vic"},
        {"type":"Mention"},{"type":"Hashtag","name":"#a","href":"https://e.example/a"},{"type":"Hashtag","name":"#b","href":"x"},
        {"type":"Hashtag"},{"type":"Emoji","name":":x:","icon":{"type":"Image","url":"https://e.example/x.png"}},"word",7,
        {"type":"Proposal"}]"##,
    );
    let text = str::to_owned;
    assert_eq!(
        tags.unwrap().tags,
        [
            Tag::Mention { href: text(VIC), name: text("@vic") },
            Tag::Hashtag { href: Some(text("https://e.example/a")), name: text("#a") },
            Tag::Hashtag { href: None, name: text("#b") },
            Tag::Emoji { name: text(":x:"), icon: Some(text("https://e.example/x.png")) },
            Tag::Other(text("Proposal")),
        ]
    );
    let single = note(r#","tag":{"type":"Mention","href":"https://v.example/vic","name":"@vic"}"#);
    assert_eq!(single.unwrap().tags.len(), 1);
}

#[test]
fn attachments_are_found_in_url_href_and_links() {
    let read = note(
        r#","attachment":[{"type":"Document","mediaType":"image/png","url":"https://e.example/1.png","name":"A door","width":4,"height":3},
        {"type":"Link","href":"https://e.example/2"},{"type":"Image","url":[{"type":"Link","href":"https://e.example/3.png","mediaType":"image/png"}]},
        {"type":"Image"},"x"]"#,
    );
    let found = read.unwrap().attachments;
    let urls: Vec<&str> = found.iter().map(|it| it.url.as_str()).collect();
    assert_eq!(urls, ["https://e.example/1.png", "https://e.example/2", "https://e.example/3.png"]);
    assert_eq!(found[2].media_type.as_deref(), Some("image/png"));
    assert_eq!(
        found[0],
        Attachment {
            kind: "Document".to_owned(),
            url: "https://e.example/1.png".to_owned(),
            media_type: Some("image/png".to_owned()),
            name: Some("A door".to_owned()),
            width: Some(4),
            height: Some(3),
        }
    );
}

#[test]
fn the_rest_of_a_note_is_read_where_it_makes_sense() {
    let read = note(r#","source":{"content":"x","mediaType":"text/markdown"},"context":{"id":"https://e.example/c"},
        "replies":{"id":"https://e.example/r","type":"Collection"},"sensitive":true,"summary":"w""#).unwrap();
    assert_eq!(
        read.source,
        Some(Source { content: "x".to_owned(), media_type: Some("text/markdown".to_owned()) })
    );
    assert_eq!(read.context.as_deref(), Some("https://e.example/c"));
    assert_eq!(read.replies.as_deref(), Some("https://e.example/r"));
    assert_eq!((read.sensitive, read.summary.as_deref()), (true, Some("w")));
    let odd = note(
        r#","source":"x","conversation":"https://e.example/c","replies":7,"sensitive":"true""#,
    )
    .unwrap();
    assert_eq!((odd.source, odd.replies, odd.sensitive), (None, None, false));
    assert_eq!(odd.context.as_deref(), Some("https://e.example/c"));
}

#[test]
fn the_door_sees_who_did_what_to_which() {
    let json = format!(
        r#"{{"id":"{EVE}#d","type":"Delete","actor":{{"id":"{EVE}"}},"object":{{"id":"{EVE}"}}}}"#
    );
    let seen = head(&document(&json), Network::Public).unwrap();
    assert_eq!((seen.id.as_str(), seen.actor.as_str()), ("https://e.example/eve#d", EVE));
    assert_eq!((seen.kind, seen.object.as_deref()), (ActivityKind::Delete, Some(EVE)));
    for (json, path) in [
        (r#"{"type":"Delete","actor":"https://e.example/eve"}"#, "id"),
        (r#"{"id":"https://e.example/1","actor":"https://e.example/eve"}"#, "type"),
        (r#"{"id":"https://e.example/1","type":"Delete"}"#, "actor"),
        (
            r#"{"id":"https://e.example/1","type":"Delete","actor":["https://e.example/eve","https://v.example/vic"]}"#,
            "actor",
        ),
        (
            r#"{"id":"https://e.example/1","type":"Delete","actor":"https://e.example/eve#k"}"#,
            "actor",
        ),
    ] {
        assert_eq!(head(&document(json), Network::Public).unwrap_err().path(), path, "{json}");
    }
}

#[test]
fn an_object_is_named_or_given_whole_or_several() {
    let named = follow(r#","object":"https://v.example/vic""#).unwrap();
    assert_eq!(named.object, Some(Node::Iri(VIC.to_owned())));
    let whole = follow(r#","object":{"type":"Person","id":"https://v.example/vic"}"#).unwrap();
    assert_eq!(whole.object.as_ref().unwrap().id(Network::Public), Ok(Some(VIC.to_owned())));
    assert_eq!(whole.object.unwrap().document().unwrap().text("type"), Some("Person"));
    let several = follow(r#","object":["https://v.example/vic",{"type":"Note"}]"#).unwrap();
    assert_eq!((several.object, several.objects.len()), (None, 2));
    let none = follow("").unwrap();
    assert_eq!((none.object, none.objects.len(), none.target), (None, 0, None));
}

#[test]
fn an_activity_of_an_unknown_type_is_still_an_activity() {
    let json = format!(r#"{{"id":"{EVE}/1","type":"Wave","actor":"{EVE}","x":1}}"#);
    let read = Activity::read(document(&json), Network::Public).unwrap();
    assert_eq!(read.kind, ActivityKind::Other("Wave".to_owned()));
    assert_eq!(read.raw.to_json(), json);
}

#[test]
fn an_actor_keeps_only_keys_that_say_they_are_its_own() {
    let json = format!(
        r#"{{"id":"{EVE}","type":"Service","inbox":"{EVE}/inbox","preferredUsername":"eve","webfinger":"eve@e.example",
        "endpoints":{{"sharedInbox":"https://E.example/inbox"}},"movedTo":"{VIC}","alsoKnownAs":["{VIC}",1,"x"],
        "publicKey":[{{"id":"{EVE}#a","owner":"{EVE}","publicKeyPem":"P"}},{{"id":"{EVE}#b","owner":"{VIC}","publicKeyPem":"P"}},
        {{"id":"{EVE}#c","publicKeyPem":"P"}}],"assertionMethod":[{{"id":"{EVE}#d","controller":"{EVE}","publicKeyMultibase":"z"}},
        {{"id":"{EVE}#e","controller":"{VIC}","publicKeyMultibase":"z"}},"{EVE}#f"]}}"#
    );
    let actor = Actor::read(&document(&json), Network::Public).unwrap();
    let ids: Vec<&str> = actor.keys.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, ["https://e.example/eve#a"]);
    assert_eq!(
        (actor.multikeys.len(), actor.multikeys[0].id.as_str()),
        (1, "https://e.example/eve#d")
    );
    assert_eq!(actor.shared_inbox.as_deref(), Some("https://e.example/inbox"));
    assert_eq!((actor.moved_to.as_deref(), actor.also_known_as), (Some(VIC), vec![VIC.to_owned()]));
    assert_eq!(
        (actor.kind, actor.discoverable, actor.manually_approves),
        (ActorKind::Service, None, false)
    );
}

#[test]
fn an_actor_without_an_inbox_is_none_but_its_key_is_found() {
    let json = format!(
        r#"{{"id":"{EVE}","type":"Person","publicKey":{{"id":"{EVE}/main-key","owner":"{EVE}","publicKeyPem":"P"}}}}"#
    );
    let stub = document(&json);
    assert_eq!(Actor::read(&stub, Network::Public).unwrap_err().path(), "inbox");
    let key = Key::find(&stub, "https://e.example/eve/main-key", Network::Public).unwrap();
    assert_eq!(key.owner(), EVE);
    assert!(Key::find(&stub, "https://e.example/eve/other-key", Network::Public).is_err());
    let alone = document(
        r#"{"id":"https://e.example/k#1","type":"Multikey","controller":"https://e.example/eve","publicKeyMultibase":"z"}"#,
    );
    assert_eq!(Key::find(&alone, "https://e.example/k#1", Network::Public).unwrap().owner(), EVE);
    let long =
        format!(r#"{{"id":"{EVE}#k","owner":"{EVE}","publicKeyPem":"{}"}}"#, "P".repeat(4_097));
    assert!(Key::find(&document(&long), &format!("{EVE}#k"), Network::Public).is_err());
}

#[test]
fn a_laboratory_takes_http_throughout() {
    let json = r#"{"id":"http://127.0.0.1:1/n","type":"Note","attributedTo":"http://127.0.0.1:1/a","to":"http://b.test/x"}"#;
    assert!(Note::read(&document(json), Network::Public).is_err());
    assert_eq!(Note::read(&document(json), Network::Lab).unwrap().to, ["http://b.test/x"]);
}

#[test]
fn a_collection_gives_its_items_under_either_name() {
    let json = r#"{"id":"https://e.example/o","type":"OrderedCollectionPage","totalItems":9,"next":"https://e.example/o?2",
        "partOf":{"id":"https://e.example/o"},"orderedItems":["https://e.example/1",{"id":"https://e.example/2"},3]}"#;
    let page = Collection::read(&document(json), Network::Public).unwrap();
    assert_eq!((page.items.len(), page.total_items), (2, Some(9)));
    assert_eq!(page.next.as_deref(), Some("https://e.example/o?2"));
    let set = r#"{"type":"Collection","items":"https://e.example/1","first":{"type":"CollectionPage","items":[]}}"#;
    let set = Collection::read(&document(set), Network::Public).unwrap();
    assert_eq!((set.items.len(), set.id), (1, None));
    assert!(matches!(set.first, Some(Node::Object(_))));
}

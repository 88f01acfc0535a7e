//! What we send, byte for byte where it matters, and that we understand it ourselves.

use carefolk_wire::read::{self, Network};
use carefolk_wire::write::{
    Activity, Actor, First, Follow, LanguageMap, Object, OrderedCollection, OrderedCollectionPage,
    Tombstone,
};
use carefolk_wire::{ActorKind, ObjectKind, PUBLIC};

use crate::samples::{AGENCY, NINE, agency, lunch};

const ANN: &str = "https://mastodon.example/users/ann";

fn text(text: &str) -> String {
    text.to_owned()
}

fn follow() -> Follow {
    Follow { id: text("https://mastodon.example/f/1"), actor: text(ANN), object: text(AGENCY) }
}

fn names(json: &str) -> Vec<String> {
    let document = read::parse(json.as_bytes()).unwrap();
    document.properties().map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn an_accept_echoes_the_whole_follow_with_its_first_id() {
    assert_eq!(
        Activity::accept("https://council.example/ap/activity/9", follow()).to_json(),
        concat!(
            r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://council.example/ap/activity/9","#,
            r#""type":"Accept","actor":"https://council.example/ap/actor/7f3","to":["https://mastodon.example/users/ann"],"#,
            r#""object":{"id":"https://mastodon.example/f/1","type":"Follow","actor":"https://mastodon.example/users/ann","#,
            r#""object":"https://council.example/ap/actor/7f3"}}"#
        )
    );
}

#[test]
fn follow_reject_and_undo_come_from_the_right_side() {
    let asked = Activity::follow(follow());
    assert_eq!((asked.actor.as_str(), asked.to.as_slice()), (ANN, &[text(AGENCY)][..]));
    assert_eq!(asked.object, Object::Iri(text(AGENCY)));
    let refused = Activity::reject("https://council.example/ap/activity/10", follow());
    assert_eq!((refused.actor.as_str(), refused.to.as_slice()), (AGENCY, &[text(ANN)][..]));
    let undone = Activity::undo("https://mastodon.example/u/1", follow());
    assert_eq!((undone.actor.as_str(), undone.object), (ANN, Object::Follow(follow())));
}

#[test]
fn a_create_is_for_whom_its_note_is_for() {
    let create = Activity::create("https://council.example/ap/activity/31", lunch());
    let json = create.to_json();
    assert_eq!(
        names(&json),
        ["@context", "id", "type", "actor", "published", "to", "cc", "object"]
    );
    let heard =
        read::Activity::read(read::parse(json.as_bytes()).unwrap(), Network::Public).unwrap();
    assert_eq!((heard.actor.as_str(), heard.published), (AGENCY, Some(NINE)));
    assert_eq!((heard.to, heard.cc), (lunch().to, lunch().cc));
    let inner = heard.object.unwrap();
    assert_eq!(inner.document().unwrap().get("@context"), None);
    assert!(json.contains(r#""sensitive":"as:sensitive","Hashtag":"as:Hashtag""#));
}

#[test]
fn a_note_has_its_properties_in_our_order_and_only_the_terms_it_uses() {
    let mut note = lunch();
    note.updated = Some(NINE + 60_000);
    assert_eq!(
        names(&note.to_json()),
        [
            "@context",
            "id",
            "type",
            "attributedTo",
            "context",
            "to",
            "cc",
            "summary",
            "content",
            "contentMap",
            "source",
            "sensitive",
            "published",
            "updated",
            "url",
            "tag",
            "attachment",
            "replies"
        ]
    );
    assert!(note.to_json().contains(r#""updated":"2026-08-18T09:01:00Z""#));
    note.tag.clear();
    assert!(note.to_json().starts_with(
        r#"{"@context":["https://www.w3.org/ns/activitystreams",{"sensitive":"as:sensitive"}],"id""#
    ));
    assert!(note.to_json().contains(r#""attachment":[]"#));
}

#[test]
fn an_update_tells_the_moment_of_the_change() {
    let mut note = lunch();
    note.updated = Some(NINE + 1_000);
    let update = Activity::update("https://council.example/ap/activity/32", note);
    assert_eq!((update.kind.as_str(), update.published), ("Update", Some(NINE + 1_000)));
}

#[test]
fn languages_stay_in_order_and_come_once() {
    let mut note = lunch();
    note.content_map =
        LanguageMap::new([("cy", "c"), ("en", "e"), ("cy", "x")].map(|(l, t)| (text(l), text(t))));
    assert!(note.to_json().contains(r#""contentMap":{"cy":"c","en":"e"}"#));
}

#[test]
fn a_delete_holds_a_tombstone_that_remembers_its_type() {
    let remains = Tombstone::new("https://council.example/ap/post/31", ObjectKind::Note, NINE);
    let delete = Activity::delete("https://council.example/ap/activity/33", AGENCY, remains)
        .addressed(vec![text(PUBLIC)], Vec::new());
    assert_eq!(
        delete.to_json(),
        concat!(
            r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://council.example/ap/activity/33","#,
            r#""type":"Delete","actor":"https://council.example/ap/actor/7f3","#,
            r#""to":["https://www.w3.org/ns/activitystreams#Public"],"object":{"id":"https://council.example/ap/post/31","#,
            r#""type":"Tombstone","formerType":"Note","deleted":"2026-08-18T09:00:00Z"}}"#
        )
    );
    let gone = Activity::delete_actor("https://council.example/ap/activity/34", AGENCY);
    assert_eq!(gone.object, Object::Iri(gone.actor.clone()));
}

#[test]
fn an_actor_has_everything_that_peers_require() {
    let json = agency().to_json();
    assert_eq!(
        names(&json),
        [
            "@context",
            "id",
            "type",
            "preferredUsername",
            "webfinger",
            "name",
            "summary",
            "url",
            "inbox",
            "outbox",
            "followers",
            "following",
            "featured",
            "manuallyApprovesFollowers",
            "discoverable",
            "indexable",
            "published",
            "endpoints",
            "publicKey",
            "assertionMethod",
            "generator"
        ]
    );
    for part in [
        r#""publicKey":{"id":"https://council.example/ap/actor/7f3#main-key","owner":"https://council.example/ap/actor/7f3","publicKeyPem":"PEM"}"#,
        r#""assertionMethod":[{"id":"https://council.example/ap/actor/7f3#ed25519","type":"Multikey","controller":"https://council.example/ap/actor/7f3","publicKeyMultibase":"z6MkMadeUp"}]"#,
        r#""endpoints":{"sharedInbox":"https://council.example/inbox"}"#,
        r#"{"href":"https://datatracker.ietf.org/doc/html/rfc9421","name":"RFC-9421"},{"href":"https://w3id.org/fep/521a"}"#,
        r#""toot":"http://joinmastodon.org/ns#","manuallyApprovesFollowers":"as:manuallyApprovesFollowers""#,
    ] {
        assert!(json.contains(part), "{part} in {json}");
    }
    assert!(!json.contains("alsoKnownAs"));
}

#[test]
fn the_instance_says_itself_what_it_can_do() {
    let mut instance = agency();
    instance.kind = ActorKind::Application;
    instance.implements = instance.generator.take().unwrap().implements;
    let document = read::parse(instance.to_json().as_bytes()).unwrap();
    let heard = read::Actor::read(&document, Network::Public).unwrap();
    assert_eq!(heard.kind, ActorKind::Application);
    assert_eq!(heard.implements.len(), 2);
}

#[test]
fn a_moved_actor_defines_the_terms_it_then_uses() {
    let mut moved = agency();
    moved.moved_to = Some(text("https://new.example/ap/actor/1"));
    moved.also_known_as = vec![text("https://old.example/ap/actor/1")];
    let json = moved.to_json();
    assert!(json.contains(r#""movedTo":{"@id":"as:movedTo","@type":"@id"},"alsoKnownAs":{"#));
    let heard = read::Actor::read(&read::parse(json.as_bytes()).unwrap(), Network::Public).unwrap();
    assert_eq!((heard.moved_to, heard.also_known_as), (moved.moved_to, moved.also_known_as));
}

#[test]
fn our_actor_and_note_are_understood_by_ourselves() {
    let Actor { id, webfinger, inbox, endpoints, .. } = agency();
    let document = read::parse(agency().to_json().as_bytes()).unwrap();
    let heard = read::Actor::read(&document, Network::Public).unwrap();
    assert_eq!((heard.id, heard.webfinger, heard.inbox), (id, Some(webfinger), inbox));
    assert_eq!(heard.shared_inbox, Some(endpoints.shared_inbox));
    assert_eq!((heard.keys.len(), heard.multikeys.len(), heard.implements.len()), (1, 1, 2));
    let document = read::parse(lunch().to_json().as_bytes()).unwrap();
    let heard = read::Note::read(&document, Network::Public).unwrap();
    assert_eq!((heard.attributed_to.as_str(), heard.published), (AGENCY, Some(NINE)));
    assert_eq!((heard.tags.len(), heard.summary.as_deref()), (2, Some("food")));
    assert_eq!(heard.source.unwrap().media_type.as_deref(), Some("text/markdown"));
}

#[test]
fn collections_are_paged_whole_or_hidden() {
    let id = "https://council.example/ap/actor/7f3/followers";
    assert_eq!(
        OrderedCollection::hidden(id, 3).to_json(),
        r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://council.example/ap/actor/7f3/followers","type":"OrderedCollection","totalItems":3}"#
    );
    assert_eq!(
        OrderedCollection::paged(id, 3, format!("{id}?page=1")).first,
        Some(First::Iri(format!("{id}?page=1")))
    );
    let page = OrderedCollectionPage::new(format!("{id}?page=1"), id, None, Vec::new());
    assert_eq!(
        OrderedCollection::begun(id, 0, page).attributed_to(AGENCY).to_json(),
        format!(
            r#"{{"@context":"https://www.w3.org/ns/activitystreams","id":"{id}","type":"OrderedCollection","attributedTo":"{AGENCY}","totalItems":0,"first":{{"id":"{id}?page=1","type":"OrderedCollectionPage","partOf":"{id}","orderedItems":[]}}}}"#
        )
    );
    let whole = OrderedCollection::whole(id, vec![Object::Note(Box::new(lunch()))]);
    assert_eq!(whole.total_items, 1);
    assert!(whole.to_json().contains("as:sensitive"));
    assert!(OrderedCollection::whole(id, Vec::new()).to_json().contains(r#""orderedItems":[]"#));
}

#[test]
fn a_page_holds_activities_as_they_were_sent() {
    let sent = Activity::create("https://council.example/ap/activity/31", lunch()).to_json();
    let stored = Object::Document(read::parse(sent.as_bytes()).unwrap());
    let outbox = "https://council.example/ap/actor/7f3/outbox";
    let page = OrderedCollectionPage::new(format!("{outbox}?page=1"), outbox, None, vec![stored]);
    assert!(page.to_json().contains(&sent));
    let heard = read::parse(page.to_json().as_bytes()).unwrap();
    assert_eq!(read::Collection::read(&heard, Network::Public).unwrap().items.len(), 1);
}

//! One actor and one post of ours, as the other tests use them.

use carefolk_wire::write::{
    Actor, Capability, Endpoints, Generator, LanguageMap, Multikey, Note, PublicKey, Source, Tag,
};
use carefolk_wire::{ActorKind, ObjectKind, PUBLIC};

pub(crate) const NINE: i64 = 1_787_043_600_000;
pub(crate) const AGENCY: &str = "https://council.example/ap/actor/7f3";

pub(crate) fn agency() -> Actor {
    let part = |name: &str| format!("{AGENCY}/{name}");
    Actor {
        icon: None,
        id: AGENCY.to_owned(),
        kind: ActorKind::Organization,
        preferred_username: "agency".to_owned(),
        webfinger: "agency@council.example".to_owned(),
        name: "Northtown home care".to_owned(),
        summary: "<p>Care at home in Northtown.</p>".to_owned(),
        url: "https://council.example/@agency".to_owned(),
        inbox: part("inbox"),
        outbox: part("outbox"),
        followers: part("followers"),
        following: part("following"),
        featured: part("featured"),
        attributed_to: None,
        posting_restricted_to_mods: None,
        manually_approves_followers: false,
        discoverable: true,
        indexable: true,
        published: Some(NINE),
        moved_to: None,
        also_known_as: Vec::new(),
        endpoints: Endpoints { shared_inbox: "https://council.example/inbox".to_owned() },
        public_key: PublicKey::main(AGENCY, "PEM"),
        assertion_method: vec![Multikey::ed25519(AGENCY, "z6MkMadeUp")],
        generator: Some(Generator::new(
            "https://council.example/ap/actor/1",
            "carefolk",
            vec![Capability::rfc9421(), Capability::fep("521a")],
        )),
        implements: Vec::new(),
    }
}

pub(crate) fn lunch() -> Note {
    let post = "https://council.example/ap/post/31";
    let text = "<p>Carers’ lunch moves to the library on Friday.</p>".to_owned();
    Note {
        id: post.to_owned(),
        kind: ObjectKind::Note,
        attributed_to: AGENCY.to_owned(),
        in_reply_to: None,
        context: Some(format!("{post}/context")),
        audience: None,
        to: vec![PUBLIC.to_owned()],
        cc: vec![format!("{AGENCY}/followers"), "https://mastodon.example/users/ann".to_owned()],
        name: None,
        summary: Some("food".to_owned()),
        content: text.clone(),
        content_map: LanguageMap::new([("en".to_owned(), text)]),
        source: Some(Source::markdown("Carers’ lunch moves to the library on Friday.")),
        sensitive: true,
        published: Some(NINE),
        updated: None,
        url: "https://council.example/@agency/31".to_owned(),
        tag: vec![
            Tag::Mention {
                href: "https://mastodon.example/users/ann".to_owned(),
                name: "@ann@mastodon.example".to_owned(),
            },
            Tag::Hashtag {
                href: "https://council.example/tags/lunch".to_owned(),
                name: "#lunch".to_owned(),
            },
        ],
        interaction_policy: None,
        attachment: Vec::new(),
        replies: Some(format!("{post}/replies")),
        poll: None,
    }
}

//! The documents of the actors that a load program plays, shaped as large servers shape them.

use serde_json::{Value, json};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Eight sentences: about as much as a post of 500 characters weighs with its mark-up.
const SENTENCE: &str = "<p>The lunch club meets in the church hall at noon, bring a friend.</p>";

/// One actor at `http://{host}/actor/{number}`, where `host` has a port.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    pub(crate) host: String,
    /// Which of the servers that are played it lives on.
    pub(crate) server: usize,
    pub(crate) number: usize,
}

impl Actor {
    pub(crate) fn id(&self) -> String {
        format!("http://{}/actor/{}", self.host, self.number)
    }

    pub(crate) fn key_id(&self) -> String {
        format!("{}#main-key", self.id())
    }

    /// The address its server would come from, which the limits of the door count by.
    pub(crate) fn address(&self) -> String {
        format!("2001:db8:{:x}::1", self.server)
    }

    pub(crate) fn name(&self) -> String {
        format!("actor{}", self.number)
    }

    pub(crate) fn document(&self, public_pem: &str) -> Value {
        let id = self.id();
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": id,
            "type": "Person",
            "preferredUsername": self.name(),
            "name": format!("Actor {}", self.number),
            "summary": "<p>Played by a load program.</p>",
            "url": format!("http://{}/@{}", self.host, self.name()),
            "inbox": format!("{id}/inbox"),
            "outbox": format!("{id}/outbox"),
            "followers": format!("{id}/followers"),
            "following": format!("{id}/following"),
            "manuallyApprovesFollowers": false,
            "publicKey": { "id": self.key_id(), "owner": id, "publicKeyPem": public_pem },
        })
    }

    /// What WebFinger says about this actor.
    pub(crate) fn finger(&self) -> Value {
        json!({
            "subject": format!("acct:{}@{}", self.name(), self.host),
            "aliases": [self.id()],
            "links": [{ "rel": "self", "type": "application/activity+json", "href": self.id() }],
        })
    }

    /// A public post of this moment, about 2 KB, which nobody has seen before.
    pub(crate) fn create(&self, number: usize) -> Value {
        let note = self.note(&self.note_path(number));
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{}/activity", self.note_id(number)),
            "type": "Create",
            "actor": self.id(),
            "published": note.get("published"),
            "to": note.get("to"),
            "cc": note.get("cc"),
            "object": note,
        })
    }

    /// Where its post of that number is.
    pub(crate) fn note_path(&self, number: usize) -> String {
        format!("/note/{}-{number}", self.number)
    }

    /// The id of its post of that number.
    pub(crate) fn note_id(&self, number: usize) -> String {
        format!("http://{}{}", self.host, self.note_path(number))
    }

    /// Its post at `path`.
    pub(crate) fn note(&self, path: &str) -> Value {
        let id = self.id();
        #[expect(clippy::disallowed_methods, reason = "a post of another server has its date")]
        let now = jiff::Timestamp::now().round(jiff::Unit::Second).unwrap_or_default().to_string();
        let note = format!("http://{}{path}", self.host);
        let number = path.rsplit('-').next().unwrap_or_default();
        let content = format!("<p>Notice number {number}.</p>{}", SENTENCE.repeat(8));
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": note,
            "type": "Note",
            "attributedTo": id,
            "url": note,
            "published": now,
            "to": [PUBLIC],
            "cc": [format!("{id}/followers")],
            "sensitive": false,
            "content": content,
            "contentMap": { "en": content },
            "attachment": [],
            "tag": [],
        })
    }

    /// It does something of this kind to `object`; `number` makes it another one.
    pub(crate) fn does(&self, kind: &str, number: usize, object: &Value) -> Value {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{}/{}/{number}", self.id(), kind.to_lowercase()),
            "type": kind,
            "actor": self.id(),
            "to": [PUBLIC],
            "object": object,
        })
    }

    pub(crate) fn follow(&self, whom: &str) -> Value {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{}/follow", self.id()),
            "type": "Follow",
            "actor": self.id(),
            "object": whom,
        })
    }

    /// The answer to a Follow that arrived at this actor.
    pub(crate) fn accept(&self, follow: &Value) -> Value {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{}/accept", self.id()),
            "type": "Accept",
            "actor": self.id(),
            "object": follow,
        })
    }
}

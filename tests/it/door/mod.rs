//! The inbox door over real HTTP: each case of docs/federation/door.md is a row of a table.
//!
//! A row says what is sent, which status answers it, and what may change in the database. Each
//! case also ends with a look whether the server lives and has written to nobody.

mod authority;
mod body;
mod framing;
mod keys;
mod signatures;

use std::collections::BTreeSet;

use carefolk_app::posts::PostView;
use carefolk_domain::Span;
use carefolk_signatures::{PrivateKey, http_date};
use carefolk_testkit::{MockClock, Rows, rows};
use serde_json::{Value, json};

use crate::knock::{Answer, Knock, Signing, send};
use crate::town::{Town, clock, settle};
use crate::village::{Village, eves_key, vics_key};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// What a knock may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// Not one row of any table.
    Nothing,
    /// Somebody's key was learnt from where he lives, and nothing else.
    Learnt,
    /// It was heard, and did nothing.
    Heard,
    /// It did what it says.
    Applied,
}

/// One case.
struct Case {
    what: String,
    knock: Knock,
    status: u16,
    effect: Effect,
}

/// A knock that is refused and changes nothing.
fn refused(what: impl Into<String>, knock: Knock, status: u16) -> Case {
    Case { what: what.into(), knock, status, effect: Effect::Nothing }
}

/// A knock that is answered 202 and does nothing.
fn heard(what: impl Into<String>, knock: Knock) -> Case {
    Case { what: what.into(), knock, status: 202, effect: Effect::Heard }
}

/// A knock that is answered 202 and does what it says.
fn applied(what: impl Into<String>, knock: Knock) -> Case {
    Case { what: what.into(), knock, status: 202, effect: Effect::Applied }
}

/// Our server, the servers of Vic and Eve, and what stands here.
struct Door {
    town: Town,
    village: Village,
    clock: std::sync::Arc<MockClock>,
    vic: String,
    eve: String,
    /// A post of Hazelbank, to be answered.
    post: PostView,
    count: std::cell::Cell<u32>,
}

impl Door {
    /// A door at which nobody has knocked yet.
    async fn unused() -> Self {
        let clock = clock();
        let town = Town::new("care", &clock).await;
        let village = Village::new().await;
        let vic = village.settle_in("v", "vic", vics_key());
        let eve = village.settle_in("e", "eve", eves_key());
        let nurse = town.account("nurse").await;
        town.provider("hazelbank", "nurse").await;
        let post = town.post(&nurse, "hazelbank", "Any questions?").await;
        Self { town, village, clock, vic, eve, post, count: std::cell::Cell::new(0) }
    }

    /// A door that Vic and Eve have come through, so that their keys are known.
    async fn new() -> Self {
        let door = Self::unused().await;
        let baseline = [
            heard("Vic is let in", door.vics(&door.dislike(&door.vic))),
            heard("Eve is let in", door.eves(&door.dislike(&door.eve))),
        ];
        door.judge("baseline", baseline).await;
        door
    }

    /// A number that was not used before.
    fn number(&self) -> u32 {
        self.count.set(self.count.get() + 1);
        self.count.get()
    }

    fn date(&self, shift: Span) -> String {
        http_date((self.town.app.now() + shift).0)
    }

    /// An activity that changes nothing here.
    fn dislike(&self, actor: &str) -> Value {
        self.act(actor, "Dislike", &json!(self.post.uri))
    }

    /// An activity of `actor`, with an id at home.
    fn act(&self, actor: &str, kind: &str, object: &Value) -> Value {
        json!({"@context": "https://www.w3.org/ns/activitystreams", "type": kind, "actor": actor,
            "id": format!("{actor}/acts/{}", self.number()), "to": [PUBLIC], "object": object})
    }

    /// A public answer of `author` to Hazelbank's post, so that it would be kept.
    fn note(&self, author: &str) -> Value {
        json!({"id": format!("{author}/notes/{}", self.number()), "type": "Note",
            "attributedTo": author, "content": "<p>Is there cake?</p>",
            "inReplyTo": self.post.uri, "to": [PUBLIC], "cc": [],
            "published": "2026-12-01T08:59:50Z"})
    }

    /// An unsigned POST to the shared inbox.
    fn post(&self, body: &str) -> Knock {
        Knock::post(&self.town.host, "/inbox", &self.date(Span::ZERO), body)
    }

    /// What Vic signs.
    fn vics(&self, body: &Value) -> Knock {
        self.by(&self.vic, vics_key(), body)
    }

    /// What Eve signs.
    fn eves(&self, body: &Value) -> Knock {
        self.by(&self.eve, eves_key(), body)
    }

    fn by(&self, actor: &str, key: &PrivateKey, body: &Value) -> Knock {
        let key_id = format!("{actor}#main-key");
        self.post(&body.to_string()).signed(&Signing::usual(key, &key_id))
    }

    fn port(&self) -> u16 {
        self.town.host.rsplit_once(':').unwrap().1.parse().unwrap()
    }

    async fn knock(&self, knock: &Knock) -> Answer {
        send(self.port(), &knock.bytes()).await
    }

    async fn rows(&self) -> Rows {
        rows(self.town.app.db()).await
    }

    /// Sends each case in its turn, and checks its status and what it changed. A failure names
    /// the case.
    async fn judge(&self, id: &str, cases: impl IntoIterator<Item = Case>) {
        let mut before = self.rows().await;
        for case in cases {
            let name = format!("{id}, {}", case.what);
            let answer = self.knock(&case.knock).await;
            assert_eq!(answer.status, Some(case.status), "{name}: {}", answer.text);
            settle(&[&self.town]).await;
            let after = self.rows().await;
            assert_eq!(
                effect(&before, &after),
                case.effect,
                "{name}: {:?}",
                changed(&before, &after)
            );
            before = after;
        }
        self.assert_alive(id).await;
    }

    /// The server answers, and has written to nobody.
    async fn assert_alive(&self, id: &str) {
        let probe = format!(
            "GET /healthz HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.town.host
        );
        assert_eq!(send(self.port(), probe.as_bytes()).await.status, Some(200), "{id}: alive");
        let posted = self.village.asked().into_iter().find(|asked| asked.starts_with("POST"));
        assert_eq!(posted, None, "{id}: nothing was sent to anybody");
    }

    /// How often documents of other servers were asked for.
    fn fetches(&self) -> usize {
        self.village.asked().len()
    }
}

/// The tables that differ.
fn changed(before: &Rows, after: &Rows) -> BTreeSet<&'static str> {
    after
        .iter()
        .filter(|(name, rows)| before.get(*name) != Some(*rows))
        .map(|(name, _)| *name)
        .collect()
}

/// What happened between two readings. That a server spoke to us is written down with it.
fn effect(before: &Rows, after: &Rows) -> Effect {
    let mut changed = changed(before, after);
    if changed.is_empty() {
        return Effect::Nothing;
    }
    let was_heard = changed.remove("inbound_activity");
    for table in ["actor", "actor_key", "peer", "job"] {
        changed.remove(table);
    }
    match (changed.is_empty(), was_heard) {
        (false, _) => Effect::Applied,
        (true, true) => Effect::Heard,
        (true, false) => Effect::Learnt,
    }
}

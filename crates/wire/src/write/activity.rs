//! Activities as we send them (AS2 Vocabulary § 3.1).

use serde::{Serialize, Serializer};

use super::actor::Actor;
use super::context::{Context, Term};
use super::frame;
use super::note::Note;
use super::order::Ban;
use super::policy::QuoteRequest;
use super::poll::Vote;
use crate::kind::{ActivityKind, ActorKind, Kind, ObjectKind};
use crate::read::Document;
use crate::time::{self, Millis};

/// Something done here.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Activity {
    /// AS2: the permanent id.
    pub id: String,
    /// AS2.
    #[serde(rename = "type")]
    pub kind: ActivityKind,
    /// AS2: who did it.
    pub actor: String,
    /// AS2: when; the post's own moment on a `Create`.
    #[serde(serialize_with = "time::serialize", skip_serializing_if = "Option::is_none")]
    pub published: Option<Millis>,
    /// AS2: who it is for; the same as the object's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// AS2: who else it is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// AS2: what it was done to.
    pub object: Object,
    /// AS2: why, on a `Flag`; as plain text, where Mastodon reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// AS2: the same, where Lemmy reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// AS2: what came of it: the stamp of a quote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// AS2: where to: a collection, or an actor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// AS2: the group that it was done in, where Lemmy reads it (FEP-1b12).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// What only a `Block` of a group says.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub ban: Option<Ban>,
}

/// What an activity was done to, or what stands in a collection.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Object {
    /// An id.
    Iri(String),
    /// Several ids.
    Iris(Vec<String>),
    /// A post.
    Note(Box<Note>),
    /// A vote.
    Vote(Vote),
    /// An actor.
    Actor(Box<Actor>),
    /// What is left of a post.
    Tombstone(Tombstone),
    /// A follow, ours or theirs.
    Follow(Follow),
    /// A wish of somebody elsewhere to quote.
    QuoteRequest(QuoteRequest),
    /// One of our activities.
    Activity(Box<Activity>),
    /// A document as it was received or sent.
    Document(Document),
}

/// A wish to hear somebody; also what an answer to it echoes.
///
/// Answers hold the whole of it with its first id: Mastodon matches by id or by actor and object,
/// Lemmy, `PieFed` and Mobilizon want it embedded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follow {
    /// The id its sender gave it.
    pub id: String,
    /// Who wants to hear.
    pub actor: String,
    /// Who is to be heard.
    pub object: String,
}

impl Serialize for Follow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shape<'a> {
            id: &'a str,
            r#type: ActivityKind,
            actor: &'a str,
            object: &'a str,
        }
        let Self { id, actor, object } = self;
        Shape { id, r#type: ActivityKind::Follow, actor, object }.serialize(serializer)
    }
}

/// What stands where a post was (AS2 Vocabulary § 3.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tombstone {
    /// AS2: the id the post had.
    pub id: String,
    /// Always `Tombstone`.
    #[serde(rename = "type")]
    kind: ObjectKind,
    /// AS2: what it was.
    pub former_type: Kind,
    /// AS2: when it was deleted.
    #[serde(serialize_with = "time::serialize", skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Millis>,
}

impl Tombstone {
    /// The remains of a post.
    pub fn new(id: impl Into<String>, former_type: ObjectKind, deleted: Millis) -> Self {
        let former_type = Kind::Object(former_type);
        Self { id: id.into(), kind: ObjectKind::Tombstone, former_type, deleted: Some(deleted) }
    }

    /// The remains of an actor.
    pub fn of_actor(id: impl Into<String>, former_type: ActorKind) -> Self {
        let former_type = Kind::Actor(former_type);
        Self { id: id.into(), kind: ObjectKind::Tombstone, former_type, deleted: None }
    }

    /// The document as it is served, with status 410.
    pub fn to_json(&self) -> String {
        frame(&Context::plain(), self)
    }
}

impl Activity {
    pub(super) fn new(
        id: impl Into<String>,
        kind: ActivityKind,
        actor: String,
        object: Object,
    ) -> Self {
        let (to, cc) = (Vec::new(), Vec::new());
        Self {
            id: id.into(),
            kind,
            actor,
            published: None,
            to,
            cc,
            object,
            target: None,
            content: None,
            summary: None,
            result: None,
            audience: None,
            ban: None,
        }
    }

    /// The same, for these people.
    #[must_use]
    pub fn addressed(mut self, to: Vec<String>, cc: Vec<String>) -> Self {
        (self.to, self.cc) = (to, cc);
        self
    }

    /// A new post, for whom the post is for, at its moment.
    pub fn create(id: impl Into<String>, note: Note) -> Self {
        let published = note.published;
        Self { published, ..Self::about_note(id, ActivityKind::Create, note) }
    }

    /// A post in its new form, for whom the post is for, at the moment of the change.
    pub fn update(id: impl Into<String>, note: Note) -> Self {
        let published = note.updated;
        Self { published, ..Self::about_note(id, ActivityKind::Update, note) }
    }

    fn about_note(id: impl Into<String>, kind: ActivityKind, note: Note) -> Self {
        let (to, cc) = (note.to.clone(), note.cc.clone());
        let actor = note.attributed_to.clone();
        Self::new(id, kind, actor, Object::Note(Box::new(note))).addressed(to, cc)
    }

    /// An actor in its new form; say for whom with [`Activity::addressed`].
    pub fn update_actor(id: impl Into<String>, actor: Actor) -> Self {
        let who = actor.id.clone();
        Self::new(id, ActivityKind::Update, who, Object::Actor(Box::new(actor)))
    }

    /// A post is gone; say for whom with [`Activity::addressed`].
    pub fn delete(id: impl Into<String>, actor: impl Into<String>, remains: Tombstone) -> Self {
        Self::new(id, ActivityKind::Delete, actor.into(), Object::Tombstone(remains))
    }

    /// An actor is gone for ever; say for whom with [`Activity::addressed`].
    pub fn delete_actor(id: impl Into<String>, actor: impl Into<String>) -> Self {
        let actor = actor.into();
        Self::new(id, ActivityKind::Delete, actor.clone(), Object::Iri(actor))
    }

    /// A wish to hear somebody, for them.
    pub fn follow(follow: Follow) -> Self {
        let Follow { id, actor, object } = follow;
        let to = vec![object.clone()];
        Self::new(id, ActivityKind::Follow, actor, Object::Iri(object)).addressed(to, Vec::new())
    }

    /// Yes to a follow, by the followed to the follower.
    pub fn accept(id: impl Into<String>, follow: Follow) -> Self {
        Self::answer(id, ActivityKind::Accept, follow)
    }

    /// No to a follow, or no longer, by the followed to the follower.
    pub fn reject(id: impl Into<String>, follow: Follow) -> Self {
        Self::answer(id, ActivityKind::Reject, follow)
    }

    fn answer(id: impl Into<String>, kind: ActivityKind, follow: Follow) -> Self {
        let to = vec![follow.actor.clone()];
        let actor = follow.object.clone();
        Self::new(id, kind, actor, Object::Follow(follow)).addressed(to, Vec::new())
    }

    /// Yes to a quote, with its stamp.
    pub fn accept_quote(
        id: impl Into<String>,
        actor: impl Into<String>,
        request: QuoteRequest,
        stamp: String,
    ) -> Self {
        let to = vec![request.actor.clone()];
        let accept =
            Self::new(id, ActivityKind::Accept, actor.into(), Object::QuoteRequest(request));
        Self { result: Some(stamp), ..accept }.addressed(to, Vec::new())
    }

    /// No to a quote.
    pub fn reject_quote(
        id: impl Into<String>,
        actor: impl Into<String>,
        request: QuoteRequest,
    ) -> Self {
        let to = vec![request.actor.clone()];
        Self::new(id, ActivityKind::Reject, actor.into(), Object::QuoteRequest(request))
            .addressed(to, Vec::new())
    }

    /// Takes one of our follows back.
    pub fn undo(id: impl Into<String>, follow: Follow) -> Self {
        let to = vec![follow.object.clone()];
        let actor = follow.actor.clone();
        Self::new(id, ActivityKind::Undo, actor, Object::Follow(follow)).addressed(to, Vec::new())
    }

    /// A post is liked; for its author alone, so that nobody else counts.
    pub fn like(
        id: impl Into<String>,
        actor: impl Into<String>,
        post: String,
        author: String,
    ) -> Self {
        Self::new(id, ActivityKind::Like, actor.into(), Object::Iri(post))
            .addressed(vec![author], Vec::new())
    }

    /// A vote in a poll; for whose poll it is alone.
    pub fn vote(id: impl Into<String>, vote: Vote) -> Self {
        let (actor, to) = (vote.attributed_to.clone(), vote.to.clone());
        Self::new(id, ActivityKind::Create, actor, Object::Vote(vote)).addressed(to, Vec::new())
    }

    /// A post is passed on, at that moment; say to whom with [`Activity::addressed`].
    pub fn announce(
        id: impl Into<String>,
        actor: impl Into<String>,
        post: String,
        at: Millis,
    ) -> Self {
        let announce = Self::new(id, ActivityKind::Announce, actor.into(), Object::Iri(post));
        Self { published: Some(at), ..announce }
    }

    /// A group passes on what somebody did in it, as it was said (FEP-1b12); say to whom with
    /// [`Activity::addressed`].
    pub fn announce_activity(
        id: impl Into<String>,
        group: impl Into<String>,
        activity: Document,
        at: Millis,
    ) -> Self {
        let object = Object::Document(activity);
        let announce = Self::new(id, ActivityKind::Announce, group.into(), object);
        Self { published: Some(at), ..announce }
    }

    /// Wants nothing to do with somebody; for their server alone.
    pub fn block(id: impl Into<String>, actor: impl Into<String>, target: String) -> Self {
        let to = vec![target.clone()];
        Self::new(id, ActivityKind::Block, actor.into(), Object::Iri(target))
            .addressed(to, Vec::new())
    }

    /// An actor lives elsewhere now; say to whom with [`Activity::addressed`].
    pub fn moved(id: impl Into<String>, actor: impl Into<String>, target: String) -> Self {
        let actor = actor.into();
        let moved = Self::new(id, ActivityKind::Move, actor.clone(), Object::Iri(actor));
        Self { target: Some(target), ..moved }
    }

    /// A report to the server of who it is about; say to whom with [`Activity::addressed`].
    pub fn flag(
        id: impl Into<String>,
        actor: impl Into<String>,
        objects: Vec<String>,
        why: String,
    ) -> Self {
        let flag = Self::new(id, ActivityKind::Flag, actor.into(), Object::Iris(objects));
        Self { content: Some(why.clone()), summary: Some(why), ..flag }
    }

    /// A post comes into a collection of its author; say to whom with [`Activity::addressed`].
    pub fn add(
        id: impl Into<String>,
        actor: impl Into<String>,
        post: String,
        collection: String,
    ) -> Self {
        let add = Self::new(id, ActivityKind::Add, actor.into(), Object::Iri(post));
        Self { target: Some(collection), ..add }
    }

    /// It leaves the collection again; say to whom with [`Activity::addressed`].
    pub fn remove(
        id: impl Into<String>,
        actor: impl Into<String>,
        post: String,
        collection: String,
    ) -> Self {
        Self { kind: ActivityKind::Remove, ..Self::add(id, actor, post, collection) }
    }

    /// Takes one of our activities back, for whom that was. The whole of it is inside: not everybody
    /// finds it by its id (docs/federation/peers.md).
    pub fn undo_activity(id: impl Into<String>, activity: Self) -> Self {
        let (to, cc) = (activity.to.clone(), activity.cc.clone());
        let (actor, audience) = (activity.actor.clone(), activity.audience.clone());
        let undo = Self::new(id, ActivityKind::Undo, actor, Object::Activity(Box::new(activity)));
        Self { audience, ..undo }.addressed(to, cc)
    }

    /// The context this document needs, its object included.
    pub fn context(&self) -> Context {
        self.add_terms(Context::plain())
    }

    fn add_terms(&self, context: Context) -> Context {
        let ends = self.ban.is_some_and(|ban| ban.expires.is_some());
        let context = context
            .term(Term::Lock, (self.kind == ActivityKind::Lock).into())
            .term(Term::RemoveData, self.ban.is_some().into())
            .term(Term::Expires, ends.into());
        self.object.add_terms(context)
    }

    /// The document as it is sent.
    pub fn to_json(&self) -> String {
        frame(&self.context(), self)
    }
}

impl Object {
    pub(super) fn add_terms(&self, context: Context) -> Context {
        match self {
            Self::Note(note) => note.add_terms(context),
            Self::Actor(actor) => actor.add_terms(context),
            Self::Activity(activity) => activity.add_terms(context),
            Self::QuoteRequest(_) => context.term(Term::QuoteRequest, true.into()),
            Self::Iri(_)
            | Self::Iris(_)
            | Self::Vote(_)
            | Self::Tombstone(_)
            | Self::Follow(_)
            | Self::Document(_) => context,
        }
    }
}

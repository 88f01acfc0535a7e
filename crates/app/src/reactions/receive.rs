//! Likes and boosts that come from other servers.

use std::collections::{BTreeSet, HashMap, HashSet};

use carefolk_domain::{ActorId, PostId, ReactionKind, UriHash, uri};
use carefolk_store::dialect;
use carefolk_store::entity::{actor, post, reaction};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::votes::{self, Vote};
use crate::App;
use crate::actors::{bury, tombstones};
use crate::follows::receive::Named;
use crate::kernel::{error::Error, outcome::Outcome, tx::Tx};
use crate::posts::visible::may_see;
use crate::reacted::{self, New};
use crate::{blocked, posts};

/// A `Like` or `Announce` of a post.
pub(crate) struct Reacting {
    /// Whose it is.
    pub(crate) actor: actor::Model,
    /// Its id.
    pub(crate) uri: String,
    /// The id of the post.
    pub(crate) object: String,
    /// Which of the two.
    pub(crate) kind: ReactionKind,
}

/// Writes those of posts that are here, and says of each what came of it, in their order: a post that many
/// like is told of hundreds a second, and the database is asked as much about a hundred of them as about one.
///
/// # Errors
///
/// [`Error::Store`], [`Error::Busy`]: then of none of them.
pub(crate) async fn react(
    app: &App,
    tx: &Tx,
    reacting: Vec<Reacting>,
) -> Result<Vec<Outcome>, Error> {
    if reacting.is_empty() {
        return Ok(Vec::new());
    }
    let known = Known::of(tx, &reacting).await?;
    let mut judged = Vec::with_capacity(reacting.len());
    for reacting in &reacting {
        judged.push(known.judge(tx, reacting).await?);
    }
    let held = Held::of(tx, &reacting, &judged).await?;
    let mut seen: HashSet<Key> = HashSet::new();
    let (mut outcomes, mut new) = (Vec::with_capacity(reacting.len()), Vec::new());
    for (reacting, judged) in reacting.iter().zip(judged) {
        let fits = judged.and_then(|post| held.fits(reacting, post));
        outcomes.push(match fits {
            Ok(post) if seen.insert((reacting.actor.id, post.id, reacting.kind)) => {
                let Reacting { actor, uri, kind, .. } = reacting;
                new.push(New { actor, post, kind: *kind, uri: uri.clone() });
                Outcome::Applied
            }
            Ok(_) => KNOWN_ALREADY,
            Err(outcome) => outcome,
        });
    }
    if new.is_empty() {
        return Ok(outcomes);
    }
    let likes: Vec<(&actor::Model, &post::Model, String)> = new
        .iter()
        .filter(|new| new.kind == ReactionKind::Like)
        .map(|new| (new.actor, new.post, new.uri.clone()))
        .collect();
    reacted::insert(app, tx, new).await?;
    let votes = likes.iter().map(|(actor, post, uri)| Vote { actor, post, uri, undo: None });
    votes::pass_on(app, tx, votes.collect()).await?;
    Ok(outcomes)
}

const NOT_HERE: Outcome = Outcome::Ignored("we do not have it");
const KNOWN_ALREADY: Outcome = Outcome::Ignored("we know it already");

/// What there is one of at most.
type Key = (ActorId, PostId, ReactionKind);

/// What is here already of what these are about.
struct Known {
    /// The posts.
    posts: HashMap<UriHash, post::Model>,
    /// Whom the authors of these posts block.
    blocks: HashSet<(ActorId, ActorId)>,
    /// Who said of which of them that it is taken back.
    tombstones: HashMap<UriHash, String>,
}

impl Known {
    async fn of(tx: &Tx, reacting: &[Reacting]) -> Result<Self, Error> {
        let objects = reacting.iter().map(|reacting| UriHash::of(&reacting.object)).collect();
        let uris = reacting.iter().map(|reacting| UriHash::of(&reacting.uri)).collect();
        let actors: BTreeSet<ActorId> = reacting.iter().map(|reacting| reacting.actor.id).collect();
        let posts = posts::published(tx.conn(), objects).await?;
        let authors: BTreeSet<ActorId> = posts.values().map(|post| post.actor_id).collect();
        Ok(Self {
            blocks: blocked::among(tx.conn(), &authors, &actors).await?,
            tombstones: tombstones(tx, uris).await?,
            posts,
        })
    }

    /// The post that one is about, or why it does not count.
    async fn judge(
        &self,
        tx: &Tx,
        reacting: &Reacting,
    ) -> Result<Result<&post::Model, Outcome>, Error> {
        let Reacting { actor, uri, object, kind } = reacting;
        let Some(post) = self.posts.get(&UriHash::of(object)) else { return Ok(Err(NOT_HERE)) };
        let may_pass_on = *kind == ReactionKind::Like || post.audience.is_open();
        Ok(if !may_pass_on || !may_see(tx, actor, post).await? {
            Err(Outcome::Refused("it is not for them"))
        } else if self.blocks.contains(&(post.actor_id, actor.id)) {
            Err(Outcome::Refused("whose it is blocks them"))
        } else if self.tombstones.get(&UriHash::of(uri)).is_some_and(|by| *by == actor.uri) {
            Err(Outcome::Ignored("it was taken back before it came"))
        } else {
            Ok(post)
        })
    }
}

/// What holds while the posts that count are held, so that what is deleted at the same time has no reaction
/// afterwards, and what another process writes is seen.
struct Held {
    posts: HashMap<PostId, post::Model>,
    /// Which there are.
    reactions: HashSet<Key>,
    /// The ids that are taken.
    ids: HashSet<UriHash>,
}

impl Held {
    async fn of(
        tx: &Tx,
        reacting: &[Reacting],
        judged: &[Result<&post::Model, Outcome>],
    ) -> Result<Self, Error> {
        let mut wanted: Vec<Key> = Vec::new();
        let mut ids: Vec<UriHash> = Vec::new();
        for (reacting, judged) in reacting.iter().zip(judged) {
            if let Ok(post) = judged {
                wanted.push((reacting.actor.id, post.id, reacting.kind));
                ids.push(UriHash::of(&reacting.uri));
            }
        }
        let posts = posts::held_all(tx, wanted.iter().map(|(_, post, _)| *post).collect()).await?;
        let reactions = dialect::reactions_among(tx.store(), &wanted).await?.into_iter().collect();
        Ok(Self { posts, reactions, ids: reacted::taken(tx, ids).await? })
    }

    /// The post, if it is there still and nothing stands in the way.
    fn fits(&self, reacting: &Reacting, post: &post::Model) -> Result<&post::Model, Outcome> {
        let post = self.posts.get(&post.id).ok_or(NOT_HERE)?;
        let key = (reacting.actor.id, post.id, reacting.kind);
        if self.reactions.contains(&key) || self.ids.contains(&UriHash::of(&reacting.uri)) {
            return Err(KNOWN_ALREADY);
        }
        Ok(post)
    }
}

/// `Undo` of a `Like` or `Announce`. Only whose it was can (S-045).
///
/// `uri` is the id of the `Undo`.
pub(crate) async fn undo(
    app: &App,
    tx: &Tx,
    from: &actor::Model,
    (named, uri): (&Named, &str),
) -> Result<Outcome, Error> {
    if let Some(row) = find(tx, from, named).await? {
        reacted::delete(tx, &row).await?;
        let post = post::Entity::find_by_id(row.post_id).one(tx.conn()).await?;
        if let Some(post) = post.filter(|_| row.kind == ReactionKind::Like) {
            let vote = Vote { actor: from, post: &post, uri: &row.activity_uri, undo: Some(uri) };
            votes::pass_on(app, tx, vec![vote]).await?;
        }
        return Ok(Outcome::Applied);
    }
    // It may have overtaken what it undoes.
    if let Some(id) = named.id.as_deref().filter(|id| uri::same_origin(id, &from.uri)) {
        bury(tx, id, &from.uri).await?;
    }
    Ok(Outcome::Ignored("it undoes nothing here"))
}

async fn find(
    tx: &Tx,
    from: &actor::Model,
    named: &Named,
) -> Result<Option<reaction::Model>, Error> {
    if let Some(id) = &named.id {
        let found = reaction::Entity::find()
            .filter(reaction::Column::ActivityHash.eq(UriHash::of(id)))
            .one(tx.conn())
            .await?;
        if let Some(row) = found {
            return Ok(Some(row).filter(|row| row.actor_id == from.id));
        }
    }
    let kind = match named.kind.as_deref() {
        Some("Like") => ReactionKind::Like,
        Some("Announce") => ReactionKind::Boost,
        _ => return Ok(None),
    };
    let Some(object) = named.object.as_deref().filter(|_| named.is_by(from)) else {
        return Ok(None);
    };
    match posts::by_uri(tx.conn(), object).await? {
        Some(post) => reacted::find(tx, from, &post, kind).await,
        None => Ok(None),
    }
}

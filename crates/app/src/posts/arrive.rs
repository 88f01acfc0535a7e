//! New posts from elsewhere, many at a time: a busy server is told of hundreds a second, and asks the
//! database as much about a hundred of them as about one.
//!
//! Invariants: as of [`super::receive`], and what comes of a post does not depend on what it came with.

use std::collections::{BTreeMap, HashMap, HashSet};

use carefolk_domain::post::MENTIONS_MAX;
use carefolk_domain::{ActorId, ActorKind, Moment, PostId, PostState, Span, UriHash, uri};
use carefolk_store::dialect::{insert_all, padded};
use carefolk_store::entity::{actor, attachment, post, rendition, revision};
use carefolk_wire::read::Note;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::concern::people;
use super::policy::{self, Policies};
use super::receive::{Heard, audience, is_folded, kept_as, said_after_all};
use super::visible::may_see;
use super::words::Words;
use super::{attachments, counts, ids, named, orphans, polls, publish, votes};
use crate::actors::{queries as actors, tombstones};
use crate::kernel::jobs::{self, Climb, Job};
use crate::kernel::{error::Error, outcome::Outcome, tx::Tx};
use crate::relayed::What;
use crate::{App, blocked, homes, relayed, taken_in};

/// How old a post is at most whose row is numbered by when it came.
const FRESH: Span = Span::minutes(1);

/// A post from elsewhere that is to be kept.
pub(crate) struct Arriving {
    /// Who wrote it.
    pub(crate) author: actor::Model,
    /// What it says.
    pub(crate) note: Note,
    /// Its words, safe to show.
    pub(crate) words: Words,
    /// How far it was climbed to.
    pub(crate) climb: Climb,
    /// The activity that brought it, as it came; nothing where it was looked for.
    pub(crate) said: Option<String>,
}

/// One with its place among those it came with.
type Numbered = (usize, Arriving);

/// One that is kept, with what it means here.
struct Kept {
    arriving: Arriving,
    heard: Heard,
}

/// Writes the new ones among these, and says of each what came of it, in their order.
///
/// # Errors
///
/// [`Error::Store`], [`Error::Busy`]: then of none of them.
pub(crate) async fn create_all(
    app: &App,
    tx: &Tx,
    arriving: Vec<Arriving>,
) -> Result<Vec<Outcome>, Error> {
    let mut outcomes = BTreeMap::new();
    let mut left: Vec<Numbered> = arriving.into_iter().enumerate().collect();
    while !left.is_empty() {
        let (now, later) = independent(left);
        // On the heap: what a task holds of a round is more than its stack should carry.
        outcomes.extend(Box::pin(round(app, tx, now)).await?);
        left = later;
    }
    Ok(outcomes.into_values().collect())
}

/// Takes apart those that are, or answer, something that comes before them here: their turn is next.
fn independent(all: Vec<Numbered>) -> (Vec<Numbered>, Vec<Numbered>) {
    let mut before: HashSet<String> = HashSet::new();
    all.into_iter().partition(|(_, Arriving { note, .. })| {
        let parent = note.in_reply_to.as_ref();
        let is_new = before.insert(note.id.clone());
        is_new && parent.is_none_or(|parent| !before.contains(parent) || *parent == note.id)
    })
}

/// Writes those that do not depend on each other.
async fn round(
    app: &App,
    tx: &Tx,
    arriving: Vec<Numbered>,
) -> Result<Vec<(usize, Outcome)>, Error> {
    let known = Known::of(tx, &arriving).await?;
    let mut outcomes = Vec::with_capacity(arriving.len());
    let mut kept = Vec::with_capacity(arriving.len());
    for (index, arriving) in arriving {
        outcomes.push(match judge(app, tx, &known, &arriving).await? {
            Ok(heard) => {
                kept.push(Kept { arriving, heard });
                (index, Outcome::Applied)
            }
            Err(outcome) => (index, outcome),
        });
    }
    if !kept.is_empty() {
        Box::pin(write(app, tx, kept)).await?;
    }
    Ok(outcomes)
}

/// What is here already of what these are about.
struct Known {
    /// The posts themselves, and what they answer.
    posts: HashMap<UriHash, post::Model>,
    /// Who said of which of them that it is gone.
    tombstones: HashMap<UriHash, String>,
    /// Whom of ours they are addressed to or name.
    locals: HashMap<UriHash, actor::Model>,
}

impl Known {
    async fn of(tx: &Tx, arriving: &[Numbered]) -> Result<Self, Error> {
        let notes = || arriving.iter().map(|(_, arriving)| &arriving.note);
        let own: HashSet<UriHash> = notes().map(|note| UriHash::of(&note.id)).collect();
        let answered = notes().filter_map(|note| note.in_reply_to.as_deref().map(UriHash::of));
        let posts: HashSet<UriHash> = own.iter().cloned().chain(answered).collect();
        let people: HashSet<UriHash> = notes().flat_map(people).collect();
        let posts = post::Entity::find()
            .filter(post::Column::UriHash.is_in(padded(posts)))
            .all(tx.conn())
            .await?;
        Ok(Self {
            posts: posts.into_iter().map(|row| (row.uri_hash.clone(), row)).collect(),
            tombstones: tombstones(tx, own).await?,
            locals: locals(tx.conn(), people).await?,
        })
    }
}

/// Which of these actors are ours.
async fn locals(
    conn: &impl ConnectionTrait,
    people: HashSet<UriHash>,
) -> Result<HashMap<UriHash, actor::Model>, Error> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let found = actor::Entity::find()
        .filter(actor::Column::UriHash.is_in(padded(people)))
        .filter(actor::Column::DomainId.is_not_null())
        .all(conn)
        .await?;
    Ok(found.into_iter().map(|row| (row.uri_hash.clone(), row)).collect())
}

/// What one means here, or why it is not kept.
async fn judge(
    app: &App,
    tx: &Tx,
    known: &Known,
    arriving: &Arriving,
) -> Result<Result<Heard, Outcome>, Error> {
    let Arriving { author, note, climb, .. } = arriving;
    let hash = UriHash::of(&note.id);
    let parent = note.in_reply_to.as_deref().and_then(|uri| known.posts.get(&UriHash::of(uri)));
    if let Some(here) = known.posts.get(&hash) {
        if *climb == Climb::START && here.fetched_at.is_some() {
            return said_after_all(app, tx, author, note, here.clone()).await.map(Err);
        }
        return Ok(Err(Outcome::Ignored("we have it already")));
    }
    if known.tombstones.get(&hash).is_some_and(|by| *by == author.uri) {
        return Ok(Err(Outcome::Ignored("it was deleted")));
    }
    if votes::looks_like_a_vote(note) && parent.is_some_and(|row| row.kind == polls::QUESTION) {
        return Ok(Err(Outcome::Ignored("a vote is no post")));
    }
    let parent = parent.filter(|parent| parent.state == PostState::Published).cloned();
    let here = people(note).filter_map(|person| known.locals.get(&person)).cloned();
    let locals = without_blockers(tx, here.take(MENTIONS_MAX).collect(), author.id).await?;
    let heard = Heard { audience: audience(note, author), parent, locals };
    let is_news = *climb == Climb::START;
    let written = (!is_news).then(|| published(tx.now(), note));
    if is_unwanted(tx, author, &heard, written).await? {
        return Ok(Err(Outcome::Refused("its author may not answer that")));
    }
    Ok(Ok(heard))
}

/// Those who do not block `author`.
async fn without_blockers(
    tx: &Tx,
    mut people: Vec<actor::Model>,
    author: ActorId,
) -> Result<Vec<actor::Model>, Error> {
    if people.is_empty() {
        return Ok(people);
    }
    let blockers: HashSet<ActorId> = actor::Entity::find()
        .select_only()
        .column(actor::Column::Id)
        .filter(actor::Column::Id.is_in(padded(people.iter().map(|actor| actor.id))))
        .filter(actor::Column::Id.in_subquery(blocked::blockers_of(author)))
        .into_tuple()
        .all(tx.conn())
        .await?
        .into_iter()
        .collect();
    people.retain(|actor| !blockers.contains(&actor.id));
    Ok(people)
}

/// Whether it answers somebody here who blocks its author, or a post that they may not answer or
/// not even see.
async fn is_unwanted(
    tx: &Tx,
    author: &actor::Model,
    heard: &Heard,
    written: Option<Moment>,
) -> Result<bool, Error> {
    let Some(parent) = &heard.parent else { return Ok(false) };
    if taken_in::is_unwanted_below(tx, parent, author, (heard.audience, written)).await? {
        return Ok(true);
    }
    if parent.slug.is_none() {
        return Ok(false);
    }
    // What is guessed is not answered (S-051).
    Ok(!may_see(tx, author, parent).await?
        || blocked::is_blocked(tx.conn(), parent.actor_id, author.id).await?
        || !policy::may_answer(tx.conn(), parent, author).await?)
}

/// Writes these with all that belongs to them, and brings them where they are read.
async fn write(app: &App, tx: &Tx, kept: Vec<Kept>) -> Result<(), Error> {
    let ids = new_ids(app, tx, &kept).await?;
    let rows: Vec<post::Model> =
        kept.iter().zip(ids).map(|(kept, id)| row_of(tx.now(), id, kept)).collect();
    insert_all::<post::ActiveModel>(tx.store(), rows.clone()).await?;
    let mut revisions: Vec<revision::Model> = Vec::with_capacity(rows.len());
    let mut renditions: Vec<rendition::Model> = Vec::with_capacity(rows.len());
    let mut attached: Vec<attachment::Model> = Vec::new();
    let mut parts = Vec::with_capacity(rows.len());
    for (row, kept) in rows.iter().zip(kept) {
        let Kept { arriving: Arriving { note, words, climb, said, .. }, heard } = kept;
        polls::keep(tx, row.id, &note).await?;
        let said_at = row.published.unwrap_or(tx.now());
        revisions.push(words.revision(app, row.id, said_at));
        renditions.extend(words.renditions(row.id));
        attached.extend(attachments::rows(row.id, &note));
        parts.push((row, note, heard, (climb, said)));
    }
    insert_all::<revision::ActiveModel>(tx.store(), revisions).await?;
    insert_all::<rendition::ActiveModel>(tx.store(), renditions).await?;
    insert_all::<attachment::ActiveModel>(tx.store(), attached).await?;
    let about: Vec<_> = parts.iter().map(|(row, note, heard, _)| (row.id, note, heard)).collect();
    named::attach(app, tx, &about).await?;
    counts::count_all(tx, &rows, 1).await?;
    // What was looked for is news to nobody: it only completes a conversation.
    let news = parts.iter().filter(|(.., (climb, _))| *climb == Climb::START);
    let news: Vec<_> =
        news.map(|(row, _, heard, (_, said))| (*row, heard, said.as_deref())).collect();
    bring_news(app, tx, &news).await?;
    orphans::adopt_orphans(tx, &rows).await?;
    for (_, note, heard, (climb, _)) in parts {
        if heard.parent.is_none()
            && let (Some(uri), Some(climb)) = (note.in_reply_to, climb.up())
        {
            jobs::later(app, tx, &Job::FetchParent { uri, climb }).await?;
        }
    }
    Ok(())
}

fn published(now: Moment, note: &Note) -> Moment {
    // A post from the future would stay on top of every list (S-096).
    note.published.map_or(now, |at| Moment(at).min(now))
}

/// Ids that sort where the posts belong. Two of one millisecond differ by chance; one that is taken makes
/// way.
async fn new_ids(app: &App, tx: &Tx, kept: &[Kept]) -> Result<Vec<PostId>, Error> {
    let wanted: Vec<PostId> = kept
        .iter()
        .map(|kept| {
            let at = published(tx.now(), &kept.arriving.note);
            PostId(if tx.now() - at < FRESH { app.id() } else { ids::id_at(app, at) })
        })
        .collect();
    let taken: Vec<PostId> = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(post::Column::Id.is_in(padded(wanted.iter().copied())))
        .into_tuple()
        .all(tx.conn())
        .await?;
    let mut taken: HashSet<PostId> = taken.into_iter().collect();
    let mut ids = Vec::with_capacity(wanted.len());
    for (mut id, kept) in wanted.into_iter().zip(kept) {
        while !taken.insert(id) {
            let at = published(tx.now(), &kept.arriving.note);
            id = PostId(ids::past_id(app, tx, at).await?);
        }
        ids.push(id);
    }
    Ok(ids)
}

fn row_of(now: Moment, id: PostId, kept: &Kept) -> post::Model {
    let Kept { arriving: Arriving { author, note, climb, .. }, heard } = kept;
    let policies = Policies::heard(note, author);
    let parent = heard.parent.as_ref();
    let own_url = note.url.clone().filter(|url| uri::same_origin(url, &note.id));
    post::Model {
        id,
        actor_id: author.id,
        uri: note.id.clone(),
        uri_hash: UriHash::of(&note.id),
        slug: None,
        url: own_url.unwrap_or_else(|| note.id.clone()),
        kind: kept_as(note).unwrap_or(polls::NOTE).to_owned(),
        reply_policy: policies.replies,
        quote_policy: policies.quotes,
        starts_at: note.start_time.map(Moment),
        ends_at: note.end_time.map(Moment),
        place: note.place.clone(),
        audience: heard.audience,
        // What was looked for belongs where it answers; what comes by itself is judged and told of below.
        group_id: parent
            .filter(|parent| *climb != Climb::START && parent.audience.is_open())
            .filter(|_| heard.audience.is_open())
            .and_then(|parent| parent.group_id),
        state: PostState::Published,
        state_reason: None,
        state_by: None,
        locked_at: None,
        in_reply_to_uri: note.in_reply_to.clone(),
        in_reply_to_id: parent.map(|parent| parent.id),
        in_reply_to_hash: note.in_reply_to.as_deref().map(UriHash::of),
        root_id: parent.map(|parent| parent.root_id.unwrap_or(parent.id)),
        // Who does not say belongs to the conversation it answers (FEP-7888).
        context_uri: note.context.clone().or_else(|| parent.and_then(|p| p.context_uri.clone())),
        sensitive: is_folded(note),
        publish_at: None,
        published: Some(published(now, note)),
        edited_at: note.updated.map(|at| Moment(at).min(now)),
        created_at: now,
        reply_count: 0,
        like_count: 0,
        boost_count: 0,
        fetched_at: (*climb != Climb::START).then_some(now),
        asked_at: None,
    }
}

/// Puts posts where they are read, and tells whom they concern.
pub(super) async fn bring_news(
    app: &App,
    tx: &Tx,
    news: &[(&post::Model, &Heard, Option<&str>)],
) -> Result<(), Error> {
    let rows: Vec<&post::Model> = news.iter().map(|(row, ..)| *row).collect();
    homes::spread(tx, &rows).await?;
    for (row, heard, said) in news {
        if is_for_a_group(heard) {
            let author = actors::by_id(tx.conn(), row.actor_id).await?;
            let (parent, named) = (heard.parent.as_ref(), (heard.locals.as_slice(), *said));
            let taken = taken_in::began_here(app, tx, row, &author, parent, named).await?;
            if let (Some((place, row)), Some(said)) = (taken, said) {
                relayed::tell(app, tx, &place, &row, (What::Words, said)).await?;
            }
        }
        let mut named: Vec<&actor::Model> = heard.locals.iter().collect();
        // Who lives elsewhere is told by their own server.
        let ours = heard.parent.as_ref().filter(|parent| parent.slug.is_some());
        let author = match ours {
            Some(parent) => Some(actors::by_id(tx.conn(), parent.actor_id).await?),
            None => None,
        };
        named.extend(author.as_ref());
        publish::notify(app, tx, row, &named).await?;
    }
    Ok(())
}

fn is_for_a_group(heard: &Heard) -> bool {
    heard.parent.as_ref().is_some_and(|parent| parent.group_id.is_some())
        || heard.locals.iter().any(|local| local.kind == ActorKind::Group)
}

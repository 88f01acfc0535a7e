//! Polls: what a post asks, and how often each answer was chosen.
//!
//! Invariants: the options of a poll do not change once somebody chose one; how often each was
//! chosen can be seen, and who chose it by nobody but them.

use std::collections::{HashMap, HashSet};

use carefolk_domain::poll::{OPEN_MAX, OPEN_MIN, OPTION_MAX_CHARS, OPTIONS_MAX, OPTIONS_MIN};
use carefolk_domain::{ActorId, FieldError, Invalid, Moment, PostId, PostState, Span};
use carefolk_store::entity::{poll, poll_option, poll_vote, post};
use carefolk_wire::{read, write};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::tallies;
use crate::App;
use crate::kernel::{caller::Caller, error::Error, outcome::Outcome, tx::Tx};

/// What `post.kind` says of a poll, and of a post that is none.
pub(super) const QUESTION: &str = "question";
pub(super) const NOTE: &str = "note";

/// A poll about to be published with its post.
#[derive(Clone, Debug)]
pub struct NewPoll {
    /// The answers to choose from, as plain text.
    pub options: Vec<String>,
    /// Whether one may choose several.
    pub multiple: bool,
    /// How long it is open; for ever if nothing is said.
    pub open_for: Option<Span>,
}

/// A poll, as it is shown.
#[derive(Clone, Debug)]
pub struct PollView {
    /// Whether one may choose several options.
    pub multiple: bool,
    /// The options, in their order.
    pub options: Vec<PollOptionView>,
    /// How many actors voted, if we know.
    pub voters: Option<u64>,
    /// When it closes, if it does.
    pub closes: Option<Moment>,
    /// When it was closed, if it was.
    pub closed: Option<Moment>,
    /// Whether it is the viewer's own.
    pub is_own: bool,
    /// Whether the viewer may vote while it is open.
    pub may_vote: bool,
}

/// An option of a poll.
#[derive(Clone, Debug)]
pub struct PollOptionView {
    /// What it says, as plain text.
    pub title: String,
    /// How often it was chosen.
    pub votes: u64,
    /// Whether the viewer chose it.
    pub is_mine: bool,
}

impl PollView {
    /// Whether the viewer has voted.
    pub fn has_voted(&self) -> bool {
        self.options.iter().any(|option| option.is_mine)
    }

    /// Whether nobody can vote any more at `now`.
    pub fn is_closed(&self, now: Moment) -> bool {
        self.closed.is_some() || self.closes.is_some_and(|closes| closes <= now)
    }

    /// Of a hundred who voted, how many chose an option that was chosen `votes` times. Where nobody
    /// says how many voted, of a hundred votes.
    pub fn percent(&self, votes: u64) -> u64 {
        let all: u64 = self.options.iter().map(|option| option.votes).sum();
        let all = self.voters.filter(|voters| *voters > 0).unwrap_or(all);
        votes.saturating_mul(100).checked_div(all).unwrap_or(0).min(100)
    }
}

/// A poll with its options.
pub(super) struct Poll {
    pub row: poll::Model,
    pub options: Vec<poll_option::Model>,
}

impl Poll {
    /// The poll of a post, if it has one.
    pub(super) async fn of(
        conn: &impl ConnectionTrait,
        post: PostId,
    ) -> Result<Option<Self>, Error> {
        let row = poll::Entity::find_by_id(post).one(conn).await?;
        Self::with_options(conn, row).await
    }

    /// The same, kept for this change alone: of two votes at once the second sees the first (S-054).
    pub(super) async fn held(tx: &Tx, post: PostId) -> Result<Option<Self>, Error> {
        let row = poll::Entity::find_by_id(post).lock_exclusive().one(tx.conn()).await?;
        Self::with_options(tx.conn(), row).await
    }

    async fn with_options(
        conn: &impl ConnectionTrait,
        row: Option<poll::Model>,
    ) -> Result<Option<Self>, Error> {
        let Some(row) = row else { return Ok(None) };
        let options = poll_option::Entity::find()
            .filter(poll_option::Column::PostId.eq(row.post_id))
            .order_by_asc(poll_option::Column::Position)
            .all(conn)
            .await?;
        Ok(Some(Self { row, options }))
    }

    /// When it was closed, if that is past at `now`, whether or not anybody has said so yet.
    pub(super) fn closed(&self, now: Moment) -> Option<Moment> {
        self.row.closed_at.or(self.row.closes_at.filter(|closes| *closes <= now))
    }

    /// What makes a post's document a `Question` (docs/federation/question.md).
    pub(super) fn document(&self, now: Moment) -> write::Poll {
        let choice = |option: &poll_option::Model| {
            write::Choice::new(option.title.clone(), count(option.votes))
        };
        let choices: Vec<write::Choice> = self.options.iter().map(choice).collect();
        let (one_of, any_of) =
            if self.row.multiple { (Vec::new(), choices) } else { (choices, Vec::new()) };
        write::Poll {
            one_of,
            any_of,
            end_time: self.row.closes_at.map(|at| at.0),
            closed: self.closed(now).map(|at| at.0),
            voters_count: self.row.voters.map(count),
        }
    }

    fn has_options(&self, heard: &read::Poll) -> bool {
        let known = self.options.iter().map(|option| option.title.as_str());
        self.row.multiple == heard.multiple
            && known.eq(heard.options.iter().map(|option| option.name.as_str()))
    }

    async fn was_chosen(&self, tx: &Tx) -> Result<bool, Error> {
        if self.options.iter().any(|option| option.votes > 0) {
            return Ok(true);
        }
        let vote = poll_vote::Entity::find()
            .filter(poll_vote::Column::PostId.eq(self.row.post_id))
            .one(tx.conn())
            .await?;
        Ok(vote.is_some())
    }
}

fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// An option as it is stored: one line, without what cannot be seen.
fn tidy(option: &str) -> String {
    option.trim().chars().filter(|c| !c.is_control()).collect()
}

/// Checks a poll that is to be published; all wrong fields at once.
pub(super) fn check(new: &NewPoll) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let mut note = |field, invalid| wrong.push(FieldError { field, invalid });
    let options: Vec<String> = new.options.iter().map(|option| tidy(option)).collect();
    if options.len() < OPTIONS_MIN || options.iter().any(String::is_empty) {
        note("poll_option", Invalid::Missing);
    }
    if options.len() > OPTIONS_MAX {
        note("poll_option", Invalid::TooMany(OPTIONS_MAX));
    }
    if options.iter().any(|option| option.chars().count() > OPTION_MAX_CHARS) {
        note("poll_option", Invalid::TooLong(OPTION_MAX_CHARS));
    }
    // A vote names its option: two with one name could not be told apart.
    if options.iter().collect::<HashSet<_>>().len() < options.len() {
        note("poll_option", Invalid::Taken);
    }
    if new.open_for.is_some_and(|span| !(OPEN_MIN..=OPEN_MAX).contains(&span)) {
        note("poll_ends_in", Invalid::Choice);
    }
    wrong
}

/// Writes the poll of a post of ours, and when it is to close.
pub(super) async fn open(app: &App, tx: &Tx, post: PostId, new: &NewPoll) -> Result<(), Error> {
    let closes_at = new.open_for.map(|span| tx.now() + span);
    let row = poll::Model {
        post_id: post,
        multiple: new.multiple,
        closes_at,
        closed_at: None,
        voters: Some(0),
    };
    let options = new.options.iter().map(|option| (tidy(option), 0));
    insert(tx, row, options).await?;
    match closes_at {
        Some(at) => tallies::close_later(app, tx, post, at - tx.now()).await,
        None => Ok(()),
    }
}

/// Writes the poll of a post from elsewhere, if it has one.
pub(super) async fn keep(tx: &Tx, post: PostId, note: &read::Note) -> Result<(), Error> {
    let Some(heard) = &note.poll else { return Ok(()) };
    let options = heard.options.iter().map(|option| (option.name.clone(), stored(option.votes)));
    insert(tx, row_of(post, heard, tx.now()), options).await
}

/// What `post.kind` says of a post from elsewhere.
pub(super) fn kind_of(note: &read::Note) -> &'static str {
    if note.poll.is_some() { QUESTION } else { NOTE }
}

fn row_of(post: PostId, heard: &read::Poll, now: Moment) -> poll::Model {
    let closed = heard.closed.map_or(now, |at| Moment(at).min(now));
    poll::Model {
        post_id: post,
        multiple: heard.multiple,
        closes_at: heard.ends.map(Moment),
        closed_at: heard.is_closed.then_some(closed),
        voters: heard.voters.map(stored),
    }
}

async fn insert(
    tx: &Tx,
    row: poll::Model,
    options: impl Iterator<Item = (String, i64)>,
) -> Result<(), Error> {
    let post_id = row.post_id;
    poll::Entity::insert(poll::ActiveModel::from(row)).exec(tx.conn()).await?;
    for (position, (title, votes)) in (0_i32..).zip(options) {
        let option = poll_option::Model { post_id, position, title, votes };
        poll_option::ActiveModel::from(option).insert(tx.conn()).await?;
    }
    Ok(())
}

/// What an `Update` of a post from elsewhere says of its poll: counts, and when it closes. Mastodon
/// sends one for new counts alone, whose `updated` is absent or as before; then nothing else is to
/// be done, and what came of it is returned.
pub(super) async fn update(
    tx: &Tx,
    row: &post::Model,
    note: &read::Note,
) -> Result<Option<Outcome>, Error> {
    let updated = note.updated.map(|at| Moment(at).min(tx.now()));
    if updated.is_some_and(|at| row.edited_at.is_some_and(|known| at < known)) {
        return Ok(Some(Outcome::Ignored("we know a later text")));
    }
    let (known, heard) = match (Poll::held(tx, row.id).await?, &note.poll) {
        (None, None) => return Ok(None),
        (None, Some(_)) => {
            keep(tx, row.id, note).await?;
            post::Entity::update_many()
                .col_expr(post::Column::Kind, Expr::value(QUESTION))
                .filter(post::Column::Id.eq(row.id))
                .exec(tx.conn())
                .await?;
            return Ok(None);
        }
        (Some(_), None) => return Ok(Some(Outcome::Refused("a poll stays a poll"))),
        (Some(known), Some(heard)) => (known, heard),
    };
    if known.has_options(heard) {
        recount(tx, &known, heard).await?;
    } else if known.was_chosen(tx).await? {
        return Ok(Some(Outcome::Refused("it changes what was voted on")));
    } else {
        erase(tx, row.id).await?;
        keep(tx, row.id, note).await?;
    }
    let is_new_text = updated.is_some_and(|at| row.edited_at.is_none_or(|known| at > known));
    Ok((!is_new_text).then_some(Outcome::Applied))
}

async fn recount(tx: &Tx, known: &Poll, heard: &read::Poll) -> Result<(), Error> {
    let row = row_of(known.row.post_id, heard, tx.now());
    poll::Entity::update_many()
        .col_expr(poll::Column::ClosesAt, Expr::value(row.closes_at))
        .col_expr(poll::Column::ClosedAt, Expr::value(row.closed_at))
        .col_expr(poll::Column::Voters, Expr::value(row.voters))
        .filter(poll::Column::PostId.eq(row.post_id))
        .exec(tx.conn())
        .await?;
    for (option, heard) in known.options.iter().zip(&heard.options) {
        poll_option::Entity::update_many()
            .col_expr(poll_option::Column::Votes, Expr::value(stored(heard.votes)))
            .filter(poll_option::Column::PostId.eq(option.post_id))
            .filter(poll_option::Column::Position.eq(option.position))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// Takes a poll away with its votes.
pub(super) async fn erase(tx: &Tx, post: PostId) -> Result<(), Error> {
    let conn = tx.conn();
    poll_vote::Entity::delete_many().filter(poll_vote::Column::PostId.eq(post)).exec(conn).await?;
    poll_option::Entity::delete_many()
        .filter(poll_option::Column::PostId.eq(post))
        .exec(conn)
        .await?;
    poll::Entity::delete_many().filter(poll::Column::PostId.eq(post)).exec(conn).await?;
    Ok(())
}

/// Forgets what an actor that is gone voted; the counts stay.
pub(super) async fn forget(tx: &Tx, actor: ActorId) -> Result<(), Error> {
    poll_vote::Entity::delete_many()
        .filter(poll_vote::Column::ActorId.eq(actor))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The polls among `rows`, as `viewer` sees them.
pub(super) async fn views(
    conn: &impl ConnectionTrait,
    viewer: &Caller,
    rows: &[post::Model],
) -> Result<HashMap<PostId, PollView>, Error> {
    let asked = |row: &&post::Model| row.kind == QUESTION && row.state == PostState::Published;
    let posts: HashMap<PostId, ActorId> =
        rows.iter().filter(asked).map(|row| (row.id, row.actor_id)).collect();
    if posts.is_empty() {
        return Ok(HashMap::new());
    }
    let me = match viewer {
        Caller::Member(member) => Some(member.actor),
        _ => None,
    };
    let ids = || posts.keys().copied();
    let mine = mine(conn, me, ids()).await?;
    let polls = poll::Entity::find().filter(poll::Column::PostId.is_in(ids())).all(conn).await?;
    let mut options: HashMap<PostId, Vec<PollOptionView>> = HashMap::new();
    let found = poll_option::Entity::find()
        .filter(poll_option::Column::PostId.is_in(ids()))
        .order_by_asc(poll_option::Column::Position)
        .all(conn)
        .await?;
    for row in found {
        let is_mine = mine.contains(&(row.post_id, row.position));
        let option = PollOptionView { title: row.title, votes: count(row.votes), is_mine };
        options.entry(row.post_id).or_default().push(option);
    }
    let view = |row: poll::Model| {
        let options = options.remove(&row.post_id).unwrap_or_default();
        let has_voted = options.iter().any(|option| option.is_mine);
        let is_own = posts.get(&row.post_id) == me.as_ref();
        let view = PollView {
            multiple: row.multiple,
            options,
            voters: row.voters.map(count),
            closes: row.closes_at,
            closed: row.closed_at,
            is_own,
            may_vote: me.is_some() && !is_own && !has_voted,
        };
        (row.post_id, view)
    };
    Ok(polls.into_iter().map(view).collect())
}

/// What the viewer themselves chose.
async fn mine(
    conn: &impl ConnectionTrait,
    me: Option<ActorId>,
    posts: impl Iterator<Item = PostId>,
) -> Result<HashSet<(PostId, i32)>, Error> {
    let Some(me) = me else { return Ok(HashSet::new()) };
    let votes = poll_vote::Entity::find()
        .filter(poll_vote::Column::ActorId.eq(me))
        .filter(poll_vote::Column::PostId.is_in(posts))
        .all(conn)
        .await?;
    Ok(votes.into_iter().map(|vote| (vote.post_id, vote.position)).collect())
}

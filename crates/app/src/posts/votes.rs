//! Voting, here and from other servers.
//!
//! Invariants: one actor chooses each option once, and one option where there is only one to choose
//! (S-054); nobody votes who may not see the poll or whom its author blocks, and nobody after it
//! closed. A vote is told to the server of the poll, and to nobody else.

use std::collections::BTreeSet;

use carefolk_domain::{Audience, FieldError, Invalid, PostState, UriHash, uri};
use carefolk_store::entity::{actor, poll, poll_option, poll_vote, post};
use carefolk_wire::read::{Network, Node, Note, Vote};
use carefolk_wire::write::{self, Activity};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};

use super::polls::{Poll, QUESTION};
use super::visible::may_see;
use super::{PostRef, Posts, queries, tallies};
use crate::actors::queries as actors;
use crate::kernel::{caller::Caller, error::Error, outcome::Outcome, tx::Tx};
use crate::outbox::{self, Recipients, Saying};
use crate::{App, audit, blocked};

/// A vote from elsewhere in a poll that is here.
pub(crate) struct Ballot {
    uri: String,
    poll: String,
    option: String,
}

/// Whether what was created is a vote, and then whose.
///
/// # Errors
///
/// [`Error::Store`].
pub(crate) async fn heard(
    app: &App,
    activity: &str,
    object: &Node,
    actor: &actor::Model,
    network: Network,
) -> Result<Option<Result<Ballot, Outcome>>, Error> {
    let vote = object.document().and_then(|document| Vote::read(document, network));
    let Some(vote) = vote else { return Ok(None) };
    let row = queries::by_uri(app.read(), &vote.in_reply_to).await?;
    let Some(row) = row.filter(|row| row.kind == QUESTION) else { return Ok(None) };
    let uri = vote.id.unwrap_or_else(|| activity.to_owned());
    if vote.attributed_to != actor.uri || !uri::same_origin(&uri, &actor.uri) {
        return Ok(Some(Err(Outcome::Refused("it votes for somebody else"))));
    }
    if row.slug.is_none() {
        return Ok(Some(Err(Outcome::Ignored("it votes in a poll of another server"))));
    }
    Ok(Some(Ok(Ballot { uri, poll: vote.in_reply_to, option: vote.name })))
}

/// Whether a note has the shape of a vote, which is kept and shown nowhere as a post if what it answers is
/// a poll.
pub(super) fn looks_like_a_vote(note: &Note) -> bool {
    let has_text = note.content.as_deref().is_some_and(|text| !text.trim().is_empty());
    note.name.is_some() && note.in_reply_to.is_some() && !has_text
}

/// `Create` of a vote.
pub(crate) async fn receive(
    app: &App,
    tx: &Tx,
    voter: &actor::Model,
    ballot: Ballot,
) -> Result<Outcome, Error> {
    let row = queries::by_uri(tx.conn(), &ballot.poll).await?;
    let Some(row) = row.filter(|row| row.state == PostState::Published) else {
        return Ok(Outcome::Ignored("the poll was deleted"));
    };
    if !may_see(tx, voter, &row).await? {
        return Ok(Outcome::Refused("it is not for them"));
    }
    if blocked::is_blocked(tx.conn(), row.actor_id, voter.id).await? {
        return Ok(Outcome::Refused("whose it is blocks them"));
    }
    let Some(poll) = Poll::held(tx, row.id).await? else {
        return Ok(Outcome::Ignored("the poll was deleted"));
    };
    if poll.closed(tx.now()).is_some() {
        return Ok(Outcome::Refused("the poll is closed"));
    }
    let Some(option) = poll.options.iter().find(|option| option.title == ballot.option) else {
        return Ok(Outcome::Refused("there is no such option"));
    };
    let cast = cast_by(tx, &row, voter).await?;
    if cast.iter().any(|vote| vote.position == option.position) || is_known(tx, &ballot.uri).await?
    {
        return Ok(Outcome::Ignored("we have it already"));
    }
    if !cast.is_empty() && !poll.row.multiple {
        return Ok(Outcome::Refused("they voted for another option"));
    }
    count(tx, voter, option, ballot.uri).await?;
    if cast.is_empty() {
        count_voter(tx, &row).await?;
    }
    tallies::tell_later(app, tx, &row).await?;
    Ok(Outcome::Applied)
}

async fn is_known(tx: &Tx, uri: &str) -> Result<bool, Error> {
    let known = poll_vote::Entity::find()
        .filter(poll_vote::Column::UriHash.eq(UriHash::of(uri)))
        .one(tx.conn())
        .await?;
    Ok(known.is_some())
}

async fn cast_by(
    tx: &Tx,
    row: &post::Model,
    voter: &actor::Model,
) -> Result<Vec<poll_vote::Model>, Error> {
    Ok(poll_vote::Entity::find()
        .filter(poll_vote::Column::PostId.eq(row.id))
        .filter(poll_vote::Column::ActorId.eq(voter.id))
        .all(tx.conn())
        .await?)
}

async fn count(
    tx: &Tx,
    voter: &actor::Model,
    option: &poll_option::Model,
    uri: String,
) -> Result<(), Error> {
    let vote = poll_vote::Model {
        post_id: option.post_id,
        actor_id: voter.id,
        position: option.position,
        uri_hash: UriHash::of(&uri),
        uri,
        created_at: tx.now(),
    };
    poll_vote::ActiveModel::from(vote).insert(tx.conn()).await?;
    let votes = one_more(Expr::col(poll_option::Column::Votes));
    poll_option::Entity::update_many()
        .col_expr(poll_option::Column::Votes, votes)
        .filter(poll_option::Column::PostId.eq(option.post_id))
        .filter(poll_option::Column::Position.eq(option.position))
        .exec(tx.conn())
        .await?;
    Ok(())
}

fn one_more(count: Expr) -> Expr {
    sea_orm::sea_query::ExprTrait::add(count, 1_i64)
}

/// One more has voted, where that is counted.
async fn count_voter(tx: &Tx, row: &post::Model) -> Result<(), Error> {
    poll::Entity::update_many()
        .col_expr(poll::Column::Voters, one_more(Expr::col(poll::Column::Voters)))
        .filter(poll::Column::PostId.eq(row.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

impl Posts<'_> {
    /// Lets the local actor `handle` vote in a poll that the caller may see, once and for all.
    /// `choices` are places among the options, from 0.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] if the caller may not speak as `handle`; [`Error::NotFound`];
    /// [`Error::Invalid`] (`choice`); [`Error::Conflict`] if it is no poll, is closed, is their own,
    /// or they have voted.
    pub async fn vote(
        &self,
        caller: &Caller,
        handle: &str,
        post: &PostRef,
        choices: &[usize],
    ) -> Result<(), Error> {
        let voter = self.0.follows().voice(caller, handle).await?;
        let viewer = self.0.accounts().viewer(caller, &voter).await?;
        let row = self.find_row(&viewer, post).await?;
        if row.state != PostState::Published {
            return Err(Error::NotFound("post"));
        }
        let author = actors::by_id(self.0.read(), row.actor_id).await?;
        if blocked::is_blocked(self.0.read(), author.id, voter.id).await? {
            return Err(Error::NotFound("post"));
        }
        if author.id == voter.id {
            return Err(Error::Conflict("nobody votes in a poll of their own"));
        }
        let tx = self.0.begin().await?;
        // Who asks may see more than in whose name they vote.
        let sees = row.audience == Audience::Local || may_see(&tx, &voter, &row).await?;
        if !sees {
            return Err(Error::NotFound("post"));
        }
        let poll = Poll::held(&tx, row.id).await?;
        let poll = poll.ok_or(Error::Conflict("the post is no poll"))?;
        // First of all whether there is anything to choose.
        if poll.closed(tx.now()).is_some() {
            return Err(Error::Conflict("the poll is closed"));
        }
        if !cast_by(&tx, &row, &voter).await?.is_empty() {
            return Err(Error::Conflict("they have voted in this poll"));
        }
        let chosen = chosen(&poll, choices)?;
        for option in chosen {
            let slug = self.0.slug();
            let activity = outbox::activity_uri(self.0, &slug);
            let vote = write::Vote::new(
                format!("{activity}#vote"),
                option.title.clone(),
                voter.uri.clone(),
                row.uri.clone(),
                author.uri.clone(),
            );
            count(&tx, &voter, option, vote.id.clone()).await?;
            if author.domain_id.is_none() {
                let said = saying(&voter, &row, slug, &Activity::vote(activity, vote));
                let to = Recipients::one(&author);
                outbox::say(self.0, &tx, said, to).await?;
            }
        }
        count_voter(&tx, &row).await?;
        if author.domain_id.is_some() {
            tallies::tell_later(self.0, &tx, &row).await?;
        }
        audit::record_operator(self.0, &tx, caller, "post.vote", &row.uri).await?;
        tx.commit().await
    }
}

/// The options at these places, each once.
fn chosen<'a>(poll: &'a Poll, choices: &[usize]) -> Result<Vec<&'a poll_option::Model>, Error> {
    let wrong = |invalid| Error::Invalid(vec![FieldError { field: "choice", invalid }]);
    let places: BTreeSet<usize> = choices.iter().copied().collect();
    if places.is_empty() {
        return Err(wrong(Invalid::Missing));
    }
    if places.len() > 1 && !poll.row.multiple {
        return Err(wrong(Invalid::TooMany(1)));
    }
    let options = places.iter().map(|place| poll.options.get(*place));
    options.collect::<Option<Vec<_>>>().ok_or_else(|| wrong(Invalid::Choice))
}

/// `Create` of a vote, for whose poll it is.
fn saying(voter: &actor::Model, row: &post::Model, slug: String, vote: &Activity) -> Saying {
    // If the poll is deleted before it is sent, it is not.
    let direct = Saying::direct(voter.id, "Create", row.id.0, slug, vote);
    Saying { post: Some(row.id), ..direct }
}

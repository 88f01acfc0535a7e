//! The effects of an activity, and what its words mean here.

use carefolk_domain::ReactionKind;
use carefolk_store::entity::{actor, inbound_activity};
use carefolk_wire::read::Note;

use super::Outcome;
use super::todo::{FOR_NOBODY, Plan};
use crate::kernel::jobs::Climb;
use crate::kernel::{error::Error, tx::Tx};
use crate::posts::arrive::Arriving;
use crate::posts::concern::Surroundings;
use crate::posts::fetch::Found;
use crate::posts::words::Words;
use crate::posts::{bury, pins, quotes, receive as posts, votes};
use crate::reactions::receive::Reacting;
use crate::relayed::What;
use crate::{
    App, abroad, actors, blocks::receive as blocks, follows::receive as follows,
    follows::reconsider, profiles::receive as profiles, reactions::receive as reactions, relayed,
    reports::receive as reports,
};

/// The effects, in one transaction with the mark that they were made.
pub(super) async fn apply(
    app: &App,
    tx: &Tx,
    row: &inbound_activity::Model,
    plan: Plan,
) -> Result<Outcome, Error> {
    // What is done to a post in a group of ours, the group says to who knows groups.
    // What another group passed on is not said again.
    let (what, changed) = match &plan {
        Plan::Update { actor, note, .. } if actor.uri == row.actor_uri => {
            (What::Words, crate::posts::by_uri(tx.conn(), &note.id).await?)
        }
        Plan::Delete { actor, object } if actor.uri == row.actor_uri => {
            (What::End, crate::posts::by_uri(tx.conn(), object).await?)
        }
        _ => (What::End, None),
    };
    let outcome = act(app, tx, row, plan).await?;
    let changed = changed.filter(|post| post.group_id.is_some() && outcome == Outcome::Applied);
    let Some(before) = changed else { return Ok(outcome) };
    if let Some(post) = crate::posts::by_uri(tx.conn(), &before.uri).await? {
        // The counts of a poll change more often than its words, and are told to nobody.
        if what == What::End || post.edited_at != before.edited_at {
            relayed::tell_of(app, tx, &post, (what, &row.body)).await?;
        }
    }
    Ok(outcome)
}

async fn act(
    app: &App,
    tx: &Tx,
    row: &inbound_activity::Model,
    plan: Plan,
) -> Result<Outcome, Error> {
    match plan {
        Plan::Nothing(outcome) => Ok(outcome),
        Plan::Follow { actor, uri, object } => {
            follows::follow(app, tx, &actor, &uri, &object).await
        }
        Plan::Answer { actor, follow, accepted } => {
            follows::answer(app, tx, &actor, &follow, accepted).await
        }
        Plan::Undo { actor, what } => undo(app, tx, &actor, (&what, &row.uri)).await,
        Plan::React(reacting) => react(app, tx, reacting).await,
        Plan::PassOn { actor, uri, found } => {
            let Found { author, note, words } = *found;
            let object = note.id.clone();
            let climb = Climb::FOUND;
            posts::create(app, tx, Arriving { author, note, words, climb, said: None }).await?;
            react(app, tx, Reacting { actor, uri, object, kind: ReactionKind::Boost }).await
        }
        Plan::Lock { group, object, is_locked } => {
            abroad::lock(tx, &group, &object, is_locked).await
        }
        Plan::Find { found } => {
            let Found { author, note, words } = *found;
            let climb = Climb::FOUND;
            posts::create(app, tx, Arriving { author, note, words, climb, said: None }).await
        }
        Plan::Create { actor, note, words } => {
            posts::create(app, tx, said(row, actor, note, words)).await
        }
        Plan::CreateForNobody { actor, note } => {
            let around = Surroundings::of(tx.conn(), &[(actor.id, &note)]).await?;
            if around.concern(actor.id, &note) {
                let words = Words::of(&note);
                posts::create(app, tx, said(row, actor, note, words)).await
            } else {
                Ok(FOR_NOBODY)
            }
        }
        Plan::Update { actor, note, words } => posts::update(app, tx, &actor, *note, words).await,
        Plan::Vote { actor, ballot } => votes::receive(app, tx, &actor, ballot).await,
        Plan::UpdateActor { described } => {
            actors::upsert(app, tx, &described).await.map(|_| Outcome::Applied)
        }
        Plan::Move { actor, to } => profiles::moved(app, tx, actor, to).await,
        Plan::Quote { actor, asked } => quotes::asked(app, tx, &actor, asked).await,
        Plan::Flag { actor, flag } => reports::flag(app, tx, &actor, flag).await,
        Plan::Block { actor, uri, object } => blocks::block(app, tx, &actor, &uri, &object).await,
        Plan::Pin { actor, object, pinned } => pins::receive(tx, &actor, &object, pinned).await,
        Plan::Delete { actor, object } => bury::delete(app, tx, &actor, &object).await,
        Plan::DeleteActor { actor } => bury::delete_actor(tx, &actor).await,
    }
}

/// A post as its author's server brings it.
pub(super) fn said(
    row: &inbound_activity::Model,
    author: actor::Model,
    note: Box<Note>,
    words: Words,
) -> Arriving {
    let said = Some(row.body.clone());
    Arriving { author, note: *note, words, climb: Climb::START, said }
}

/// One like or boost by itself.
async fn react(app: &App, tx: &Tx, reacting: Reacting) -> Result<Outcome, Error> {
    let outcomes = reactions::react(app, tx, vec![reacting]).await?;
    Ok(outcomes.into_iter().next().unwrap_or(Outcome::Applied))
}

/// Takes back a follow, an answer to one, a like, a boost or a block: whichever it is, where it does not say.
async fn undo(
    app: &App,
    tx: &Tx,
    actor: &actor::Model,
    (what, uri): (&follows::Named, &str),
) -> Result<Outcome, Error> {
    match what.kind.as_deref() {
        Some("Block") => return blocks::undo(tx, actor, what).await,
        Some("Accept" | "Reject") => return reconsider::undone(tx, actor, what).await,
        _ => {}
    }
    let undone = if what.may_be_a_follow() {
        follows::undo(tx, actor, what).await?
    } else {
        return reactions::undo(app, tx, actor, (what, uri)).await;
    };
    if undone == Outcome::Applied || what.kind.is_some() {
        return Ok(undone);
    }
    let undone = reactions::undo(app, tx, actor, (what, uri)).await?;
    if undone == Outcome::Applied {
        return Ok(undone);
    }
    blocks::undo(tx, actor, what).await
}

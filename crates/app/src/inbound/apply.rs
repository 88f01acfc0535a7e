//! The effects of an activity, and what its words mean here.

use carefolk_domain::Audience;
use carefolk_store::entity::actor;
use carefolk_wire::read::Note;

use super::Outcome;
use super::plan::{FOR_NOBODY, Plan};
use crate::kernel::{error::Error, tx::Tx};
use crate::posts::concern::Surroundings;
use crate::posts::{bury, receive as posts};
use crate::{App, actors, follows::receive as follows};

/// The effects, in one transaction with the mark that they were made.
pub(super) async fn apply(app: &App, tx: &mut Tx, plan: Plan) -> Result<Outcome, Error> {
    match plan {
        Plan::Nothing(outcome) => Ok(outcome),
        Plan::Follow { actor, uri, object } => {
            follows::follow(app, tx, &actor, &uri, &object).await
        }
        Plan::Answer { actor, follow, accepted } => {
            follows::answer(tx, &actor, &follow, accepted).await
        }
        Plan::Unfollow { actor, follow } => follows::undo(tx, &actor, &follow).await,
        Plan::Create { actor, note, words } => posts::create(app, tx, &actor, *note, words).await,
        Plan::CreateForNobody { actor, note } => {
            let around = Surroundings::of(tx.conn(), &[(actor.id, &note)]).await?;
            if around.concern(actor.id, &note) {
                let words = posts::Words::of(&note);
                posts::create(app, tx, &actor, *note, words).await
            } else {
                Ok(FOR_NOBODY)
            }
        }
        Plan::Update { actor, note, words } => posts::update(app, tx, &actor, *note, words).await,
        Plan::UpdateActor { described } => {
            actors::upsert(app, tx, &described).await.map(|_| Outcome::Applied)
        }
        Plan::Delete { actor, object } => bury::delete(tx, &actor, &object).await,
        Plan::DeleteActor { actor } => bury::delete_actor(tx, &actor).await,
    }
}

/// Who a note from elsewhere is for (docs/federation/peers.md).
pub(crate) fn audience(note: &Note, author: &actor::Model) -> Audience {
    let public = |list: &[String]| list.iter().any(|to| to == carefolk_wire::PUBLIC);
    let followers = author.followers_uri.as_deref();
    if public(&note.to) {
        Audience::Public
    } else if public(&note.cc) {
        Audience::Quiet
    } else if note.to.iter().chain(&note.cc).any(|to| Some(to.as_str()) == followers) {
        Audience::Followers
    } else {
        Audience::Direct
    }
}

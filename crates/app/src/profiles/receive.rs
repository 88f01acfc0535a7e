//! Moves that are heard from other servers.

use carefolk_store::entity::actor;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use super::aliases;
use super::moving::{moved_lately, write_move};
use crate::actors::{self, Described, queries};
use crate::kernel::jobs::{self, Job};
use crate::kernel::{error::Error, outcome::Outcome, tx::Tx};
use crate::{App, follows::queries::is_followed_on};

/// Where somebody moved to.
pub(crate) enum Destination {
    /// Somebody here.
    Here(Box<actor::Model>),
    /// Somebody elsewhere, as read at their own address just now.
    Elsewhere(Box<Described>),
}

impl Destination {
    /// Whether who lives there says that they are `old`, and has not gone on themselves.
    pub(crate) fn is(&self, old: &str) -> bool {
        match self {
            Self::Here(row) => row.moved_to.is_none() && aliases(row).iter().any(|it| it == old),
            Self::Elsewhere(described) => {
                let actor = &described.actor;
                actor.moved_to.is_none() && actor.also_known_as.iter().any(|it| it == old)
            }
        }
    }
}

/// `Move` of who says it. The destination was asked, and says that they are the same.
pub(crate) async fn moved(
    app: &App,
    tx: &Tx,
    from: actor::Model,
    to: Destination,
) -> Result<Outcome, Error> {
    let from = queries::by_id(tx.conn(), from.id).await?;
    if moved_lately(&from, tx.now()) {
        return Ok(Outcome::Refused("it moved less than 30 days ago"));
    }
    let target = match to {
        Destination::Here(row) => *row,
        Destination::Elsewhere(described) => {
            let row = actors::upsert(app, tx, &described).await?;
            // It goes no further for a while either: a chain of new actors is one move (S-053).
            let mut arrived = row.into_active_model();
            arrived.moved_at = Set(Some(tx.now()));
            arrived.update(tx.conn()).await?
        }
    };
    let (from_id, to_id) = (from.id, target.id);
    write_move(tx, from, &target.uri).await?;
    if is_followed_on(tx.conn(), from_id).await? {
        jobs::later(app, tx, &Job::FollowOn { from: from_id, to: to_id }).await?;
    }
    Ok(Outcome::Applied)
}

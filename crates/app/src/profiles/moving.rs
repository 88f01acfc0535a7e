//! Moving an actor of ours to another server, or here from another one.

use carefolk_domain::{ActorState, Address, Moment};
use carefolk_store::entity::actor;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use super::{ALIASES_MAX, MOVE_AGAIN_AFTER, Profiles, aliases, wire_map};
use crate::actors::told;
use crate::audit;
use crate::kernel::jobs::{self, Job};
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::outbox;

/// Why an actor does not move to another one here: that one has to name it first.
pub const NOT_NAMED_HERE: &str = "the other account does not name this one yet";

impl Profiles<'_> {
    /// Says that `other`, elsewhere, is the same person or provider as `handle`: only then can it
    /// move here. Twice is no error.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`], [`Error::NotFound`]; [`Error::Upstream`] if nobody has that address;
    /// [`Error::Conflict`] for oneself, or if there are [`ALIASES_MAX`] already.
    pub async fn add_alias(
        &self,
        caller: &Caller,
        handle: &str,
        other: &Address,
    ) -> Result<(), Error> {
        let row = self.0.follows().voice(caller, handle).await?;
        let other = self.0.actors().find_or_look_up(other).await?;
        let mut known = aliases(&row);
        if other.id == row.id {
            return Err(Error::Conflict("that is the same actor"));
        }
        if known.contains(&other.uri) {
            return Ok(());
        }
        if known.len() >= ALIASES_MAX {
            return Err(Error::Conflict("there are ten such addresses already"));
        }
        known.push(other.uri);
        self.write_aliases(caller, row, &known, "actor.alias.add").await
    }

    /// Says so no longer; one that is not there is no error.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn remove_alias(
        &self,
        caller: &Caller,
        handle: &str,
        other: &Address,
    ) -> Result<(), Error> {
        let row = self.0.follows().voice(caller, handle).await?;
        let other = self.0.actors().known_or_local(other).await?;
        let other = other.ok_or(Error::NotFound("actor"))?;
        let known = aliases(&row);
        let kept: Vec<String> = known.iter().filter(|uri| **uri != other.uri).cloned().collect();
        if kept.len() == known.len() {
            return Ok(());
        }
        self.write_aliases(caller, row, &kept, "actor.alias.remove").await
    }

    async fn write_aliases(
        &self,
        caller: &Caller,
        row: actor::Model,
        known: &[String],
        act: &str,
    ) -> Result<(), Error> {
        let tx = self.0.begin().await?;
        let mut changed = row.into_active_model();
        changed.also_known_as = Set(Some(known.join("\n")).filter(|text| !text.is_empty()));
        changed.updated_at = Set(tx.now());
        let row = changed.update(tx.conn()).await?;
        told::tell_of_change(self.0, &tx, &row).await?;
        audit::record(self.0, &tx, caller, act, &row.handle, &known.join(" ")).await?;
        tx.commit().await
    }

    /// Moves `handle` to `target`, which must already say that it is the same: whoever follows it,
    /// here or elsewhere, follows the other from then on. Posts stay where they are.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`], [`Error::NotFound`], [`Error::Upstream`]; [`Error::Conflict`] if the target
    /// does not name this actor, has moved itself, or the last move was less than a month ago.
    pub async fn move_to(
        &self,
        caller: &Caller,
        handle: &str,
        target: &Address,
    ) -> Result<(), Error> {
        let row = self.0.follows().voice(caller, handle).await?;
        if moved_lately(&row, self.0.now()) {
            return Err(Error::Conflict("it moved less than 30 days ago"));
        }
        let target = self.destination(&row, target).await?;
        let tx = self.0.begin().await?;
        let row = write_move(&tx, row, &target.uri).await?;
        told::tell_of_change(self.0, &tx, &row).await?;
        let said = wire_map::moved(self.0, &row, &target.uri);
        outbox::say(self.0, &tx, said, told::followers(&row)).await?;
        let job = Job::FollowOn { from: row.id, to: target.id };
        jobs::later(self.0, &tx, &job).await?;
        audit::record(self.0, &tx, caller, "actor.move", &row.handle, &target.uri).await?;
        tx.commit().await
    }

    /// Who `target` is, read anew, if it says that it is `row`.
    async fn destination(
        &self,
        row: &actor::Model,
        target: &Address,
    ) -> Result<actor::Model, Error> {
        const STRANGER: Error = Error::Conflict(
            "the other account does not name this one yet; on its server, add this address to its \
             other accounts first",
        );
        let actors = self.0.actors();
        let found = actors.find_or_look_up(target).await?;
        if found.id == row.id {
            return Err(Error::Conflict("that is the same actor"));
        }
        if found.moved_to.is_some() {
            return Err(Error::Conflict("the other account has moved itself"));
        }
        if found.domain_id.is_some() {
            let is_named = aliases(&found).contains(&row.uri);
            return if is_named { Ok(found) } else { Err(Error::Conflict(NOT_NAMED_HERE)) };
        }
        let described = actors.describe_anew(&found.uri).await?;
        if !described.actor.also_known_as.contains(&row.uri) {
            return Err(STRANGER);
        }
        Ok(found)
    }
}

/// Whether it is too soon for another move.
pub(super) fn moved_lately(row: &actor::Model, now: Moment) -> bool {
    row.moved_at.is_some_and(|at| now - at < MOVE_AGAIN_AFTER)
}

/// Writes down where an actor lives now.
pub(super) async fn write_move(
    tx: &Tx,
    row: actor::Model,
    target: &str,
) -> Result<actor::Model, Error> {
    let mut changed = row.into_active_model();
    changed.moved_to = Set(Some(target.to_owned()));
    changed.state = Set(ActorState::Moved);
    changed.moved_at = Set(Some(tx.now()));
    changed.updated_at = Set(tx.now());
    Ok(changed.update(tx.conn()).await?)
}

//! Joining a group and leaving it: at once where anybody may, else by asking or by invitation.
//!
//! Invariant: nobody is in a group who did not say so themselves.

use carefolk_domain::{ActorKind, Denial, GroupKind, GroupRole, Invalid, NotificationKind};
use carefolk_store::entity::actor;

use super::rows::{drop_role, hold, keep_moderators, set_role};
use super::{Groups, Joined};
use crate::grouped::{self, Place};
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::news::{self, News};
use crate::{App, audit, homes};

impl Groups<'_> {
    /// Lets the local actor `handle` join the group, or ask to be let in where its moderators decide. Twice is
    /// no error.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], also for a private group to which nobody invited them; [`Error::Denied`] if the
    /// caller may not speak as `handle`, or the group does not want them; [`Error::Conflict`] for a provider
    /// where people are among themselves.
    pub async fn join(&self, caller: &Caller, handle: &str, group: &str) -> Result<Joined, Error> {
        let who = self.0.follows().voice(caller, handle).await?;
        let place = Place::named(self.0.read(), caller, group).await?;
        let tx = self.0.begin().await?;
        if place.actor.is_none() {
            hold(&tx, place.row.id).await?;
        }
        let role = grouped::role(tx.conn(), &place.row, &who).await?;
        let name = place.name().handle;
        let joined = match &place.actor {
            Some(_) if role == Some(GroupRole::Banned) => return Err(Denial::GroupBanned.into()),
            Some(actor) => {
                self.0.follows().begin(&tx, &who, actor).await?;
                Joined::In
            }
            None => enter(self.0, &tx, &place, &who, role).await?,
        };
        audit::record_operator(self.0, &tx, caller, "group.join", &name).await?;
        tx.commit().await?;
        Ok(joined)
    }

    /// Lets the local actor `handle` leave the group, and be nothing in it any more: a question is taken back, an
    /// invitation declined. Who is not in it has nothing to leave, which is no error.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`]; [`Error::Conflict`] if too few moderators would stay.
    pub async fn leave(&self, caller: &Caller, handle: &str, group: &str) -> Result<(), Error> {
        let who = self.0.follows().voice(caller, handle).await?;
        let place = Place::named(self.0.read(), caller, group).await?;
        let tx = self.0.begin().await?;
        // Who is banned in this very moment must not take that away with them.
        hold(&tx, place.row.id).await?;
        if grouped::role(tx.conn(), &place.row, &who).await? != Some(GroupRole::Banned) {
            keep_moderators(&tx, &place.row, who.id).await?;
            drop_role(&tx, place.row.id, who.id).await?;
        }
        match &place.actor {
            Some(actor) => {
                self.0.follows().leave(&tx, &who, actor).await?;
            }
            None => {
                homes::drop_group(&tx, who.id, place.row.id).await?;
                news::answered(&tx, place.row.id, who.id).await?;
            }
        }
        audit::record_operator(self.0, &tx, caller, "group.leave", &place.name().handle).await?;
        tx.commit().await
    }

    /// Invites somebody here into a closed or private group; who has asked is let in. Twice is no error.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Denied`] unless the caller keeps order in it; [`Error::Invalid`] on `who`;
    /// [`Error::Conflict`] for an open group, which anybody joins, and for who is banned.
    pub async fn invite(&self, caller: &Caller, group: &str, who: &str) -> Result<(), Error> {
        let place = self.kept_here(caller, group).await?;
        let tx = self.0.begin().await?;
        hold(&tx, place.row.id).await?;
        let person = self.person_here(&tx, who).await?;
        match grouped::role(tx.conn(), &place.row, &person).await? {
            None => {
                set_role(&tx, place.row.id, person.id, GroupRole::Invited).await?;
                self.tell(&tx, &place, &person, NotificationKind::GroupInvited).await?;
            }
            Some(GroupRole::Asked) => {
                let_in(&tx, &place, &person).await?;
                self.tell(&tx, &place, &person, NotificationKind::GroupLetIn).await?;
            }
            Some(GroupRole::Banned) => {
                return Err(Error::Conflict("they are banned from the group; lift that first"));
            }
            Some(_) => {}
        }
        let name = place.name().handle;
        audit::record(self.0, &tx, caller, "group.invite", &name, &person.handle).await?;
        tx.commit().await
    }

    /// Lets somebody in who asked. Who is in already is no error.
    ///
    /// # Errors
    ///
    /// As [`Groups::invite`]; [`Error::Invalid`] on `who` also if they did not ask.
    pub async fn approve(&self, caller: &Caller, group: &str, who: &str) -> Result<(), Error> {
        let place = self.kept_here(caller, group).await?;
        let tx = self.0.begin().await?;
        hold(&tx, place.row.id).await?;
        let person = self.person_here(&tx, who).await?;
        match grouped::role(tx.conn(), &place.row, &person).await? {
            Some(GroupRole::Asked) => {
                let_in(&tx, &place, &person).await?;
                self.tell(&tx, &place, &person, NotificationKind::GroupLetIn).await?;
            }
            Some(role) if role.is_inside() => {}
            _ => return Err(Error::field("who", Invalid::Unknown)),
        }
        let name = place.name().handle;
        audit::record(self.0, &tx, caller, "group.approve", &name, &person.handle).await?;
        tx.commit().await
    }

    /// Ends what somebody is in a closed or private group: what they asked is refused, an invitation withdrawn,
    /// a membership ended. They may ask again. Who is nothing in it is no error.
    ///
    /// # Errors
    ///
    /// As [`Groups::invite`]; [`Error::Conflict`] also if too few moderators would stay.
    pub async fn turn_away(&self, caller: &Caller, group: &str, who: &str) -> Result<(), Error> {
        let place = self.kept_here(caller, group).await?;
        let tx = self.0.begin().await?;
        let person = self.person_here(&tx, who).await?;
        keep_moderators(&tx, &place.row, person.id).await?;
        let before = grouped::role(tx.conn(), &place.row, &person).await?;
        if before != Some(GroupRole::Banned) {
            drop_role(&tx, place.row.id, person.id).await?;
            homes::drop_group(&tx, person.id, place.row.id).await?;
            news::answered(&tx, place.row.id, person.id).await?;
        }
        if before == Some(GroupRole::Asked) {
            self.tell(&tx, &place, &person, NotificationKind::GroupRefused).await?;
        }
        let name = place.name().handle;
        audit::record(self.0, &tx, caller, "group.turn_away", &name, &person.handle).await?;
        tx.commit().await
    }

    /// Tells somebody what was decided about them.
    async fn tell(
        &self,
        tx: &Tx,
        place: &Place,
        who: &actor::Model,
        kind: NotificationKind,
    ) -> Result<(), Error> {
        let news = News { kind, by: None, post: None, group: Some(place.row.id) };
        news::tell(self.0, tx, who.id, news).await
    }

    /// A group of which `caller` decides who is in it.
    async fn kept_here(&self, caller: &Caller, group: &str) -> Result<Place, Error> {
        let place = Place::named(self.0.read(), caller, group).await?;
        self.allow_to_moderate(caller, &place.row).await?;
        if place.row.kind.federates() {
            return Err(Error::Conflict("anybody joins an open group by themselves"));
        }
        Ok(place)
    }

    /// Somebody with an account here.
    async fn person_here(&self, tx: &Tx, who: &str) -> Result<actor::Model, Error> {
        let found = self.named(tx, who).await?;
        let fits = |row: &actor::Model| row.domain_id.is_some() && row.kind == ActorKind::Person;
        found.filter(fits).ok_or_else(|| Error::field("who", Invalid::Unknown))
    }
}

/// Into a group that stays here one asks to be let in, or follows an invitation.
async fn enter(
    app: &App,
    tx: &Tx,
    place: &Place,
    who: &actor::Model,
    role: Option<GroupRole>,
) -> Result<Joined, Error> {
    if who.kind != ActorKind::Person {
        return Err(Error::Conflict("people join this group, and no providers"));
    }
    let is_private = place.row.kind == GroupKind::Private;
    match role {
        // Who has no invitation is not told that there is something to be invited to.
        None | Some(GroupRole::Asked | GroupRole::Banned) if is_private => {
            Err(Error::NotFound("group"))
        }
        Some(GroupRole::Banned) => Err(Denial::GroupBanned.into()),
        None => {
            set_role(tx, place.row.id, who.id, GroupRole::Asked).await?;
            let kind = NotificationKind::GroupAsked;
            let news = News { kind, by: Some(who.id), post: None, group: Some(place.row.id) };
            news::tell_moderators(app, tx, news).await?;
            Ok(Joined::Asked)
        }
        Some(GroupRole::Asked) => Ok(Joined::Asked),
        Some(GroupRole::Invited) => {
            let_in(tx, place, who).await?;
            Ok(Joined::In)
        }
        Some(_) => Ok(Joined::In),
    }
}

/// Somebody is in it from now on, and finds its latest conversations at home.
async fn let_in(tx: &Tx, place: &Place, who: &actor::Model) -> Result<(), Error> {
    set_role(tx, place.row.id, who.id, GroupRole::Member).await?;
    news::answered(tx, place.row.id, who.id).await?;
    homes::add_group(tx, who.id, place.row.id).await
}

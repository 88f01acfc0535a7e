//! Keeping order in a group.

use carefolk_domain::authorise::Act;
use carefolk_domain::group::GROUP_BAN_DAYS_MAX;
use carefolk_domain::{
    ActorId, ActorKind, Address, GroupId, GroupRole, Invalid, Moment, PostState, Span,
};
use carefolk_store::entity::{actor, group, group_member, notification, post};
use carefolk_wire::write::Activity;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::rows::{drop_role, hold, keep_moderators, set_role, set_role_until};
use super::{Groups, order, told};
use crate::actors::queries as actors;
use crate::grouped::{self, Place};
use crate::kernel::jobs::{self, Job};
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::posts::PostRef;
use crate::relayed::About;
use crate::{audit, homes, news};

impl Groups<'_> {
    /// Says what somebody is in the group: a moderator, a provider that may begin conversations, one who
    /// may not write any more (`who` is then a local name or an address), or (`Member`) nothing special. In a
    /// closed or private group only who is in it becomes a moderator.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Denied`] unless the caller keeps order in it or runs the instance;
    /// [`Error::Invalid`] on `who`; [`Error::Conflict`] if too few moderators would stay.
    pub async fn appoint(
        &self,
        caller: &Caller,
        group: &str,
        who: &str,
        role: GroupRole,
    ) -> Result<(), Error> {
        self.appoint_for(caller, group, who, (role, None)).await
    }

    /// Says that somebody may not write in the group for so many days. After them the ban ends by itself.
    ///
    /// # Errors
    ///
    /// As [`Groups::appoint`]; [`Error::Invalid`] on `days` if they are none, or more than [`GROUP_BAN_DAYS_MAX`].
    pub async fn ban(
        &self,
        caller: &Caller,
        group: &str,
        who: &str,
        days: u32,
    ) -> Result<(), Error> {
        if days == 0 || days > GROUP_BAN_DAYS_MAX {
            return Err(Error::field("days", Invalid::Choice));
        }
        self.appoint_for(caller, group, who, (GroupRole::Banned, Some(days))).await
    }

    async fn appoint_for(
        &self,
        caller: &Caller,
        group: &str,
        who: &str,
        (role, days): (GroupRole, Option<u32>),
    ) -> Result<(), Error> {
        let place = Place::named(self.0.read(), caller, group).await?;
        self.allow_to_moderate(caller, &place.row).await?;
        self.voice_for(&place).await?;
        let tx = self.0.begin().await?;
        let until = days.map(|days| tx.now() + Span::days(i64::from(days)));
        let person = self.appointed(&tx, who, role).await?;
        if role != GroupRole::Moderator {
            keep_moderators(&tx, &place.row, person.id).await?;
        }
        let before = grouped::role(tx.conn(), &place.row, &person).await?;
        match &place.actor {
            Some(actor) => self.appoint_in(&tx, &place.row, actor, &person, role).await?,
            None => appoint_here(&tx, &place.row, &person, role).await?,
        }
        if let Some(until) = until {
            set_role_until(&tx, place.row.id, person.id, (role, Some(until))).await?;
            let (group, who) = (place.row.id, person.id);
            let wait = until - tx.now();
            jobs::after(self.0, &tx, &Job::LiftBan { group, who, until }, wait).await?;
        }
        self.tell_of_ban(&tx, &place, &person, (before, role, until)).await?;
        let long = days.map(|days| format!(" for {days} days")).unwrap_or_default();
        let detail = format!("{who} {role:?}{long}").to_lowercase();
        audit::record(self.0, &tx, caller, "group.appoint", &place.name().handle, &detail).await?;
        tx.commit().await
    }

    /// The server of who may not write in the group any more is told, and that they may again. No other: who is banned is
    /// nobody's business, and this server sees to it.
    async fn tell_of_ban(
        &self,
        tx: &Tx,
        place: &Place,
        who: &actor::Model,
        (before, now, until): (Option<GroupRole>, GroupRole, Option<Moment>),
    ) -> Result<(), Error> {
        let is_done = now == GroupRole::Banned;
        if !is_done && before != Some(GroupRole::Banned) {
            return Ok(());
        }
        let uri = who.uri.clone();
        let ban = |id, deed| Activity::ban(id, deed, uri, until.map(|until| until.0));
        told::tell(self.0, tx, place, (About::person(who), is_done), ban).await
    }

    /// Ends a ban whose time is over, if it is still that one. The server of who was banned was told when, with the ban.
    pub(crate) async fn lift_ban(
        &self,
        group: GroupId,
        who: ActorId,
        until: Moment,
    ) -> Result<Option<Span>, Error> {
        let tx = self.0.begin().await?;
        group_member::Entity::delete_many()
            .filter(group_member::Column::GroupId.eq(group))
            .filter(group_member::Column::ActorId.eq(who))
            .filter(group_member::Column::Role.eq(GroupRole::Banned))
            .filter(group_member::Column::Until.eq(until))
            .exec(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(None)
    }

    async fn appoint_in(
        &self,
        tx: &Tx,
        row: &group::Model,
        actor: &actor::Model,
        person: &actor::Model,
        role: GroupRole,
    ) -> Result<(), Error> {
        drop_role(tx, row.id, person.id).await?;
        match role {
            GroupRole::Banned => {
                set_role(tx, row.id, person.id, role).await?;
                self.0.follows().turn_away(tx, actor, person).await?;
                Ok(())
            }
            GroupRole::Announcer | GroupRole::Moderator => {
                set_role(tx, row.id, person.id, role).await?;
                self.0.follows().begin(tx, person, actor).await
            }
            GroupRole::Member | GroupRole::Asked | GroupRole::Invited => Ok(()),
        }
    }

    /// Takes a conversation out of its group. The post itself stays with its author; who follows the group
    /// elsewhere sees it go.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], also for a post that begins no conversation in a group; [`Error::Denied`] as
    /// [`Groups::appoint`].
    pub async fn take_out(&self, caller: &Caller, post: &PostRef) -> Result<(), Error> {
        let (post, place) = self.in_group(caller, post).await?;
        if post.in_reply_to_uri.is_some() || post.state != PostState::Published {
            return Err(Error::NotFound("post"));
        }
        self.voice_for(&place).await?;
        let tx = self.0.begin().await?;
        hold(&tx, place.row.id).await?;
        let post = order::there(&tx, &place, post.id).await?;
        grouped::take_back(self.0, &tx, &post).await?;
        order::forget(self.0, &tx, &place, &post).await?;
        let conversation = Condition::any()
            .add(post::Column::Id.eq(post.id))
            .add(post::Column::RootId.eq(post.id));
        if place.actor.is_none() {
            let said = post::Entity::find()
                .select_only()
                .column(post::Column::Id)
                .filter(conversation.clone())
                .into_query();
            notification::Entity::delete_many()
                .filter(notification::Column::PostId.in_subquery(said))
                .exec(tx.conn())
                .await?;
        }
        post::Entity::update_many()
            .col_expr(post::Column::GroupId, Expr::value(Option::<GroupId>::None))
            .filter(conversation)
            // What was taken away stays where its moderators find it.
            .filter(post::Column::State.ne(PostState::Removed))
            .exec(tx.conn())
            .await?;
        audit::record(self.0, &tx, caller, "group.take_out", &place.name().handle, &post.uri)
            .await?;
        tx.commit().await
    }

    /// Who is appointed. People of this server keep order, and its providers may begin conversations; whoever it
    /// is, and wherever they live, can be told to go.
    async fn appointed(&self, tx: &Tx, who: &str, role: GroupRole) -> Result<actor::Model, Error> {
        let found = self.named(tx, who).await?;
        let is_ours = |row: &actor::Model| row.domain_id.is_some();
        let fits = |row: &actor::Model| match role {
            GroupRole::Moderator => is_ours(row) && row.kind == ActorKind::Person,
            GroupRole::Announcer => is_ours(row) && row.kind == ActorKind::Organization,
            GroupRole::Member | GroupRole::Banned => {
                !matches!(row.kind, ActorKind::Application | ActorKind::Group)
            }
            // One becomes that oneself.
            GroupRole::Asked | GroupRole::Invited => false,
        };
        found.filter(fits).ok_or_else(|| Error::field("who", Invalid::Unknown))
    }

    /// Who goes by that local name or address, as far as they are known here.
    pub(super) async fn named(&self, tx: &Tx, who: &str) -> Result<Option<actor::Model>, Error> {
        let who = who.trim().trim_start_matches('@');
        if who.is_empty() {
            return Err(Error::field("who", Invalid::Missing));
        }
        let found = match Address::parse(who) {
            Ok(address) if who.contains('@') => self.0.actors().known_or_local(&address).await?,
            _ => actors::by_handle(tx.conn(), who).await?,
        };
        Ok(found.filter(actors::is_shown))
    }

    /// Whether the caller keeps order in a group. Moderators of everything do in groups that anybody reads; who
    /// is not in one that stays here has no say in it (nobody reads along by their role alone).
    pub(crate) async fn allow_to_moderate(
        &self,
        caller: &Caller,
        row: &group::Model,
    ) -> Result<(), Error> {
        let role = match caller {
            Caller::Member(member) => {
                let who = actors::by_id(self.0.read(), member.actor).await?;
                grouped::role(self.0.read(), row, &who).await?
            }
            _ => None,
        };
        let is_outside = matches!(caller, Caller::Member(_)) && role != Some(GroupRole::Moderator);
        if is_outside && !row.kind.federates() {
            return Err(carefolk_domain::Denial::GroupOrder.into());
        }
        caller.may(Act::ModerateGroup(role))
    }
}

/// The same in a group that stays here, whose members are those that its rows say.
async fn appoint_here(
    tx: &Tx,
    row: &group::Model,
    person: &actor::Model,
    role: GroupRole,
) -> Result<(), Error> {
    hold(tx, row.id).await?;
    let before = grouped::role(tx.conn(), row, person).await?;
    let inside = before.is_some_and(GroupRole::is_inside);
    match role {
        GroupRole::Banned => {
            set_role(tx, row.id, person.id, role).await?;
            news::answered(tx, row.id, person.id).await?;
            homes::drop_group(tx, person.id, row.id).await
        }
        GroupRole::Moderator | GroupRole::Member if inside => {
            set_role(tx, row.id, person.id, role).await
        }
        // The ban is lifted; they may ask to be let in.
        GroupRole::Member if before == Some(GroupRole::Banned) => {
            drop_role(tx, row.id, person.id).await
        }
        _ => Err(Error::field("who", Invalid::Unknown)),
    }
}

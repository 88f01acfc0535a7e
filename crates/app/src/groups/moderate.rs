//! Keeping order in a group.

use carefolk_domain::authorise::Act;
use carefolk_domain::{ActorKind, Address, GroupId, GroupRole, Invalid, PostState};
use carefolk_store::entity::{actor, group, notification, post};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::Groups;
use super::rows::{drop_role, hold, keep_moderators, set_role};
use crate::actors::queries as actors;
use crate::grouped::{self, Place};
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::posts::PostRef;
use crate::{audit, homes};

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
        let place = Place::named(self.0.read(), caller, group).await?;
        self.allow_to_moderate(caller, &place.row).await?;
        let tx = self.0.begin().await?;
        let person = self.appointed(&tx, who, role).await?;
        if role != GroupRole::Moderator {
            keep_moderators(&tx, &place.row, person.id).await?;
        }
        match &place.actor {
            Some(actor) => self.appoint_in(&tx, &place.row, actor, &person, role).await?,
            None => appoint_here(&tx, &place.row, &person, role).await?,
        }
        let detail = format!("{who} {role:?}").to_lowercase();
        audit::record(self.0, &tx, caller, "group.appoint", &place.name().handle, &detail).await?;
        tx.commit().await
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
        let tx = self.0.begin().await?;
        hold(&tx, place.row.id).await?;
        grouped::take_back(self.0, &tx, &post).await?;
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
    pub(super) async fn allow_to_moderate(
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

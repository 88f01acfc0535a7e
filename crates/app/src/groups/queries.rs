//! Finding groups, and what somebody is in one.

use std::collections::HashMap;

use carefolk_domain::group::may_write;
use carefolk_domain::{ActorId, ActorState, GroupRole};
use carefolk_store::entity::{actor, group, group_member, post};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{GroupPage, GroupView, Groups};
use crate::actors::{ActorView, queries as actors};
use crate::grouped::{find, role, roles};
use crate::kernel::caller::Caller;
use crate::kernel::{error::Error, page::Page};
use crate::posts::visible::{visible_to, voices_of};
use crate::timelines::PostPage;

/// The most groups one list holds.
const LIST_MAX: u64 = 500;

/// The most moderators of a group that are shown.
const MODERATORS_SHOWN: u64 = 50;

/// What pages show of a group.
pub(super) fn view(row: group::Model, actor: actor::Model) -> GroupView {
    GroupView {
        id: row.id,
        actor: actors::view(actor),
        kind: row.kind,
        posting: row.posting,
        rules: row.rules.lines().map(str::to_owned).collect(),
        lang: row.lang,
        area: row.area,
    }
}

impl Groups<'_> {
    /// The groups of this community, by name.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn list(&self, _viewer: &Caller) -> Result<Vec<GroupView>, Error> {
        let rows = group::Entity::find().limit(LIST_MAX).all(self.0.read()).await?;
        let mut rows: HashMap<ActorId, group::Model> =
            rows.into_iter().map(|row| (row.actor_id, row)).collect();
        let groups =
            group::Entity::find().select_only().column(group::Column::ActorId).into_query();
        let actors = actor::Entity::find()
            .filter(actor::Column::Id.in_subquery(groups))
            .filter(actor::Column::State.is_in([ActorState::Active, ActorState::Limited]))
            .order_by_asc(actor::Column::Name)
            .all(self.0.read())
            .await?;
        let view = |actor: actor::Model| Some(view(rows.remove(&actor.id)?, actor));
        Ok(actors.into_iter().filter_map(view).collect())
    }

    /// A group with its moderators, and what the viewer is in it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn show(&self, viewer: &Caller, handle: &str) -> Result<GroupPage, Error> {
        let conn = self.0.read();
        let (row, actor) = find(conn, handle).await?;
        let moderators = group_member::Entity::find()
            .select_only()
            .column(group_member::Column::ActorId)
            .filter(group_member::Column::GroupId.eq(row.id))
            .filter(group_member::Column::Role.eq(GroupRole::Moderator))
            .into_query();
        let moderators = actor::Entity::find()
            .filter(actor::Column::Id.in_subquery(moderators))
            .order_by_asc(actor::Column::Name)
            .limit(MODERATORS_SHOWN)
            .all(conn)
            .await?;
        let mine = match viewer {
            Caller::Member(member) => {
                role(conn, &row, &actors::by_id(conn, member.actor).await?).await?
            }
            Caller::Visitor | Caller::Operator(_) => None,
        };
        Ok(GroupPage {
            may_begin_as: self.may_begin_as(viewer, &row).await?,
            mine,
            moderators: moderators.into_iter().map(actors::view).collect::<Vec<ActorView>>(),
            group: view(row, actor),
        })
    }

    /// The viewer, and the providers they speak for, as far as each may begin a conversation.
    async fn may_begin_as(
        &self,
        viewer: &Caller,
        row: &group::Model,
    ) -> Result<Vec<String>, Error> {
        let Caller::Member(member) = viewer else { return Ok(Vec::new()) };
        let voices = actor::Entity::find()
            .filter(actor::Column::Id.in_subquery(voices_of(member)))
            .all(self.0.read())
            .await?;
        let ids: Vec<ActorId> = voices.iter().map(|voice| voice.id).collect();
        let roles = roles(self.0.read(), row, &ids).await?;
        let may = |voice: &actor::Model| {
            actors::is_shown(voice)
                && may_write(row.posting, roles.get(&voice.id).copied(), false).is_ok()
        };
        Ok(voices.into_iter().filter(may).map(|voice| voice.handle).collect())
    }

    /// The conversations that began in a group, the newest first.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn conversations(
        &self,
        viewer: &Caller,
        handle: &str,
        page: Page,
    ) -> Result<PostPage, Error> {
        let (row, _actor) = find(self.0.read(), handle).await?;
        let began = post::Entity::find()
            .filter(visible_to(viewer))
            .filter(post::Column::GroupId.eq(row.id))
            .filter(post::Column::InReplyToUri.is_null());
        self.0.timelines().page(viewer, began, page).await
    }
}

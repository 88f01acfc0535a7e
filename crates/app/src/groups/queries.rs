//! Finding groups, and what somebody is in one.

use std::collections::{BTreeMap, HashMap};

use carefolk_domain::group::may_write;
use carefolk_domain::{ActorId, GroupId, GroupRole, Moment};
use carefolk_store::dialect::padded;
use carefolk_store::entity::{actor, group, group_member, post};
use carefolk_wire::write::{self, OrderedCollection};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};

use super::{GroupMember, GroupPage, GroupView, Groups, Order};
use crate::actors::documents::moderators_of;
use crate::actors::{ActorView, Portrait, queries as actors};
use crate::grouped::{self, Place, role, roles};
use crate::kernel::caller::Caller;
use crate::kernel::{error::Error, page::Page};
use crate::posts::pins;
use crate::posts::visible::{visible_to, voices_of};
use crate::timelines::PostPage;
use crate::{insiders, posts, voice};

/// The most groups one list holds.
const LIST_MAX: u64 = 500;

/// The most moderators of a group that are shown.
const MODERATORS_SHOWN: u64 = 50;

/// The most people of a group whom its moderators see at once; those with a question come first.
const MEMBERS_SHOWN: u64 = 500;

/// What pages show of a group, `inside` being how many are in it if it has no actor, and `mine` what the viewer is.
pub(super) fn view(place: Place, inside: Option<u64>, mine: Option<GroupRole>) -> GroupView {
    let name = place.name();
    let Place { row, actor } = place;
    let actor = actor.map(actors::view);
    let own = Portrait::named(row.portrait_key.as_ref(), row.portrait_focus.as_ref());
    GroupView {
        id: row.id,
        name,
        about: actor
            .as_ref()
            .map_or_else(|| row.summary_html.unwrap_or_default(), |actor| actor.summary.clone()),
        portrait: actor.as_ref().map_or(own, |actor| actor.portrait.clone()),
        members: actor.as_ref().map_or(inside, |actor| Some(actor.followers)),
        actor,
        mine,
        kind: row.kind,
        posting: row.posting,
        approval: row.approval,
        rules: row.rules.lines().map(str::to_owned).collect(),
        lang: row.lang,
        area: row.area,
    }
}

/// When the ban of somebody ends, if it does.
async fn ban_of(
    conn: &impl ConnectionTrait,
    group: GroupId,
    who: ActorId,
) -> Result<Option<Moment>, Error> {
    let row = group_member::Entity::find_by_id((group, who)).one(conn).await?;
    Ok(row.and_then(|row| row.until))
}

impl Groups<'_> {
    /// The groups of this community that the viewer may know of, by name.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn list(&self, viewer: &Caller) -> Result<Vec<GroupView>, Error> {
        let conn = self.0.read();
        let rows = group::Entity::find()
            .filter(grouped::known_to(viewer))
            .limit(LIST_MAX)
            .all(conn)
            .await?;
        let ids: Vec<ActorId> = rows.iter().filter_map(|row| row.actor_id).collect();
        let found = actor::Entity::find().filter(actor::Column::Id.is_in(padded(ids)));
        let shown = found.all(conn).await?.into_iter().filter(actors::is_shown);
        let mut by_id: HashMap<ActorId, actor::Model> =
            shown.map(|actor| (actor.id, actor)).collect();
        let inside = self.inside(viewer, &rows).await?;
        let mine = self.said_of(viewer).await?;
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let actor = row.actor_id.and_then(|id| by_id.remove(&id));
            if row.actor_id.is_some() && actor.is_none() {
                continue;
            }
            let (inside, mine) = (inside.get(&row.id).copied(), mine.get(&row.id).copied());
            views.push(view(Place { row, actor }, inside, mine));
        }
        views.sort_by_cached_key(|view| view.name.name.to_lowercase());
        Ok(views)
    }

    /// What was said of the viewer in groups.
    async fn said_of(&self, viewer: &Caller) -> Result<BTreeMap<GroupId, GroupRole>, Error> {
        let Caller::Member(member) = viewer else { return Ok(BTreeMap::new()) };
        let said = group_member::Entity::find()
            .filter(group_member::Column::ActorId.eq(member.actor))
            .limit(LIST_MAX)
            .all(self.0.read())
            .await?;
        Ok(said.into_iter().map(|row| (row.group_id, row.role)).collect())
    }

    /// How many are in each of the groups that stay here, of those that the viewer is in: the number would tell
    /// others what goes on there (S-173).
    async fn inside(
        &self,
        viewer: &Caller,
        rows: &[group::Model],
    ) -> Result<BTreeMap<GroupId, u64>, Error> {
        let kept = rows.iter().filter(|row| row.actor_id.is_none()).map(|row| row.id);
        let kept: Vec<GroupId> = kept.collect();
        if kept.is_empty() || matches!(viewer, Caller::Visitor) {
            return Ok(BTreeMap::new());
        }
        let mut counted = group_member::Entity::find()
            .select_only()
            .column(group_member::Column::GroupId)
            .column_as(group_member::Column::ActorId.count(), "members")
            .filter(group_member::Column::GroupId.is_in(padded(kept)))
            .filter(group_member::Column::Role.is_in(GroupRole::INSIDE))
            .group_by(group_member::Column::GroupId);
        if let Caller::Member(member) = viewer {
            let mine = insiders::groups_of(member.actor);
            counted = counted.filter(group_member::Column::GroupId.in_subquery(mine));
        }
        let found: Vec<(GroupId, i64)> = counted.into_tuple().all(self.0.read()).await?;
        Ok(found.into_iter().map(|(id, count)| (id, u64::try_from(count).unwrap_or(0))).collect())
    }

    /// A group with its moderators, and what the viewer is in it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], also for a private group of which the viewer must not know.
    pub async fn show(&self, viewer: &Caller, handle: &str) -> Result<GroupPage, Error> {
        let conn = self.0.read();
        let place = Place::named(conn, viewer, handle).await?;
        let moderators = self.moderators(&place.row).await?;
        let mine = match viewer {
            Caller::Member(member) => {
                role(conn, &place.row, &actors::by_id(conn, member.actor).await?).await?
            }
            Caller::Visitor | Caller::Operator(_) => None,
        };
        let inside = self.inside(viewer, std::slice::from_ref(&place.row)).await?;
        let inside = inside.get(&place.row.id).copied();
        let may_moderate = self.allow_to_moderate(viewer, &place.row).await.is_ok();
        let asking = group_member::Entity::find()
            .filter(group_member::Column::GroupId.eq(place.row.id))
            .filter(group_member::Column::Role.eq(GroupRole::Asked));
        let pinned = pins::pinned_in(conn, viewer, place.row.id).await?;
        Ok(GroupPage {
            may_begin_as: self.may_begin_as(viewer, &place.row).await?,
            may_moderate,
            asking: if may_moderate { asking.count(conn).await? } else { 0 },
            mine,
            banned_until: match (mine, viewer) {
                (Some(GroupRole::Banned), Caller::Member(member)) => {
                    ban_of(conn, place.row.id, member.actor).await?
                }
                _ => None,
            },
            pinned: posts::views(conn, viewer, pinned).await?,
            moderators: moderators.into_iter().map(actors::view).collect::<Vec<ActorView>>(),
            group: view(place, inside, mine),
        })
    }

    /// What the viewer can do about order in a group.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], also for a private group of which the viewer must not know.
    pub async fn order(&self, viewer: &Caller, handle: &str) -> Result<Order, Error> {
        let place = Place::named(self.0.read(), viewer, handle).await?;
        let Caller::Member(member) = viewer else { return Ok(Order::default()) };
        let who = actors::by_id(self.0.read(), member.actor).await?;
        let role = role(self.0.read(), &place.row, &who).await?;
        Ok(Order {
            may_keep: self.allow_to_moderate(viewer, &place.row).await.is_ok(),
            has_last_word: role == Some(GroupRole::Moderator),
        })
    }

    /// The list of the moderators of an open group, for other servers (FEP-1b12).
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for whoever is no group.
    pub async fn moderators_document(&self, slug: &str) -> Result<String, Error> {
        let conn = self.0.read();
        let uri = format!("{}/ap/actor/{slug}", self.0.settings().uri_base());
        let actor = actors::by_uri(conn, &uri).await?.filter(actors::is_shown);
        let actor = actor.ok_or(Error::NotFound("group"))?;
        let row = grouped::of_actor(conn, actor.id).await?.ok_or(Error::NotFound("group"))?;
        // What they do is told in one name for all of them.
        let voice = voice::find(conn).await?;
        let people = self.moderators(&row).await?;
        let ids =
            people.into_iter().chain(voice).map(|person| write::Object::Iri(person.uri)).collect();
        Ok(OrderedCollection::whole(moderators_of(&actor), ids).to_json())
    }

    async fn moderators(&self, row: &group::Model) -> Result<Vec<actor::Model>, Error> {
        let moderators = group_member::Entity::find()
            .select_only()
            .column(group_member::Column::ActorId)
            .filter(group_member::Column::GroupId.eq(row.id))
            .filter(group_member::Column::Role.eq(GroupRole::Moderator))
            .into_query();
        Ok(actor::Entity::find()
            .filter(actor::Column::Id.in_subquery(moderators))
            .order_by_asc(actor::Column::Name)
            .limit(MODERATORS_SHOWN)
            .all(self.0.read())
            .await?)
    }

    /// What was said of whom in a group, for those who keep order in it: who asks to be let in, who was invited,
    /// who is in it (of an open group only those of whom something was said) and who may not be.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn members(&self, caller: &Caller, handle: &str) -> Result<Vec<GroupMember>, Error> {
        let conn = self.0.read();
        let place = Place::named(conn, caller, handle).await?;
        self.allow_to_moderate(caller, &place.row).await?;
        let rows = group_member::Entity::find()
            .filter(group_member::Column::GroupId.eq(place.row.id))
            // "asked" and "banned" stand before the others, and who is in it last.
            .order_by_asc(group_member::Column::Role)
            .order_by_asc(group_member::Column::CreatedAt)
            .limit(MEMBERS_SHOWN)
            .all(conn)
            .await?;
        let ids = rows.iter().map(|row| row.actor_id);
        let found = actor::Entity::find().filter(actor::Column::Id.is_in(padded(ids)));
        let mut people: HashMap<ActorId, actor::Model> =
            found.all(conn).await?.into_iter().map(|actor| (actor.id, actor)).collect();
        let member = |row: group_member::Model| {
            let who = people.remove(&row.actor_id).map(actors::view)?;
            Some(GroupMember { who, role: row.role, until: row.until })
        };
        let mut members: Vec<GroupMember> = rows.into_iter().filter_map(member).collect();
        members.sort_by_cached_key(|member| member.who.name.to_lowercase());
        Ok(members)
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
            let role = roles.get(&voice.id).copied();
            actors::is_shown(voice) && may_write(row.kind, row.posting, role, false).is_ok()
        };
        Ok(voices.into_iter().filter(may).map(|voice| voice.handle).collect())
    }

    /// The conversations that began in a group, as far as the viewer may read them, the newest first.
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
        let place = Place::named(self.0.read(), viewer, handle).await?;
        let began = post::Entity::find()
            .filter(visible_to(viewer))
            .filter(post::Column::GroupId.eq(place.row.id))
            .filter(post::Column::InReplyToUri.is_null());
        self.0.timelines().page(viewer, began, page).await
    }
}

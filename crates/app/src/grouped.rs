//! What everything that touches a group asks of it: which it is, what somebody is in it, whether they may write,
//! and what it passes on.
//!
//! Invariants: a group passes on what began in it, once, and nothing that another passed on; a group without an
//! actor passes on nothing, and nobody outside is told that a private one is there.

use std::collections::{BTreeSet, HashMap};

use carefolk_domain::group::may_write;
use carefolk_domain::{ActorId, ActorState, Denial, GroupId, GroupKind, GroupRole, Standing};
use carefolk_store::dialect::{self, padded};
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{actor, follow, group, group_member, post};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
};

use crate::actors::queries as actors;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::{App, locked, reacted};

/// How a group is called and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupName {
    /// Its local name.
    pub handle: String,
    /// Its display name.
    pub name: String,
    /// Its page on this server, as a path.
    pub page: String,
    /// The actor that other servers know it by, if they do.
    pub actor: Option<ActorId>,
}

impl GroupName {
    /// The name of a group whose actor is `actor`, if it has one.
    pub(crate) fn of(row: &group::Model, actor: Option<&actor::Model>) -> Self {
        let own = |text: &Option<String>| text.clone().unwrap_or_default();
        let handle = actor.map_or(&row.handle, |actor| &actor.handle).clone();
        Self {
            name: actor.map_or_else(|| own(&row.name), |actor| actor.name.clone()),
            page: format!("/groups/{handle}"),
            actor: actor.map(|actor| actor.id),
            handle,
        }
    }
}

/// The group whose actor that is.
pub(crate) async fn of_actor(
    conn: &impl ConnectionTrait,
    actor: ActorId,
) -> Result<Option<group::Model>, Error> {
    Ok(group::Entity::find().filter(group::Column::ActorId.eq(actor)).one(conn).await?)
}

/// What somebody is in a group: what its moderators said of them, else whether they joined.
pub(crate) async fn role(
    conn: &impl ConnectionTrait,
    row: &group::Model,
    who: &actor::Model,
) -> Result<Option<GroupRole>, Error> {
    Ok(roles(conn, row, &[who.id]).await?.remove(&who.id))
}

/// What each of these is in a group; who is nothing in it is not there.
pub(crate) async fn roles(
    conn: &impl ConnectionTrait,
    row: &group::Model,
    who: &[ActorId],
) -> Result<HashMap<ActorId, GroupRole>, Error> {
    let mut roles = HashMap::new();
    if let Some(actor) = row.actor_id {
        let joined: Vec<ActorId> = follow::Entity::find()
            .select_only()
            .column(follow::Column::FollowerId)
            .filter(follow::Column::FollowerId.is_in(padded(who.iter().copied())))
            .filter(follow::Column::FolloweeId.eq(actor))
            .filter(follow::Column::State.eq(FollowState::Accepted))
            .into_tuple()
            .all(conn)
            .await?;
        roles.extend(joined.into_iter().map(|who| (who, GroupRole::Member)));
    }
    roles.extend(said_of(conn, row.id, who).await?);
    Ok(roles)
}

/// What was said of each of these in a group.
async fn said_of(
    conn: &impl ConnectionTrait,
    group: GroupId,
    who: &[ActorId],
) -> Result<HashMap<ActorId, GroupRole>, Error> {
    let said = group_member::Entity::find()
        .filter(group_member::Column::GroupId.eq(group))
        .filter(group_member::Column::ActorId.is_in(padded(who.iter().copied())))
        .all(conn)
        .await?;
    Ok(said.into_iter().map(|row| (row.actor_id, row.role)).collect())
}

/// How the groups that these posts are in are called; closed ones are not there.
pub(crate) async fn names_of(
    conn: &impl ConnectionTrait,
    rows: &[post::Model],
) -> Result<HashMap<GroupId, GroupName>, Error> {
    let ids: BTreeSet<GroupId> = rows.iter().filter_map(|row| row.group_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let groups =
        group::Entity::find().filter(group::Column::Id.is_in(padded(ids))).all(conn).await?;
    names_among(conn, groups).await
}

/// How these groups are called; those whose actor is closed are not there.
pub(crate) async fn names_among(
    conn: &impl ConnectionTrait,
    groups: Vec<group::Model>,
) -> Result<HashMap<GroupId, GroupName>, Error> {
    let ids: Vec<ActorId> = groups.iter().filter_map(|group| group.actor_id).collect();
    let mut by_id: HashMap<ActorId, actor::Model> = HashMap::new();
    if !ids.is_empty() {
        let found = actor::Entity::find().filter(actor::Column::Id.is_in(padded(ids)));
        let shown = found.all(conn).await?.into_iter().filter(actors::is_shown);
        by_id.extend(shown.map(|actor| (actor.id, actor)));
    }
    let name = |group: group::Model| match group.actor_id {
        Some(actor) => Some((group.id, GroupName::of(&group, Some(by_id.get(&actor)?)))),
        None => Some((group.id, GroupName::of(&group, None))),
    };
    Ok(groups.into_iter().filter_map(name).collect())
}

/// The groups that `viewer` may know of.
pub(crate) fn known_to(viewer: &Caller) -> Condition {
    let known = Condition::any().add(group::Column::Kind.ne(GroupKind::Private));
    match viewer {
        Caller::Visitor => known,
        Caller::Operator(_) => Condition::all(),
        Caller::Member(member) => {
            let mine = group_member::Entity::find()
                .select_only()
                .column(group_member::Column::GroupId)
                .filter(group_member::Column::ActorId.eq(member.actor))
                .filter(
                    group_member::Column::Role
                        .is_in([GroupRole::Invited].into_iter().chain(GroupRole::INSIDE)),
                )
                .into_query();
            known.add(group::Column::Id.in_subquery(mine))
        }
    }
}

/// A group, with the actor that other servers know it by, if they do.
#[derive(Clone)]
pub(crate) struct Place {
    /// The group.
    pub row: group::Model,
    /// Its actor, if it federates.
    pub actor: Option<actor::Model>,
}

impl Place {
    /// The group of that local name, whoever may know of it.
    pub(crate) async fn find(
        conn: &impl ConnectionTrait,
        handle: &str,
    ) -> Result<Option<Self>, Error> {
        if let Some(actor) = actors::by_handle(conn, handle).await?.filter(actors::is_shown)
            && let Some(row) = of_actor(conn, actor.id).await?
        {
            return Ok(Some(Self { row, actor: Some(actor) }));
        }
        let folded = handle.to_ascii_lowercase();
        let row = group::Entity::find().filter(group::Column::Handle.eq(folded)).one(conn).await?;
        // One whose actor is closed is no group any more.
        let row = row.filter(|row| row.actor_id.is_none());
        Ok(row.map(|row| Self { row, actor: None }))
    }

    /// The group of that local name, as far as `viewer` may know that it is there.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub(crate) async fn named(
        conn: &impl ConnectionTrait,
        viewer: &Caller,
        handle: &str,
    ) -> Result<Self, Error> {
        let found = Self::find(conn, handle).await?.ok_or(Error::NotFound("group"))?;
        if found.is_known_to(conn, viewer).await? {
            Ok(found)
        } else {
            Err(Error::NotFound("group"))
        }
    }

    /// Whether `viewer` may know that this group is there: of a private one who is in it or was invited, and
    /// whoever keeps the server running, who sees it in the database.
    async fn is_known_to(
        &self,
        conn: &impl ConnectionTrait,
        viewer: &Caller,
    ) -> Result<bool, Error> {
        let Caller::Member(member) = viewer else {
            let is_private = self.row.kind == GroupKind::Private;
            return Ok(!is_private || matches!(viewer, Caller::Operator(_)));
        };
        if self.row.kind != GroupKind::Private {
            return Ok(true);
        }
        let role = said_of(conn, self.row.id, &[member.actor]).await?.remove(&member.actor);
        Ok(role.is_some_and(|role| role >= GroupRole::Invited))
    }

    /// The group whose actor that is, if it is one's.
    pub(crate) async fn of_actor(
        conn: &impl ConnectionTrait,
        actor: &actor::Model,
    ) -> Result<Option<Self>, Error> {
        let row = of_actor(conn, actor.id).await?.filter(|_| actors::is_shown(actor));
        Ok(row.map(|row| Self { row, actor: Some(actor.clone()) }))
    }

    /// How it is called.
    pub(crate) fn name(&self) -> GroupName {
        GroupName::of(&self.row, self.actor.as_ref())
    }

    /// Whether `who` may begin a conversation here, or answer `parent`, which is in one.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] if not.
    pub(crate) async fn admit(
        &self,
        conn: &impl ConnectionTrait,
        who: &actor::Model,
        parent: Option<&post::Model>,
    ) -> Result<(), Error> {
        let role: Option<GroupRole> = role(conn, &self.row, who).await?;
        may_write(self.row.kind, self.row.posting, role, parent.is_some())?;
        match parent {
            // Who keeps order has the last word.
            Some(parent) if role != Some(GroupRole::Moderator) => {
                let is_open = locked::since(conn, parent).await?.is_none();
                if is_open { Ok(()) } else { Err(Denial::Locked.into()) }
            }
            _ => Ok(()),
        }
    }
}

/// The group that a post is in, unless the group was closed.
pub(crate) async fn of_post(
    conn: &impl ConnectionTrait,
    row: &post::Model,
) -> Result<Option<Place>, Error> {
    let Some(id) = row.group_id else { return Ok(None) };
    let Some(row) = group::Entity::find_by_id(id).one(conn).await? else { return Ok(None) };
    let Some(actor) = row.actor_id else { return Ok(Some(Place { row, actor: None })) };
    let actor = actors::by_id(conn, actor).await?;
    Ok(actors::is_shown(&actor).then_some(Place { row, actor: Some(actor) }))
}

/// The group in which the conversation of a post is kept in order: that of the post, else of what began it. An answer
/// that is not for everybody, or by somebody who is limited, is in no group, and what answers it is below it all the same.
pub(crate) async fn of_conversation(
    conn: &impl ConnectionTrait,
    row: &post::Model,
) -> Result<Option<Place>, Error> {
    match row.root_id.filter(|_| row.group_id.is_none()) {
        None => of_post(conn, row).await,
        Some(root) => match post::Entity::find_by_id(root).one(conn).await? {
            Some(root) => of_post(conn, &root).await,
            None => Ok(None),
        },
    }
}

/// The actor of the group that passes this post on, if one does.
async fn passed_on_by(
    conn: &impl ConnectionTrait,
    post: &post::Model,
) -> Result<Option<actor::Model>, Error> {
    if !is_passed_on(post) {
        return Ok(None);
    }
    Ok(of_post(conn, post).await?.and_then(|place| place.actor))
}

/// Whether the group tells its followers of this post by itself: of what begins a conversation, once.
/// Answers come to who follows the conversation; a group that passed on each of them would flood everybody.
fn is_passed_on(row: &post::Model) -> bool {
    row.in_reply_to_uri.is_none() && row.audience.is_open()
}

/// The group tells who follows it, here and elsewhere, of a conversation that began in it.
pub(crate) async fn pass_on(
    app: &App,
    tx: &Tx,
    place: &Place,
    post: &post::Model,
    author: &actor::Model,
) -> Result<(), Error> {
    let Some(group) = place.actor.as_ref().filter(|_| is_passed_on(post)) else { return Ok(()) };
    if !is_limited(app, author).await? {
        reacted::boost(app, tx, group, post, author).await?;
    }
    Ok(())
}

/// The group takes that back, because the post goes. Before its reactions are gone.
pub(crate) async fn take_back(app: &App, tx: &Tx, post: &post::Model) -> Result<(), Error> {
    let Some(group) = passed_on_by(tx.conn(), post).await? else { return Ok(()) };
    let author = actors::by_id(tx.conn(), post.actor_id).await?;
    reacted::unboost(app, tx, &group, post, &author).await
}

/// Where else elsewhere a change or the end of a post in a group is told: who follows the group heard of it from there.
pub(crate) async fn inboxes(
    conn: &impl ConnectionTrait,
    post: &post::Model,
) -> Result<Vec<String>, Error> {
    let Some(group) = passed_on_by(conn, post).await? else { return Ok(Vec::new()) };
    let followers = dialect::follower_inboxes(conn, group.id).await?;
    Ok(followers.into_iter().map(|follower| follower.inbox).collect())
}

/// The same for all that `author` began in groups.
pub(crate) async fn inboxes_of_author(
    conn: &impl ConnectionTrait,
    author: ActorId,
) -> Result<BTreeSet<String>, Error> {
    let groups: Vec<Option<GroupId>> = post::Entity::find()
        .select_only()
        .distinct()
        .column(post::Column::GroupId)
        .filter(post::Column::ActorId.eq(author))
        .filter(post::Column::GroupId.is_not_null())
        .into_tuple()
        .all(conn)
        .await?;
    let ids = padded(groups.into_iter().flatten());
    let groups = group::Entity::find().filter(group::Column::Id.is_in(ids)).all(conn).await?;
    let mut inboxes = BTreeSet::new();
    for actor in groups.into_iter().filter_map(|group| group.actor_id) {
        let followers = dialect::follower_inboxes(conn, actor).await?;
        inboxes.extend(followers.into_iter().map(|follower| follower.inbox));
    }
    Ok(inboxes)
}

/// Whether only who follows `author` is to see what they say: a group must not carry it further.
pub(crate) async fn is_limited(app: &App, author: &actor::Model) -> Result<bool, Error> {
    let standing = app.peers().standing(&author.host).await?;
    Ok(author.state == ActorState::Limited || standing == Standing::Limited)
}

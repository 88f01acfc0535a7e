//! What people are told about: who wrote to them, what became of what they wrote, and what they have to decide.
//!
//! Invariant: of a post that one may not see, and of a group that one may not know of, nothing is told, whatever one was
//! told before.

use std::collections::HashMap;

use carefolk_domain::{ActorId, GroupId, Moment, NotificationId, NotificationKind, PostId};
use carefolk_store::dialect::padded;
use carefolk_store::entity::{actor, group, notification, post};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::App;
use crate::actors::{ActorView, queries as actors};
use crate::grouped::{self, GroupName};
use crate::kernel::caller::{Caller, Member};
use crate::kernel::{error::Error, page::Page};
use crate::posts::visible::traces_for;
use crate::posts::{PostView, views};

/// How many that are new are counted: more are "many".
pub const NEW_COUNTED_MAX: u64 = 99;

/// The handle of this capability.
pub struct Updates<'a>(pub(crate) &'a App);

/// Something that one is told about.
#[derive(Clone, Debug)]
pub struct Update {
    /// The row.
    pub id: NotificationId,
    /// What happened.
    pub kind: NotificationKind,
    /// Who did it, where one may know.
    pub by: Option<ActorView>,
    /// What it is about.
    pub post: Option<PostView>,
    /// The group in which it was done.
    pub group: Option<GroupName>,
    /// When.
    pub at: Moment,
    /// Whether one has not said that one saw it.
    pub is_new: bool,
}

/// A page of them.
#[derive(Clone, Debug)]
pub struct UpdatePage {
    /// The latest first.
    pub updates: Vec<Update>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
}

impl Updates<'_> {
    /// What a member is told about, the latest first.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn list(&self, member: &Member, page: Page) -> Result<UpdatePage, Error> {
        let look = self.0.look().await?;
        let conn = look.conn();
        let mut query = notification::Entity::find()
            .filter(notification::Column::AccountId.eq(member.account))
            .order_by_desc(notification::Column::Id)
            .limit(page.rows() + 1);
        if let Some(before) = page.before {
            query = query.filter(notification::Column::Id.lt(NotificationId(before)));
        }
        let mut rows = query.all(conn).await?;
        let more = u64::try_from(rows.len()).unwrap_or(0) > page.rows();
        if more {
            rows.pop();
        }
        let next = rows.last().filter(|_| more).map(|last| last.id.to_string());
        let viewer = Caller::Member(member.clone());
        let mut posts = posts_of(conn, &viewer, &rows).await?;
        let people = people_of(conn, &rows).await?;
        let groups = groups_of(conn, &viewer, &rows).await?;
        look.end().await?;
        let mut updates = Vec::with_capacity(rows.len());
        for row in rows {
            let post = row.post_id.and_then(|id| posts.get_mut(&id)).cloned();
            let group = row.group_id.and_then(|id| groups.get(&id)).cloned();
            let by = people.get(&row.actor_id).filter(|_| row.kind.names_who()).cloned();
            let is_there = row.post_id.is_some() == post.is_some()
                && row.group_id.is_some() == group.is_some()
                && row.kind.names_who() == by.is_some();
            if is_there {
                let is_new = row.read_at.is_none();
                let (id, kind, at) = (row.id, row.kind, row.created_at);
                updates.push(Update { id, kind, by, post, group, at, is_new });
            }
        }
        Ok(UpdatePage { updates, next })
    }

    /// How many are new, up to [`NEW_COUNTED_MAX`] and one.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn new_count(&self, member: &Member) -> Result<u64, Error> {
        Ok(notification::Entity::find()
            .filter(notification::Column::AccountId.eq(member.account))
            .filter(notification::Column::ReadAt.is_null())
            .limit(NEW_COUNTED_MAX + 1)
            .count(self.0.read())
            .await?)
    }

    /// The member saw everything up to that one; what came later stays new.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn saw(&self, member: &Member, latest: NotificationId) -> Result<(), Error> {
        let tx = self.0.begin().await?;
        notification::Entity::update_many()
            .col_expr(notification::Column::ReadAt, Expr::value(Some(tx.now())))
            .filter(notification::Column::AccountId.eq(member.account))
            .filter(notification::Column::Id.lte(latest))
            .filter(notification::Column::ReadAt.is_null())
            .exec(tx.conn())
            .await?;
        tx.commit().await
    }
}

async fn posts_of(
    conn: &impl ConnectionTrait,
    viewer: &Caller,
    rows: &[notification::Model],
) -> Result<HashMap<PostId, PostView>, Error> {
    let ids: Vec<PostId> = rows.iter().filter_map(|row| row.post_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = post::Entity::find()
        .filter(Condition::all().add(post::Column::Id.is_in(padded(ids))).add(traces_for(viewer)))
        .all(conn)
        .await?;
    let found = views(conn, viewer, found).await?;
    Ok(found.into_iter().map(|view| (view.id, view)).collect())
}

async fn people_of(
    conn: &impl ConnectionTrait,
    rows: &[notification::Model],
) -> Result<HashMap<ActorId, ActorView>, Error> {
    let ids = rows.iter().filter(|row| row.kind.names_who()).map(|row| row.actor_id);
    let ids: Vec<ActorId> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found =
        actor::Entity::find().filter(actor::Column::Id.is_in(padded(ids))).all(conn).await?;
    let shown = found.into_iter().filter(actors::is_shown);
    Ok(shown.map(|row| (row.id, actors::view(row))).collect())
}

/// The groups that the viewer may know of.
async fn groups_of(
    conn: &impl ConnectionTrait,
    viewer: &Caller,
    rows: &[notification::Model],
) -> Result<HashMap<GroupId, GroupName>, Error> {
    let ids: Vec<GroupId> = rows.iter().filter_map(|row| row.group_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = group::Entity::find()
        .filter(group::Column::Id.is_in(padded(ids)))
        .filter(grouped::known_to(viewer))
        .all(conn)
        .await?;
    grouped::names_among(conn, found).await
}

//! What people are told about: who wrote to them, what became of what they wrote, and what they have to decide.
//!
//! Invariant: of a post that one may not see, and of a group that one may not know of, nothing is told, whatever one was
//! told before.

use std::collections::{HashMap, HashSet};

use carefolk_domain::authorise::Act;
use carefolk_domain::{ActorId, GroupId, Moment, NotificationId, NotificationKind, PostId};
use carefolk_store::dialect::padded;
use carefolk_store::entity::{actor, group, notification, post};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::App;
use crate::actors::{ActorView, queries as actors};
use crate::grouped::{self, GroupName};
use crate::kernel::caller::{Caller, Member};
use crate::kernel::{error::Error, page::Page};
use crate::posts::visible::traces_for;
use crate::posts::{PostView, views};
use crate::waiting;

/// How many that are new are counted: more are "many".
pub const NEW_COUNTED_MAX: usize = 99;

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
    /// The last that one was told, whether it is shown or not: what came later is not on the page.
    pub latest: Option<NotificationId>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// How many rows are looked through for one page, in pages: of what one may not see any more nothing is shown.
const LOOKED_THROUGH: u32 = 5;

impl Updates<'_> {
    /// What a member is told about, the latest first.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn list(&self, member: &Member, page: Page) -> Result<UpdatePage, Error> {
        let viewer = Caller::Member(member.clone());
        let look = self.0.look().await?;
        let mut before = page.before;
        let (mut updates, mut latest, mut next) = (Vec::new(), None, None);
        for _ in 0..LOOKED_THROUGH {
            let mut rows = rows(look.conn(), member, before, page.rows() + 1).await?;
            latest = latest.or(rows.first().map(|row| row.id));
            let more = u64::try_from(rows.len()).unwrap_or(0) > page.rows();
            if more {
                rows.pop();
            }
            before = rows.last().map(|row| row.id.0);
            next = before.filter(|_| more).map(|id| id.to_string());
            let known = Known::of(look.conn(), &viewer, &rows).await?;
            rows.retain(|row| known.shows(row));
            updates = shown(look.conn(), &viewer, rows, known).await?;
            if !updates.is_empty() || !more {
                break;
            }
        }
        look.end().await?;
        Ok(UpdatePage { updates, latest, next })
    }

    /// How many of those that [`Updates::list`] shows are new, up to [`NEW_COUNTED_MAX`] and one.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn new_count(&self, member: &Member) -> Result<usize, Error> {
        let conn = self.0.read();
        let new = notification::Entity::find()
            .filter(notification::Column::AccountId.eq(member.account))
            .filter(notification::Column::ReadAt.is_null())
            .order_by_desc(notification::Column::Id)
            .limit(u64::try_from(NEW_COUNTED_MAX + 1).unwrap_or(u64::MAX))
            .all(conn)
            .await?;
        if new.is_empty() {
            return Ok(0);
        }
        let known = Known::of(conn, &Caller::Member(member.clone()), &new).await?;
        Ok(new.iter().filter(|row| known.shows(row)).count())
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

async fn rows(
    conn: &impl ConnectionTrait,
    member: &Member,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<notification::Model>, Error> {
    let mut query = notification::Entity::find()
        .filter(notification::Column::AccountId.eq(member.account))
        .order_by_desc(notification::Column::Id)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(notification::Column::Id.lt(NotificationId(before)));
    }
    Ok(query.all(conn).await?)
}

/// What of these one may know.
struct Known {
    posts: HashSet<PostId>,
    people: HashMap<ActorId, actor::Model>,
    groups: HashMap<GroupId, GroupName>,
    /// Those of the groups that one keeps in order.
    kept: HashSet<GroupId>,
    /// Whether one reads what those who run the community are told.
    reads_reports: bool,
}

impl Known {
    async fn of(
        conn: &impl ConnectionTrait,
        viewer: &Caller,
        rows: &[notification::Model],
    ) -> Result<Self, Error> {
        let posts: Vec<PostId> = rows.iter().filter_map(|row| row.post_id).collect();
        let people = rows.iter().filter(|row| row.kind.names_who()).map(|row| row.actor_id);
        let people: Vec<ActorId> = people.collect();
        let groups: Vec<GroupId> = rows.iter().filter_map(|row| row.group_id).collect();
        let mut known = Self {
            posts: HashSet::new(),
            people: HashMap::new(),
            groups: HashMap::new(),
            kept: HashSet::new(),
            reads_reports: viewer.may(Act::ReadReports).is_ok(),
        };
        let waits = rows.iter().any(|row| is_for_keepers(row.kind));
        if let Caller::Member(member) = viewer
            && waits
        {
            let kept = group::Entity::find()
                .select_only()
                .column(group::Column::Id)
                .filter(group::Column::Id.in_subquery(waiting::kept_in_order(member.actor)));
            known.kept = kept.into_tuple::<GroupId>().all(conn).await?.into_iter().collect();
        }
        if !posts.is_empty() {
            let may = post::Entity::find()
                .select_only()
                .column(post::Column::Id)
                .filter(post::Column::Id.is_in(padded(posts)))
                .filter(traces_for(viewer));
            known.posts = may.into_tuple::<PostId>().all(conn).await?.into_iter().collect();
        }
        if !people.is_empty() {
            let found = actor::Entity::find().filter(actor::Column::Id.is_in(padded(people)));
            let shown = found.all(conn).await?.into_iter().filter(actors::is_shown);
            known.people = shown.map(|row| (row.id, row)).collect();
        }
        if !groups.is_empty() {
            let may = group::Entity::find()
                .filter(group::Column::Id.is_in(padded(groups)))
                .filter(grouped::known_to(viewer));
            known.groups = grouped::names_among(conn, may.all(conn).await?).await?;
        }
        Ok(known)
    }

    fn shows(&self, row: &notification::Model) -> bool {
        // Who reported something does not have to see it any more: mostly they block who wrote it. And whoever blocks
        // the moderators must not hide from them what they have to keep in order.
        let needs_post =
            !matches!(row.kind, NotificationKind::ReportDone | NotificationKind::PostReported);
        row.post_id.is_none_or(|id| !needs_post || self.posts.contains(&id))
            && row.group_id.is_none_or(|id| self.groups.contains_key(&id))
            && (!is_for_keepers(row.kind)
                || row.group_id.map_or(self.reads_reports, |id| self.kept.contains(&id)))
            && (!row.kind.names_who() || self.people.contains_key(&row.actor_id))
    }
}

/// Whether it is for who keeps order alone: who does no more is told no more of it.
fn is_for_keepers(kind: NotificationKind) -> bool {
    matches!(kind, NotificationKind::PostWaits | NotificationKind::PostReported)
}

async fn shown(
    conn: &impl ConnectionTrait,
    viewer: &Caller,
    rows: Vec<notification::Model>,
    known: Known,
) -> Result<Vec<Update>, Error> {
    let ids: Vec<PostId> = rows.iter().filter_map(|row| row.post_id).collect();
    let ids: Vec<PostId> = ids.into_iter().filter(|id| known.posts.contains(id)).collect();
    let mut posts: HashMap<PostId, PostView> = HashMap::new();
    if !ids.is_empty() {
        let found = post::Entity::find()
            .filter(post::Column::Id.is_in(padded(ids)))
            .filter(traces_for(viewer))
            .all(conn)
            .await?;
        let found = views(conn, viewer, found).await?;
        posts.extend(found.into_iter().map(|view| (view.id, view)));
    }
    let update = |row: notification::Model| Update {
        id: row.id,
        kind: row.kind,
        by: known
            .people
            .get(&row.actor_id)
            .filter(|_| row.kind.names_who())
            .cloned()
            .map(actors::view),
        post: row.post_id.and_then(|id| posts.get(&id)).cloned(),
        group: row.group_id.and_then(|id| known.groups.get(&id)).cloned(),
        at: row.created_at,
        is_new: row.read_at.is_none(),
    };
    let updates = rows.into_iter().map(update).collect();
    Ok(updates)
}

//! Reading reports.

use std::collections::HashMap;

use carefolk_domain::authorise::Act;
use carefolk_domain::{AccountId, ActorId, GroupId, GroupKind, PostId, PostState, ReportId};
use carefolk_store::dialect::padded;
use carefolk_store::entity::{account, actor, group, post, report, report_post};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};

use super::{ReportState, ReportView, Reports};
use crate::actors::queries as actors;
use crate::grouped::{self, Place};
use crate::kernel::{caller::Caller, error::Error, page::Page};
use crate::posts::visible::voices_of;
use crate::posts::{PostView, views};

impl Reports<'_> {
    /// Reports in `state`, the last made first.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller looks after the whole community.
    pub async fn list(
        &self,
        caller: &Caller,
        state: ReportState,
        page: Page,
    ) -> Result<Vec<ReportView>, Error> {
        caller.may(Act::ReadReports)?;
        let query = report::Entity::find().filter(report::Column::State.eq(state)).filter(
            Condition::any()
                .add(report::Column::GroupId.is_null())
                .add(report::Column::GroupId.in_subquery(groups_that_anybody_reads())),
        );
        self.page(caller, query, page).await
    }

    /// What the moderators of a group were told and have not dealt with, the last first.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Denied`] unless the caller keeps order in it.
    pub async fn of_group(
        &self,
        caller: &Caller,
        handle: &str,
        page: Page,
    ) -> Result<Vec<ReportView>, Error> {
        let place = Place::named(self.0.read(), caller, handle).await?;
        self.allow_to_read_in(caller, &place.row).await?;
        self.page(caller, open_in(place.row.id), page).await
    }

    /// Those of them that the caller may read, the last first.
    async fn page(
        &self,
        caller: &Caller,
        query: Select<report::Entity>,
        page: Page,
    ) -> Result<Vec<ReportView>, Error> {
        let query = query.filter(not_about(caller));
        let query = match page.before {
            Some(id) => query.filter(report::Column::Id.lt(ReportId(id))),
            None => query,
        };
        let rows =
            query.order_by_desc(report::Column::Id).limit(page.rows()).all(self.0.read()).await?;
        self.views(caller, rows).await
    }

    /// How many of these there are, for who keeps order in it; for others none.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Store`].
    pub async fn count_in_group(&self, caller: &Caller, handle: &str) -> Result<u64, Error> {
        let place = Place::named(self.0.read(), caller, handle).await?;
        match self.allow_to_read_in(caller, &place.row).await {
            Ok(()) => {
                let open = open_in(place.row.id).filter(not_about(caller));
                Ok(open.count(self.0.read()).await?)
            }
            Err(Error::Denied(_) | Error::NotFound(_)) => Ok(0),
            Err(other) => Err(other),
        }
    }

    /// Whether what the moderators of a group were told is for the caller to read: of one that stays here for
    /// themselves alone, not even for whoever keeps the server running.
    async fn allow_to_read_in(&self, caller: &Caller, row: &group::Model) -> Result<(), Error> {
        if !row.kind.federates() && !matches!(caller, Caller::Member(_)) {
            return Err(Error::NotFound("report"));
        }
        self.0.groups().allow_to_moderate(caller, row).await
    }

    /// Whether a report is for the caller to read.
    pub(super) async fn allow_to_read(
        &self,
        caller: &Caller,
        row: &report::Model,
    ) -> Result<(), Error> {
        let about = report::Entity::find_by_id(row.id).filter(not_about(caller));
        if about.count(self.0.read()).await? == 0 {
            return Err(Error::NotFound("report"));
        }
        let Some(id) = row.group_id else { return caller.may(Act::ReadReports) };
        let group = group::Entity::find_by_id(id).one(self.0.read()).await?;
        let group = group.ok_or(Error::NotFound("report"))?;
        match self.allow_to_read_in(caller, &group).await {
            // Whoever may not read it is not told that it is there.
            Err(Error::Denied(_)) if !group.kind.federates() => Err(Error::NotFound("report")),
            other => other,
        }
    }

    /// One report.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn show(&self, caller: &Caller, id: ReportId) -> Result<ReportView, Error> {
        let row = report::Entity::find_by_id(id).one(self.0.read()).await?;
        let row = row.ok_or(Error::NotFound("report"))?;
        self.allow_to_read(caller, &row).await?;
        let rows = vec![row];
        self.views(caller, rows).await?.pop().ok_or(Error::NotFound("report"))
    }

    async fn views(
        &self,
        caller: &Caller,
        rows: Vec<report::Model>,
    ) -> Result<Vec<ReportView>, Error> {
        let conn = self.0.read();
        // The moderators of a group are not told who it was.
        let named = |row: &report::Model| row.reporter_id.filter(|_| row.group_id.is_none());
        let reporters = rows.iter().filter_map(named);
        let accounts: HashMap<AccountId, ActorId> = account::Entity::find()
            .filter(account::Column::Id.is_in(reporters))
            .all(conn)
            .await?
            .into_iter()
            .map(|account| (account.id, account.actor_id))
            .collect();
        let wanted = rows.iter().map(|row| row.about_id).chain(accounts.values().copied());
        let people: HashMap<ActorId, actor::Model> = actor::Entity::find()
            .filter(actor::Column::Id.is_in(wanted))
            .all(conn)
            .await?
            .into_iter()
            .map(|actor| (actor.id, actor))
            .collect();
        let groups = rows.iter().filter_map(|row| row.group_id);
        let groups = group::Entity::find().filter(group::Column::Id.is_in(groups));
        let groups = grouped::names_among(conn, groups.all(conn).await?).await?;
        let mut posts = self.reported(caller, &rows).await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(about) = people.get(&row.about_id) else { continue };
            let reporter = named(&row).and_then(|id| accounts.get(&id));
            shown.push(ReportView {
                id: row.id,
                about: actors::view(about.clone()),
                group: row.group_id.and_then(|id| groups.get(&id)).cloned(),
                reporter: reporter.and_then(|id| people.get(id)).map(|row| row.handle.clone()),
                host: row.host,
                comment: row.comment,
                posts: posts.remove(&row.id).unwrap_or_default(),
                state: row.state,
                forwarded: row.forwarded,
                created: row.created_at,
            });
        }
        Ok(shown)
    }

    /// The posts that these name, as far as they are still here, by report.
    async fn reported(
        &self,
        caller: &Caller,
        reports: &[report::Model],
    ) -> Result<HashMap<ReportId, Vec<PostView>>, Error> {
        let conn = self.0.read();
        let named = report_post::Entity::find()
            .filter(report_post::Column::ReportId.is_in(padded(reports.iter().map(|row| row.id))))
            .all(conn)
            .await?;
        let rows = post::Entity::find()
            .filter(post::Column::Id.is_in(padded(named.iter().map(|row| row.post_id))))
            .filter(post::Column::State.eq(PostState::Published))
            .all(conn)
            .await?;
        let shown: HashMap<PostId, PostView> =
            views(conn, caller, rows).await?.into_iter().map(|view| (view.id, view)).collect();
        let mut by_report: HashMap<ReportId, Vec<PostView>> = HashMap::new();
        for row in named {
            if let Some(view) = shown.get(&row.post_id) {
                by_report.entry(row.report_id).or_default().push(view.clone());
            }
        }
        for posts in by_report.values_mut() {
            posts.sort_by_key(|post| post.id);
        }
        Ok(by_report)
    }
}

/// Those that are not about the caller, nor about whom they speak for: who is reported neither reads that nor says that it
/// is dealt with.
fn not_about(caller: &Caller) -> Condition {
    match caller {
        Caller::Member(member) => {
            Condition::all().add(report::Column::AboutId.not_in_subquery(voices_of(member)))
        }
        _ => Condition::all(),
    }
}

/// What the moderators of a group have not dealt with.
fn open_in(group: GroupId) -> Select<report::Entity> {
    report::Entity::find()
        .filter(report::Column::GroupId.eq(group))
        .filter(report::Column::State.eq(ReportState::Open))
}

/// Those in which whoever looks after the whole community keeps order too.
fn groups_that_anybody_reads() -> SelectStatement {
    group::Entity::find()
        .select_only()
        .column(group::Column::Id)
        .filter(group::Column::Kind.is_in([GroupKind::Open, GroupKind::Announce]))
        .into_query()
}

//! Making and closing reports.

use std::collections::BTreeSet;

use carefolk_domain::{
    AccountId, ActorId, FieldError, GroupId, Invalid, PostId, PostState, ReportId, Span, uri,
};
use carefolk_store::entity::{account, actor, post, report, report_post};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect, QueryTrait, Set,
};

use super::{
    COMMENT_MAX_CHARS, NewReport, POSTS_MAX, Readers, ReportState, Reports, Row, wire_map, write,
};
use crate::actors::queries as actors;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::outbox::{self, Recipients};
use crate::posts::PostRef;
use crate::{abroad, audit, grouped, news};

/// How many reports of one account may wait: who reads them has to get through.
const OPEN_PER_REPORTER: usize = 20;

/// How long who has as many waits before another one.
const REST: Span = Span::hours(1);

impl Reports<'_> {
    /// Reports somebody, and some of their posts, to the moderators here; with `forward` to their own
    /// server as well, if we talk with it.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`]; [`Error::NotFound`] for who or what the reporter cannot see;
    /// [`Error::Throttled`] while twenty of the reporter's wait; [`Error::Invalid`] on `comment`, `posts` or `to`;
    /// [`Error::Conflict`] for oneself, and for who has no account.
    pub async fn send(&self, caller: &Caller, new: NewReport) -> Result<ReportId, Error> {
        let voice = self.0.follows().voice(caller, &new.reporter).await?;
        let reporter = self.account_behind(caller, &voice).await?;
        let comment = check(&new)?;
        let about = self.0.actors().known_or_local(&new.about).await?;
        let about = about.ok_or(Error::NotFound("actor"))?;
        let Some(reporter) = reporter else {
            return Err(Error::Conflict("people report, with an account; a provider cannot"));
        };
        if about.id == voice.id {
            return Err(Error::Conflict("nobody reports themselves"));
        }
        let viewer = self.0.accounts().viewer(caller, &voice).await?;
        let posts = self.posts_of(&viewer, &about, &new.posts).await?;
        let group = match new.to {
            Readers::Community => None,
            Readers::Group => Some(self.group_of(&posts).await?),
        };
        let forward = new.forward && self.hears(&about).await?;
        let elsewhere = match posts.first().filter(|_| forward) {
            Some(post) => abroad::group_of(self.0.read(), post, voice.id).await?,
            None => None,
        };
        let instance = self.0.instance().actor_id().await?;
        let instance = actors::by_id(self.0.read(), instance).await?;
        let ids: BTreeSet<PostId> = posts.iter().map(|post| post.id).collect();
        let tx = self.0.begin().await?;
        if let Some(known) =
            made_already(&tx, reporter, (group, about.id), (&ids, &comment)).await?
        {
            return Ok(known);
        }
        let slug = self.0.slug();
        let uri = outbox::activity_uri(self.0, &slug);
        let row = Row {
            uri: uri.clone(),
            reporter: Some(reporter),
            host: None,
            about: about.id,
            group,
            comment: comment.clone(),
            forwarded: forward,
        };
        let ids: Vec<PostId> = ids.into_iter().collect();
        let made = write(self.0, &tx, row, &ids).await?;
        if forward {
            // What only some may read is not quoted to a server's moderators.
            let open = posts.iter().filter(|post| post.audience.is_open());
            let named = open.map(|post| post.uri.clone()).collect();
            let told: Vec<&actor::Model> = [&about].into_iter().chain(&elsewhere).collect();
            let said = wire_map::flag(&instance, &told, named, comment, uri, slug);
            let inboxes = told.iter().map(|who| who.inbox.clone()).collect();
            let to = Recipients { inboxes, ..Recipients::default() };
            outbox::say(self.0, &tx, said, to).await?;
        }
        audit::record_operator(self.0, &tx, caller, "report.send", &about.uri).await?;
        tx.commit().await?;
        Ok(made.id)
    }

    /// Whether somebody lives elsewhere, where it would arrive: what would not is not said to have been told.
    async fn hears(&self, about: &actor::Model) -> Result<bool, Error> {
        let inbox = uri::host(&about.inbox).unwrap_or_default();
        Ok(about.domain_id.is_none() && self.0.peers().why_closed(&inbox).await?.is_none())
    }

    /// Nobody is told any more of a report that was dealt with, unless another of the same waits.
    async fn forget_news(&self, tx: &Tx, row: &report::Model) -> Result<(), Error> {
        let named = report_post::Entity::find()
            .filter(report_post::Column::ReportId.eq(row.id))
            .all(tx.conn())
            .await?;
        let posts: Vec<PostId> = named.into_iter().map(|row| row.post_id).collect();
        let others = report::Entity::find().filter(report::Column::State.eq(ReportState::Open));
        let others = match row.group_id {
            None => others.filter(report::Column::GroupId.is_null()),
            Some(group) => {
                let about = report_post::Entity::find()
                    .select_only()
                    .column(report_post::Column::ReportId)
                    .filter(report_post::Column::PostId.is_in(posts.iter().copied()))
                    .into_query();
                others
                    .filter(report::Column::GroupId.eq(group))
                    .filter(report::Column::Id.in_subquery(about))
            }
        };
        if others.count(tx.conn()).await? > 0 {
            return Ok(());
        }
        news::dealt_with(tx, row.group_id, posts).await
    }

    async fn account_behind(
        &self,
        caller: &Caller,
        voice: &actor::Model,
    ) -> Result<Option<AccountId>, Error> {
        if let Some(account) = caller.account() {
            return Ok(Some(account));
        }
        let behind = account::Entity::find().filter(account::Column::ActorId.eq(voice.id));
        Ok(behind.one(self.0.read()).await?.map(|account| account.id))
    }

    /// The group here that all of these are in.
    async fn group_of(&self, posts: &[post::Model]) -> Result<GroupId, Error> {
        let none = || Error::field("to", Invalid::Choice);
        let first = posts.first().ok_or_else(none)?;
        let place = grouped::of_post(self.0.read(), first).await?.ok_or_else(none)?;
        if posts.iter().any(|post| post.group_id != Some(place.row.id)) {
            return Err(none());
        }
        Ok(place.row.id)
    }

    /// The posts at these addresses, which must be by `about` and visible to the reporter.
    async fn posts_of(
        &self,
        caller: &Caller,
        about: &actor::Model,
        addresses: &[String],
    ) -> Result<Vec<post::Model>, Error> {
        let mut found = Vec::new();
        for address in addresses {
            let by = PostRef::Uri(address.clone());
            let row = self.0.posts().find_row(caller, &by).await?;
            if row.actor_id != about.id || row.state != PostState::Published {
                return Err(Error::field("posts", Invalid::Unknown));
            }
            found.push(row);
        }
        found.sort_by_key(|row| row.id);
        found.dedup_by_key(|row| row.id);
        Ok(found)
    }

    /// Says that a report was dealt with. Twice is no error.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn close(&self, caller: &Caller, id: ReportId) -> Result<(), Error> {
        let row = report::Entity::find_by_id(id).one(self.0.read()).await?;
        let row = row.ok_or(Error::NotFound("report"))?;
        self.allow_to_read(caller, &row).await?;
        let tx = self.0.begin().await?;
        let row = report::Entity::find_by_id(id).one(tx.conn()).await?;
        let row = row.ok_or(Error::NotFound("report"))?;
        if row.state == ReportState::Closed {
            return Ok(());
        }
        let mut changed = row.into_active_model();
        changed.state = Set(ReportState::Closed);
        changed.closed_at = Set(Some(tx.now()));
        let row = changed.update(tx.conn()).await?;
        self.forget_news(&tx, &row).await?;
        audit::record(self.0, &tx, caller, "report.close", &id.to_string(), "").await?;
        tx.commit().await
    }
}

/// The report that `reporter` made of the same in the same words and that waits, or that there are too many of theirs. Whoever
/// presses the button twice waits for themselves.
async fn made_already(
    tx: &Tx,
    reporter: AccountId,
    (group, about): (Option<GroupId>, ActorId),
    (posts, comment): (&BTreeSet<PostId>, &str),
) -> Result<Option<ReportId>, Error> {
    account::Entity::find_by_id(reporter).lock_exclusive().one(tx.conn()).await?;
    let open = report::Entity::find()
        .filter(report::Column::ReporterId.eq(reporter))
        .filter(report::Column::State.eq(ReportState::Open))
        .all(tx.conn())
        .await?;
    let is_same = |row: &&report::Model| {
        row.about_id == about && row.group_id == group && row.comment == comment
    };
    let same: Vec<ReportId> = open.iter().filter(is_same).map(|row| row.id).collect();
    let named = report_post::Entity::find()
        .filter(report_post::Column::ReportId.is_in(same.iter().copied()))
        .all(tx.conn())
        .await?;
    for id in same {
        let named = named.iter().filter(|row| row.report_id == id).map(|row| row.post_id);
        if named.collect::<BTreeSet<_>>() == *posts {
            return Ok(Some(id));
        }
    }
    if open.len() >= OPEN_PER_REPORTER {
        return Err(Error::Throttled { retry_after: REST });
    }
    Ok(None)
}

/// The comment of a report, if nothing is wrong with it.
fn check(new: &NewReport) -> Result<String, Error> {
    let comment = new.comment.trim();
    let mut wrong = Vec::new();
    if comment.is_empty() {
        wrong.push(FieldError { field: "comment", invalid: Invalid::Missing });
    }
    if comment.chars().count() > COMMENT_MAX_CHARS {
        let invalid = Invalid::TooLong(COMMENT_MAX_CHARS);
        wrong.push(FieldError { field: "comment", invalid });
    }
    if new.posts.len() > POSTS_MAX {
        wrong.push(FieldError { field: "posts", invalid: Invalid::TooMany(POSTS_MAX) });
    }
    if wrong.is_empty() { Ok(comment.to_owned()) } else { Err(Error::Invalid(wrong)) }
}

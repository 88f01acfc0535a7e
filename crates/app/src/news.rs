//! What people are told of what is done in groups: to whom it is done, who has to decide, and nobody else.
//!
//! Invariants: no words of a post are in it; moderators do what they do by nobody's name; a question that was answered
//! waits in nobody's list.

use carefolk_domain::{
    AccountId, AccountState, ActorId, Audience, GroupId, GroupRole, NotificationId,
    NotificationKind, PostId, Role,
};
use carefolk_store::dialect::insert_all;
use carefolk_store::entity::report::{self, ReportState};
use carefolk_store::entity::{account, group_member, notification, post, report_post, team_member};
use sea_orm::sea_query::{IntoCondition, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::kernel::{error::Error, tx::Tx};
use crate::{App, insiders};

/// What one is told.
#[derive(Clone, Copy)]
pub(crate) struct News {
    /// What happened.
    pub kind: NotificationKind,
    /// Who did it, where one may know.
    pub by: Option<ActorId>,
    /// The post that it is about.
    pub post: Option<PostId>,
    /// The group in which it was done.
    pub group: Option<GroupId>,
}

/// Tells somebody with an account here; nobody else is there to be told.
pub(crate) async fn tell(app: &App, tx: &Tx, to: ActorId, news: News) -> Result<(), Error> {
    write(app, tx, account::Column::ActorId.eq(to).into_condition(), news).await
}

/// Tells the one with that account.
pub(crate) async fn tell_account(
    app: &App,
    tx: &Tx,
    to: AccountId,
    news: News,
) -> Result<(), Error> {
    write(app, tx, account::Column::Id.eq(to).into_condition(), news).await
}

/// Tells who wrote a post, or who writes for the provider that said it, unless they have left the group that alone reads it.
pub(crate) async fn tell_author(
    app: &App,
    tx: &Tx,
    row: &post::Model,
    news: News,
) -> Result<(), Error> {
    let reads = row.audience != Audience::Group
        || insiders::has(tx.conn(), row.group_id, row.actor_id).await?;
    if reads { write(app, tx, speaking_for(row.actor_id), news).await } else { Ok(()) }
}

/// Tells those who keep order in the group; where there is none, nobody.
pub(crate) async fn tell_moderators(app: &App, tx: &Tx, news: News) -> Result<(), Error> {
    write(app, tx, moderators(news.group), news).await
}

/// The same, but for whoever speaks for `about`: they are not told what was said of themselves.
pub(crate) async fn tell_moderators_but(
    app: &App,
    tx: &Tx,
    news: News,
    about: ActorId,
) -> Result<(), Error> {
    write(app, tx, moderators(news.group).add(speaking_for(about).not()), news).await
}

/// Tells those who look after the whole community, but for whoever speaks for `about`.
pub(crate) async fn tell_keepers_but(
    app: &App,
    tx: &Tx,
    news: News,
    about: ActorId,
) -> Result<(), Error> {
    let keepers = account::Column::Role.is_in([Role::Moderator, Role::Admin]).into_condition();
    write(app, tx, keepers.add(speaking_for(about).not()), news).await
}

fn moderators(group: Option<GroupId>) -> Condition {
    let moderators = group_member::Entity::find()
        .select_only()
        .column(group_member::Column::ActorId)
        .filter(group_member::Column::GroupId.eq(group))
        .filter(group_member::Column::Role.eq(GroupRole::Moderator))
        .into_query();
    account::Column::ActorId.in_subquery(moderators).into_condition()
}

/// The accounts that speak for that one: their own, and of a provider those of its team.
fn speaking_for(who: ActorId) -> Condition {
    let team = team_member::Entity::find()
        .select_only()
        .column(team_member::Column::AccountId)
        .filter(team_member::Column::ProviderId.eq(who))
        .into_query();
    Condition::any()
        .add(account::Column::ActorId.eq(who))
        .add(account::Column::Id.in_subquery(team))
}

/// The reports that name a post, as part of another query.
pub(crate) fn reports_of(post: PostId) -> SelectStatement {
    report_post::Entity::find()
        .select_only()
        .column(report_post::Column::ReportId)
        .filter(report_post::Column::PostId.eq(post))
        .into_query()
}

/// Tells those here whose reports of a post wait that it was taken away.
pub(crate) async fn tell_reporters(
    app: &App,
    tx: &Tx,
    row: &post::Model,
    group: GroupId,
) -> Result<(), Error> {
    let reporters = report::Entity::find()
        .select_only()
        .column(report::Column::ReporterId)
        .filter(report::Column::Id.in_subquery(reports_of(row.id)))
        .filter(report::Column::State.eq(ReportState::Open))
        .filter(report::Column::ReporterId.is_not_null())
        .into_query();
    let mut which = account::Column::Id.in_subquery(reporters).into_condition();
    if row.audience == Audience::Group {
        which = which.add(account::Column::ActorId.in_subquery(insiders::of(group)));
    }
    let kind = NotificationKind::ReportDone;
    let news = News { kind, by: None, post: Some(row.id), group: Some(group) };
    write(app, tx, which, news).await
}

/// Writes it for `which` of the accounts that are in use.
async fn write(app: &App, tx: &Tx, which: Condition, news: News) -> Result<(), Error> {
    let accounts = account::Entity::find()
        .filter(which)
        .filter(account::Column::State.eq(AccountState::Active))
        .all(tx.conn())
        .await?;
    let row = |account: account::Model| notification::Model {
        id: NotificationId(app.id()),
        account_id: account.id,
        kind: news.kind,
        actor_id: news.by.unwrap_or(account.actor_id),
        post_id: news.post,
        group_id: news.group,
        created_at: tx.now(),
        read_at: None,
    };
    let rows = accounts.into_iter().map(row).collect();
    Ok(insert_all::<notification::ActiveModel>(tx.store(), rows).await?)
}

/// Nobody has to decide any more what `who` asked of a group.
pub(crate) async fn answered(tx: &Tx, group: GroupId, who: ActorId) -> Result<(), Error> {
    notification::Entity::delete_many()
        .filter(notification::Column::GroupId.eq(group))
        .filter(notification::Column::ActorId.eq(who))
        .filter(
            notification::Column::Kind
                .is_in([NotificationKind::GroupAsked, NotificationKind::GroupInvited]),
        )
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// What was reported there, or in the whole community, is dealt with: it waits in nobody's list.
pub(crate) async fn dealt_with(
    tx: &Tx,
    group: Option<GroupId>,
    posts: Vec<PostId>,
) -> Result<(), Error> {
    let same_group = match group {
        Some(group) => notification::Column::GroupId.eq(group),
        None => notification::Column::GroupId.is_null(),
    };
    let mut which = Condition::all()
        .add(notification::Column::Kind.eq(NotificationKind::PostReported))
        .add(same_group);
    if group.is_some() {
        which = which.add(notification::Column::PostId.is_in(posts));
    }
    notification::Entity::delete_many().filter(which).exec(tx.conn()).await?;
    Ok(())
}

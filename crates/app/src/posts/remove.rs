//! A post that moderators of its group take away, and give back.
//!
//! Invariants: its words stay, so that it can be given back, and nobody reads them meanwhile; who finds the gap
//! learns why. Other servers are asked to forget it: what they forgot they may not take back.

use carefolk_domain::{AccountId, GroupId, NotificationKind, PostState, RemovalReason};
use carefolk_store::entity::report::{self, ReportState};
use carefolk_store::entity::{group_pin, home, notification, post, report_post};
use carefolk_wire::write::{Activity, Tombstone};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{counts, hearers, orphans, wire_map};
use crate::App;
use crate::actors::queries as actors;
use crate::kernel::jobs::{self, Job};
use crate::kernel::{error::Error, tx::Tx};
use crate::news::{self, News};
use crate::relayed::What;
use crate::{grouped, homes, outbox, relayed, voice};

/// Takes a published post away, which the caller holds; `by` is the account that does.
pub(crate) async fn remove(
    app: &App,
    tx: &Tx,
    row: &post::Model,
    reason: RemovalReason,
    by: Option<AccountId>,
) -> Result<(), Error> {
    let note = wire_map::load(app, tx.conn(), row).await?;
    grouped::take_back(app, tx, row).await?;
    home::Entity::delete_many().filter(home::Column::PostId.eq(row.id)).exec(tx.conn()).await?;
    notification::Entity::delete_many()
        .filter(notification::Column::PostId.eq(row.id))
        .exec(tx.conn())
        .await?;
    if let Some(group) = row.group_id {
        let (kind, post) = (NotificationKind::PostRemoved, Some(row.id));
        let news = News { kind, by: None, post, group: Some(group) };
        news::tell_author(app, tx, row, news).await?;
        news::tell_reporters(app, tx, row, group).await?;
        close_reports(tx, row, group).await?;
    }
    group_pin::Entity::delete_many()
        .filter(group_pin::Column::PostId.eq(row.id))
        .exec(tx.conn())
        .await?;
    outbox::unsay(tx, row.id).await?;
    set(tx, row, PostState::Removed, Some(reason), by).await?;
    counts::count(tx, row, -1).await?;
    if !row.audience.federates() {
        return Ok(());
    }
    let said = wire_map::delete(app, &note, tx.now());
    if row.slug.is_some() {
        let body = said.body.clone();
        let to = hearers::of_change(tx, row, &note.hearers()).await?;
        outbox::say(app, tx, said, to).await?;
        return relayed::tell_of(app, tx, row, (What::End, &body)).await;
    }
    // A post of somebody elsewhere: their server has it still, and the group no longer. Its moderators say so in the
    // name that all of them have.
    let place = grouped::of_post(tx.conn(), row).await?;
    let Some(group) = place.as_ref().and_then(|place| place.actor.as_ref()) else { return Ok(()) };
    let remains = Tombstone::new(row.uri.clone(), wire_map::object_kind(row), tx.now().0);
    let voice = voice::find(tx.conn()).await?;
    let who = voice.map_or_else(|| group.uri.clone(), |voice| voice.uri);
    let id = format!("{}#removed", said.uri);
    let (to, cc) = note.addressing();
    let gone = Activity::delete(id, who, remains).addressed(to, cc);
    let gone = Activity { summary: Some(reason.word().to_owned()), ..gone };
    relayed::tell_of(app, tx, row, (What::End, &gone.to_json())).await
}

/// What its moderators were told of it is dealt with, where that names nothing else that is still there.
async fn close_reports(tx: &Tx, row: &post::Model, group: GroupId) -> Result<(), Error> {
    let there = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(post::Column::State.eq(PostState::Published))
        .filter(post::Column::Id.ne(row.id))
        .into_query();
    let about_more = report_post::Entity::find()
        .select_only()
        .column(report_post::Column::ReportId)
        .filter(report_post::Column::PostId.in_subquery(there))
        .filter(report_post::Column::ReportId.in_subquery(news::reports_of(row.id)))
        .into_query();
    report::Entity::update_many()
        .col_expr(report::Column::State, Expr::value(ReportState::Closed))
        .col_expr(report::Column::ClosedAt, Expr::value(tx.now()))
        .filter(report::Column::Id.in_subquery(news::reports_of(row.id)))
        .filter(report::Column::Id.not_in_subquery(about_more))
        .filter(report::Column::GroupId.eq(group))
        .filter(report::Column::State.eq(ReportState::Open))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Gives a post back that was taken away. It comes home again to who is in the group, and is said anew to who knows
/// groups; a server that forgot it may not take it back.
///
/// # Errors
///
/// [`Error::NotFound`] if who wrote it is gone.
pub(crate) async fn restore(app: &App, tx: &Tx, row: &post::Model) -> Result<(), Error> {
    let author = actors::by_id(tx.conn(), row.actor_id).await?;
    if !actors::is_shown(&author) {
        return Err(Error::NotFound("post"));
    }
    if let Some(group) = row.group_id {
        notification::Entity::delete_many()
            .filter(notification::Column::PostId.eq(row.id))
            .exec(tx.conn())
            .await?;
        let (kind, post) = (NotificationKind::PostRestored, Some(row.id));
        let news = News { kind, by: None, post, group: Some(group) };
        news::tell_author(app, tx, row, news).await?;
    }
    set(tx, row, PostState::Published, None, None).await?;
    counts::count(tx, row, 1).await?;
    let row = post::Entity::find_by_id(row.id).one(tx.conn()).await?;
    let row = row.ok_or(Error::NotFound("post"))?;
    // What answered it meanwhile found nothing to stand below.
    orphans::adopt_orphans(tx, std::slice::from_ref(&row)).await?;
    if row.slug.is_none() {
        // Its author may have changed it meanwhile, and taken out why it was taken away.
        let root = match row.root_id {
            Some(root) => post::Entity::find_by_id(root).one(tx.conn()).await?,
            None => None,
        };
        let beside = root.map_or_else(|| row.uri.clone(), |root| root.uri);
        jobs::later(app, tx, &Job::FetchFound { uri: row.uri.clone(), beside }).await?;
    }
    let place = grouped::of_post(tx.conn(), &row).await?;
    match &place {
        Some(place) if place.actor.is_none() => {
            homes::spread_inside(tx, &row, place.row.id).await?;
        }
        _ => homes::spread(tx, &[&row]).await?,
    }
    if row.audience.federates() && row.slug.is_some() {
        let note = wire_map::load(app, tx.conn(), &row).await?;
        let said = wire_map::create(app, &note);
        let body = said.body.clone();
        let to = hearers::of_change(tx, &row, &note.hearers()).await?;
        outbox::say_anew(tx, row.id).await?;
        outbox::say(app, tx, said, to).await?;
        relayed::tell_of(app, tx, &row, (What::Words, &body)).await?;
    }
    match &place {
        Some(place) => grouped::pass_on(app, tx, place, &row, &author).await,
        None => Ok(()),
    }
}

async fn set(
    tx: &Tx,
    row: &post::Model,
    state: PostState,
    reason: Option<RemovalReason>,
    by: Option<AccountId>,
) -> Result<(), Error> {
    post::Entity::update_many()
        .col_expr(post::Column::State, Expr::value(state))
        .col_expr(post::Column::StateReason, Expr::value(reason.map(|it| it.word().to_owned())))
        .col_expr(post::Column::StateBy, Expr::value(by))
        .filter(post::Column::Id.eq(row.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Why a post was taken away, if it was.
pub(super) fn reason_of(row: &post::Model) -> Option<RemovalReason> {
    let word = row.state_reason.as_deref().filter(|_| row.state == PostState::Removed)?;
    Some(RemovalReason::from_word(word).unwrap_or(RemovalReason::Rules))
}

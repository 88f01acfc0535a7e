//! What waits until moderators of its group have read it.
//!
//! Invariant: nobody but who wrote it and those who keep order in the group sees it meanwhile (S-169).

use carefolk_domain::{
    AccountId, ActorId, GroupId, HeldId, NotificationKind, PostId, PostState, RemovalReason, Span,
};
use carefolk_store::entity::{actor, group_member, held_post, notification, post};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait,
    QueryFilter, Set,
};

use crate::App;
use crate::grouped::{self, Place};
use crate::kernel::caller::Member;
use crate::kernel::{error::Error, tx::Tx};
use crate::news::{self, News};

/// How much of one person waits in one group at most; more is not taken.
pub(crate) const WAITING_MAX: u64 = 20;

/// How much from elsewhere waits in one group at most: nobody reads more.
pub(crate) const ELSEWHERE_WAITING_MAX: u64 = 500;

/// The longest activity that is kept to be passed on; of a longer one others are told where it is.
pub(crate) const WAITING_SAID_MAX_BYTES: usize = 64 * 1024;

/// How long what moderators did not take is kept for who wrote it, and what nobody decided.
const REFUSED_KEPT: Span = Span::days(30);
const UNREAD_KEPT: Span = Span::days(90);

/// Whether what `author` says in the group now has to be read first.
pub(crate) async fn must_wait(
    conn: &impl ConnectionTrait,
    place: &Place,
    author: &actor::Model,
) -> Result<bool, Error> {
    let role = grouped::role(conn, &place.row, author).await?;
    if !place.row.approval.holds(role, 0) {
        return Ok(false);
    }
    let mut taken = post::Entity::find()
        .filter(post::Column::ActorId.eq(author.id))
        .filter(post::Column::GroupId.eq(place.row.id))
        .filter(post::Column::State.eq(PostState::Published));
    if author.domain_id.is_none() {
        // What somebody elsewhere answered was read by nobody first.
        taken = taken.filter(post::Column::InReplyToUri.is_null());
    }
    Ok(place.row.approval.holds(role, taken.count(conn).await?))
}

/// Something that has to be read first.
pub(crate) struct Unread {
    /// Where it is said.
    pub group: GroupId,
    /// Who says it.
    pub actor: ActorId,
    /// Who wrote it, here.
    pub account: Option<AccountId>,
    /// The post, if it is one already.
    pub post: Option<PostId>,
    /// What was said.
    pub said: String,
}

/// Keeps it, and tells those who have to read it.
///
/// # Errors
///
/// [`Error::Throttled`] if too much of theirs waits.
pub(crate) async fn keep(app: &App, tx: &Tx, unread: Unread) -> Result<HeldId, Error> {
    let waits = held_post::Entity::find()
        .filter(held_post::Column::GroupId.eq(unread.group))
        .filter(held_post::Column::RefusedAt.is_null());
    let theirs = held_post::Column::ActorId.eq(unread.actor);
    let theirs = waits.clone().filter(theirs).count(tx.conn()).await?;
    // Strangers without number must not keep out who is here.
    let from_elsewhere = waits.filter(held_post::Column::PostId.is_not_null()).count(tx.conn());
    let is_full = unread.post.is_some() && from_elsewhere.await? >= ELSEWHERE_WAITING_MAX;
    if theirs >= WAITING_MAX || is_full {
        return Err(Error::Throttled { retry_after: Span::days(1) });
    }
    let id = HeldId(app.id());
    held_post::ActiveModel {
        id: Set(id),
        group_id: Set(unread.group),
        actor_id: Set(unread.actor),
        account_id: Set(unread.account),
        post_id: Set(unread.post),
        said: Set(unread.said),
        reason: Set(None),
        refused_at: Set(None),
        created_at: Set(tx.now()),
    }
    .insert(tx.conn())
    .await?;
    let (kind, by) = (NotificationKind::PostWaits, Some(unread.actor));
    let news = News { kind, by, post: None, group: Some(unread.group) };
    news::tell_moderators(app, tx, news).await?;
    Ok(id)
}

/// Whether that post waits already.
pub(crate) async fn has(tx: &Tx, post: PostId) -> Result<bool, Error> {
    let waits = held_post::Entity::find().filter(held_post::Column::PostId.eq(post));
    Ok(waits.one(tx.conn()).await?.is_some())
}

/// It waits no longer: taken, or taken back.
///
/// # Errors
///
/// [`Error::NotFound`] if somebody else decided first.
pub(crate) async fn end(tx: &Tx, row: &held_post::Model) -> Result<(), Error> {
    let gone = held_post::Entity::delete_by_id(row.id)
        .filter(held_post::Column::RefusedAt.is_null())
        .exec(tx.conn())
        .await?;
    if gone.rows_affected != 1 {
        return Err(Error::NotFound("post"));
    }
    was_read(tx, row).await
}

/// Moderators do not take it; who wrote it finds it for some days, with why.
///
/// # Errors
///
/// As [`end`].
pub(crate) async fn refuse(
    app: &App,
    tx: &Tx,
    row: &held_post::Model,
    reason: RemovalReason,
) -> Result<(), Error> {
    let refused = held_post::Entity::update_many()
        .col_expr(held_post::Column::RefusedAt, Expr::value(tx.now()))
        .col_expr(held_post::Column::Reason, Expr::value(reason.word()))
        .filter(held_post::Column::Id.eq(row.id))
        .filter(held_post::Column::RefusedAt.is_null())
        .exec(tx.conn())
        .await?;
    if refused.rows_affected != 1 {
        return Err(Error::NotFound("post"));
    }
    if let Some(account) = row.account_id {
        let kind = NotificationKind::PostRefused;
        let news = News { kind, by: None, post: None, group: Some(row.group_id) };
        news::tell_account(app, tx, account, news).await?;
    }
    was_read(tx, row).await
}

/// Nobody has to read anything of theirs in this group any more, if nothing else waits.
async fn was_read(tx: &Tx, row: &held_post::Model) -> Result<(), Error> {
    let others = held_post::Entity::find()
        .filter(held_post::Column::GroupId.eq(row.group_id))
        .filter(held_post::Column::ActorId.eq(row.actor_id))
        .filter(held_post::Column::RefusedAt.is_null())
        .count(tx.conn())
        .await?;
    if others == 0 {
        notification::Entity::delete_many()
            .filter(notification::Column::Kind.eq(NotificationKind::PostWaits))
            .filter(notification::Column::GroupId.eq(row.group_id))
            .filter(notification::Column::ActorId.eq(row.actor_id))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// What waits and `viewer` may read: what they wrote, and what waits in groups that they keep in order.
pub(crate) fn readable_by(viewer: &Member) -> Condition {
    Condition::any().add(held_post::Column::AccountId.eq(viewer.account)).add(
        Condition::all()
            .add(held_post::Column::RefusedAt.is_null())
            .add(held_post::Column::GroupId.in_subquery(kept_in_order(viewer.actor))),
    )
}

/// The groups that somebody keeps in order.
pub(crate) fn kept_in_order(by: ActorId) -> SelectStatement {
    Query::select()
        .column(group_member::Column::GroupId)
        .from(group_member::Entity)
        .and_where(group_member::Column::ActorId.eq(by))
        .and_where(group_member::Column::Role.eq(carefolk_domain::GroupRole::Moderator))
        .to_owned()
}

/// A post that is gone waits for nobody.
pub(crate) async fn forget_post(tx: &Tx, post: PostId) -> Result<(), Error> {
    let waits = held_post::Entity::find().filter(held_post::Column::PostId.eq(post));
    let Some(row) = waits.one(tx.conn()).await? else { return Ok(()) };
    match end(tx, &row).await {
        // It was decided at this moment.
        Err(Error::NotFound(_)) => Ok(()),
        done => done,
    }
}

/// What somebody who is gone had said waits for nobody.
pub(crate) async fn forget(tx: &Tx, actor: ActorId) -> Result<(), Error> {
    let theirs = held_post::Column::ActorId.eq(actor);
    held_post::Entity::delete_many().filter(theirs).exec(tx.conn()).await?;
    Ok(())
}

/// Takes away what was refused, or read by nobody, long ago; returns how much.
pub(crate) async fn forget_old(tx: &Tx) -> Result<u64, Error> {
    let old = Condition::any()
        .add(held_post::Column::RefusedAt.lt(tx.now() - REFUSED_KEPT))
        .add(held_post::Column::CreatedAt.lt(tx.now() - UNREAD_KEPT));
    Ok(held_post::Entity::delete_many().filter(old).exec(tx.conn()).await?.rows_affected)
}

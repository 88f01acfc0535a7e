//! Saying something: one activity row, and one delivery row for each inbox.

use carefolk_domain::{ActorId, Audience, OutboxId, PostId, UriHash};
use carefolk_store::dialect;
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::{actor, outbox_activity, peer};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Set,
    sea_query::Expr,
};

use carefolk_wire::write::Activity;

use super::fan_out;
use crate::App;
use crate::kernel::{error::Error, tx::Tx};

/// What changes a post: it is of no use to whom the post itself never reached.
pub(super) const EDIT: &str = "Update";

/// An activity about to be said.
pub(crate) struct Saying {
    /// Who says it.
    pub actor: ActorId,
    /// Its id.
    pub uri: String,
    /// The opaque part of its id.
    pub slug: String,
    /// Its ActivityStreams type.
    pub kind: &'static str,
    /// The post it is about.
    pub post: Option<PostId>,
    /// Deliveries with one key to one host keep their order.
    pub order_key: i64,
    /// Who may read it afterwards.
    pub audience: Audience,
    /// The exact JSON.
    pub body: String,
}

impl Saying {
    /// An activity by `actor` for those alone whom it names, about no post.
    pub(crate) fn direct(
        actor: ActorId,
        kind: &'static str,
        order_key: i64,
        slug: String,
        activity: &Activity,
    ) -> Self {
        Self {
            actor,
            uri: activity.id.clone(),
            slug,
            kind,
            post: None,
            order_key,
            audience: Audience::Direct,
            body: activity.to_json(),
        }
    }
}

/// One key for all that one row does to another, so that doing and undoing stay in order (P5).
pub(crate) fn order_between(who: i64, whom: i64) -> i64 {
    who ^ whom.rotate_left(17)
}

/// Who is to hear it.
#[derive(Default)]
pub(crate) struct Recipients {
    /// Everybody elsewhere who follows this actor.
    pub followers_of: Option<ActorId>,
    /// Single inboxes.
    pub inboxes: Vec<String>,
    /// Whether all of it is written out later, by the worker: what somebody elsewhere sets off must not hold up
    /// the batch in which it came.
    pub later: bool,
}

impl Recipients {
    /// This actor alone.
    pub(crate) fn one(actor: &actor::Model) -> Self {
        Self { inboxes: vec![actor.inbox.clone()], ..Self::default() }
    }
}

/// Writes the activity and its deliveries; to many followers the first of them, and the row by which the
/// others follow. While `instance.url` is unset nothing is written, for no id of ours means anything yet.
pub(crate) async fn say(app: &App, tx: &Tx, saying: Saying, to: Recipients) -> Result<(), Error> {
    if app.settings().base_url.is_none() {
        return Ok(());
    }
    let id = OutboxId(app.id());
    let is_edit = saying.kind == EDIT && saying.post.is_some();
    let said = fan_out::Said { id, order_key: saying.order_key, is_edit };
    let (actor, is_last) = (saying.actor, saying.kind == "Delete" && saying.post.is_none());
    outbox_activity::ActiveModel {
        id: Set(id),
        actor_id: Set(saying.actor),
        uri_hash: Set(UriHash::of(&saying.uri)),
        uri: Set(saying.uri),
        slug: Set(saying.slug),
        kind: Set(saying.kind.to_owned()),
        post_id: Set(saying.post),
        order_key: Set(saying.order_key),
        audience: Set(saying.audience),
        body: Set(saying.body),
        created_at: Set(tx.now()),
        proven_body: Set(None),
        proven_by: Set(None),
    }
    .insert(tx.conn())
    .await?;
    if !app.settings().federates() {
        return Ok(());
    }
    if is_last {
        return fan_out::last_words(app, tx, actor, said, to).await;
    }
    fan_out::begin(app, tx, said, to).await
}

/// A post is about to be said once more: what of its first saying was cancelled does not count against what follows.
pub(crate) async fn say_anew(tx: &Tx, post: PostId) -> Result<(), Error> {
    let said = outbox_activity::Entity::find()
        .select_only()
        .column(outbox_activity::Column::Id)
        .filter(outbox_activity::Column::PostId.eq(post))
        .into_query();
    delivery::Entity::delete_many()
        .filter(delivery::Column::ActivityId.in_subquery(said))
        .filter(delivery::Column::State.eq(DeliveryState::Cancelled))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Takes away what was said of a post: its words are erased here, and what of them still waits to
/// be sent is not sent. Who has them already is told by the `Delete` that follows.
pub(crate) async fn unsay(tx: &Tx, post: PostId) -> Result<(), Error> {
    // First what is not written out yet: who is at it has ended then, and what it wrote is seen below.
    fan_out::drop_of_post(tx, post).await?;
    let said = outbox_activity::Entity::find()
        .select_only()
        .column(outbox_activity::Column::Id)
        .filter(outbox_activity::Column::PostId.eq(post))
        .into_query();
    delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Cancelled))
        .col_expr(delivery::Column::EndedAt, Expr::value(tx.now()))
        .filter(delivery::Column::ActivityId.in_subquery(said))
        .filter(delivery::Column::State.is_in([DeliveryState::Waiting, DeliveryState::Dead]))
        .exec(tx.conn())
        .await?;
    outbox_activity::Entity::update_many()
        .col_expr(outbox_activity::Column::Body, Expr::value(""))
        .col_expr(outbox_activity::Column::ProvenBody, Expr::value(Option::<String>::None))
        .filter(outbox_activity::Column::PostId.eq(post))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Whether anything waits for `inbox`. Mostly nothing does: all who follow need not be looked at for each who
/// leaves, and whoever follows many here and leaves them all holds up nobody.
async fn waits_for(tx: &Tx, inbox: &str) -> Result<bool, Error> {
    let Some(host) = carefolk_domain::uri::host(inbox) else { return Ok(false) };
    let peer = peer::Entity::find()
        .select_only()
        .column(peer::Column::Id)
        .filter(peer::Column::Host.eq(host))
        .into_query();
    let first = delivery::Entity::find()
        .filter(delivery::Column::PeerId.in_subquery(peer))
        .filter(delivery::Column::State.eq(DeliveryState::Waiting))
        .filter(delivery::Column::InboxUrl.eq(inbox))
        .one(tx.conn())
        .await?;
    Ok(first.is_some())
}

/// Takes back what still waits for an inbox that nobody else who follows `author` shares, because
/// `follower` may not have it any more: privacy goes before delivery. What anybody may read
/// goes all the same.
pub(crate) async fn cancel_for(
    tx: &Tx,
    author: &actor::Model,
    follower: &actor::Model,
) -> Result<(), Error> {
    let inbox = follower.shared_inbox.as_ref().unwrap_or(&follower.inbox);
    if !waits_for(tx, inbox).await? {
        return Ok(());
    }
    let others = dialect::follower_inboxes(tx.conn(), author.id).await?;
    if others.iter().any(|other| other.inbox == *inbox) {
        return Ok(());
    }
    let private = outbox_activity::Entity::find()
        .select_only()
        .column(outbox_activity::Column::Id)
        .filter(outbox_activity::Column::ActorId.eq(author.id))
        .filter(outbox_activity::Column::Audience.eq(Audience::Followers))
        .into_query();
    delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Cancelled))
        .col_expr(delivery::Column::EndedAt, Expr::value(tx.now()))
        .filter(delivery::Column::InboxUrl.eq(inbox))
        .filter(delivery::Column::State.eq(DeliveryState::Waiting))
        .filter(delivery::Column::ActivityId.in_subquery(private))
        .exec(tx.conn())
        .await?;
    Ok(())
}

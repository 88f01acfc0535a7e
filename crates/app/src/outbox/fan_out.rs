//! Who is to hear what was said: one delivery row for each inbox, to many followers page by page.
//!
//! Invariants: what is not written out yet is a row that stands since the change itself (P1); a page moves
//! that row on in the same transaction, so whoever is killed leaves nothing out and writes nothing twice;
//! what is said later of the same object waits behind it, and its deliveries have higher ids in every
//! process (P5). No transaction writes more than one page, but for the last words of an actor (ADR-0020).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use carefolk_domain::{ActorId, DeliveryId, FollowId, OutboxId, PeerId, PostId, Span};
use carefolk_store::dialect::{self, FollowerAt, NewDelivery, NewPeer};
use carefolk_store::entity::{fan_out, outbox_activity};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, LockBehavior, LockType, Query, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use tokio_util::sync::CancellationToken;

use super::Outbox;
use super::say::{EDIT, Recipients};
use crate::App;
use crate::kernel::LOOK_EVERY;
use crate::kernel::guard::guarded;
use crate::kernel::{error::Error, tx::Tx};

/// How many followers are looked at in one transaction.
const FOLLOWERS_AT_ONCE: u32 = 1_000;

/// How many activities take turns, one page each.
const IN_TURNS: u64 = 32;

/// How long one rests that went wrong. A later moment was written down while the clock was ahead.
const RESTS_FOR: Span = Span::minutes(1);

/// Before all follows.
const FROM_THE_FIRST: FollowId = FollowId(i64::MIN);

/// What was said, as far as its deliveries need it.
#[derive(Clone, Copy)]
pub(super) struct Said {
    pub id: OutboxId,
    pub order_key: i64,
    /// It changes a post, and is of no use to whom the post itself never reached.
    pub is_edit: bool,
}

/// One lot of those who are to hear something.
#[derive(Default)]
struct Page {
    /// Each inbox once, and its host.
    inboxes: BTreeMap<String, String>,
    /// The rows of their servers, as far as there are any.
    peers: HashMap<String, PeerId>,
}

impl Page {
    /// Adds these followers; gives the last of them if more may follow.
    fn add(&mut self, followers: Vec<FollowerAt>) -> Option<FollowId> {
        let is_full = followers.len() >= usize::try_from(FOLLOWERS_AT_ONCE).unwrap_or(usize::MAX);
        let last = followers.last().map(|follower| follower.follow).filter(|_| is_full);
        for their in followers {
            self.peers.extend(their.peer.map(|peer| (their.host.clone(), peer)));
            self.inboxes.insert(their.inbox, their.host);
        }
        last
    }

    fn add_inboxes(&mut self, inboxes: Vec<String>) {
        for inbox in inboxes {
            if let Some(host) = carefolk_domain::uri::host(&inbox) {
                self.inboxes.insert(inbox, host);
            }
        }
    }
}

impl Outbox<'_> {
    /// Writes out one page of each activity that is not done, oldest first; says whether there may be more.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if it cannot be seen what there is to do. What goes wrong with one activity is logged, and
    /// tried again after a minute, and at the next look if the database alone is to blame; it stops no other.
    pub(crate) async fn fan_out_some(&self) -> Result<bool, Error> {
        let mut wrote_some = false;
        for id in self.due_to_fan_out().await? {
            match guarded(self.fan_out_page(id)).await {
                Ok(wrote) => wrote_some |= wrote,
                Err(error) if error.passes() => {
                    tracing::warn!(%error, activity = %id, "not written out yet");
                }
                Err(error) => {
                    tracing::error!(%error, activity = %id, "not written out");
                    self.put_off(id).await?;
                }
            }
        }
        Ok(wrote_some)
    }

    /// Of what is to be written out, the first of each object.
    async fn due_to_fan_out(&self) -> Result<Vec<OutboxId>, Error> {
        let now = self.0.now();
        let earlier = Alias::new("earlier");
        let before = Query::select()
            .expr(Expr::value(1))
            .from_as(fan_out::Entity, earlier.clone())
            .and_where(
                Expr::col((earlier.clone(), fan_out::Column::OrderKey))
                    .equals((fan_out::Entity, fan_out::Column::OrderKey)),
            )
            .and_where(
                Expr::col((earlier, fan_out::Column::Turn))
                    .lt(Expr::col((fan_out::Entity, fan_out::Column::Turn))),
            )
            .to_owned();
        let is_due = Condition::any()
            .add(fan_out::Column::RunAt.lte(now))
            .add(fan_out::Column::RunAt.gt(now + RESTS_FOR));
        let due = fan_out::Entity::find()
            .select_only()
            .column(fan_out::Column::ActivityId)
            .filter(is_due)
            .filter(Expr::exists(before).not())
            .order_by_asc(fan_out::Column::RunAt)
            .order_by_asc(fan_out::Column::ActivityId)
            .limit(IN_TURNS);
        Ok(due.into_tuple().all(self.0.read()).await?)
    }

    async fn put_off(&self, id: OutboxId) -> Result<(), Error> {
        let tx = self.0.begin().await?;
        fan_out::Entity::update_many()
            .col_expr(fan_out::Column::RunAt, Expr::value(tx.now() + RESTS_FOR))
            .filter(fan_out::Column::ActivityId.eq(id))
            .exec(tx.conn())
            .await?;
        tx.commit().await
    }

    /// Writes out until told to stop.
    pub(crate) async fn fan_out_until(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let wrote_some = self.fan_out_some().await.unwrap_or_else(|error| {
                tracing::error!(%error, "what is to be written out cannot be seen");
                false
            });
            if wrote_some {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.0.0.bells.fan_outs.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// One page of one activity; whether it was ours to write.
    async fn fan_out_page(&self, id: OutboxId) -> Result<bool, Error> {
        let tx = self.0.begin().await?;
        let row = fan_out::Entity::find_by_id(id)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .one(tx.conn())
            .await?;
        let Some(row) = row else { return Ok(false) };
        next_page(self.0, &tx, row).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Writes the first page, and the row for the others. While something said earlier of the same object is
/// not written out, and where it is to be written out later, the row alone.
pub(super) async fn begin(app: &App, tx: &Tx, said: Said, to: Recipients) -> Result<(), Error> {
    let mut row = fan_out::Model {
        activity_id: said.id,
        followee_id: to.followers_of,
        order_key: said.order_key,
        turn: 0,
        after_follow: FROM_THE_FIRST,
        inboxes: None,
        run_at: tx.now(),
        created_at: tx.now(),
    };
    let last = last_turn(tx, said.order_key).await?;
    if to.later || last.is_some() {
        let inboxes = serde_json::to_string(&to.inboxes);
        row.inboxes = Some(inboxes.map_err(|_odd| Error::Bug("inboxes that are not JSON"))?);
        row.turn = last.map_or(0, |last| last + 1);
    } else {
        let last = first_page(app, tx, said, to).await?;
        let Some(last) = last else { return Ok(()) };
        row.after_follow = last;
    }
    fan_out::ActiveModel::from(row).reset_all().insert(tx.conn()).await?;
    tx.ring_fan_outs();
    Ok(())
}

/// The last words of an actor, to everybody in one change: its followers go with it, and nobody could be found
/// later. What it said before and is not written out is not said any more.
pub(super) async fn last_words(
    app: &App,
    tx: &Tx,
    actor: ActorId,
    said: Said,
    to: Recipients,
) -> Result<(), Error> {
    drop_where(tx, outbox_activity::Column::ActorId.eq(actor)).await?;
    let followers = to.followers_of;
    let mut last = first_page(app, tx, said, to).await?;
    while let (Some(followee), Some(after)) = (followers, last) {
        last = later_page(app, tx, said, (Some(followee), after), Vec::new()).await?;
    }
    Ok(())
}

/// The highest turn of what waits with that number.
async fn last_turn(tx: &Tx, order_key: i64) -> Result<Option<i32>, Error> {
    Ok(fan_out::Entity::find()
        .select_only()
        .column(fan_out::Column::Turn)
        .filter(fan_out::Column::OrderKey.eq(order_key))
        .order_by_desc(fan_out::Column::Turn)
        .into_tuple()
        .one(tx.conn())
        .await?)
}

/// Writes to the first followers, and to all others who hear it; gives the last follow if more may come.
async fn first_page(
    app: &App,
    tx: &Tx,
    said: Said,
    to: Recipients,
) -> Result<Option<FollowId>, Error> {
    let mut page = Page::default();
    let last = match to.followers_of {
        Some(followee) => page.add(followers(tx, followee, FROM_THE_FIRST).await?),
        None => None,
    };
    page.add_inboxes(to.inboxes);
    write(app, tx, said, page).await?;
    Ok(last)
}

/// Takes back what was said of a post and is not written out yet.
pub(super) async fn drop_of_post(tx: &Tx, post: PostId) -> Result<(), Error> {
    drop_where(tx, outbox_activity::Column::PostId.eq(post)).await
}

async fn drop_where(tx: &Tx, which: SimpleExpr) -> Result<(), Error> {
    let said = outbox_activity::Entity::find()
        .select_only()
        .column(outbox_activity::Column::Id)
        .filter(which)
        .into_query();
    fan_out::Entity::delete_many()
        .filter(fan_out::Column::ActivityId.in_subquery(said))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Writes out the next page, and moves the row on or takes it away.
async fn next_page(app: &App, tx: &Tx, row: fan_out::Model) -> Result<(), Error> {
    let activity = outbox_activity::Entity::find_by_id(row.activity_id).one(tx.conn()).await?;
    let activity = activity.ok_or(Error::Bug("an activity is gone that is still to be said"))?;
    let mut last = None;
    // Its words were taken back while it was said.
    if !activity.body.is_empty() {
        let is_edit = activity.kind == EDIT && activity.post_id.is_some();
        let said = Said { id: row.activity_id, order_key: row.order_key, is_edit };
        let inboxes = row.inboxes.as_deref().map_or(Ok(Vec::new()), serde_json::from_str);
        let inboxes = inboxes.map_err(|_odd| Error::Bug("inboxes that are not JSON"))?;
        last = later_page(app, tx, said, (row.followee_id, row.after_follow), inboxes).await?;
    }
    let this = fan_out::Column::ActivityId.eq(row.activity_id);
    if let Some(last) = last {
        fan_out::Entity::update_many()
            .col_expr(fan_out::Column::AfterFollow, Expr::value(last))
            .col_expr(fan_out::Column::Inboxes, Expr::value(Option::<String>::None))
            .filter(this)
            .exec(tx.conn())
            .await?;
    } else {
        fan_out::Entity::delete_many().filter(this).exec(tx.conn()).await?;
    }
    Ok(())
}

/// Writes to the followers after one of them, and to `inboxes`, but for those who are told already.
async fn later_page(
    app: &App,
    tx: &Tx,
    said: Said,
    (followee, after): (Option<ActorId>, FollowId),
    inboxes: Vec<String>,
) -> Result<Option<FollowId>, Error> {
    let mut page = Page::default();
    let last = match followee {
        Some(followee) => page.add(followers(tx, followee, after).await?),
        None => None,
    };
    page.add_inboxes(inboxes);
    let peers: Vec<PeerId> = page.peers.values().copied().collect();
    for told in dialect::told_inboxes(tx.store(), said.id, said.order_key, &peers).await? {
        page.inboxes.remove(&told);
    }
    write(app, tx, said, page).await?;
    Ok(last)
}

async fn followers(tx: &Tx, of: ActorId, after: FollowId) -> Result<Vec<FollowerAt>, Error> {
    Ok(dialect::followers_after(tx.store(), of, after, FOLLOWERS_AT_ONCE).await?)
}

/// Writes the deliveries of one page.
async fn write(app: &App, tx: &Tx, said: Said, page: Page) -> Result<(), Error> {
    let Page { inboxes, mut peers } = page;
    let open = open_hosts(app, inboxes.values()).await?;
    let unmet: Vec<NewPeer> = open
        .iter()
        .filter(|host| !peers.contains_key(**host))
        .map(|host| NewPeer { id: PeerId(app.id()), host: (*host).clone() })
        .collect();
    if !unmet.is_empty() {
        peers.extend(dialect::ensure_peers(tx.store(), tx.now(), &unmet).await?);
    }
    // Who minted the last may have done so by a clock that is ahead, and turns go by these ids.
    app.mint_above(dialect::last_delivery(tx.conn()).await?);
    let rows: Vec<NewDelivery> = inboxes
        .iter()
        .filter(|(_, host)| open.contains(host))
        .filter_map(|(inbox, host)| {
            Some(NewDelivery {
                id: DeliveryId(app.id()),
                activity_id: said.id,
                peer_id: *peers.get(host)?,
                inbox_url: inbox.clone(),
                order_key: said.order_key,
                run_at: tx.now(),
                created_at: tx.now(),
            })
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    dialect::insert_deliveries_batch(tx.store(), &rows).await?;
    if said.is_edit {
        let edits: Vec<DeliveryId> = rows.iter().map(|row| row.id).collect();
        dialect::drop_edits_after_abandoned(tx.store(), &edits, tx.now()).await?;
    }
    tx.ring_deliveries();
    Ok(())
}

/// Those of `hosts` that we talk with, each once.
async fn open_hosts<'a>(
    app: &App,
    hosts: impl Iterator<Item = &'a String>,
) -> Result<BTreeSet<&'a String>, Error> {
    let mut open = BTreeSet::new();
    for host in hosts.collect::<HashSet<_>>() {
        if app.peers().is_open_to(host).await? {
            open.insert(host);
        }
    }
    Ok(open)
}

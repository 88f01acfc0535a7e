//! Writing down what came of tries at deliveries.

use std::collections::{BTreeMap, HashMap};

use carefolk_domain::{DeliveryId, Health, Moment, PeerId, Span};
use carefolk_store::dialect::{self, DeliveryEnd};
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::peer;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::Outbox;
use super::parcels::{KnownHost, tries_of};
use super::results::{self, After, Before, HostNews};
use crate::App;
use crate::kernel::jobs::{self, Job};
use crate::kernel::ports::Receipt;
use crate::kernel::{error::Error, opaque, tx::Tx};

/// The longest error that is kept, in characters.
const ERROR_MAX_CHARS: usize = 300;

/// How long a host has to have failed before its return makes due all that waits for it: after a
/// shorter time that comes by itself, and one delivery that it stumbles over again and again
/// must not be tried each time it takes another.
const WORTH_WAKING_AFTER: Span = Span::minutes(1);

/// How long after the last day the next try at a silent host comes at the latest: until then what waits with
/// it may still get through. It is the longest wait with its jitter.
const LAST_TURN: Span = Span::hours(10);

/// What came of a try.
pub(super) type Tried = (delivery::Model, Receipt, KnownHost);

/// What a batch says about hosts, with the last error; in one order in every process, for two that write
/// of the same hosts would wait for each other.
type News = BTreeMap<PeerId, (HostNews, Option<String>)>;

impl KnownHost {
    /// Whether `news` is what we know already.
    fn knows(&self, news: &HostNews) -> bool {
        matches!(news, HostNews::Well(Some(profile)) if self.well_with.as_ref() == Some(profile))
    }

    /// Whether something may have been put off for long that is due when it answers again.
    fn is_worth_waking(&self, now: Moment) -> bool {
        self.failing_since.is_some_and(|since| now - since >= WORTH_WAKING_AFTER)
    }
}

impl Outbox<'_> {
    /// Writes all results in one transaction.
    pub(super) async fn settle(&self, done: &[Tried]) -> Result<(), Error> {
        if done.is_empty() {
            return Ok(());
        }
        let tx = self.0.begin().await?;
        let mut ends = Vec::with_capacity(done.len());
        let mut news = News::new();
        let mut known: HashMap<PeerId, KnownHost> = HashMap::new();
        let mut given_up: Vec<DeliveryId> = Vec::new();
        for (row, receipt, host) in done {
            let before = Before {
                created_at: row.created_at,
                attempts: tries_of(row),
                refused_since: row.refused_since,
                failures: u32::try_from(host.failures).unwrap_or(0),
                host_took: host.took,
                took_meanwhile: host.took_meanwhile,
            };
            let chance = opaque::number(self.0.chance());
            let after = results::judge(receipt, before, tx.now(), chance);
            if after.state == DeliveryState::Dead {
                tracing::warn!(delivery = %row.id, status = ?after.status, "delivery given up");
                given_up.push(row.id);
            }
            if *receipt == Receipt::Gone {
                jobs::later(self.0, &tx, &Job::DropInbox { inbox: row.inbox_url.clone() }).await?;
            }
            weigh(&mut news, row.peer_id, &after);
            known.insert(row.peer_id, host.clone());
            ends.push(end(row, after, tx.now()));
        }
        news.retain(|peer, (what, _)| !known.get(peer).is_some_and(|host| host.knows(what)));
        let peers: Vec<PeerId> = news.keys().copied().collect();
        dialect::hold_peers(tx.store(), &peers).await?;
        dialect::finish_deliveries(tx.store(), &self.0.0.holder, &ends).await?;
        dialect::drop_after_abandoned(tx.store(), &given_up, tx.now()).await?;
        for (peer, (what, error)) in news {
            let host = known.remove(&peer).unwrap_or_default();
            note_peer(&tx, peer, &host, what, error).await?;
        }
        tx.commit().await?;
        for (_, receipt, _) in done {
            self.0.meters().delivered(receipt);
        }
        Ok(())
    }
}

/// That a host asks to be left alone is heeded, whatever else it took in the same batch. Otherwise good
/// news outweighs bad news: it answers.
fn weigh(news: &mut News, peer: PeerId, after: &After) {
    let weight = |what: &HostNews| match what {
        HostNews::Nothing => 0,
        HostNews::Failing(..) => 1,
        HostNews::Well(_) => 2,
        HostNews::Asked(_) => 3,
    };
    let had = news.get(&peer).map_or(0, |(what, _)| weight(what));
    if weight(&after.host) > 0 && weight(&after.host) >= had {
        news.insert(peer, (after.host.clone(), after.error.clone()));
    }
}

fn end(row: &delivery::Model, after: After, now: Moment) -> DeliveryEnd {
    DeliveryEnd {
        id: row.id,
        state: after.state,
        run_at: after.run_at,
        last_status: after.status,
        // PostgreSQL takes no NUL, and what servers answer may hold one.
        last_error: after
            .error
            .map(|error| error.chars().filter(|it| *it != '\0').take(ERROR_MAX_CHARS).collect()),
        ended_at: (after.state != DeliveryState::Waiting).then_some(now),
        refused_since: after.refused_since,
    }
}

async fn note_peer(
    tx: &Tx,
    peer: PeerId,
    known: &KnownHost,
    news: HostNews,
    error: Option<String>,
) -> Result<(), Error> {
    let update = peer::Entity::update_many().filter(peer::Column::Id.eq(peer));
    let update = match news {
        HostNews::Nothing => return Ok(()),
        HostNews::Well(profile) => {
            if known.is_worth_waking(tx.now()) {
                dialect::wake_deliveries(tx.store(), &[peer], tx.now()).await?;
                tx.ring_deliveries();
            }
            let update = update
                .col_expr(peer::Column::Health, Expr::value(Health::Ok))
                .col_expr(peer::Column::Failures, Expr::value(0))
                .col_expr(peer::Column::FailingSince, Expr::value(Option::<Moment>::None))
                .col_expr(peer::Column::BackoffUntil, Expr::value(Option::<Moment>::None))
                .col_expr(peer::Column::LastOkAt, Expr::value(tx.now()));
            match profile {
                Some(profile) => {
                    update.col_expr(peer::Column::SignatureProfile, Expr::value(profile))
                }
                None => update,
            }
        }
        HostNews::Failing(health, until) => failing(update, known, tx.now(), error)
            .col_expr(peer::Column::Health, Expr::value(health))
            .col_expr(peer::Column::BackoffUntil, Expr::value(until)),
        HostNews::Asked(until) => failing(update, known, tx.now(), error)
            .col_expr(peer::Column::Health, Expr::value(Health::Failing))
            .col_expr(peer::Column::AskedUntil, Expr::value(until)),
    };
    update.exec(tx.conn()).await?;
    Ok(())
}

/// Counts one failure for all that were in flight together: eight that hang in one outage are no
/// reason to wait for hours.
fn failing(
    update: sea_orm::UpdateMany<peer::Entity>,
    known: &KnownHost,
    now: Moment,
    error: Option<String>,
) -> sea_orm::UpdateMany<peer::Entity> {
    let failures = known.failures.saturating_add(1);
    let counted = Expr::case(
        sea_orm::ExprTrait::gt(Expr::col(peer::Column::Failures), failures),
        Expr::col(peer::Column::Failures),
    )
    .finally(failures);
    let since = [Expr::col(peer::Column::FailingSince), Expr::value(now)];
    update
        .col_expr(peer::Column::Failures, counted.into())
        .col_expr(peer::Column::FailingSince, sea_orm::sea_query::Func::coalesce(since).into())
        .col_expr(peer::Column::LastError, Expr::value(error))
}

/// Gives up what waits for a turn behind a host that has been silent for as long as anything is tried;
/// returns how many, at most `limit`.
pub(crate) async fn give_up_overdue(app: &App, tx: &Tx, limit: u64) -> Result<u64, Error> {
    let said_before = tx.now() - carefolk_domain::backoff::GIVE_UP_AFTER - LAST_TURN;
    let buried = dialect::bury_overdue(tx.store(), said_before, tx.now(), limit).await?;
    dialect::drop_after_abandoned(tx.store(), &buried, tx.now()).await?;
    if !buried.is_empty() {
        tracing::warn!(count = buried.len(), holder = app.0.holder, "deliveries given up");
    }
    Ok(u64::try_from(buried.len()).unwrap_or(u64::MAX))
}

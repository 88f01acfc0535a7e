//! Delivering: claim a batch, send each, write down what came of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use carefolk_domain::{ActorId, Audience, Health, Moment, OutboxId, PeerId, Span};
use carefolk_store::dialect::{self, DeliveryClaim, DeliveryEnd};
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::{outbox_activity, peer};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Outbox;
use super::results::{self, After, Before, HostNews};
use crate::actors::{proof_key, signing_key, synchronization};
use crate::kernel::LOOK_EVERY;
use crate::kernel::ports::{Parcel, ProofKey, Receipt, SigningKey};
use crate::kernel::{error::Error, opaque, tx::Tx};

/// How many deliveries may be in flight at once, whatever their hosts.
const IN_FLIGHT: usize = 512;

/// How many are claimed at once.
const BATCH: usize = 256;

/// How long the worker waits at least before it claims less than a batch: a claim looks at every
/// host, and one for each result would cost more than the sending.
const CLAIM_EVERY: Duration = Duration::from_millis(100);

/// How exactly it is known when a host last took something: more is not worth a write.
const WELL_EXACTLY: Span = Span::minutes(1);

/// How many may be in flight to one host (P5).
const WINDOW_PER_HOST: u32 = 8;

/// How long a worker may take for a delivery before another may take it over: longer than
/// two tries at it, 20 s each.
const LEASE: Span = Span::minutes(1);

/// How long results are gathered before they are written together.
const GATHER: Duration = Duration::from_millis(15);

/// How many results are written together at most.
const GATHER_MAX: usize = 256;

/// The longest error that is kept, in characters.
const ERROR_MAX_CHARS: usize = 300;

/// A delivery with what its try needs.
struct Try {
    row: delivery::Model,
    parcel: Parcel,
    host: KnownHost,
}

/// What is known of a host when a delivery to it is claimed.
#[derive(Clone, Debug, Default)]
struct KnownHost {
    /// How often it failed in a row.
    failures: i32,
    /// How it signs, if nothing else needs to be noted when it takes this delivery, too.
    well_with: Option<String>,
}

impl KnownHost {
    fn of(peer: &peer::Model, now: Moment) -> Self {
        let well = peer.failures == 0
            && peer.health == Health::Ok
            && peer.backoff_until.is_none()
            && peer.last_ok_at.is_some_and(|at| now - at < WELL_EXACTLY);
        let well_with = peer.signature_profile.clone().filter(|_| well);
        Self { failures: peer.failures, well_with }
    }

    /// Whether `news` is what we know already.
    fn knows(&self, news: &HostNews) -> bool {
        matches!(news, HostNews::Well(Some(profile)) if self.well_with.as_ref() == Some(profile))
    }
}

/// An activity that is to be sent.
struct Said {
    actor: ActorId,
    body: Arc<str>,
    /// When it was said, if its actor proves it. What is not for anybody carries no proof: who
    /// passes it on against the will of its author could prove then that it is theirs.
    proven_at: Option<Moment>,
}

impl Said {
    fn of(row: outbox_activity::Model) -> Self {
        let is_open = matches!(row.audience, Audience::Public | Audience::Quiet);
        let proven_at = is_open.then_some(row.created_at);
        Self { actor: row.actor_id, body: Arc::from(row.body), proven_at }
    }
}

/// What one of our actors signs with.
#[derive(Clone)]
struct OwnKeys {
    signing: SigningKey,
    proof: SigningKey,
}

impl OwnKeys {
    async fn of(conn: &impl ConnectionTrait, actor: ActorId) -> Result<Self, Error> {
        let signing = signing_key(conn, actor).await?;
        Ok(Self { signing, proof: proof_key(conn, actor).await? })
    }
}

/// What came of a try.
type Tried = (delivery::Model, Receipt, KnownHost);

impl Outbox<'_> {
    /// Claims what is due now, sends it all and writes down what came of it; returns how many.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]: what was claimed is tried again when its lease ends.
    pub async fn deliver_due(&self) -> Result<usize, Error> {
        let tries = self.claim(BATCH).await?;
        let count = tries.len();
        let mut flying: FuturesUnordered<_> = tries.into_iter().map(|t| self.send(t)).collect();
        let mut done = Vec::with_capacity(count);
        while let Some(tried) = flying.next().await {
            done.push(tried);
        }
        self.settle(done).await?;
        Ok(count)
    }

    /// Delivers until told to stop. Results are written as they come, so that a host that hangs
    /// holds up nothing but its own deliveries (P6); what is in flight at the end is awaited.
    ///
    /// Each delivery is a task of its own: one that waited here unpolled, with a connection to the
    /// database in its hands, would hold up the very claim that this loop waits for.
    pub(crate) async fn deliver_until(&self, stop: &CancellationToken) {
        let mut flying: JoinSet<Tried> = JoinSet::new();
        let mut done: Vec<Tried> = Vec::new();
        let mut look = true;
        let mut claimed_at: Option<Instant> = None;
        while !stop.is_cancelled() || !flying.is_empty() {
            let room = IN_FLIGHT - flying.len();
            let rested = claimed_at.is_none_or(|at| at.elapsed() >= CLAIM_EVERY);
            if look && room > 0 && (room >= BATCH || rested) && !stop.is_cancelled() {
                claimed_at = Some(Instant::now());
                let wanted = room.min(BATCH);
                let tries = self.claim(wanted).await.unwrap_or_else(|error| {
                    tracing::error!(%error, "deliveries could not be claimed");
                    Vec::new()
                });
                look = tries.len() == wanted;
                for attempt in tries {
                    let app = self.0.clone();
                    flying.spawn(async move { Outbox(&app).send(attempt).await });
                }
            }
            let next_look = if look { CLAIM_EVERY } else { LOOK_EVERY };
            tokio::select! {
                Some(tried) = flying.join_next() => {
                    // A delivery that broke off is tried again when its lease ends.
                    done.extend(tried);
                    gather(&mut flying, &mut done).await;
                    if let Err(error) = self.settle(std::mem::take(&mut done)).await {
                        tracing::error!(%error, "results of deliveries could not be written");
                    }
                    look = true;
                }
                () = self.0.0.bells.deliveries.notified() => look = true,
                () = tokio::time::sleep(next_look) => look = true,
                () = stop.cancelled(), if !stop.is_cancelled() => {}
            }
        }
    }

    async fn claim(&self, limit: usize) -> Result<Vec<Try>, Error> {
        let tx = self.0.begin().await?;
        let now = tx.now();
        let claim = DeliveryClaim {
            now,
            lease_until: now + LEASE,
            holder: &self.0.0.holder,
            window_per_host: WINDOW_PER_HOST,
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
        };
        let rows = dialect::claim_deliveries(tx.store(), &claim).await?;
        tx.commit().await?;
        self.tries(rows, now).await
    }

    async fn send(&self, attempt: Try) -> Tried {
        let receipt = self.0.remote().deliver(&attempt.parcel).await;
        (attempt.row, receipt, attempt.host)
    }

    /// Finds the bytes, the keys and the host's habits for each row: three queries, two for each actor,
    /// and two for each sender and host where something is for followers.
    async fn tries(&self, rows: Vec<delivery::Model>, now: Moment) -> Result<Vec<Try>, Error> {
        let activities = outbox_activity::Entity::find()
            .filter(outbox_activity::Column::Id.is_in(rows.iter().map(|row| row.activity_id)))
            .all(self.0.read())
            .await?;
        let private: HashSet<OutboxId> = activities
            .iter()
            .filter(|row| row.audience == Audience::Followers)
            .map(|row| row.id)
            .collect();
        let activities: HashMap<OutboxId, Said> =
            activities.into_iter().map(|row| (row.id, Said::of(row))).collect();
        let peers = peer::Entity::find()
            .filter(peer::Column::Id.is_in(rows.iter().map(|row| row.peer_id)))
            .all(self.0.read())
            .await?;
        let peers: HashMap<PeerId, peer::Model> =
            peers.into_iter().map(|row| (row.id, row)).collect();
        let mut keys: HashMap<ActorId, OwnKeys> = HashMap::new();
        let mut parts: HashMap<(ActorId, PeerId), Option<String>> = HashMap::new();
        let mut tries = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(said) = activities.get(&row.activity_id) else { continue };
            let own = match keys.get(&said.actor) {
                Some(own) => own.clone(),
                None => {
                    let own = OwnKeys::of(self.0.read(), said.actor).await?;
                    keys.insert(said.actor, own.clone());
                    own
                }
            };
            let peer = peers.get(&row.peer_id);
            let synchronization = match peer.filter(|_| private.contains(&row.activity_id)) {
                Some(peer) => self.announced(&mut parts, said.actor, peer).await?,
                None => None,
            };
            let OwnKeys { signing, proof } = own;
            let parcel = Parcel {
                inbox: row.inbox_url.clone(),
                body: Arc::clone(&said.body),
                key: signing,
                profile: peer.and_then(|peer| peer.signature_profile.clone()),
                synchronization,
                proof: said.proven_at.map(|said_at| ProofKey { key: proof, said_at }),
            };
            let host = peer.map(|peer| KnownHost::of(peer, now)).unwrap_or_default();
            tries.push(Try { row, parcel, host });
        }
        Ok(tries)
    }

    /// What is for followers is shown to whom their server takes for one: so that server is told
    /// whom we take for one. Of one sender to one host it is asked once for a batch.
    async fn announced(
        &self,
        known: &mut HashMap<(ActorId, PeerId), Option<String>>,
        actor: ActorId,
        peer: &peer::Model,
    ) -> Result<Option<String>, Error> {
        if let Some(part) = known.get(&(actor, peer.id)) {
            return Ok(part.clone());
        }
        let part = synchronization(self.0.read(), actor, &peer.host).await?;
        known.insert((actor, peer.id), part.clone());
        Ok(part)
    }

    /// Writes all results in one transaction.
    async fn settle(&self, done: Vec<Tried>) -> Result<(), Error> {
        if done.is_empty() {
            return Ok(());
        }
        let tx = self.0.begin().await?;
        let mut ends = Vec::with_capacity(done.len());
        // In one order in every process: two that write of the same hosts would wait for each other.
        let mut news: BTreeMap<PeerId, (HostNews, Option<String>)> = BTreeMap::new();
        let mut known: HashMap<PeerId, KnownHost> = HashMap::new();
        for (row, receipt, host) in done {
            self.0.meters().delivered(&receipt);
            let before = Before {
                created_at: row.created_at,
                attempts: u32::try_from(row.attempts).unwrap_or(1),
                failures: u32::try_from(host.failures).unwrap_or(0),
            };
            let chance = opaque::number(self.0.chance());
            let after = results::judge(&receipt, before, tx.now(), chance);
            if after.state == DeliveryState::Dead {
                tracing::warn!(delivery = %row.id, status = ?after.status, "delivery given up");
            }
            weigh(&mut news, row.peer_id, &after);
            known.insert(row.peer_id, host);
            ends.push(end(&row, after, tx.now()));
        }
        dialect::finish_deliveries(tx.store(), &self.0.0.holder, &ends).await?;
        news.retain(|peer, (what, _)| !known.get(peer).is_some_and(|host| host.knows(what)));
        for (peer, (what, error)) in news {
            note_peer(&tx, peer, what, error).await?;
        }
        tx.commit().await
    }
}

/// Waits a moment for more results, so that one transaction writes many.
async fn gather(flying: &mut JoinSet<Tried>, done: &mut Vec<Tried>) {
    let moment = tokio::time::sleep(GATHER);
    tokio::pin!(moment);
    while done.len() < GATHER_MAX && !flying.is_empty() {
        tokio::select! {
            Some(tried) = flying.join_next() => done.extend(tried),
            () = &mut moment => return,
        }
    }
}

/// Good news of a host outweighs bad news from the same batch: it answers.
fn weigh(news: &mut BTreeMap<PeerId, (HostNews, Option<String>)>, peer: PeerId, after: &After) {
    match (&after.host, news.get(&peer)) {
        (HostNews::Nothing, _) | (HostNews::Failing(..), Some((HostNews::Well(_), _))) => {}
        (host, _) => {
            news.insert(peer, (host.clone(), after.error.clone()));
        }
    }
}

fn end(row: &delivery::Model, after: After, now: Moment) -> DeliveryEnd {
    DeliveryEnd {
        id: row.id,
        state: after.state,
        run_at: after.run_at,
        last_status: after.status,
        last_error: after.error.map(|error| error.chars().take(ERROR_MAX_CHARS).collect()),
        ended_at: (after.state != DeliveryState::Waiting).then_some(now),
    }
}

async fn note_peer(
    tx: &Tx,
    peer: PeerId,
    news: HostNews,
    error: Option<String>,
) -> Result<(), Error> {
    let update = peer::Entity::update_many().filter(peer::Column::Id.eq(peer));
    let update = match news {
        HostNews::Nothing => return Ok(()),
        HostNews::Well(profile) => {
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
        HostNews::Failing(health, until) => update
            .col_expr(peer::Column::Health, Expr::value(health))
            .col_expr(
                peer::Column::Failures,
                sea_orm::ExprTrait::add(Expr::col(peer::Column::Failures), 1),
            )
            .col_expr(peer::Column::BackoffUntil, Expr::value(until))
            .col_expr(
                peer::Column::FailingSince,
                sea_orm::sea_query::Func::coalesce([
                    Expr::col(peer::Column::FailingSince),
                    Expr::value(tx.now()),
                ])
                .into(),
            )
            .col_expr(peer::Column::LastError, Expr::value(error)),
    };
    update.exec(tx.conn()).await?;
    Ok(())
}

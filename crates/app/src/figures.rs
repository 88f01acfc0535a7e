//! How much waits and how long, for whoever watches over the server. Counted when it is asked for.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use carefolk_domain::{Health, Moment, PeerId, Span};
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::fan_out;
use carefolk_store::entity::inbound_activity::{self, InboundState};
use carefolk_store::entity::job::{self, JobState};
use carefolk_store::entity::peer;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::App;
use crate::kernel::error::Error;

/// How many hosts are named; the rest is counted together, so that no watcher is flooded.
pub const HOSTS_NAMED: usize = 50;

/// How many hosts are looked at, those first that wait longest.
const HOSTS_LOOKED_AT: u64 = 20_000;

/// What hosts that are not named are called together.
pub const OTHER_HOSTS: &str = "other";

/// How many deliveries wait for a host, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostQueue {
    /// Its name, or [`OTHER_HOSTS`].
    pub host: String,
    /// How many wait.
    pub waiting: u64,
    /// How long the oldest has waited.
    pub oldest: Span,
}

/// How much waits, altogether.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Deliveries that wait, by host; the longest waiting first.
    pub queues: Vec<HostQueue>,
    /// Things said to many that are not written out for all of them, and how long the oldest has waited.
    pub fan_outs: (u64, Span),
    /// Deliveries that were given up.
    pub dead_letters: u64,
    /// What came in and was not applied yet, and how long the oldest has waited.
    pub arrivals: (u64, Span),
    /// What came in and could not be applied.
    pub arrivals_parked: u64,
    /// Jobs that are due, and how long the oldest has been.
    pub jobs_due: (u64, Span),
    /// Jobs for later.
    pub jobs_later: u64,
    /// Jobs that were given up.
    pub jobs_failed: u64,
    /// How many hosts are in each state of health.
    pub peers: Vec<(Health, u64)>,
    /// How long the database took to answer a small question.
    pub answered_in: Duration,
}

type Waiting = (PeerId, i64, Option<Moment>);

impl App {
    /// How much waits now. Walks over what waits: ask every few seconds and not more often.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when the database cannot be asked.
    pub async fn figures(&self) -> Result<Figures, Error> {
        let begun = Instant::now();
        peer::Entity::find()
            .select_only()
            .column(peer::Column::Id)
            .limit(1)
            .into_tuple::<i64>()
            .one(self.read())
            .await?;
        let answered_in = begun.elapsed();
        let dead_letters = self.outbox().count(DeliveryState::Dead).await?;
        let arrivals_parked = self.count_arrivals(InboundState::Failed).await?;
        let (jobs_due, jobs_later) = self.jobs_waiting().await?;
        let jobs_failed = job::Entity::find()
            .filter(job::Column::State.eq(JobState::Failed))
            .count(self.read())
            .await?;
        Ok(Figures {
            queues: self.queues().await?,
            fan_outs: self.fan_outs_waiting().await?,
            dead_letters,
            arrivals: self.arrivals_waiting().await?,
            arrivals_parked,
            jobs_due,
            jobs_later,
            jobs_failed,
            peers: self.peers_by_health().await?,
            answered_in,
        })
    }

    async fn queues(&self) -> Result<Vec<HostQueue>, Error> {
        let rows: Vec<Waiting> = delivery::Entity::find()
            .select_only()
            .column(delivery::Column::PeerId)
            .column_as(delivery::Column::Id.count(), "waiting")
            .column_as(delivery::Column::CreatedAt.min(), "oldest")
            .filter(delivery::Column::State.eq(DeliveryState::Waiting))
            .group_by(delivery::Column::PeerId)
            .order_by_asc(delivery::Column::CreatedAt.min())
            .limit(HOSTS_LOOKED_AT)
            .into_tuple()
            .all(self.read())
            .await?;
        let named = rows.iter().take(HOSTS_NAMED).map(|(peer, ..)| *peer);
        let names: HashMap<PeerId, String> = peer::Entity::find()
            .select_only()
            .column(peer::Column::Id)
            .column(peer::Column::Host)
            .filter(peer::Column::Id.is_in(named))
            .into_tuple::<(PeerId, String)>()
            .all(self.read())
            .await?
            .into_iter()
            .collect();
        Ok(by_host(&rows, &names, self.now()))
    }

    async fn fan_outs_waiting(&self) -> Result<(u64, Span), Error> {
        let (count, oldest): (i64, Option<Moment>) = fan_out::Entity::find()
            .select_only()
            .column_as(fan_out::Column::ActivityId.count(), "waiting")
            .column_as(fan_out::Column::CreatedAt.min(), "oldest")
            .into_tuple()
            .one(self.read())
            .await?
            .unwrap_or_default();
        Ok((count.unsigned_abs(), since(oldest, self.now())))
    }

    async fn count_arrivals(&self, state: InboundState) -> Result<u64, Error> {
        Ok(inbound_activity::Entity::find()
            .filter(inbound_activity::Column::State.eq(state))
            .count(self.read())
            .await?)
    }

    async fn arrivals_waiting(&self) -> Result<(u64, Span), Error> {
        let (count, oldest): (i64, Option<Moment>) = inbound_activity::Entity::find()
            .select_only()
            .column_as(inbound_activity::Column::Id.count(), "waiting")
            .column_as(inbound_activity::Column::ReceivedAt.min(), "oldest")
            .filter(inbound_activity::Column::State.eq(InboundState::Waiting))
            .into_tuple()
            .one(self.read())
            .await?
            .unwrap_or_default();
        Ok((count.unsigned_abs(), since(oldest, self.now())))
    }

    async fn jobs_waiting(&self) -> Result<((u64, Span), u64), Error> {
        let now = self.now();
        let waiting = || job::Entity::find().filter(job::Column::State.eq(JobState::Waiting));
        let (due, oldest): (i64, Option<Moment>) = waiting()
            .select_only()
            .column_as(job::Column::Id.count(), "due")
            .column_as(job::Column::RunAt.min(), "oldest")
            .filter(job::Column::RunAt.lte(now))
            .into_tuple()
            .one(self.read())
            .await?
            .unwrap_or_default();
        let later = waiting().filter(job::Column::RunAt.gt(now)).count(self.read()).await?;
        Ok(((due.unsigned_abs(), since(oldest, now)), later))
    }

    async fn peers_by_health(&self) -> Result<Vec<(Health, u64)>, Error> {
        let rows: Vec<(Health, i64)> = peer::Entity::find()
            .select_only()
            .column(peer::Column::Health)
            .column_as(peer::Column::Id.count(), "peers")
            .group_by(peer::Column::Health)
            .into_tuple()
            .all(self.read())
            .await?;
        Ok(rows.into_iter().map(|(health, count)| (health, count.unsigned_abs())).collect())
    }
}

fn since(oldest: Option<Moment>, now: Moment) -> Span {
    oldest.map_or(Span::ZERO, |at| (now - at).max(Span::ZERO))
}

/// Names the first of `rows` and counts the rest together.
fn by_host(rows: &[Waiting], names: &HashMap<PeerId, String>, now: Moment) -> Vec<HostQueue> {
    let (first, rest) = rows.split_at(rows.len().min(HOSTS_NAMED));
    let mut queues: Vec<HostQueue> = first
        .iter()
        .map(|(peer, waiting, oldest)| HostQueue {
            host: names.get(peer).cloned().unwrap_or_else(|| OTHER_HOSTS.to_owned()),
            waiting: waiting.unsigned_abs(),
            oldest: since(*oldest, now),
        })
        .collect();
    if !rest.is_empty() {
        queues.push(HostQueue {
            host: OTHER_HOSTS.to_owned(),
            waiting: rest.iter().map(|(_, waiting, _)| waiting.unsigned_abs()).sum(),
            oldest: rest.iter().map(|(.., at)| since(*at, now)).max().unwrap_or(Span::ZERO),
        });
    }
    queues
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_hosts_are_named_and_the_rest_is_one() {
        let now = Moment(1_000_000);
        let rows: Vec<Waiting> =
            (0..53).map(|n| (PeerId(n), 2, Some(Moment(900_000 + n * 1_000)))).collect();
        let names = rows.iter().map(|(peer, ..)| (*peer, format!("h{}.example", peer.0))).collect();
        let queues = by_host(&rows, &names, now);
        assert_eq!(queues.len(), HOSTS_NAMED + 1);
        assert_eq!(queues[0].host, "h0.example");
        assert_eq!((queues[0].waiting, queues[0].oldest), (2, Span::seconds(100)));
        let last = queues.last().unwrap();
        assert_eq!(
            (last.host.as_str(), last.waiting, last.oldest),
            ("other", 6, Span::seconds(50))
        );
    }
}

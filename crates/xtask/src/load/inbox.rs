//! Activities in: each distinct, signed, verified and stored by the server before it answers 202.
//!
//! The requests are signed before the clock starts, so the figure is the server's; the program
//! that sends them still shares the machine's cores with it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio::task::JoinSet;

use super::Options;
use super::actor::Actor;
use super::figures::Figures;
use super::http::{Connection, Request};
use super::lab::Lab;
use super::outside::Outside;
use super::sign::Key;

/// The senders: so many actors on so many servers.
const ACTORS: usize = 100;
const SERVERS: usize = 100;

/// Requests signed by one task.
const BATCH: usize = 250;

/// What became of the requests.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) accepted: usize,
    pub(crate) refused: BTreeMap<u16, usize>,
    pub(crate) times: Vec<Duration>,
    pub(crate) took: Duration,
}

pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let count = options.count.unwrap_or(20_000);
    let connections = options.connections.unwrap_or(64);
    let key = Arc::new(Key::generate()?);
    let outside = Outside::open(key.public_pem()?).await?;
    let mut lab = Lab::new(options)?;
    lab.start().await?;
    lab.settle().await?;
    let actors: Arc<[Actor]> =
        (0..ACTORS).map(|number| outside.actor(number % SERVERS, number)).collect();

    // The first post of an actor makes the server fetch its key: that is not what is measured.
    let first = sign_all(&lab, &key, &actors, 0..ACTORS).await?;
    let met = send_all(&lab, first, 4).await?;
    ensure!(met.accepted == ACTORS, "the first posts were refused: {:?}", met.refused);

    let requests = sign_all(&lab, &key, &actors, ACTORS..ACTORS + count).await?;
    let mut sent = send_all(&lab, requests, connections).await?;
    let mut figures = Figures::default();
    figures.add_rate("activities in, verified and stored", sent.accepted, sent.took);
    figures.add_times("  answered after", &mut sent.times);
    figures.add("  not accepted", format!("{:?}", sent.refused));
    figures.add("  connections", connections.to_string());
    figures.add("  memory afterwards", format!("{} KiB", lab.resident_kib()?));
    figures.print();
    lab.stop().await
}

/// A signed Create for each number, to the shared inbox; the actors take turns.
pub(crate) async fn sign_all(
    lab: &Lab,
    key: &Arc<Key>,
    actors: &Arc<[Actor]>,
    numbers: Range<usize>,
) -> anyhow::Result<Vec<Request>> {
    let mut batches = JoinSet::new();
    for start in numbers.clone().step_by(BATCH) {
        let end = (start + BATCH).min(numbers.end);
        let (key, actors, host) = (Arc::clone(key), Arc::clone(actors), lab.host());
        batches.spawn_blocking(move || {
            let sign = |(number, actor): (usize, &Actor)| {
                key.post(actor, &host, "/inbox", actor.create(number).to_string())
            };
            let turns = actors.iter().cycle().skip(start % actors.len());
            (start..end).zip(turns).map(sign).collect::<anyhow::Result<Vec<Request>>>()
        });
    }
    let mut requests = Vec::with_capacity(numbers.len());
    for batch in batches.join_all().await {
        requests.extend(batch?);
    }
    Ok(requests)
}

/// Sends the requests over so many connections at once, each waiting for its answers.
pub(crate) async fn send_all(
    lab: &Lab,
    requests: Vec<Request>,
    connections: usize,
) -> anyhow::Result<Sent> {
    let mut shares: Vec<Vec<Request>> = (0..connections).map(|_| Vec::new()).collect();
    for (share, request) in (0..connections).cycle().zip(requests) {
        if let Some(share) = shares.get_mut(share) {
            share.push(request);
        }
    }
    let mut tasks = JoinSet::new();
    let begun = Instant::now();
    for share in shares {
        let port = lab.port;
        tasks.spawn(send_share(port, share));
    }
    let mut sent = Sent::default();
    for part in tasks.join_all().await {
        let part = part?;
        sent.accepted += part.accepted;
        sent.times.extend(part.times);
        for (status, count) in part.refused {
            *sent.refused.entry(status).or_default() += count;
        }
    }
    sent.took = begun.elapsed();
    Ok(sent)
}

async fn send_share(port: u16, requests: Vec<Request>) -> anyhow::Result<Sent> {
    let mut sent = Sent::default();
    if requests.is_empty() {
        return Ok(sent);
    }
    let mut connection = Connection::open(port).await?;
    for request in requests {
        let begun = Instant::now();
        match connection.send(request).await? {
            (202, _) => sent.accepted += 1,
            (status, _) => *sent.refused.entry(status).or_default() += 1,
        }
        sent.times.push(begun.elapsed());
    }
    Ok(sent)
}

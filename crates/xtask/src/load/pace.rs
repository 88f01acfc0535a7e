//! Requests at a given rate, whatever the answers take: a slow answer makes later ones late, and that counts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::task::JoinSet;

use super::figures::Figures;
use super::http::{Connection, Request};

/// How often a reader asks for the page.
const READ_EVERY: Duration = Duration::from_millis(100);

/// What became of the requests: how many had which status, and how long after its moment each was answered.
#[derive(Debug, Default)]
pub(crate) struct Paced {
    pub(crate) statuses: BTreeMap<u16, usize>,
    pub(crate) times: Vec<Duration>,
    pub(crate) took: Duration,
}

impl Paced {
    pub(crate) fn accepted(&self) -> usize {
        self.statuses.get(&202).copied().unwrap_or_default()
    }
}

/// Sends the requests in order, so many a second, over so many connections.
pub(crate) async fn send(
    port: u16,
    requests: Vec<Request>,
    rate: usize,
    connections: usize,
) -> anyhow::Result<Paced> {
    let begun = Instant::now();
    let mut shares: Vec<Vec<(Instant, Request)>> = (0..connections).map(|_| Vec::new()).collect();
    for (number, request) in requests.into_iter().enumerate() {
        let nanos = u64::try_from(number * 1_000_000_000 / rate.max(1)).unwrap_or_default();
        if let Some(share) = shares.get_mut(number % connections.max(1)) {
            share.push((begun + Duration::from_nanos(nanos), request));
        }
    }
    let mut tasks = JoinSet::new();
    for share in shares {
        tasks.spawn(send_share(port, share));
    }
    let mut all = Paced::default();
    for part in tasks.join_all().await {
        let part = part?;
        all.times.extend(part.times);
        for (status, count) in part.statuses {
            *all.statuses.entry(status).or_default() += count;
        }
    }
    all.took = begun.elapsed();
    Ok(all)
}

async fn send_share(port: u16, share: Vec<(Instant, Request)>) -> anyhow::Result<Paced> {
    let mut connection = Connection::open(port).await?;
    let mut sent = Paced::default();
    for (moment, request) in share {
        tokio::time::sleep_until(moment.into()).await;
        let (status, _) = connection.send(request).await?;
        *sent.statuses.entry(status).or_default() += 1;
        sent.times.push(moment.elapsed());
    }
    Ok(sent)
}

/// Somebody who reads a page ten times a second meanwhile.
pub(crate) struct Reader {
    is_over: Arc<AtomicBool>,
    reading: JoinSet<anyhow::Result<Paced>>,
}

impl Reader {
    pub(crate) fn open(port: u16, host: String, path: String) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&is_over);
        let mut reading = JoinSet::new();
        reading.spawn(async move {
            let mut connection = Connection::open(port).await?;
            let mut read = Paced::default();
            while !until.load(Ordering::SeqCst) {
                let begun = Instant::now();
                let (status, _) = connection.get(&host, &path).await?;
                *read.statuses.entry(status).or_default() += 1;
                read.times.push(begun.elapsed());
                tokio::time::sleep(READ_EVERY).await;
            }
            Ok(read)
        });
        Self { is_over, reading }
    }

    /// Ends reading, and says how it went.
    pub(crate) async fn close(mut self, what: &str, figures: &mut Figures) -> anyhow::Result<()> {
        self.is_over.store(true, Ordering::SeqCst);
        let read = self.reading.join_next().await.context("nobody read")?;
        let mut read = read??;
        figures.add(what, format!("{:?}", read.statuses));
        figures.add_times("  answered after", &mut read.times);
        Ok(())
    }
}

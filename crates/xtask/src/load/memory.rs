//! Resident memory: after the start, and after a thousand pages.

use std::time::Duration;

use super::Options;
use super::figures::Figures;
use super::http::Connection;
use super::lab::Lab;

/// Long enough for the start's own work to end.
const SETTLE: Duration = Duration::from_secs(5);

pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let mut lab = Lab::new(options)?;
    lab.start().await?;
    lab.settle().await?;
    tokio::time::sleep(SETTLE).await;
    let mut figures = Figures::default();
    figures.add("memory, idle", mebibytes(lab.resident_kib()?));
    let mut connection = Connection::open(lab.port).await?;
    for path in ["/", "/@hazelbank"] {
        for _ in 0..options.count.unwrap_or(1000) / 2 {
            connection.get(&lab.host(), path).await?;
        }
    }
    figures.add("memory, after pages", mebibytes(lab.resident_kib()?));
    figures.print();
    lab.stop().await
}

fn mebibytes(kib: u64) -> String {
    format!("{}.{} MiB resident", kib / 1024, kib % 1024 * 10 / 1024)
}

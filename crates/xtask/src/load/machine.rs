//! What the machine itself can do at this moment. Other work may share it, and then every figure
//! falls with it: only the ratio of a figure to these says something on another day.

use std::io::Write as _;
use std::num::NonZero;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::sign::Key;

/// How long each of the two is measured.
const FOR: Duration = Duration::from_millis(700);

/// What one group of activities weighs on the disk, about.
const FLUSHED: usize = 64 * 1024;

/// RSA-2048 signatures on all cores, and flushes of 64 KiB to the disk of the temporary folder.
pub(crate) fn print(when: &str) -> anyhow::Result<()> {
    let (signatures, flushes) = (signatures()?, flushes()?);
    println!(
        "machine {when}: {} RSA-2048 signatures a second on all cores, {} flushes to disk",
        by_the_second(signatures),
        by_the_second(flushes),
    );
    Ok(())
}

fn signatures() -> anyhow::Result<u128> {
    let key = Key::generate()?;
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let sign_on = || -> anyhow::Result<u128> {
        let begun = Instant::now();
        let mut count = 0;
        while begun.elapsed() < FOR {
            key.sign(b"the lunch club meets at noon")?;
            count += 1;
        }
        Ok(count)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(sign_on)).collect();
        threads.into_iter().map(|thread| thread.join().ok().context("a thread broke off")?).sum()
    })
}

fn flushes() -> anyhow::Result<u128> {
    let mut file = tempfile::tempfile()?;
    let page = vec![7_u8; FLUSHED];
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < FOR {
        file.write_all(&page)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(count)
}

fn by_the_second(count: u128) -> u128 {
    count * 1_000 / FOR.as_millis()
}

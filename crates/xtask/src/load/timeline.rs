//! Activities in, all the way: posts of people who are followed from here, until the last of them is on the
//! home page of the community.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::Options;
use super::actor::Actor;
use super::figures::Figures;
use super::inbox::{send_all, sign_all};
use super::lab::Lab;
use super::outside::Outside;
use super::pages::{befriend, wait_for};
use super::sign::Key;

/// Who is followed: so many actors on as many servers.
const ACTORS: usize = 100;

/// How often it is asked what still waits.
const LOOK: Duration = Duration::from_millis(20);

/// All is done within this time.
const LONGEST: Duration = Duration::from_mins(5);

pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let count = options.count.unwrap_or(20_000);
    let key = Arc::new(Key::generate()?);
    let outside = Outside::open(key.public_pem()?).await?;
    let mut lab = Lab::new(options)?;
    lab.start().await?;
    lab.settle().await?;
    let actors: Arc<[Actor]> = (0..ACTORS).map(|number| outside.actor(number, number)).collect();
    for (met, actor) in actors.iter().enumerate() {
        befriend(&lab, &outside, &key, actor, met).await?;
    }
    let requests = sign_all(&lab, &key, &actors, 0..count).await?;
    let last = sign_all(&lab, &key, &actors, count..count + 1).await?;
    lab.forget_peak()?;
    let spent = lab.processor_time()?;
    let begun = Instant::now();
    let mut sent = send_all(&lab, requests, options.connections.unwrap_or(64)).await?;
    ensure!(sent.accepted == count, "posts were refused: {:?}", sent.refused);
    while lab.number("carefolk_inbound_waiting").await? > 0 {
        ensure!(begun.elapsed() < LONGEST, "it takes too long");
        tokio::time::sleep(LOOK).await;
    }
    let took = begun.elapsed();
    let spent = lab.processor_time()?.saturating_sub(spent);
    // What was told last is seen: so is what was told before.
    send_all(&lab, last, 1).await?;
    wait_for(&lab, &format!("Notice number {count}.")).await?;
    let mut figures = Figures::default();
    figures.add_rate("posts in, verified, stored and answered", sent.accepted, sent.took);
    figures.add_times("  answered after", &mut sent.times);
    figures.add_rate("  until all are in timelines", count, took);
    let each = spent.as_micros() / u128::try_from(count.max(1))?;
    figures.add("  processor time, each", format!("{each} µs"));
    figures.add("  memory at most", format!("{} KiB", lab.peak_kib()?));
    figures.print();
    lab.stop().await
}

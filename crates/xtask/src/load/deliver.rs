//! Activities out: one provider with many followers posts, and a local sink counts what arrives.
//! Each delivery is signed by the server and posted to an inbox of its own. Two figures: the rate once
//! all posts are in the queue, and the rate from the first post on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::Options;
use super::figures::Figures;
use super::http::Request;
use super::inbox::send_all;
use super::lab::Lab;
use super::outside::{Outside, watch};
use super::sign::Key;

/// Followers on each server: a peer takes only so many deliveries at once.
const ON_EACH: usize = 10;

/// Posts sent out, so that the queue is never empty while it is measured.
const POSTS: usize = 5;

/// All followers are accepted, and all deliveries made, within this time.
const LONGEST: Duration = Duration::from_mins(4);

pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let followers = options.count.unwrap_or(4000).min(20_000);
    let key = Arc::new(Key::generate()?);
    let outside = Outside::open(key.public_pem()?).await?;
    let mut lab = Lab::new(options)?;
    lab.start().await?;
    lab.settle().await?;
    gather(&lab, &outside, &key, followers).await?;

    let begun = Instant::now();
    for number in 0..POSTS {
        let text = format!("Notice number {number}: the lunch club meets at noon on Tuesday.");
        lab.post(&text).await?;
    }
    // The posts are written by other processes, which wait for the same pen: what is measured is
    // the queue that they leave.
    let written = Instant::now();
    let before = outside.posts().0;
    let wanted = followers * POSTS;
    let arrived = watch(LONGEST, wanted, || outside.posts().0).await;
    let (_, last) = outside.posts();
    let end = last.unwrap_or_else(Instant::now);
    let mut figures = Figures::default();
    figures.add_rate("signed deliveries out", arrived - before.min(arrived), end - written);
    figures.add_rate("  with the writing of the posts", arrived, end - begun);
    figures.add("  missing", (wanted - arrived.min(wanted)).to_string());
    figures.add("  more than wanted", arrived.saturating_sub(wanted).to_string());
    figures.add("  unsigned", outside.unsigned().to_string());
    figures.add("  memory afterwards", format!("{} KiB", lab.resident_kib()?));
    for kib in lab.resident_beside()? {
        figures.add("  memory of one beside it", format!("{kib} KiB"));
    }
    figures.print();
    lab.stop().await
}

/// Makes so many actors follow the provider, and waits until each has its answer.
async fn gather(lab: &Lab, outside: &Outside, key: &Key, followers: usize) -> anyhow::Result<()> {
    let provider = lab.actor_id("hazelbank").await?;
    let host = lab.host();
    let follow = |number: usize| -> anyhow::Result<Request> {
        let actor = outside.actor(number / ON_EACH, number);
        key.post(&actor, &host, "/inbox", actor.follow(&provider).to_string())
    };
    let requests = (0..followers).map(follow).collect::<anyhow::Result<Vec<_>>>()?;
    let sent = send_all(lab, requests, 16).await?;
    ensure!(sent.accepted == followers, "follows were refused: {:?}", sent.refused);
    let answered = watch(LONGEST, followers, || outside.accepts()).await;
    ensure!(answered >= followers, "only {answered} of {followers} follows were answered");
    Ok(())
}

//! One post to many followers on many servers, some of which are sick: when it reached those that are well,
//! what it cost, and how somebody who reads fares meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::Options;
use super::figures::Figures;
use super::http::Request;
use super::inbox::send_all;
use super::lab::Lab;
use super::outside::{Outside, watch};
use super::pace::Reader;
use super::sign::Key;
use super::thread;

/// All followers are answered, and all who are well hear of the post, each within this time.
const LONGEST: Duration = Duration::from_mins(15);

/// Follows that are signed and sent at once.
const LOT: usize = 5_000;

/// How many posts are written before anything else is to do, to compare with.
const ALONE: usize = 5;

pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let followers = options.count.unwrap_or(10_000);
    let hosts = options.hosts.unwrap_or(3_000);
    let key = Arc::new(Key::generate()?);
    let outside = Outside::frail(key.public_pem()?, options.sick).await?;
    let mut lab = Lab::new(options)?;
    lab.start().await?;
    lab.settle().await?;
    let by_group = options.what.as_deref() == Some("group");
    let whom = if by_group { thread::found(&lab).await? } else { "hazelbank" };
    gather(&lab, &outside, &key, whom, [followers, hosts]).await?;
    let mut alone = posts_alone(&lab).await?;
    let turns = Turns::of(&lab).await?;
    outside.fall_ill();
    lab.forget_peak()?;
    let spent = lab.processor_time()?;
    let reader = Reader::open(lab.port, lab.host(), "/".to_owned());
    let well = (0..followers).filter(|number| number % hosts >= 3 * options.sick).count();
    let begun = Instant::now();
    let open = AtomicUsize::new(0);
    let spreading = async {
        let text = "The lunch club meets at noon on Tuesday.";
        if by_group {
            thread::begin(&lab).await?
        } else {
            lab.post(text).await?
        };
        let written = begun.elapsed();
        let arrived = watch(LONGEST, well, || {
            open.fetch_max(lab.open_files().unwrap_or_default(), Relaxed);
            outside.arrivals().len()
        });
        Ok((written, arrived.await))
    };
    // Nobody follows Ada: what she writes waits for the pen alone.
    let ((written, arrived), mut beside) = lab.beside("ada", spreading).await?;
    let spent = lab.processor_time()?.saturating_sub(spent);
    let turns = Turns::of(&lab).await?.since(&turns);
    let mut times: Vec<Duration> =
        outside.arrivals().iter().map(|moment| *moment - begun).collect();
    let last = times.iter().max().copied().unwrap_or_default();
    let mut figures = Figures::default();
    let sick = 3 * options.sick;
    figures.add("followers, servers, sick", format!("{followers}, {hosts}, {sick}"));
    figures.add("the command that wrote the post took", format!("{} ms", written.as_millis()));
    figures.add_rate("heard by those who are well", arrived, last);
    figures.add_times("  after the command began", &mut times);
    figures.add("  missing", well.saturating_sub(arrived).to_string());
    figures.add("  more than wanted", arrived.saturating_sub(well).to_string());
    let thousand = spent.as_millis() * 1_000 / u128::try_from(arrived.max(1))?;
    figures.add("  processor time for a thousand", format!("{thousand} ms"));
    figures.add("  memory at most", format!("{} KiB", lab.peak_kib()?));
    figures.add("  files and connections open at most", open.into_inner().to_string());
    figures.add_times("a post by somebody else took", &mut beside);
    figures.add_times("  with nothing else to do", &mut alone);
    figures.add("changes that waited for their turn over 100 ms", turns.to_string());
    reader.close("home page meanwhile", &mut figures).await?;
    figures.print();
    lab.stop().await
}

/// What posts of somebody whom nobody follows take while nothing else is to do.
async fn posts_alone(lab: &Lab) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::new();
    for _ in 0..ALONE {
        let begun = Instant::now();
        lab.post_as("ada", "Soup, bread and company at noon.").await?;
        took.push(begun.elapsed());
    }
    Ok(took)
}

/// How many changes the server began, and how many of them had their turn within 100 ms.
struct Turns {
    all: u64,
    soon: u64,
}

impl Turns {
    async fn of(lab: &Lab) -> anyhow::Result<Self> {
        let all = lab.number("carefolk_database_begin_seconds_count").await?;
        let soon = lab.number(r#"carefolk_database_begin_seconds_bucket{le="0.1"}"#).await?;
        Ok(Self { all, soon })
    }

    fn since(&self, before: &Self) -> Self {
        Self { all: self.all - before.all, soon: self.soon - before.soon }
    }
}

impl std::fmt::Display for Turns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.all - self.soon, self.all)
    }
}

/// Makes so many actors follow `whom`, and waits until each has its answer.
async fn gather(
    lab: &Lab,
    outside: &Outside,
    key: &Arc<Key>,
    whom: &str,
    [followers, hosts]: [usize; 2],
) -> anyhow::Result<()> {
    let provider = lab.actor_id(whom).await?;
    let host = lab.host();
    let follow = |number: usize| -> anyhow::Result<Request> {
        let actor = outside.actor(number % hosts, number);
        key.post(&actor, &host, "/inbox", actor.follow(&provider).to_string())
    };
    for start in (0..followers).step_by(LOT) {
        let end = (start + LOT).min(followers);
        let requests = (start..end).map(follow).collect::<anyhow::Result<Vec<_>>>()?;
        let sent = send_all(lab, requests, 16).await?;
        ensure!(sent.accepted == end - start, "follows were refused: {:?}", sent.refused);
    }
    let answered = watch(LONGEST, followers, || outside.accepts()).await;
    ensure!(answered >= followers, "only {answered} of {followers} follows were answered");
    Ok(())
}

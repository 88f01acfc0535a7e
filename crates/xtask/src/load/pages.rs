//! Pages out: the signed-out home page and a profile, with ten thousand posts in the database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use tokio::task::JoinSet;

use super::Options;
use super::actor::Actor;
use super::figures::Figures;
use super::http::Connection;
use super::inbox::{send_all, sign_all};
use super::lab::Lab;
use super::outside::{Outside, watch};
use super::sign::Key;

/// Posts that stand in the database while pages are asked for.
const POSTS: usize = 10_000;

/// Who wrote them: actors on servers of their own, for the door limits what one server may say.
const WRITERS: usize = 10;

/// Posts by the local provider, for its profile.
const OWN_POSTS: usize = 40;

/// The server takes in all posts within this time.
const LONGEST: Duration = Duration::from_mins(5);

/// How often the home page is asked for the newest post.
const LOOK: Duration = Duration::from_millis(250);

pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let count = options.count.unwrap_or(5_000);
    let connections = options.connections.unwrap_or(16);
    let mut lab = Lab::new(options)?;
    lab.start().await?;
    lab.settle().await?;
    let (outside, writer) = fill(&lab).await?;
    let mut figures = Figures::default();
    let away = format!("/@{}@{}", writer.name(), writer.host);
    for (what, path) in [
        ("home page", "/"),
        ("profile of a provider here", "/@hazelbank"),
        ("profile from elsewhere", &away),
    ] {
        measure(&lab, &mut figures, (what, path), [count, connections]).await?;
    }
    figures.add("memory afterwards", format!("{} KiB", lab.resident_kib()?));
    figures.print();
    drop(outside);
    lab.stop().await
}

/// Fills the database as it fills in life: the provider posts, and actors whom the
/// community follows post a lot.
async fn fill(lab: &Lab) -> anyhow::Result<(Outside, Actor)> {
    let key = Arc::new(Key::generate()?);
    let outside = Outside::open(key.public_pem()?).await?;
    let writers: Arc<[Actor]> = (0..WRITERS).map(|number| outside.actor(number, number)).collect();
    for number in 0..OWN_POSTS {
        let text = format!("Own notice number {number}: soup, bread and company at noon.");
        lab.post(&text).await?;
    }
    for (met, writer) in writers.iter().enumerate() {
        befriend(lab, &outside, &key, writer, met).await?;
    }
    // One after all others, for those that are sent together arrive in any order.
    for numbers in [0..POSTS, POSTS..POSTS + 1] {
        let wanted = numbers.len();
        let requests = sign_all(lab, &key, &writers, numbers).await?;
        let sent = send_all(lab, requests, 8).await?;
        ensure!(sent.accepted == wanted, "posts were refused: {:?}", sent.refused);
    }
    wait_for(lab, &format!("Notice number {POSTS}.")).await?;
    let writer = writers.first().cloned().context("nobody wrote")?;
    Ok((outside, writer))
}

/// Makes the community follow `writer`, as after `met` others, and accepts for the writer.
pub(super) async fn befriend(
    lab: &Lab,
    outside: &Outside,
    key: &Key,
    writer: &Actor,
    met: usize,
) -> anyhow::Result<()> {
    let address = format!("{}@{}", writer.name(), writer.host);
    lab.run(&["follow", &address, "--as", "instance"], "").await?;
    watch(LONGEST, met + 1, || outside.follows().len()).await;
    let follow = outside.follows().into_iter().nth(met).context("the follow did not arrive")?;
    let accept = writer.accept(&follow).to_string();
    let accept = key.post(writer, &lab.host(), "/inbox", accept)?;
    let sent = send_all(lab, vec![accept], 1).await?;
    ensure!(sent.accepted == 1, "the Accept was refused: {:?}", sent.refused);
    Ok(())
}

/// Waits until the home page shows the post with this text.
pub(super) async fn wait_for(lab: &Lab, last: &str) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut connection = Connection::open(lab.port).await?;
    while begun.elapsed() < LONGEST {
        let (_, body) = connection.get(&lab.host(), "/").await?;
        if String::from_utf8_lossy(&body).contains(last) {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
    bail!("the home page never showed the last post")
}

struct Got {
    times: Vec<Duration>,
    took: Duration,
    weight: usize,
}

/// Asks for one page so often over so many connections, and adds how that went.
pub(super) async fn measure(
    lab: &Lab,
    figures: &mut Figures,
    (what, path): (&str, &str),
    [count, connections]: [usize; 2],
) -> anyhow::Result<()> {
    let mut got = ask(lab, path, count, connections).await?;
    figures.add_rate(what, count, got.took);
    figures.add_times("  answered after", &mut got.times);
    figures.add("  weight", format!("{} bytes, not compressed", got.weight));
    Ok(())
}

/// Asks for one page again and again over so many connections.
async fn ask(lab: &Lab, path: &str, count: usize, connections: usize) -> anyhow::Result<Got> {
    let mut tasks = JoinSet::new();
    let begun = Instant::now();
    for connection in 0..connections {
        let share = count / connections + usize::from(connection < count % connections);
        let (port, host, path) = (lab.port, lab.host(), path.to_owned());
        tasks.spawn(async move {
            let mut connection = Connection::open(port).await?;
            let (mut times, mut weight) = (Vec::with_capacity(share), 0);
            for _ in 0..share {
                let begun = Instant::now();
                let (status, body) = connection.get(&host, &path).await?;
                ensure!(status == 200, "{path} answered {status}");
                weight = body.len();
                times.push(begun.elapsed());
            }
            Ok((times, weight))
        });
    }
    let mut got = Got { times: Vec::new(), took: Duration::ZERO, weight: 0 };
    for part in tasks.join_all().await {
        let (times, weight) = part?;
        got.times.extend(times);
        got.weight = got.weight.max(weight);
    }
    got.took = begun.elapsed();
    Ok(got)
}

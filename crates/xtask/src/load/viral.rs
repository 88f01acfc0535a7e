//! A post of ours that everybody's server comes for: a thousand documents in a second, and four thousand in the
//! minute after it.

use super::Options;
use super::figures::Figures;
use super::http::Request;
use super::lab::Lab;
use super::pace;

use anyhow::Context as _;
use http_body_util::Full;
use serde_json::Value;

/// First so many in a second, then so many at this rate.
const AT_FIRST: usize = 1_000;
const LATER: usize = 4_000;
const LATER_RATE: usize = 67;

pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let mut lab = Lab::new(options)?;
    lab.start().await?;
    lab.settle().await?;
    let post = lab.post("The day centre is closed on Friday.").await?;
    let post = post.get("uri").and_then(Value::as_str).context("a post has no uri")?.to_owned();
    let actor = lab.actor_id("hazelbank").await?;
    let host = lab.host();
    let path = |id: &str| id.split_once(&host).map(|(_, path)| path.to_owned());
    let paths = [
        path(&post).context("another host")?,
        path(&actor).context("another host")?,
        format!("/.well-known/webfinger?resource=acct:hazelbank@{host}"),
    ];
    let connections = options.connections.unwrap_or(64);
    let spent = lab.processor_time()?;
    let mut figures = Figures::default();
    for (what, numbers, rate) in [
        ("documents in the first second", 0..AT_FIRST, AT_FIRST),
        ("and in the minute after it", AT_FIRST..AT_FIRST + LATER, LATER_RATE),
    ] {
        let requests = numbers.map(|number| request(&host, &paths, number));
        let requests = requests.collect::<anyhow::Result<Vec<_>>>()?;
        let count = requests.len();
        let mut sent = pace::send(lab.port, requests, rate, connections).await?;
        figures.add_rate(what, count, sent.took);
        figures.add("  by status", format!("{:?}", sent.statuses));
        figures.add_times("  answered after", &mut sent.times);
    }
    let spent = lab.processor_time()?.saturating_sub(spent);
    let each = spent.as_micros() / u128::try_from(AT_FIRST + LATER)?;
    figures.add("  processor time, each", format!("{each} µs"));
    figures.print();
    lab.stop().await
}

/// Each from a server of its own, which asks for the post, its author and the author's name.
fn request(host: &str, paths: &[String], number: usize) -> anyhow::Result<Request> {
    let path = paths.get(number % paths.len()).context("no path")?;
    Ok(http::Request::get(path)
        .header("host", host)
        .header("accept", "application/activity+json")
        .header("x-forwarded-for", format!("2001:db8:{:x}::1", number / paths.len()))
        .body(Full::default())?)
}

//! What other servers say at a given rate: posts, answers to one post of ours, or likes of it. Meanwhile somebody
//! reads a page, and somebody writes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::Options;
use super::actor::Actor;
use super::figures::Figures;
use super::http::Request;
use super::lab::Lab;
use super::outside::Outside;
use super::pace::{self, Reader};
use super::sign::Key;

/// What was said is done within this time after the last word.
const LONGEST: Duration = Duration::from_mins(3);

/// How often it is asked what still waits.
const LOOK: Duration = Duration::from_millis(50);

/// What is said, how fast, and by whom.
struct Flow {
    count: usize,
    rate: usize,
    hosts: usize,
    what: String,
    bad: usize,
    twice: usize,
    /// The post of ours that it is about.
    ours: String,
}

impl Flow {
    /// The `number`th activity.
    fn say(&self, outside: &Outside, number: usize) -> anyhow::Result<(Actor, Value)> {
        let actor = match self.what.as_str() {
            // One word of each: a second like of one person says nothing new.
            "likes" => outside.actor(number % self.hosts, number),
            _ => outside.actor(number % self.hosts, number % (2 * self.hosts)),
        };
        let said = match self.what.as_str() {
            "posts" => actor.create(number),
            "likes" => actor.does("Like", number, &json!(self.ours)),
            "answers" => {
                let mut create = actor.create(number);
                let note = create.get_mut("object").and_then(Value::as_object_mut);
                note.context("no note")?.insert("inReplyTo".to_owned(), json!(self.ours));
                create
            }
            other => bail!("--what is '{other}', but it must be posts, answers or likes"),
        };
        Ok((actor, said))
    }

    fn requests(&self, lab: &Lab, outside: &Outside, key: &Key) -> anyhow::Result<Vec<Request>> {
        let mut requests = Vec::with_capacity(self.count);
        for number in 0..self.count {
            let again = number % 100 < self.twice && number > 0;
            let (actor, said) = self.say(outside, number - usize::from(again))?;
            let mut request = key.post(&actor, &lab.host(), "/inbox", said.to_string())?;
            if number % 100 >= 100 - self.bad {
                let odd = "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
                request.headers_mut().insert("digest", odd.parse()?);
            }
            requests.push(request);
        }
        Ok(requests)
    }
}

pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let key = Arc::new(Key::generate()?);
    let outside = Outside::open(key.public_pem()?).await?;
    let mut lab = Lab::new(options)?;
    lab.start().await?;
    lab.settle().await?;
    let post = lab.post("The lunch club meets at noon on Tuesday.").await?;
    let ours = post.get("uri").and_then(Value::as_str).context("a post has no uri")?.to_owned();
    let url = post.get("url").and_then(Value::as_str).context("a post has no url")?;
    let path = url.split_once(&lab.host()).context("another host")?.1.to_owned();
    let flow = Flow {
        count: options.count.unwrap_or(12_000),
        rate: options.rate.unwrap_or(200),
        hosts: options.hosts.unwrap_or(500),
        what: options.what.clone().unwrap_or_else(|| "posts".to_owned()),
        bad: options.bad,
        twice: options.twice,
        ours,
    };
    let requests = flow.requests(&lab, &outside, &key)?;
    lab.forget_peak()?;
    let reader = Reader::open(lab.port, lab.host(), path);
    let connections = options.connections.unwrap_or(64);
    let begun = Instant::now();
    let sending = pace::send(lab.port, requests, flow.rate, connections);
    let (mut sent, mut written) = lab.beside("hazelbank", sending).await?;
    let waited = lab.number("carefolk_inbound_waiting").await?;
    let until = Instant::now() + LONGEST;
    while lab.number("carefolk_inbound_waiting").await? > 0 {
        ensure!(Instant::now() < until, "it takes too long");
        tokio::time::sleep(LOOK).await;
    }
    let done = begun.elapsed().saturating_sub(sent.took);
    let mut figures = Figures::default();
    let share = format!("{} of {} hosts, {} a second", flow.what, flow.hosts, flow.rate);
    figures.add_rate(&share, sent.accepted(), sent.took);
    figures.add("  by status", format!("{:?}", sent.statuses));
    figures.add_times("  answered after", &mut sent.times);
    figures.add("  waited at the end", format!("{waited}, for {} ms", done.as_millis()));
    figures.add_times("  a post by command took", &mut written);
    figures.add("  memory at most", format!("{} KiB", lab.peak_kib()?));
    reader.close("the page of the post meanwhile", &mut figures).await?;
    for (what, number) in outside.reads() {
        figures.add(&format!("read from others: {what}"), number.to_string());
    }
    figures.print();
    lab.stop().await
}

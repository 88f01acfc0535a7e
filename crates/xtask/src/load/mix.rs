//! Activities of all kinds, as a server of a few hundred people is told them: what they cost on the
//! processor until all is done, and how much is read from other servers because of them.
//!
//! Nobody publishes what such a server is told in a day, so the shares below are ours: they stand
//! here to be argued with. The same seed gives the same activities in the same order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::Options;
use super::actor::Actor;
use super::figures::Figures;
use super::inbox::send_all;
use super::lab::Lab;
use super::outside::{Outside, watch};
use super::pages::befriend;
use super::sign::Key;

/// Who speaks: so many people on so many servers. A few of them speak most.
const ACTORS: usize = 2_000;
const SERVERS: usize = 200;

/// The numbers of where keys were found.
const KEYS: &str = "carefolk_keys_total{";

/// Who is followed from here: of those who speak most.
const FOLLOWED: usize = 150;

/// When nothing more was read from us for so long, all is done.
const QUIET: Duration = Duration::from_secs(4);

/// All is done within this time.
const LONGEST: Duration = Duration::from_mins(4);

/// What is said, and how often in a thousand.
const SHARES: [(&str, u32); 11] = [
    ("a post", 270),
    ("an answer to a post of somebody else", 100),
    ("an answer to a post of ours", 10),
    ("a like of a post we have", 150),
    ("a like of a post we have not", 130),
    ("a boost of a post we have", 40),
    ("a boost of a post we have not", 130),
    ("a changed post", 40),
    ("a deleted post we have not", 60),
    ("a like taken back", 40),
    ("something of an unknown type", 30),
];

/// Numbers that look like chance and are the same each time (Knuth's multiplier).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let high = usize::try_from(self.0 >> 33).unwrap_or_default();
        high.checked_rem(bound).unwrap_or_default()
    }

    /// The smallest of three: the first few come most often.
    fn mostly_low(&mut self, bound: usize) -> usize {
        self.below(bound).min(self.below(bound)).min(self.below(bound))
    }
}

/// What was said so far, for what is said of it.
struct Story<'a> {
    outside: &'a Outside,
    ours: String,
    chance: Chance,
    posts: Vec<(Actor, usize)>,
    likes: Vec<(Actor, Value)>,
}

impl Story<'_> {
    fn somebody(&mut self) -> Actor {
        let number = self.chance.mostly_low(ACTORS);
        self.outside.actor(number % SERVERS, number)
    }

    fn a_post_here(&mut self) -> String {
        let at = self.chance.below(self.posts.len());
        self.posts
            .get(at)
            .map_or_else(|| self.ours.clone(), |(actor, number)| actor.note_id(*number))
    }

    /// The post of somebody who has not told us of it.
    fn a_post_elsewhere(&mut self, number: usize) -> String {
        self.somebody().note_id(1_000_000 + number)
    }

    fn post(&mut self, number: usize, answers: Option<String>) -> (Actor, Value) {
        let actor = self.somebody();
        let mut create = actor.create(number);
        let note = create.get_mut("object").and_then(Value::as_object_mut);
        if let (Some(answers), Some(note)) = (answers, note) {
            note.insert("inReplyTo".to_owned(), Value::String(answers));
        }
        self.posts.push((actor.clone(), number));
        (actor, create)
    }

    fn does(&mut self, kind: &str, number: usize, object: String) -> (Actor, Value) {
        let actor = self.somebody();
        let said = actor.does(kind, number, &Value::String(object));
        if kind == "Like" {
            self.likes.push((actor.clone(), said.clone()));
        }
        (actor, said)
    }

    fn change(&mut self, number: usize) -> (Actor, Value) {
        let at = self.chance.below(self.posts.len());
        let Some((actor, note)) = self.posts.get(at).cloned() else {
            return self.post(number, None);
        };
        let mut object = actor.note(&actor.note_path(note));
        let published = object.get("published").cloned().unwrap_or_default();
        if let Some(object) = object.as_object_mut() {
            object.insert("content".to_owned(), json!("<p>The lunch club meets at one.</p>"));
            object.insert("updated".to_owned(), published);
        }
        let said = actor.does("Update", number, &object);
        (actor, said)
    }

    fn take_back(&mut self, number: usize) -> (Actor, Value) {
        let at = self.chance.below(self.likes.len());
        let Some((actor, like)) = self.likes.get(at).cloned() else {
            return self.post(number, None);
        };
        let said = actor.does("Undo", number, &like);
        (actor, said)
    }

    fn say(&mut self, number: usize) -> (&'static str, Actor, Value) {
        let mut at = u32::try_from(self.chance.below(1_000)).unwrap_or_default();
        let share = SHARES.iter().position(|(_, share)| {
            let found = at < *share;
            at = at.saturating_sub(*share);
            found
        });
        let share = share.unwrap_or_default();
        let (actor, said) = match share {
            1 => {
                let answers = self.a_post_elsewhere(number);
                self.post(number, Some(answers))
            }
            2 => {
                let ours = self.ours.clone();
                self.post(number, Some(ours))
            }
            3 | 5 => {
                let object = self.a_post_here();
                self.does(if share == 3 { "Like" } else { "Announce" }, number, object)
            }
            4 | 6 => {
                let object = self.a_post_elsewhere(number);
                self.does(if share == 4 { "Like" } else { "Announce" }, number, object)
            }
            7 => self.change(number),
            8 => {
                let actor = self.somebody();
                let gone = json!({ "id": actor.note_id(2_000_000 + number), "type": "Tombstone" });
                let said = actor.does("Delete", number, &gone);
                (actor, said)
            }
            9 => self.take_back(number),
            10 => {
                let object = self.a_post_here();
                self.does("EmojiReact", number, object)
            }
            _ => self.post(number, None),
        };
        (SHARES.get(share).map_or("", |(name, _)| name), actor, said)
    }
}

pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let count = options.count.unwrap_or(10_000);
    let key = Arc::new(Key::generate()?);
    let outside = Outside::open(key.public_pem()?).await?;
    let mut lab = Lab::new(options)?;
    lab.start().await?;
    lab.settle().await?;
    let ours = lab.post("The lunch club meets at noon on Tuesday.").await?;
    let ours = ours.get("uri").and_then(Value::as_str).context("a post has no uri")?.to_owned();
    for number in 0..FOLLOWED {
        let actor = outside.actor(number % SERVERS, number);
        befriend(&lab, &outside, &key, &actor, number).await?;
    }
    let read = outside.reads();
    let mut story =
        Story { outside: &outside, ours, chance: Chance(42), posts: Vec::new(), likes: Vec::new() };
    let mut said: BTreeMap<&str, usize> = BTreeMap::new();
    let mut requests = Vec::with_capacity(count);
    for number in 0..count {
        let (what, actor, activity) = story.say(number);
        *said.entry(what).or_default() += 1;
        requests.push(key.post(&actor, &lab.host(), "/inbox", activity.to_string())?);
    }
    let keys = lab.counted(KEYS).await?;
    let before = lab.processor_time()?;
    let sent = send_all(&lab, requests, options.connections.unwrap_or(32)).await?;
    ensure!(sent.accepted > count / 2, "most was refused: {:?}", sent.refused);
    settle(&outside).await;
    let spent = lab.processor_time()?.saturating_sub(before);
    let reads = outside.reads().into_iter();
    let since = |what: &str, count: usize| count - read.get(what).copied().unwrap_or_default();
    let reads = reads.map(|(what, count)| (what, since(what, count))).collect();
    print(&said, &reads, &sent, spent);
    let used = lab.counted(KEYS).await?;
    let used: Vec<(String, u64)> =
        used.into_iter().zip(keys).map(|((what, now), (_, then))| (what, now - then)).collect();
    let all: u64 = used.iter().map(|(_, count)| count).sum();
    for (what, count) in used {
        println!("{what}: {} in a thousand", count * 1_000 / all.max(1));
    }
    lab.stop().await
}

/// Waits until nothing more is read.
async fn settle(outside: &Outside) {
    let end = Instant::now() + LONGEST;
    let total = || outside.reads().values().sum::<usize>();
    let mut seen = usize::MAX;
    while seen != total() && Instant::now() < end {
        seen = total();
        watch(QUIET, seen + 1, total).await;
    }
}

fn print(
    said: &BTreeMap<&str, usize>,
    reads: &BTreeMap<&'static str, usize>,
    sent: &super::inbox::Sent,
    spent: Duration,
) {
    let count: usize = said.values().sum();
    let in_thousand = |number: usize| format!("{} in a thousand", number * 1_000 / count.max(1));
    let mut figures = Figures::default();
    for (what, number) in said {
        figures.add(&format!("told: {what}"), in_thousand(*number));
    }
    figures.add("taken in", sent.accepted.to_string());
    figures.add("  refused, by status", format!("{:?}", sent.refused));
    let each = spent.as_micros() / u128::try_from(count.max(1)).unwrap_or(1);
    figures.add("processor time, each, until all is done", format!("{each} µs"));
    for (what, number) in reads {
        figures.add(&format!("read from others: {what}"), in_thousand(*number));
    }
    let all: usize = reads.values().sum();
    figures.add("read from others: all", in_thousand(all));
    figures.print();
}

//! S-169: who can see what of groups that stay here, by which way. Every reader asks every address that there is;
//! each thing that is hidden is a word that stands nowhere else, and may be in no answer but those to who is let
//! in to it.
//!
//! The addresses are read from the lists of routes themselves: one that nobody thought of here fails the test.

mod channels;
mod readers;
mod sayings;
mod scene;

use std::collections::BTreeMap;

use channels::Channel;
use readers::Reader;
use scene::{Scene, Secret};

use crate::knock::{Answer, send};

/// What one request brought, and who sees what in it.
struct Seen {
    cells: usize,
    leaks: Vec<String>,
    /// How often each reader met each secret that they may see.
    met: BTreeMap<(&'static str, String), usize>,
}

impl Seen {
    fn look(&mut self, reader: &Reader, channel: &Channel, secrets: &[Secret], text: &str) {
        for secret in secrets.iter().filter(|secret| secret.is_sought_at(&channel.path)) {
            self.cells += 1;
            if !text.contains(&secret.word) {
                continue;
            }
            if secret.may_be_seen_by(reader.name) {
                *self.met.entry((reader.name, secret.word.clone())).or_default() += 1;
            } else {
                self.leaks
                    .push(format!("{} sees {} at {}", reader.name, secret.word, channel.path));
            }
        }
    }
}

async fn ask(scene: &Scene, reader: &Reader, channel: &Channel) -> Answer {
    send(scene.port(), &reader.request(scene, &channel.path)).await
}

#[tokio::test]
async fn s_169_what_is_said_in_a_group_is_read_by_who_is_in_it_and_nobody_else() {
    let log = scene::log();
    let scene = Box::pin(Scene::new()).await;
    let readers = readers::all(&scene).await;
    let channels = channels::all(&scene);
    let mut seen = Seen { cells: 0, leaks: Vec::new(), met: BTreeMap::new() };
    for reader in &readers {
        for channel in channels.iter().filter(|channel| reader.asks(channel)) {
            let answer = ask(&scene, reader, channel).await;
            assert!(
                answer.status.is_some_and(|status| status < 500),
                "{}: {answer:?}",
                channel.path
            );
            seen.look(reader, channel, &scene.secrets, &answer.text);
        }
    }
    assert_eq!(seen.leaks, Vec::<String>::new());
    // Who is let in finds all of it, or the words would be hidden from everybody.
    for secret in &scene.secrets {
        for reader in readers.iter().filter(|reader| secret.must_be_seen_by(reader.name)) {
            let met = seen.met.get(&(reader.name, secret.word.clone()));
            assert!(met.is_some(), "{} finds {} nowhere", reader.name, secret.word);
        }
    }
    // What goes out, what is written down, and the numbers.
    let neighbour: Vec<String> = scene.sent();
    assert!(!neighbour.is_empty(), "the neighbour heard nothing at all");
    let log = log.lock().unwrap().clone();
    let log = String::from_utf8_lossy(&log).into_owned();
    let others = [("what was sent", neighbour.join("\n")), ("the log", log)];
    for (channel, text) in &others {
        for secret in &scene.secrets {
            seen.cells += 1;
            let line = text.lines().find(|line| line.contains(&secret.word));
            assert_eq!(line, None, "{channel} has {}", secret.word);
        }
    }
    let asked: usize = readers.iter().map(|r| channels.iter().filter(|c| r.asks(c)).count()).sum();
    println!(
        "S-169: {} readers, {} things, {} addresses, {asked} requests, {} cells",
        readers.len(),
        scene.secrets.len(),
        channels.len(),
        seen.cells
    );
    assert!(seen.cells >= 7_600, "{}", seen.cells);
}

#[tokio::test]
async fn s_173_what_is_hidden_is_answered_like_what_is_not_there() {
    let scene = Box::pin(Scene::new()).await;
    let readers = readers::all(&scene).await;
    for reader in readers.iter().filter(|reader| reader.is_outside()) {
        for (hidden, nothing) in scene.pairs() {
            let [hidden, nothing] = [hidden, nothing].map(|path| Channel { path });
            let there = ask(&scene, reader, &hidden).await;
            let not = ask(&scene, reader, &nothing).await;
            let who = format!("{} at {}", reader.name, hidden.path);
            assert_eq!(there.status, not.status, "{who}");
            assert_eq!(shape(&there, &hidden), shape(&not, &nothing), "{who}");
        }
    }
}

/// An answer without what is new in each: dates, tokens, and the address itself.
fn shape(answer: &Answer, channel: &Channel) -> String {
    let mut text = answer.text.replace(&channel.path, "PATH");
    for part in channel.path.split('/').filter(|part| part.len() > 3) {
        text = text.replace(part, "PART");
    }
    let line = |line: &str| {
        let lower = line.to_ascii_lowercase();
        let changes = ["date:", "set-cookie:", "content-security-policy:", "x-request-id:"];
        (!changes.iter().any(|head| lower.starts_with(head))).then(|| without_token(line))
    };
    text.lines().filter_map(line).collect::<Vec<_>>().join("\n")
}

fn without_token(line: &str) -> String {
    match line.split_once("name=\"csrf\" value=\"") {
        Some((before, rest)) => {
            let after = rest.split_once('"').map_or("", |(_, after)| after);
            format!("{before}TOKEN{}", without_token(after))
        }
        None => line.to_owned(),
    }
}

//! A long conversation in a group: its pages, the first and the last, asked for again and again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::Options;
use super::actor::Actor;
use super::figures::Figures;
use super::inbox::send_all;
use super::lab::Lab;
use super::outside::Outside;
use super::pages::measure;
use super::sign::Key;

/// How many answers the conversation has.
const ANSWERS: usize = 1_000;

/// Who writes them: actors on servers of their own, for the door limits what one server may say.
const WRITERS: usize = 10;

/// All answers are there within this time.
const LONGEST: Duration = Duration::from_mins(5);

/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(500);

pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let count = options.count.unwrap_or(5_000);
    let connections = options.connections.unwrap_or(16);
    let mut lab = Lab::new(options)?;
    lab.start().await?;
    lab.settle().await?;
    let key = Arc::new(Key::generate()?);
    let outside = Outside::open(key.public_pem()?).await?;
    found(&lab).await?;
    let begun = begin(&lab).await?;
    let text = |name: &str| begun.get(name).and_then(Value::as_str);
    let uri = text("uri").context("a post without an id")?.to_owned();
    let page = text("page").or_else(|| text("url")).context("no page")?;
    let path = page.split_once("/@").map(|(_, rest)| format!("/@{rest}")).context("no path")?;
    answer(&lab, &outside, &key, &uri).await?;
    let mut figures = Figures::default();
    figures.add("answers", ANSWERS.to_string());
    for (what, path) in
        [("its first page", path.as_str()), ("the page of the group", "/groups/table")]
    {
        measure(&lab, &mut figures, (what, path), [count, connections]).await?;
    }
    figures.add("memory afterwards", format!("{} KiB", lab.resident_kib()?));
    figures.print();
    drop(outside);
    lab.stop().await
}

/// Makes a group; its name.
pub(super) async fn found(lab: &Lab) -> anyhow::Result<&'static str> {
    let second = ["account", "create", "bea", "--email", "bea@care.example", "--password-stdin"];
    lab.run(&second, "not-a-password-of-anybody").await?;
    let group = [
        ["group", "create", "table", "--name", "Table", "--about", "For all"].as_slice(),
        &["--moderator", "ada", "--moderator", "bea"],
    ];
    lab.run(&group.concat(), "").await?;
    Ok("table")
}

/// Begins a conversation in it; what the command said of its first post.
pub(super) async fn begin(lab: &Lab) -> anyhow::Result<Value> {
    let post = ["post", "create", "--as", "ada", "--group", "table", "--text-stdin"];
    lab.run(&post, "Who is awake?").await
}

async fn answer(lab: &Lab, outside: &Outside, key: &Key, uri: &str) -> anyhow::Result<()> {
    let writers: Vec<Actor> = (0..WRITERS).map(|number| outside.actor(number, number)).collect();
    let mut requests = Vec::with_capacity(ANSWERS);
    for (number, writer) in (0..ANSWERS).zip(writers.iter().cycle()) {
        let mut create = writer.create(number);
        let note = create.get_mut("object").and_then(Value::as_object_mut).context("no note")?;
        note.insert("inReplyTo".to_owned(), json!(uri));
        requests.push(key.post(writer, &lab.host(), "/inbox", create.to_string())?);
    }
    let sent = send_all(lab, requests, 8).await?;
    if sent.accepted != ANSWERS {
        bail!("answers were refused: {:?}", sent.refused);
    }
    let begun = Instant::now();
    while begun.elapsed() < LONGEST {
        let shown = lab.run(&["post", "show", uri], "").await?;
        let replies = shown.pointer("/post/replies").or_else(|| shown.get("replies"));
        if replies.and_then(Value::as_u64) == u64::try_from(ANSWERS).ok() {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
    bail!("the answers never came")
}

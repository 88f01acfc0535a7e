//! Load programs: each starts the program under test in an empty folder, drives it over loopback
//! and prints a table of figures.

mod actor;
mod deliver;
mod fanout;
mod figures;
mod flow;
mod http;
mod inbox;
mod lab;
mod machine;
mod memory;
mod mix;
mod outside;
mod pace;
mod pages;
mod sign;
mod start;
mod thread;
mod timeline;
mod viral;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

/// No run may last longer than this, whatever its options say.
const LONGEST: std::time::Duration = std::time::Duration::from_mins(20);

/// No run may send more than this.
const MOST: usize = 200_000;

/// What the command line may set; `None` means the program's own default.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) program: PathBuf,
    pub(crate) count: Option<usize>,
    pub(crate) connections: Option<usize>,
    pub(crate) database: Option<String>,
    /// How many processes deliver beside the server.
    pub(crate) beside: usize,
    /// On how many servers those live that are played.
    pub(crate) hosts: Option<usize>,
    /// How many servers hang, how many refuse and how many answer 500.
    pub(crate) sick: usize,
    /// How many a second.
    pub(crate) rate: Option<usize>,
    /// How many in a hundred have a signature that is wrong, and how many are sent twice.
    pub(crate) bad: usize,
    pub(crate) twice: usize,
    /// What is said.
    pub(crate) what: Option<String>,
}

impl Options {
    fn read(words: &[String]) -> anyhow::Result<Self> {
        let mut options = Self {
            program: default_program(),
            count: None,
            connections: None,
            database: None,
            beside: 0,
            hosts: None,
            sick: 0,
            rate: None,
            bad: 0,
            twice: 0,
            what: None,
        };
        let mut words = words.iter();
        while let Some(name) = words.next() {
            let value = words.next().with_context(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--program" => options.program = std::path::absolute(value)?,
                "--count" => options.count = Some(number(value, MOST)?),
                "--connections" => options.connections = Some(number(value, 512)?),
                "--beside" => options.beside = number(value, 16)?,
                "--hosts" => options.hosts = Some(number(value, 10_000)?),
                "--sick" => options.sick = number(value, 1_000)?,
                "--rate" => options.rate = Some(number(value, 10_000)?),
                "--bad" => options.bad = number(value, 100)?,
                "--twice" => options.twice = number(value, 100)?,
                "--what" => options.what = Some(value.clone()),
                "--database" => options.database = Some(value.clone()),
                other => bail!("there is no option '{other}'"),
            }
        }
        if !options.program.is_file() {
            bail!(
                "{} is not there: build it with `cargo build --release`",
                options.program.display()
            );
        }
        Ok(options)
    }
}

fn default_program() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target")),
        PathBuf::from,
    );
    target.join("release/carefolk")
}

fn number(value: &str, most: usize) -> anyhow::Result<usize> {
    let number: usize = value.parse().with_context(|| format!("'{value}' is not a number"))?;
    if number == 0 || number > most {
        bail!("{number} is not between 1 and {most}");
    }
    Ok(number)
}

/// Runs the load program that `words` name.
pub(crate) fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    let (what, rest) = words.split_first().context("load what? See `cargo xtask help`")?;
    let options = Options::read(rest)?;
    machine::print("before")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let work = async {
            match what.as_str() {
                "start" => start::run(&options).await,
                "memory" => memory::run(&options).await,
                "inbox" => Box::pin(inbox::run(&options)).await,
                "deliver" => Box::pin(deliver::run(&options)).await,
                "timeline" => Box::pin(timeline::run(&options)).await,
                "fanout" => Box::pin(fanout::run(&options)).await,
                "flow" => Box::pin(flow::run(&options)).await,
                "viral" => Box::pin(viral::run(&options)).await,
                "mix" => Box::pin(mix::run(&options)).await,
                "pages" => Box::pin(pages::run(&options)).await,
                "thread" => Box::pin(thread::run(&options)).await,
                other => bail!("there is no load program '{other}'"),
            }
        };
        tokio::time::timeout(LONGEST, work).await.context("the run took too long")?
    })?;
    machine::print("afterwards")?;
    Ok(ExitCode::SUCCESS)
}

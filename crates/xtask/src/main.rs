//! The project's own tasks: `cargo xtask load …` measures, `cargo xtask ci` checks.
//!
//! What is measured is always a program that this task started, on this machine's loopback
//! addresses; every loop is bounded in count and in time.

#![expect(clippy::print_stdout, reason = "a task's figures are its output")]

mod docs;
mod full;
mod load;

use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail};

const USAGE: &str = "\
cargo xtask load start    time from exec to the first answer
cargo xtask load memory   resident memory, idle and after pages
cargo xtask load inbox    signed activities in: verified, stored, answered, a second
cargo xtask load timeline signed posts in, until all are in timelines
cargo xtask load fanout   one post to --count followers on --hosts servers, three times --sick of which are sick
                          --what group: a group passes it on
cargo xtask load flow     --what posts, answers or likes at a --rate from --hosts servers; in a hundred, so many with a
                          --bad digest and so many sent --twice; somebody reads and somebody writes meanwhile
cargo xtask load viral    five thousand documents of ours, a thousand of them in the first second
cargo xtask load mix      activities of all kinds: what they cost, and what is fetched for them
cargo xtask load deliver  signed deliveries out to a local sink, a second
cargo xtask load pages    home and profile pages, a second
cargo xtask load thread   a conversation of a thousand answers in a group: its pages, a second
    --program FILE        the program to measure (target/release/carefolk)
    --count N             how many requests, posts or starts
    --connections N       how many at once
    --database URL        postgres://… instead of a fresh SQLite file (an empty database)
cargo xtask full fuzz     random input for a long time, from another seed each time
    --seconds N           how long for each target (60)
    --seed N              where to begin, to repeat a finding
cargo xtask full faults   kills, power cuts, full disks and bad peers, each many times
    --postgres URL        on that server as well; a case by its name runs that one alone
cargo xtask docs          copies the golden files into docs/federation
cargo xtask ci [STAGE…]   scripts/test
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(code) => code,
        Err(error) => {
            println!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    match words.split_first() {
        Some((task, rest)) if task == "load" => load::run(rest),
        Some((task, rest)) if task == "full" => full::run(rest),
        Some((task, rest)) if task == "ci" => ci(rest),
        Some((task, [])) if task == "docs" => docs::run().map(|()| ExitCode::SUCCESS),
        None => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        Some((task, _)) if task == "help" || task == "--help" => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        Some((task, _)) => bail!("there is no task '{task}'\n{USAGE}"),
    }
}

fn ci(stages: &[String]) -> anyhow::Result<ExitCode> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let status = Command::new("scripts/test")
        .args(stages)
        .current_dir(root)
        .status()
        .context("starting scripts/test")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

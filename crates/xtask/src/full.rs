//! Long runs of what all tests do shortly: `cargo xtask full fuzz`.

use std::hash::{BuildHasher as _, RandomState};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail};

/// How long a target is tried when nothing else is said, in seconds.
const SECONDS: u64 = 60;

/// The longest that one target may be tried: a night, in seconds.
const SECONDS_MAX: u64 = 8 * 60 * 60;

/// Runs the long form of `words`.
///
/// # Errors
///
/// Words that mean nothing, and a cargo that does not start.
pub(crate) fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    match words.split_first() {
        Some((what, options)) if what == "fuzz" => fuzz(options),
        _ => bail!("full what? See `cargo xtask help`"),
    }
}

/// The same tests as in every run, each for so many seconds. They stay a debug build, whose arithmetic
/// is checked.
fn fuzz(options: &[String]) -> anyhow::Result<ExitCode> {
    let (mut seconds, mut seed) = (SECONDS, RandomState::new().hash_one("seed"));
    let mut options = options.iter();
    while let Some(name) = options.next() {
        let value = options.next().with_context(|| format!("{name} needs a value"))?;
        let number = value.parse().with_context(|| format!("'{value}' is not a number"))?;
        match name.as_str() {
            "--seconds" if (1..=SECONDS_MAX).contains(&number) => seconds = number,
            "--seconds" => bail!("{number} is not between 1 and {SECONDS_MAX}"),
            "--seed" => seed = number,
            other => bail!("there is no option '{other}'"),
        }
    }
    println!("each target for {seconds} s, from seed {seed}");
    let status = Command::new("cargo")
        .args(["test", "--workspace", "--locked", "--test", "it", "fuzz::"])
        .args(["--", "--nocapture", "--test-threads=1"])
        .env("CAREFOLK_FUZZ_SECONDS", seconds.to_string())
        .env("CAREFOLK_FUZZ_SEED", seed.to_string())
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .status()
        .context("starting cargo")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

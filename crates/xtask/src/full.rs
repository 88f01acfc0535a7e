//! Long runs of what all tests do shortly: `cargo xtask full fuzz`, `cargo xtask full faults`.

use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail};

/// How long a target is tried when nothing else is said, in seconds.
const SECONDS: u64 = 60;

/// The longest that one target may be tried: a night, in seconds.
const SECONDS_MAX: u64 = 8 * 60 * 60;

/// The folder of the whole workspace.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Runs the long form of `words`.
///
/// # Errors
///
/// Words that mean nothing, a cargo that does not start, and a program that cannot be built.
pub(crate) fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    match words.split_first() {
        Some((what, options)) if what == "fuzz" => fuzz(options),
        Some((what, options)) if what == "faults" => faults(options),
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
        .current_dir(ROOT)
        .status()
        .context("starting cargo")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Faults against the program as people run it, in their long form; `options` are those of
/// `tests/faults/run.sh`. `CAREFOLK_BIN` names another program than the one that is built here.
fn faults(options: &[String]) -> anyhow::Result<ExitCode> {
    let program = match std::env::var_os("CAREFOLK_BIN") {
        Some(program) => PathBuf::from(program),
        None => built()?,
    };
    let status = Command::new("tests/faults/run.sh")
        .arg("--full")
        .args(options)
        .env("CAREFOLK_BIN", program)
        .current_dir(ROOT)
        .status()
        .context("starting tests/faults/run.sh")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds the program as it is released; gives its file.
fn built() -> anyhow::Result<PathBuf> {
    let status = Command::new("cargo")
        .args(["build", "--release", "--workspace", "--locked", "--bin", "carefolk"])
        .current_dir(ROOT)
        .status()
        .context("starting cargo")?;
    if !status.success() {
        bail!("the program could not be built");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(ROOT).join("target"), PathBuf::from);
    Ok(target.join("release/carefolk"))
}

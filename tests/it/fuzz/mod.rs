//! Input that nobody thought of: files of a corpus, changed at random, against what holds for every
//! input.
//!
//! These are plain loops, so they need no other compiler. A run is short, the same each time, and part
//! of all tests; `cargo xtask full fuzz --seconds N` gives each target so long, and begins elsewhere
//! each time. What breaks a property is written down with the seed, and belongs into `tests/fuzz`
//! together with its mend: the files there are tried unchanged first.

mod addresses;
mod chance;
mod documents;
mod heads;
mod markup;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use chance::{Dice, mutated};

/// The seed of a short run.
const SEED: u64 = 2026;

/// The most inputs of a long run of one target: some hours.
const INPUTS_MAX: u64 = 200_000_000;

/// The longest input: changed files grow.
const INPUT_MAX_BYTES: usize = 64 * 1024;

/// The least share of inputs, in thousandths, that must be taken: where all is refused at the first
/// look, nothing was tested.
const TAKEN_MIN: u64 = 20;

/// Whether an input was taken; what is refused has only been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Yes,
    No,
}

/// What is tried.
struct Target<'a> {
    name: &'static str,
    /// What is changed; each is tried unchanged as well.
    corpus: Vec<Vec<u8>>,
    /// What this kind of input is made of.
    words: &'a [&'a str],
    /// The inputs of a short run.
    inputs: u64,
}

/// How long this run goes on, and where it begins.
struct Run {
    seed: u64,
    seconds: Option<u64>,
    began: Instant,
}

impl Run {
    fn new() -> Self {
        let seed = asked("CAREFOLK_FUZZ_SEED").unwrap_or(SEED);
        Self { seed, seconds: asked("CAREFOLK_FUZZ_SECONDS"), began: Instant::now() }
    }

    /// Whether `count` inputs are enough; `short` of them are in a short run.
    fn is_over(&self, count: u64, short: u64) -> bool {
        let elapsed = |seconds| self.began.elapsed() >= Duration::from_secs(seconds);
        self.seconds.map_or(count >= short, |seconds| count >= INPUTS_MAX || elapsed(seconds))
    }
}

/// Tries `property` with many inputs. It says whether an input was taken, or what does not hold.
#[track_caller]
#[expect(clippy::print_stdout, reason = "a run says what it tried")]
fn fuzz(target: &Target<'_>, property: impl Fn(&[u8]) -> Result<Taken, String>) {
    let run = Run::new();
    let seed = run.seed;
    assert!(!target.corpus.is_empty(), "{} has no corpus", target.name);
    for input in &target.corpus {
        judge(target.name, &property, input, "as it is in the corpus");
    }
    let (mut dice, mut count, mut taken) = (Dice::new(seed), 0, 0);
    while !run.is_over(count, target.inputs) {
        let mut input = mutated(&mut dice, &target.corpus, target.words);
        input.truncate(INPUT_MAX_BYTES);
        let origin = format!("number {count} of seed {seed}");
        taken += u64::from(judge(target.name, &property, &input, &origin) == Taken::Yes);
        count += 1;
    }
    println!("fuzz {}: seed {seed}, {count} inputs, {taken} of them taken", target.name);
    let least = count * TAKEN_MIN / 1_000;
    assert!(taken >= least, "{}: only {taken} of {count} inputs were taken", target.name);
}

fn judge(
    name: &str,
    property: &impl Fn(&[u8]) -> Result<Taken, String>,
    input: &[u8],
    origin: &str,
) -> Taken {
    let verdict = catch_unwind(AssertUnwindSafe(|| property(input)));
    let fault = match verdict {
        Ok(Ok(taken)) => return taken,
        Ok(Err(fault)) => fault,
        Err(_) => "it panicked".to_owned(),
    };
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.finding"));
    fs::write(&file, input).unwrap();
    panic!("fuzz {name}, {origin}: {fault}\nthe input is in {}", file.display());
}

/// A number that `cargo xtask full` hands over.
fn asked(name: &str) -> Option<u64> {
    std::env::var_os(name).map(|text| text.to_str().unwrap().parse().unwrap())
}

/// The files in and below a folder of `tests`, in the order of their names.
fn files(folder: &str) -> Vec<Vec<u8>> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { paths.push(path) }
        }
    }
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The lines of the files in a folder, for inputs that are short.
fn lines(folder: &str) -> Vec<Vec<u8>> {
    let whole = files(folder);
    whole.iter().flat_map(|file| file.split(|byte| *byte == b'\n')).map(<[u8]>::to_vec).collect()
}

/// `Ok` if `holds`, else what does not.
fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

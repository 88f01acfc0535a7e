//! The process that looks at a picture, and who starts it.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use carefolk_app::ports::{MadePicture, PICTURE_MAX_BYTES, PictureFault, PictureMaker};
use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::sync::Semaphore;

use super::{make, said};

/// The word after the program's name that makes it a child.
pub const WORD: &str = "look-at-a-picture";

/// How many pictures are looked at at once: each may take [`CHILD_MAX_BYTES`].
const AT_ONCE: usize = 2;

/// How many may wait for their turn.
const WAITING_MAX: usize = 32;

/// How long a picture may wait for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(20);

/// How long looking at one may take.
const WITHIN: Duration = Duration::from_secs(10);

/// How much of a child's answer is read: two pictures of ours are far smaller.
const ANSWER_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// How much memory a child may have, all that it asked for counted.
const CHILD_MAX_BYTES: u64 = 512 * 1024 * 1024;

/// How long a child may use a processor.
const CHILD_MAX_SECONDS: u64 = 8;

/// A child has what it is given open: what it reads, what it writes, and where it would complain.
const CHILD_FILES: u64 = 3;

/// Pictures that are looked at in a child of this program.
#[derive(Debug)]
pub struct ChildPictures {
    program: PathBuf,
    turns: Semaphore,
    places: Semaphore,
}

impl ChildPictures {
    /// Children of `program`, which calls [`run_as_child`] when its first word is [`WORD`].
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let (turns, places) = (Semaphore::new(AT_ONCE), Semaphore::new(AT_ONCE + WAITING_MAX));
        Self { program: program.into(), turns, places }
    }

    /// Children of the program that this is; on Linux also where its file was replaced since.
    pub fn of_this_program() -> Self {
        let this = PathBuf::from("/proc/self/exe");
        let program = if this.exists() { Ok(this) } else { std::env::current_exe() };
        Self::new(program.unwrap_or_else(|_error| PathBuf::from("carefolk")))
    }

    async fn ask(&self, file: File) -> Result<Vec<u8>, PictureFault> {
        let mut child = Command::new(&self.program)
            .arg(WORD)
            .env_clear()
            // The allocator would reserve more address space at its start than a child may have.
            .env("MIMALLOC_ARENA_RESERVE", "0")
            .stdin(Stdio::from(file))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| PictureFault::Unavailable(error.to_string()))?;
        let Some(answers) = child.stdout.take() else {
            return Err(PictureFault::Unavailable("a child without an answer".to_owned()));
        };
        let mut answer = Vec::new();
        let read = answers.take(ANSWER_MAX_BYTES).read_to_end(&mut answer).await;
        read.map_err(|error| PictureFault::Unavailable(error.to_string()))?;
        let ended = child.wait().await;
        let ended = ended.map_err(|error| PictureFault::Unavailable(error.to_string()))?;
        if ended.success() {
            return Ok(answer);
        }
        Err(match ended.signal() {
            // Not by its own fault: the machine had no memory left, or somebody is in a hurry.
            Some(signal) if signal == Signal::KILL.as_raw() => PictureFault::Busy,
            // It came to the end of its memory, or of its time.
            Some(_) => PictureFault::TooLarge,
            None => PictureFault::Unavailable(format!("a child ended with {ended}")),
        })
    }
}

#[async_trait]
impl PictureMaker for ChildPictures {
    async fn make(&self, file: File) -> Result<MadePicture, PictureFault> {
        let _place = self.places.try_acquire().map_err(|_full| PictureFault::Busy)?;
        let turn = tokio::time::timeout(TURN_WITHIN, self.turns.acquire()).await;
        let _turn =
            turn.map_err(|_late| PictureFault::Busy)?.map_err(|_closed| PictureFault::Busy)?;
        let answer = tokio::time::timeout(WITHIN, self.ask(file)).await;
        said::read(&answer.map_err(|_late| PictureFault::TooLarge)??)
    }
}

/// What the child does: makes the picture on its standard input anew, and says it on its standard
/// output. Call it before anything else is opened or started.
pub fn run_as_child() -> ExitCode {
    if limit().is_err() {
        return ExitCode::FAILURE;
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(PICTURE_MAX_BYTES + 1).read_to_end(&mut bytes);
    let made = match read {
        Ok(length) if u64::try_from(length).is_ok_and(|it| it <= PICTURE_MAX_BYTES) => make(&bytes),
        Ok(_) => Err(PictureFault::TooLarge),
        Err(_) => Err(PictureFault::Broken),
    };
    match std::io::stdout().lock().write_all(&said::write(made)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Takes away what a decoder that was taken over could use.
fn limit() -> rustix::io::Result<()> {
    // Where memory runs out, a picture goes before the server does. Elsewhere there is no such file.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    let limits = [
        (Resource::As, CHILD_MAX_BYTES),
        (Resource::Cpu, CHILD_MAX_SECONDS),
        (Resource::Nofile, CHILD_FILES),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nproc, 0),
    ];
    for (resource, most) in limits {
        // Past the first of its two limits of time a process is told why it ends.
        let maximum = if resource == Resource::Cpu { most + 1 } else { most };
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(maximum) })?;
    }
    Ok(())
}

//! Running the binary in a folder of its own, and talking to a server it started.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longer than anything here takes on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder that no other test has, removed at the end.
pub(crate) struct Place {
    folder: TempDir,
    /// The database, where it is not a file in the folder.
    database: Option<String>,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = TempDir::with_prefix("carefolk-it-").unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let database = runtime.block_on(carefolk_testkit::empty_postgres());
        Self { folder, database }
    }

    /// Whether the database is a file here.
    pub(crate) fn is_on_sqlite(&self) -> bool {
        self.database.is_none()
    }

    /// A place with a database that is ready.
    pub(crate) fn migrated() -> Self {
        let place = Self::new();
        place.run(&["migrate", "up"]).good();
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder of the server inside it.
    pub(crate) fn data(&self, name: &str) -> PathBuf {
        self.path("data").join(name)
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_carefolk"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("CAREFOLK__STORAGE__PATH", self.path("data"))
            .env("CAREFOLK__HTTP__LISTEN", "127.0.0.1:0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(database) = &self.database {
            command.env("CAREFOLK__DATABASE__URL", database);
        }
        command
    }

    /// Where the database is.
    pub(crate) fn database_url(&self) -> String {
        let file = format!("sqlite:{}", self.data("carefolk.db").display());
        self.database.clone().unwrap_or(file)
    }

    /// Does to the rows what the program never would.
    pub(crate) fn meddle(&self, sql: &str) {
        let url = self.database_url();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(carefolk_testkit::meddle(&url, sql));
    }

    pub(crate) fn run(&self, args: &[&str]) -> Answer {
        Answer::of(self.command(args).spawn().unwrap(), "")
    }

    pub(crate) fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Answer {
        Answer::of(self.command(args).envs(variables.iter().copied()).spawn().unwrap(), "")
    }

    pub(crate) fn tell(&self, args: &[&str], stdin: &str) -> Answer {
        Self::tell_command(self.command(args), stdin)
    }

    pub(crate) fn tell_command(mut command: Command, stdin: &str) -> Answer {
        Answer::of(command.stdin(Stdio::piped()).spawn().unwrap(), stdin)
    }

    /// What the command answers with `--json`.
    pub(crate) fn json(&self, args: &[&str], stdin: &str) -> serde_json::Value {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.tell(&args, stdin).good().stdout).unwrap()
    }
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Answer {
    fn of(mut child: Child, stdin: &str) -> Self {
        if let Some(mut pipe) = child.stdin.take() {
            // A command that fails early does not read to the end.
            pipe.write_all(stdin.as_bytes()).ok();
        }
        let output = child.wait_with_output().unwrap();
        Self {
            status: output.status,
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// It did what it was asked to.
    pub(crate) fn good(self) -> Self {
        assert!(self.status.success(), "{self:?}");
        self
    }

    /// It failed with exit code 1 and one line on standard error that holds all of `words`.
    pub(crate) fn fails_saying(&self, words: &[&str]) {
        assert_eq!(self.status.code(), Some(1), "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "{word} is not in {self:?}");
        }
        assert_eq!(self.stdout, "");
    }
}

/// A server that runs until it is stopped.
pub(crate) struct Running {
    child: Child,
    lines: mpsc::Receiver<String>,
    /// What it said when it was ready.
    pub(crate) said: Vec<String>,
}

impl Running {
    pub(crate) fn serve(place: &Place) -> Self {
        Self::start(place.command(&["serve"]), "Stop it with")
    }

    /// Starts `command` and waits for a line with `last`.
    pub(crate) fn start(mut command: Command, last: &str) -> Self {
        Self::wait(command.spawn().unwrap(), last)
    }

    /// Starts all of `commands` at the same moment, and waits for each.
    pub(crate) fn start_all(commands: Vec<Command>, last: &str) -> Vec<Self> {
        let spawned: Vec<Child> =
            commands.into_iter().map(|mut command| command.spawn().unwrap()).collect();
        spawned.into_iter().map(|child| Self::wait(child, last)).collect()
    }

    fn wait(mut child: Child, last: &str) -> Self {
        let stdout = child.stdout.take().unwrap();
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        let mut running = Self { child, lines, said: Vec::new() };
        while !running.said.last().is_some_and(|line| line.contains(last)) {
            match running.lines.recv_timeout(PATIENCE) {
                Ok(line) => running.said.push(line),
                Err(_) => {
                    let mut stderr = String::new();
                    running.child.kill().ok();
                    running.child.stderr.take().unwrap().read_to_string(&mut stderr).ok();
                    panic!("it did not get ready: {:?} {stderr}", running.said);
                }
            }
        }
        running
    }

    /// The line that holds `word`.
    pub(crate) fn line(&self, word: &str) -> Option<&str> {
        self.said.iter().map(String::as_str).find(|line| line.contains(word))
    }

    /// Where it listens, such as `127.0.0.1:40123`.
    pub(crate) fn address(&self) -> String {
        let line = self.line("http://127.0.0.1").unwrap();
        let rest = line.split("http://").nth(1).unwrap();
        rest.split(['/', ' ']).next().unwrap().to_owned()
    }

    /// The same of a process that does a part of the work.
    pub(crate) fn listening(&self) -> String {
        let line = self.line("It listens on").unwrap();
        line.split("http://").nth(1).unwrap().to_owned()
    }

    /// The status and body of a page.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        get(&self.address(), path)
    }

    /// Ends it at once, as a supervisor ends one that does nothing any more.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The number of its process.
    pub(crate) fn number(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let number = self.child.id().to_string();
        Command::new("kill").args(["-s", name, &number]).status().unwrap();
    }

    /// Whether it has ended, and how.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// What it said of its work, once it has ended.
    pub(crate) fn log(mut self) -> String {
        self.child.wait().unwrap();
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        stderr
    }

    /// Asks it to stop, and waits until it did.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.signal("TERM");
        self.child.wait().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// One plain request.
pub(crate) fn get(address: &str, path: &str) -> (u16, String) {
    let (status, _head, body) =
        ask(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}"), "");
    (status, body)
}

/// One request with a head and a body of one's own: status, head and body of the answer.
pub(crate) fn ask(address: &str, head: &str, body: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let length = body.len();
    write!(stream, "{head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    (status, head.to_owned(), body.to_owned())
}

/// Asks again and again until it is so, for as long as patience lasts.
pub(crate) fn until(what: &str, is_so: impl FnMut() -> bool) {
    within(PATIENCE, what, is_so);
}

/// The same for as long as `patience` lasts.
pub(crate) fn within(patience: Duration, what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + patience;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not yet, and patience is at its end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The permissions of a file, as in `chmod`.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Gives a file other permissions.
pub(crate) fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// An address that nobody listens on now.
pub(crate) fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

//! The program under test, in an empty folder, on a free port of loopback.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

use super::Options;
use super::http::Connection;

/// A start takes at most this long, migrations on an empty database included.
const START_TIME: Duration = Duration::from_secs(20);

/// How often a starting server is asked whether it answers.
const KNOCK: Duration = Duration::from_millis(2);

/// A signal to the server is answered within this time: it promises thirty seconds.
const STOP_TIME: Duration = Duration::from_secs(40);

/// How often somebody writes who does so beside something else.
const WRITE_EVERY: Duration = Duration::from_secs(1);

/// In what the kernel counts the time of processes, on every Linux there is.
const TICKS_A_SECOND: u64 = 100;

/// One community in a folder that is removed at the end.
pub(crate) struct Lab {
    program: PathBuf,
    folder: TempDir,
    database: Option<String>,
    pub(crate) port: u16,
    metrics: u16,
    server: Option<Child>,
    /// How many processes deliver beside the server, which then leaves it to them.
    beside: usize,
    others: Vec<Child>,
}

impl Lab {
    /// A folder and a port; nothing runs yet.
    pub(crate) fn new(options: &Options) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("carefolk-load-")?;
        let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr();
        let (port, metrics) = (free()?.port(), free()?.port());
        let (program, database) = (options.program.clone(), options.database.clone());
        let beside = options.beside;
        if beside > 0 && database.is_none() {
            bail!("several processes need a PostgreSQL: --database URL");
        }
        let (server, others) = (None, Vec::new());
        Ok(Self { program, folder, database, port, metrics, server, beside, others })
    }

    /// What other servers call this one.
    pub(crate) fn host(&self) -> String {
        format!("care.localhost:{}", self.port)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(words)
            .current_dir(self.folder.path())
            .env("CAREFOLK__INSTANCE__URL", format!("http://{}", self.host()))
            .env("CAREFOLK__HTTP__LISTEN", format!("127.0.0.1:{}", self.port))
            .env("CAREFOLK__FEDERATION__LAB_NETWORKS", r#"["127.0.0.0/8"]"#)
            .env("CAREFOLK__HTTP__TRUSTED_PROXIES", "1")
            .env("CAREFOLK__STORAGE__PATH", self.folder.path())
            .env("CAREFOLK__METRICS__LISTEN", format!("127.0.0.1:{}", self.metrics))
            .env("CAREFOLK__LOG__LEVEL", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        if let Some(database) = &self.database {
            command.env("CAREFOLK__DATABASE__URL", database);
        }
        command
    }

    /// Starts the server and gives the time from exec to the first answer.
    pub(crate) async fn start(&mut self) -> anyhow::Result<Duration> {
        let roles = ["serve", "--roles", "web,inbox,jobs"];
        let mut command = self.command(if self.beside > 0 { &roles } else { &["serve"] });
        let begun = Instant::now();
        let mut server = command.spawn().context("starting the program")?;
        loop {
            if let Ok(mut connection) = Connection::open(self.port).await
                && let Ok((200, _)) = connection.get(&self.host(), "/healthz").await
            {
                break;
            }
            if let Some(status) = server.try_wait()? {
                bail!("the server ended at once: {status}");
            }
            if begun.elapsed() > START_TIME {
                bail!("the server did not answer /healthz");
            }
            tokio::time::sleep(KNOCK).await;
        }
        self.server = Some(server);
        let took = begun.elapsed();
        for _ in 0..self.beside {
            let mut command = self.command(&["serve", "--roles", "delivery"]);
            command
                .env("CAREFOLK__HTTP__LISTEN", "127.0.0.1:0")
                .env("CAREFOLK__METRICS__LISTEN", "");
            self.others.push(command.spawn().context("starting a process beside it")?);
        }
        Ok(took)
    }

    /// Asks the server, and what runs beside it, to end, and waits until they have.
    pub(crate) async fn stop(&mut self) -> anyhow::Result<()> {
        for mut server in self.server.take().into_iter().chain(self.others.drain(..)) {
            if let Some(id) = server.id() {
                Command::new("kill").arg(id.to_string()).status().await?;
            }
            tokio::time::timeout(STOP_TIME, server.wait())
                .await
                .context("the server did not end")??;
        }
        Ok(())
    }

    /// Runs a command beside the server and gives its JSON answer.
    pub(crate) async fn run(&self, words: &[&str], input: &str) -> anyhow::Result<Value> {
        let mut command = self.command(words);
        command.arg("--json").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).await?;
        }
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            bail!("carefolk {} failed: {}", words.join(" "), output.status);
        }
        Ok(serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
    }

    /// Makes an account and the provider "hazelbank" whose member it is.
    pub(crate) async fn settle(&self) -> anyhow::Result<()> {
        let words = ["account", "create", "ada", "--email", "ada@care.example", "--password-stdin"];
        self.run(&words, "plum-kettle-otter-seven").await?;
        let words =
            ["provider", "create", "hazelbank", "--name", "Hazelbank House", "--owner", "ada"];
        self.run(&words, "").await?;
        Ok(())
    }

    /// The provider posts this; gives what the command says of the post.
    pub(crate) async fn post(&self, text: &str) -> anyhow::Result<Value> {
        self.post_as("hazelbank", text).await
    }

    /// The same for whoever has that handle.
    pub(crate) async fn post_as(&self, handle: &str, text: &str) -> anyhow::Result<Value> {
        self.run(&["post", "create", "--as", handle, "--text-stdin"], text).await
    }

    /// Lets somebody write a post each second until `act` is over; gives what each took.
    pub(crate) async fn beside<T>(
        &self,
        handle: &str,
        act: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<(T, Vec<Duration>)> {
        let mut act = std::pin::pin!(act);
        let mut written = Vec::new();
        let mut tick = tokio::time::interval(WRITE_EVERY);
        loop {
            tokio::select! {
                done = &mut act => return Ok((done?, written)),
                _ = tick.tick() => {}
            }
            let begun = Instant::now();
            let writing = self.post_as(handle, "Soup, bread and company at noon.");
            tokio::select! {
                done = &mut act => return Ok((done?, written)),
                post = writing => post?,
            };
            written.push(begun.elapsed());
        }
    }

    /// How many files and connections the server has open now.
    pub(crate) fn open_files(&self) -> anyhow::Result<usize> {
        let id = self.server.as_ref().and_then(Child::id).context("the server does not run")?;
        Ok(std::fs::read_dir(Path::new("/proc").join(id.to_string()).join("fd"))?.count())
    }

    /// The ActivityPub id of an actor here, by WebFinger.
    pub(crate) async fn actor_id(&self, handle: &str) -> anyhow::Result<String> {
        let host = self.host();
        let path = format!("/.well-known/webfinger?resource=acct:{handle}@{host}");
        let (_, body) = Connection::open(self.port).await?.get(&host, &path).await?;
        let finger: Value = serde_json::from_slice(&body)?;
        let links = finger.get("links").and_then(Value::as_array).context("no links")?;
        let own = links.iter().find(|link| link.get("rel").is_some_and(|rel| rel == "self"));
        let id = own.and_then(|link| link.get("href")).and_then(Value::as_str);
        id.map(str::to_owned).context("WebFinger names no actor")
    }

    /// Resident memory of the server in KiB, as the kernel counts it.
    pub(crate) fn resident_kib(&self) -> anyhow::Result<u64> {
        resident_kib(self.server.as_ref())
    }

    /// The most that was resident since [`Lab::forget_peak`], in KiB.
    pub(crate) fn peak_kib(&self) -> anyhow::Result<u64> {
        status_kib(self.server.as_ref(), "VmHWM:")
    }

    /// From now on the peak is counted anew.
    pub(crate) fn forget_peak(&self) -> anyhow::Result<()> {
        let id = self.server.as_ref().and_then(Child::id).context("the server does not run")?;
        let place = Path::new("/proc").join(id.to_string()).join("clear_refs");
        std::fs::write(place, "5").context("resetting the peak")
    }

    /// The same of each process beside it.
    pub(crate) fn resident_beside(&self) -> anyhow::Result<Vec<u64>> {
        self.others.iter().map(|other| resident_kib(Some(other))).collect()
    }

    /// The time that the server spent on the processor so far, as the kernel counts it.
    pub(crate) fn processor_time(&self) -> anyhow::Result<Duration> {
        let id = self.server.as_ref().and_then(Child::id).context("the server does not run")?;
        let stat = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("stat"))?;
        // The name of the program stands in brackets and may have blanks; user and system time are
        // the 12th and 13th after it.
        let (_, after) = stat.rsplit_once(')').context("no stat line")?;
        let ticks = after.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
        let ticks: u64 = ticks.sum::<Result<u64, _>>()?;
        Ok(Duration::from_millis(ticks * 1_000 / TICKS_A_SECOND))
    }

    /// What the server counted since it started: each line of its metrics that begins so.
    pub(crate) async fn counted(&self, name: &str) -> anyhow::Result<Vec<(String, u64)>> {
        let host = format!("127.0.0.1:{}", self.metrics);
        let (_, page) = Connection::open(self.metrics).await?.get(&host, "/metrics").await?;
        let page = String::from_utf8_lossy(&page).into_owned();
        let lines = page.lines().filter(|line| line.starts_with(name));
        let line = |line: &str| {
            let (what, count) = line.rsplit_once(' ')?;
            Some((what.to_owned(), count.parse().ok()?))
        };
        Ok(lines.filter_map(line).collect())
    }

    /// The number in the only line of its metrics that begins so.
    pub(crate) async fn number(&self, name: &str) -> anyhow::Result<u64> {
        let lines = self.counted(name).await?;
        Ok(lines.first().with_context(|| format!("there is no {name}"))?.1)
    }

    /// Removes what the database holds, so that the next start begins anew.
    pub(crate) fn clear(&self) -> anyhow::Result<()> {
        std::fs::remove_dir_all(self.folder.path())?;
        std::fs::create_dir_all(self.folder.path())?;
        Ok(())
    }
}

fn resident_kib(process: Option<&Child>) -> anyhow::Result<u64> {
    status_kib(process, "VmRSS:")
}

fn status_kib(process: Option<&Child>, name: &str) -> anyhow::Result<u64> {
    let id = process.and_then(Child::id).context("the server does not run")?;
    let status = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line
        .and_then(|line| line.split_whitespace().next())
        .with_context(|| format!("no line {name}"))?;
    Ok(kib.parse()?)
}

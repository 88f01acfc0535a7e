//! `carefolk demo`: two communities in one process that talk to each other over real HTTP.

use std::path::{Path, PathBuf};

use anyhow::Context;
use carefolk_app::App;
use clap::Args;
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::serve::Signals;
use crate::demo::data::{self, LogIn};
use crate::demo::progress::Progress;
use crate::demo::{Community, Seeder};
use crate::http::Server;
use crate::output::{Out, say};
use crate::settings::{self, Settings, Sources};
use crate::telemetry;

/// Where the demo lives.
#[derive(Debug, Args)]
#[command(after_help = "Everything in the two communities is made up. What you change is kept in \
                        the folder; delete the folder to begin afresh.")]
pub(crate) struct DemoArgs {
    /// The folder for both communities
    #[arg(long, value_name = "FOLDER", default_value = "demo")]
    folder: PathBuf,
    /// The port of the first community; the second has the next one
    #[arg(long, default_value_t = 8081, value_parser = clap::value_parser!(u16).range(1..=65534))]
    port: u16,
}

/// The network of the two.
const LAB: &str = "127.0.0.0/8";

/// The name of the settings file inside a community's folder.
const SETTINGS_FILE: &str = "carefolk.toml";

/// One of the two.
struct Half {
    community: Community,
    settings: Settings,
    host: String,
    app: App,
    progress: Progress,
}

/// What is said of one community when it is ready.
#[derive(Serialize)]
struct Ready {
    name: String,
    address: String,
    /// The settings file for commands beside it.
    settings: PathBuf,
    log_ins: Vec<LogIn>,
}

/// Runs the demo.
pub(super) async fn run(out: Out, args: DemoArgs, sources: &Sources) -> anyhow::Result<()> {
    let settings = [
        settings_of("Alderbrook", &args.folder, args.port, sources)?,
        settings_of("Larkmoor", &args.folder, args.port + 1, sources)?,
    ];
    telemetry::start(&settings[0].log)?;
    let signals = Signals::listen()?;
    let [first, second] = settings;
    let (first, first_server) = Half::start(data::alderbrook()?, first).await?;
    let (second, second_server) = Half::start(data::larkmoor()?, second).await?;
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    let serving = [first_server, second_server].map(|server| {
        let stop = stop.clone();
        tasks.spawn(async move {
            let done = server.run(stop.clone()).await;
            // One without the other is no demo.
            stop.cancel();
            done
        })
    });
    let running = async {
        let filled = tokio::select! {
            filled = present(out, &first, &second, &args.folder) => filled,
            () = stop.cancelled() => Ok(()),
        };
        if filled.is_err() {
            stop.cancel();
        }
        for server in serving {
            server.await.context("a community stopped by accident")??;
        }
        filled
    };
    signals.stop(Box::pin(running), &stop).await
}

/// The settings of one community; of the outside only the log's are taken.
fn settings_of(
    name: &str,
    folder: &Path,
    port: u16,
    sources: &Sources,
) -> anyhow::Result<Settings> {
    let mut variables = sources.variables.clone();
    variables.retain(|(name, _)| name.starts_with("CAREFOLK__LOG__"));
    let lower = name.to_lowercase();
    let mut set = |key: &str, value: String| variables.push((format!("CAREFOLK__{key}"), value));
    set("INSTANCE__URL", format!("http://{lower}.localhost:{port}"));
    set("INSTANCE__NAME", name.to_owned());
    set("HTTP__LISTEN", format!("127.0.0.1:{port}"));
    set("STORAGE__PATH", folder.join(&lower).display().to_string());
    set("FEDERATION__LAB_NETWORKS", format!("[\"{LAB}\"]"));
    Ok(settings::load(&Sources { file: None, variables })?.settings)
}

/// Writes what a command beside the demo has to know, from whichever folder it is run.
fn write_settings(settings: &Settings) -> anyhow::Result<()> {
    let path = settings.file(SETTINGS_FILE);
    let storage = std::path::absolute(&settings.storage)?.display().to_string();
    let url = settings.instance.url.as_ref().map(|url| url.text.clone()).unwrap_or_default();
    // Such a text is written in TOML as it is in JSON.
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let lines = [
        "# Written by carefolk demo at each start.".to_owned(),
        format!("instance.url = {}", text(&url)),
        format!("http.listen = {}", text(&settings.http.listen.to_string())),
        format!("storage.path = {}", text(&storage)),
        format!("federation.lab_networks = [{}]", text(LAB)),
    ];
    std::fs::write(&path, lines.join("\n") + "\n")
        .with_context(|| format!("could not write {}", path.display()))
}

impl Half {
    async fn start(community: Community, settings: Settings) -> anyhow::Result<(Self, Server)> {
        let server = Box::pin(Server::start(&settings)).await?;
        let app = server.app().clone();
        write_settings(&settings)?;
        let progress = Progress::read_or_begin(&settings.storage, app.now())?;
        let host = settings.instance.url.as_ref().map(|url| url.host.clone()).unwrap_or_default();
        Ok((Self { community, settings, host, app, progress }, server))
    }

    fn seeder<'a>(&'a self, neighbour: &'a Self) -> Seeder<'a> {
        Seeder::new(
            &self.app,
            self.progress.start,
            (&self.community, &self.host),
            (&neighbour.community, &neighbour.host),
        )
    }

    fn ready(&self) -> Ready {
        let url = self.settings.instance.url.as_ref();
        Ready {
            name: self.community.name.clone(),
            address: url.map(|url| url.text.clone()).unwrap_or_default(),
            settings: self.settings.file(SETTINGS_FILE),
            log_ins: self.community.log_ins(),
        }
    }
}

/// Fills both communities if they are not full yet, and says how to look at them.
async fn present(out: Out, first: &Half, second: &Half, folder: &Path) -> anyhow::Result<()> {
    let ready = [first.ready(), second.ready()];
    if !(first.progress.done && second.progress.done) {
        if out == Out::Text {
            say(&format!(
                "{} is at {} and {} at {}. They are filled with people and posts, which takes up to \
                 a minute the first time; you can look at them meanwhile.",
                ready[0].name, ready[0].address, ready[1].name, ready[1].address
            ));
        }
        let (one, two) = (first.seeder(second), second.seeder(first));
        tokio::try_join!(one.actors(), two.actors())?;
        tokio::try_join!(one.groups(), two.groups())?;
        tokio::try_join!(one.follows(), two.follows())?;
        let (ones, twos) = tokio::try_join!(one.posts(), two.posts())?;
        tokio::try_join!(one.answers(&twos), two.answers(&ones))?;
        first.progress.finish(&first.settings.storage)?;
        second.progress.finish(&second.settings.storage)?;
    }
    out.show(&ready, || text(&ready, folder))
}

fn text(ready: &[Ready; 2], folder: &Path) -> String {
    let mut lines = vec!["Two communities are running, and they know each other.".to_owned()];
    for community in ready {
        lines.push(format!("\n{}: {}", community.name, community.address));
        let settings = community.settings.display();
        lines.push(format!("  commands: carefolk --config {settings} peer list"));
        for log_in in &community.log_ins {
            let LogIn { who, name, password } = log_in;
            lines.push(format!("  sign in as {name:<8} with {password:<20} ({who})"));
        }
    }
    lines.push(
        "\nTry this: sign in to Alderbrook as maya, write something as Hazelbank Day Centre, and \
         look at Larkmoor's home page."
            .to_owned(),
    );
    let folder = folder.display();
    lines.push(format!("What you change is kept in {folder}. Stop with Ctrl-C."));
    lines.join("\n")
}

//! `carefolk serve`: one community, until it is told to stop.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::http::Server;
use crate::output::Out;
use crate::settings::{self, Role, Roles, Settings};
use crate::supervisor;
use crate::telemetry;
use crate::words::plain;

/// Signals that come within this are one wish to stop, not two.
const ONE_WISH: Duration = Duration::from_secs(1);

/// Which part of the work to do.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Do these parts of the work alone, such as web,inbox (also delivery and jobs); PostgreSQL only
    #[arg(long, value_name = "ROLES")]
    roles: Option<String>,
}

/// What is said when the server is ready.
#[derive(Serialize)]
struct Ready {
    address: String,
    setup: Option<String>,
    federates: bool,
    metrics: Option<String>,
    roles: String,
    listens: String,
}

/// Runs the server.
pub(super) async fn run(out: Out, args: &ServeArgs, mut settings: Settings) -> anyhow::Result<()> {
    if let Some(names) = &args.roles {
        let Some(roles) = Roles::parse(names.split(',')) else {
            bail!(
                "--roles is \"{names}\", but it must hold web, inbox, delivery or jobs, with commas"
            );
        };
        settings.process.roles = roles;
    }
    telemetry::start(&settings.log)?;
    let mut signals = Signals::listen()?;
    let starting = async {
        let server = Box::pin(Server::start(&settings)).await?;
        let ready = ready(&server, &settings).await?;
        anyhow::Ok((server, ready))
    };
    let (server, ready) = tokio::select! {
        started = starting => started?,
        () = signals.next() => {
            tracing::info!("stopped before it was ready");
            return Ok(());
        }
    };
    out.show(&ready, || ready.text(&settings))?;
    supervisor::ready();
    let stop = CancellationToken::new();
    tokio::select! {
        done = signals.stop(server.run(stop.clone()), &stop) => done,
        never = supervisor::alive() => match never {},
    }
}

async fn ready(server: &Server, settings: &Settings) -> anyhow::Result<Ready> {
    let instance = server.app().instance();
    let local = settings::local_url(server.listen());
    let address = settings.instance.url.as_ref().map_or_else(|| local.clone(), |u| u.text.clone());
    let needs_setup = instance.needs_setup().await;
    let needs_setup = needs_setup.map_err(|error| plain(error, "read the database"))?;
    let roles = &settings.process.roles;
    // Each link makes the one before useless: it is the matter of who shows the page.
    let setup = if needs_setup && roles.has(Role::Web) {
        let token = instance.mint_setup_token().await;
        let token = token.map_err(|error| plain(error, "make the set-up link"))?;
        Some(format!("{address}/setup?token={token}"))
    } else {
        None
    };
    let metrics = server.metrics().map(|address| format!("http://{address}/metrics"));
    Ok(Ready {
        address,
        setup,
        federates: server.app().settings().federates(),
        metrics,
        roles: roles.names(),
        listens: local,
    })
}

impl Ready {
    fn text(&self, settings: &Settings) -> String {
        let mut lines = vec![format!("Carefolk is ready at {}", self.address)];
        if let Some(link) = &self.setup {
            lines.push(format!("Nobody runs this community yet. To set it up, open {link}"));
        }
        if settings.instance.url.is_none() {
            lines.push(
                "It does not talk to other servers: instance.url is not set (see docs/admin/install.md)."
                    .to_owned(),
            );
        } else if !self.federates {
            lines.push("It does not talk to other servers: federation.mode is off.".to_owned());
        }
        if !settings.process.roles.are_all() {
            let (roles, listens) = (&self.roles, &self.listens);
            lines.push(format!("It does a part of the work: {roles}. It listens on {listens}"));
        }
        if let Some(metrics) = &self.metrics {
            lines.push(format!("Numbers for monitoring are at {metrics}"));
        }
        lines.push("Stop it with Ctrl-C.".to_owned());
        lines.join("\n")
    }
}

/// The wishes to stop, SIGTERM and SIGINT, from the moment that somebody listens.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Listens from now on: before anything is said, as who reads it may answer at once.
    ///
    /// # Errors
    ///
    /// When the system does not let the program listen.
    pub(super) fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("could not listen for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Polls `running` until it ends; the first signal asks it to, a later one does not wait.
    pub(super) async fn stop(
        mut self,
        running: impl Future<Output = anyhow::Result<()>>,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        let mut running = std::pin::pin!(running);
        tokio::select! {
            done = &mut running => return done,
            () = self.next() => {}
        }
        stop.cancel();
        supervisor::stopping();
        tracing::info!("stopping: what is under way is finished first");
        let told_again = async {
            // Supervisors often signal a process and then its whole group: that is one wish.
            let one_wish = tokio::time::sleep(ONE_WISH);
            tokio::pin!(one_wish);
            loop {
                tokio::select! {
                    () = &mut one_wish => break,
                    () = self.next() => {}
                }
            }
            self.next().await;
        };
        tokio::select! {
            done = running => done,
            () = told_again => {
                bail!("stopped at once; what was under way goes on at the next start")
            }
        }
    }
}

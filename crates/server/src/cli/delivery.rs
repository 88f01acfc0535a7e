//! `carefolk delivery`: posts on their way to other servers.

use carefolk_app::Page;
use carefolk_app::outbox::{DeliveryView, Failed};
use carefolk_domain::{DeliveryId, Moment};
use carefolk_store::entity::delivery::DeliveryState;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::desk::{Desk, when};
use crate::output::table;
use crate::words::plain;

/// Posts on their way to other servers.
#[derive(Debug, Subcommand)]
pub(crate) enum DeliveryCommand {
    /// List what waits to be delivered, the newest first
    List(ListArgs),
    /// Try again what was given up
    Retry(WhichArgs),
    /// Forget what was given up
    Discard(WhichArgs),
}

/// Which of those that were given up.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct WhichArgs {
    /// The number of one delivery, as `delivery list --failed --json` shows it
    id: Option<i64>,
    /// All to one server, such as social.example
    #[arg(long)]
    host: Option<String>,
}

impl WhichArgs {
    fn failed(self) -> anyhow::Result<Failed> {
        match (self.id, self.host) {
            (Some(id), _) => Ok(Failed::One(DeliveryId(id))),
            (None, Some(host)) => Ok(Failed::To(host)),
            (None, None) => Err(anyhow::anyhow!("which deliveries? Give a number or --host")),
        }
    }
}

/// Which deliveries.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Those that were given up, instead of those that wait
    #[arg(long)]
    failed: bool,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100))]
    limit: u32,
}

/// A delivery, for scripts.
#[derive(Serialize)]
struct Shown<'a> {
    id: String,
    activity: &'a str,
    kind: &'a str,
    host: &'a str,
    inbox: &'a str,
    state: &'static str,
    attempts: i32,
    next_try: Option<String>,
    last_status: Option<i32>,
    last_error: Option<&'a str>,
}

impl<'a> Shown<'a> {
    fn of(view: &'a DeliveryView) -> Self {
        let waits = view.state == DeliveryState::Waiting;
        Self {
            id: view.id.to_string(),
            activity: &view.activity,
            kind: &view.kind,
            host: &view.host,
            inbox: &view.inbox,
            state: word(view.state),
            attempts: view.attempts,
            next_try: waits.then(|| when(Moment(view.run_at.0))),
            last_status: view.status,
            last_error: view.error.as_deref(),
        }
    }

    fn row(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            self.host.to_owned(),
            self.kind.to_owned(),
            self.attempts.to_string(),
            self.next_try.clone().unwrap_or_else(|| "never".to_owned()),
            self.last_error.unwrap_or("-").to_owned(),
            self.activity.to_owned(),
        ]
    }
}

fn word(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Waiting => "waiting",
        DeliveryState::Done => "done",
        DeliveryState::Dead => "failed",
        DeliveryState::Cancelled => "cancelled",
    }
}

impl DeliveryCommand {
    /// Runs one command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        match self {
            Self::List(args) => args.run(desk).await,
            Self::Retry(which) => {
                let done = desk.app.outbox().retry(&desk.caller, &which.failed()?).await;
                let count = done.map_err(|error| plain(error, "try that again"))?;
                let said = || format!("{count} will be tried again now.");
                desk.out.show(&serde_json::json!({ "retried": count }), said)
            }
            Self::Discard(which) => {
                let done = desk.app.outbox().discard(&desk.caller, &which.failed()?).await;
                let count = done.map_err(|error| plain(error, "forget that"))?;
                let said = || format!("{count} will not be tried again.");
                desk.out.show(&serde_json::json!({ "discarded": count }), said)
            }
        }
    }
}

impl ListArgs {
    async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let args = self;
        let state = if args.failed { DeliveryState::Dead } else { DeliveryState::Waiting };
        let page = Page::first(args.limit);
        let views = desk.app.outbox().list(&desk.caller, state, page).await;
        let views = views.map_err(|error| plain(error, "list the deliveries"))?;
        let shown: Vec<Shown<'_>> = views.iter().map(Shown::of).collect();
        desk.out.show(&shown, || {
            let rows: Vec<Vec<String>> = shown.iter().map(Shown::row).collect();
            let none = if args.failed { "No delivery has failed." } else { "Nothing waits." };
            let heads = ["NUMBER", "TO", "WHAT", "TRIES", "NEXT TRY", "LAST ERROR", "ACTIVITY"];
            table(&heads, &rows, none)
        })
    }
}

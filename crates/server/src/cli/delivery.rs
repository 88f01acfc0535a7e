//! `carefolk delivery`: posts on their way to other servers.

use carefolk_app::Page;
use carefolk_app::outbox::{DeliveryView, Failed, Which};
use carefolk_domain::DeliveryId;
use carefolk_store::entity::delivery::DeliveryState;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::desk::{Desk, when, when_or_dash, word as name};
use crate::output::table;
use crate::words::plain;

/// Posts on their way to other servers.
#[derive(Debug, Subcommand)]
pub(crate) enum DeliveryCommand {
    /// List what waits to be delivered, the newest first
    List(ListArgs),
    /// Show one delivery, without the words that it carries
    Show {
        /// Its number, as `delivery list` shows it
        #[arg(value_name = "NUMBER")]
        id: i64,
    },
    /// Try again what was given up, at once
    Retry(RetryArgs),
    /// Forget what was given up
    Discard(DiscardArgs),
}

/// Which of those that were given up.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct RetryArgs {
    /// The number of one delivery, as `delivery list --failed` shows it
    #[arg(value_name = "NUMBER")]
    id: Option<i64>,
    /// All to one server, such as social.example
    #[arg(long)]
    host: Option<String>,
    /// All that were given up
    #[arg(long)]
    all: bool,
}

impl RetryArgs {
    fn failed(self) -> Failed {
        match (self.id, self.host) {
            (Some(id), _) => Failed::One(DeliveryId(id)),
            (None, Some(host)) => Failed::To(host),
            (None, None) => Failed::All,
        }
    }
}

/// Which of those that were given up.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct DiscardArgs {
    /// The number of one delivery, as `delivery list --failed` shows it
    #[arg(value_name = "NUMBER")]
    id: Option<i64>,
    /// All to one server, such as social.example
    #[arg(long)]
    host: Option<String>,
}

impl DiscardArgs {
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
    /// Those that were given up
    #[arg(long, conflicts_with = "waiting")]
    failed: bool,
    /// Those that wait; this is what is listed without any of the two
    #[arg(long)]
    waiting: bool,
    /// Those to one server, such as social.example
    #[arg(long)]
    host: Option<String>,
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
    audience: String,
    host: &'a str,
    inbox: &'a str,
    state: &'static str,
    attempts: i32,
    since: String,
    next_try: Option<String>,
    ended: Option<String>,
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
            audience: name(&view.audience),
            host: &view.host,
            inbox: &view.inbox,
            state: word(view.state),
            attempts: view.attempts,
            since: when(view.created_at),
            next_try: waits.then(|| when(view.next_try)),
            ended: view.ended_at.map(when),
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
            Self::Show { id } => show(desk, DeliveryId(id)).await,
            Self::Retry(which) => {
                let done = desk.app.outbox().retry(&desk.caller, &which.failed()).await;
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

async fn show(desk: &Desk, id: DeliveryId) -> anyhow::Result<()> {
    let view = desk.app.outbox().show(&desk.caller, id).await;
    let view = view.map_err(|error| plain(error, &format!("show delivery {id}")))?;
    desk.out.show(&Shown::of(&view), || {
        let waits = view.state == DeliveryState::Waiting;
        let lines = [
            ("Number", view.id.to_string()),
            ("To", view.host.clone()),
            ("Inbox", view.inbox.clone()),
            ("What", view.kind.clone()),
            ("Activity", view.activity.clone()),
            ("For", name(&view.audience)),
            ("State", word(view.state).to_owned()),
            ("Asked for", when(view.created_at)),
            ("Tries", view.attempts.to_string()),
            ("Next try", when_or_dash(waits.then_some(view.next_try))),
            ("Over", when_or_dash(view.ended_at)),
            ("Last status", view.status.map_or_else(|| "-".to_owned(), |code| code.to_string())),
            ("Last error", view.error.clone().unwrap_or_else(|| "-".to_owned())),
        ];
        lines.map(|(name, value)| format!("{name:<12} {value}")).join("\n")
    })
}

impl ListArgs {
    async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let state = if self.failed { DeliveryState::Dead } else { DeliveryState::Waiting };
        let which = Which { state, host: self.host };
        let page = Page::first(self.limit);
        let views = desk.app.outbox().list(&desk.caller, which, page).await;
        let views = views.map_err(|error| plain(error, "list the deliveries"))?;
        let shown: Vec<Shown<'_>> = views.iter().map(Shown::of).collect();
        desk.out.show(&shown, || {
            let rows: Vec<Vec<String>> = shown.iter().map(Shown::row).collect();
            let none = if self.failed { "No delivery has failed." } else { "Nothing waits." };
            let heads = ["NUMBER", "TO", "WHAT", "TRIES", "NEXT TRY", "LAST ERROR", "ACTIVITY"];
            table(&heads, &rows, none)
        })
    }
}

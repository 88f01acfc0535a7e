//! `carefolk delivery`: posts on their way to other servers.

use carefolk_app::Page;
use carefolk_app::outbox::{DeliveryView, Failed, Which};
use carefolk_domain::DeliveryId;
use carefolk_store::entity::delivery::DeliveryState;
use clap::Subcommand;
use serde::Serialize;

use super::chosen::{Chosen, DiscardArgs, ListArgs, RetryArgs};
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

impl From<Chosen> for Failed {
    fn from(chosen: Chosen) -> Self {
        match chosen {
            Chosen::One(id) => Self::One(DeliveryId(id)),
            Chosen::Host(host) => Self::To(host),
            Chosen::All => Self::All,
        }
    }
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
            Self::List(args) => list(args, desk).await,
            Self::Show { id } => show(desk, DeliveryId(id)).await,
            Self::Retry(which) => {
                let done = desk.app.outbox().retry(&desk.caller, &which.chosen().into()).await;
                let count = done.map_err(|error| plain(error, "try that again"))?;
                let said = || format!("{count} will be tried again now.");
                desk.out.show(&serde_json::json!({ "retried": count }), said)
            }
            Self::Discard(which) => {
                let done = desk.app.outbox().discard(&desk.caller, &which.chosen()?.into()).await;
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

async fn list(args: ListArgs, desk: &Desk) -> anyhow::Result<()> {
    let state = if args.failed { DeliveryState::Dead } else { DeliveryState::Waiting };
    let which = Which { state, host: args.host };
    let page = Page::first(args.limit);
    let views = desk.app.outbox().list(&desk.caller, which, page).await;
    let views = views.map_err(|error| plain(error, "list the deliveries"))?;
    let shown: Vec<Shown<'_>> = views.iter().map(Shown::of).collect();
    desk.out.show(&shown, || {
        let rows: Vec<Vec<String>> = shown.iter().map(Shown::row).collect();
        let none = if args.failed { "No delivery has failed." } else { "Nothing waits." };
        let heads = ["NUMBER", "TO", "WHAT", "TRIES", "NEXT TRY", "LAST ERROR", "ACTIVITY"];
        table(&heads, &rows, none)
    })
}

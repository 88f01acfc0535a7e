//! `carefolk arrival`: what came from other servers and could not be applied.

use carefolk_app::Page;
use carefolk_app::inbound::{ArrivalView, Parked};
use carefolk_domain::InboundId;
use carefolk_store::entity::inbound_activity::InboundState;
use clap::Subcommand;
use serde::Serialize;

use super::chosen::{Chosen, DiscardArgs, ListArgs, RetryArgs};
use super::desk::{Desk, when, when_or_dash};
use crate::output::table;
use crate::words::plain;

/// What came from other servers.
#[derive(Debug, Subcommand)]
pub(crate) enum ArrivalCommand {
    /// List what waits to be applied, the newest first
    List(ListArgs),
    /// Show one arrival, without the words that came with it
    Show {
        /// Its number, as `arrival list` shows it
        #[arg(value_name = "NUMBER")]
        id: i64,
    },
    /// Try again what was put aside after we failed
    Retry(RetryArgs),
    /// Forget what was put aside after we failed
    Discard(DiscardArgs),
}

impl From<Chosen> for Parked {
    fn from(chosen: Chosen) -> Self {
        match chosen {
            Chosen::One(id) => Self::One(InboundId(id)),
            Chosen::Host(host) => Self::From(host),
            Chosen::All => Self::All,
        }
    }
}

/// An arrival, for scripts.
#[derive(Serialize)]
struct Shown<'a> {
    id: String,
    activity: &'a str,
    kind: &'a str,
    actor: &'a str,
    host: &'a str,
    state: &'static str,
    attempts: i32,
    since: String,
    next_try: Option<String>,
    bytes: usize,
    outcome: Option<&'a str>,
    last_error: Option<&'a str>,
}

impl<'a> Shown<'a> {
    fn of(view: &'a ArrivalView) -> Self {
        let waits = view.state == InboundState::Waiting;
        Self {
            id: view.id.to_string(),
            activity: &view.activity,
            kind: &view.kind,
            actor: &view.actor,
            host: &view.host,
            state: word(view.state),
            attempts: view.attempts,
            since: when(view.received_at),
            next_try: waits.then(|| when(view.run_at)),
            bytes: view.bytes,
            outcome: view.outcome.as_deref(),
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

fn word(state: InboundState) -> &'static str {
    match state {
        InboundState::Waiting => "waiting",
        InboundState::Done => "done",
        InboundState::Ignored => "ignored",
        InboundState::Refused => "refused",
        InboundState::Failed => "failed",
    }
}

impl ArrivalCommand {
    /// Runs one command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        match self {
            Self::List(args) => list(args, desk).await,
            Self::Show { id } => show(desk, InboundId(id)).await,
            Self::Retry(which) => {
                let done = desk.app.inbound().retry(&desk.caller, &which.chosen().into()).await;
                let count = done.map_err(|error| plain(error, "try that again"))?;
                let said = || format!("{count} will be tried again now.");
                desk.out.show(&serde_json::json!({ "retried": count }), said)
            }
            Self::Discard(which) => {
                let done = desk.app.inbound().discard(&desk.caller, &which.chosen()?.into()).await;
                let count = done.map_err(|error| plain(error, "forget that"))?;
                let said = || format!("{count} will not be tried again.");
                desk.out.show(&serde_json::json!({ "discarded": count }), said)
            }
        }
    }
}

async fn show(desk: &Desk, id: InboundId) -> anyhow::Result<()> {
    let view = desk.app.inbound().show(&desk.caller, id).await;
    let view = view.map_err(|error| plain(error, &format!("show arrival {id}")))?;
    desk.out.show(&Shown::of(&view), || {
        let waits = view.state == InboundState::Waiting;
        let dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let lines = [
            ("Number", view.id.to_string()),
            ("From", view.host.clone()),
            ("What", view.kind.clone()),
            ("Activity", view.activity.clone()),
            ("Who", view.actor.clone()),
            ("State", word(view.state).to_owned()),
            ("Came", when(view.received_at)),
            ("Tries", view.attempts.to_string()),
            ("Next try", when_or_dash(waits.then_some(view.run_at))),
            ("Text kept", format!("{} bytes", view.bytes)),
            ("Outcome", dash(&view.outcome)),
            ("Last error", dash(&view.error)),
        ];
        lines.map(|(name, value)| format!("{name:<12} {value}")).join("\n")
    })
}

async fn list(args: ListArgs, desk: &Desk) -> anyhow::Result<()> {
    let state = if args.failed { InboundState::Failed } else { InboundState::Waiting };
    let (host, page) = (args.host.as_deref(), Page::first(args.limit));
    let views = desk.app.inbound().list(&desk.caller, state, host, page).await;
    let views = views.map_err(|error| plain(error, "list the arrivals"))?;
    let shown: Vec<Shown<'_>> = views.iter().map(Shown::of).collect();
    desk.out.show(&shown, || {
        let rows: Vec<Vec<String>> = shown.iter().map(Shown::row).collect();
        let none = if args.failed { "No arrival has failed." } else { "Nothing waits." };
        let heads = ["NUMBER", "FROM", "WHAT", "TRIES", "NEXT TRY", "LAST ERROR", "ACTIVITY"];
        table(&heads, &rows, none)
    })
}

//! `carefolk delivery`: posts on their way to other servers.

use carefolk_app::Page;
use carefolk_app::outbox::DeliveryView;
use carefolk_domain::Moment;
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
        let Self::List(args) = self;
        let state = if args.failed { DeliveryState::Dead } else { DeliveryState::Waiting };
        let page = Page::first(args.limit);
        let views = desk.app.outbox().list(&desk.caller, state, page).await;
        let views = views.map_err(|error| plain(error, "list the deliveries"))?;
        let shown: Vec<Shown<'_>> = views.iter().map(Shown::of).collect();
        desk.out.show(&shown, || {
            let rows: Vec<Vec<String>> = shown.iter().map(Shown::row).collect();
            let none = if args.failed { "No delivery has failed." } else { "Nothing waits." };
            let heads = ["TO", "WHAT", "TRIES", "NEXT TRY", "LAST ERROR", "ACTIVITY"];
            table(&heads, &rows, none)
        })
    }
}

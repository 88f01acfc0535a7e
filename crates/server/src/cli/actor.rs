//! `carefolk actor`: what a person or a provider of ours does besides posting.

use carefolk_app::blocks::BlockView;
use carefolk_domain::Address;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::desk::{Desk, when};
use super::follow::address;
use crate::output::table;
use crate::words::plain;

/// People and providers.
#[derive(Debug, Subcommand)]
pub(crate) enum ActorCommand {
    /// Let somebody have nothing more to do with somebody: no following, no answers, no likes
    Block {
        #[command(flatten)]
        both: Both,
        /// Tell their server, too; then they can find out that they are blocked
        #[arg(long)]
        tell: bool,
    },
    /// Take a block back
    Unblock(Both),
    /// List whom somebody blocks
    Blocks {
        /// The name of an account or a provider
        handle: String,
    },
}

/// Somebody of ours, and somebody anywhere.
#[derive(Debug, Args)]
pub(crate) struct Both {
    /// The name of an account or a provider
    handle: String,
    /// The address of the other
    #[arg(value_name = "HANDLE@HOST", value_parser = address)]
    whom: Address,
}

/// Somebody who is blocked, for scripts.
#[derive(Serialize)]
struct Blocked {
    whom: String,
    told: bool,
    since: String,
}

impl ActorCommand {
    /// Runs one command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        match self {
            Self::Block { both, tell } => both.block(desk, tell).await,
            Self::Unblock(both) => both.unblock(desk).await,
            Self::Blocks { handle } => blocks(desk, &handle).await,
        }
    }
}

impl Both {
    async fn block(self, desk: &Desk, tell: bool) -> anyhow::Result<()> {
        let Self { handle, whom } = self;
        let done = desk.app.blocks().block(&desk.caller, &handle, &whom, tell).await;
        done.map_err(|error| plain(error, &format!("block {whom}")))?;
        let shown = serde_json::json!({ "actor": handle, "blocked": whom.to_string() });
        desk.out.show(&shown, || {
            let told = if tell { "; their server is told" } else { "; their server is not told" };
            format!("{handle} blocks {whom}{told}.")
        })
    }

    async fn unblock(self, desk: &Desk) -> anyhow::Result<()> {
        let Self { handle, whom } = self;
        let done = desk.app.blocks().unblock(&desk.caller, &handle, &whom).await;
        done.map_err(|error| plain(error, &format!("unblock {whom}")))?;
        let shown = serde_json::json!({ "actor": handle, "unblocked": whom.to_string() });
        desk.out.show(&shown, || format!("{handle} does not block {whom}."))
    }
}

async fn blocks(desk: &Desk, handle: &str) -> anyhow::Result<()> {
    let found = desk.app.blocks().list(&desk.caller, handle).await;
    let found = found.map_err(|error| plain(error, &format!("list whom {handle} blocks")))?;
    let shown = |view: &BlockView| Blocked {
        whom: view.target.address(),
        told: view.told,
        since: when(view.created),
    };
    let shown: Vec<Blocked> = found.iter().map(shown).collect();
    desk.out.show(&shown, || {
        let told = |told: bool| if told { "yes" } else { "no" }.to_owned();
        let cells = |b: &Blocked| vec![b.whom.clone(), told(b.told), b.since.clone()];
        let rows: Vec<Vec<String>> = shown.iter().map(cells).collect();
        table(&["BLOCKED", "TOLD", "SINCE"], &rows, &format!("{handle} blocks nobody."))
    })
}

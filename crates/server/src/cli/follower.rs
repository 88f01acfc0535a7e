//! `carefolk follower`: who follows somebody here, and who asks to.

use carefolk_app::Page;
use carefolk_app::follows::{Approval, FollowState, FollowerView};
use carefolk_domain::Address;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::desk::{Desk, when};
use super::follow::address;
use crate::output::table;
use crate::words::plain;

/// How many are listed at most.
const LISTED: u32 = 1_000;

/// Whose followers.
#[derive(Debug, Args)]
pub(crate) struct Whose {
    /// Who is followed: the name of an account or a provider
    #[arg(long = "as", value_name = "HANDLE")]
    handle: String,
}

/// Who follows.
#[derive(Debug, Subcommand)]
pub(crate) enum FollowerCommand {
    /// List who follows, who asks to, and who was refused in the last 30 days
    List(Whose),
    /// Say yes to somebody who asks to follow
    Approve {
        /// The address of who asks
        #[arg(value_name = "HANDLE@HOST", value_parser = address)]
        whom: Address,
        #[command(flatten)]
        whose: Whose,
    },
    /// Say no to somebody who asks to follow, or remove who follows
    Remove {
        /// The address of who asks or follows
        #[arg(value_name = "HANDLE@HOST", value_parser = address)]
        whom: Address,
        #[command(flatten)]
        whose: Whose,
    },
    /// Let somebody wait for an answer again whom you approved, or refused in the last 30 days
    Reconsider {
        /// The address of who follows, or was refused
        #[arg(value_name = "HANDLE@HOST", value_parser = address)]
        whom: Address,
        #[command(flatten)]
        whose: Whose,
    },
    /// From now on, who wants to follow has to be approved first
    Ask(Whose),
    /// From now on, anybody may follow
    Open(Whose),
}

/// A follower, for scripts.
#[derive(Serialize)]
struct Shown {
    follower: String,
    state: &'static str,
    since: String,
}

impl FollowerCommand {
    /// Runs one command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let follows = desk.app.follows();
        let (done, handle, words) = match self {
            Self::List(whose) => return list(desk, &whose.handle).await,
            Self::Approve { whom, whose: Whose { handle } } => {
                let done = follows.approve(&desk.caller, &handle, &whom).await;
                let words = format!("{whom} follows {handle}.");
                (done, handle, words)
            }
            Self::Remove { whom, whose: Whose { handle } } => {
                let done = follows.refuse(&desk.caller, &handle, &whom).await;
                let words = format!("{whom} does not follow {handle}; the server tells them.");
                (done, handle, words)
            }
            Self::Reconsider { whom, whose: Whose { handle } } => {
                let done = follows.reconsider(&desk.caller, &handle, &whom).await;
                let words = format!("{whom} asks to follow {handle} again, and waits.");
                (done, handle, words)
            }
            Self::Ask(Whose { handle }) => {
                let done = follows.set_approval(&desk.caller, &handle, Approval::AskFirst).await;
                let words = format!("Who wants to follow {handle} has to be approved from now on.");
                (done, handle, words)
            }
            Self::Open(Whose { handle }) => {
                let done = follows.set_approval(&desk.caller, &handle, Approval::Open).await;
                let words = format!("Anybody may follow {handle} from now on.");
                (done, handle, words)
            }
        };
        done.map_err(|error| plain(error, &format!("change who follows {handle}")))?;
        desk.out.show(&serde_json::json!({ "handle": handle, "done": words }), || words.clone())
    }
}

async fn list(desk: &Desk, handle: &str) -> anyhow::Result<()> {
    let page = Page::first(LISTED);
    let found = desk.app.follows().followers_of_mine(&desk.caller, handle, page).await;
    let found = found.map_err(|error| plain(error, &format!("list who follows {handle}")))?;
    let shown: Vec<Shown> = found.iter().map(shown).collect();
    desk.out.show(&shown, || {
        let cells = |s: &Shown| vec![s.follower.clone(), s.state.to_owned(), s.since.clone()];
        let rows: Vec<Vec<String>> = shown.iter().map(cells).collect();
        table(&["FOLLOWER", "STATE", "SINCE"], &rows, &format!("Nobody follows {handle} yet."))
    })
}

fn shown(view: &FollowerView) -> Shown {
    let state = match view.state {
        FollowState::Pending => "asks",
        FollowState::Accepted => "follows",
        FollowState::Rejected => "refused",
    };
    Shown { follower: view.follower.address(), state, since: when(view.created) }
}

//! `carefolk follow`: follow somebody here or elsewhere, take that back, list whom one follows.

use carefolk_app::Page;
use carefolk_app::follows::{FollowState, FollowView};
use carefolk_domain::Address;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::desk::{Desk, when};
use crate::output::table;
use crate::words::plain;

/// How many are listed at most.
const LISTED: u32 = 1_000;

/// Whom to follow, and in whose name.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "The other server is asked at once who that is; the follow itself, or that it is \
                  taken back, is sent by the running server."
)]
pub(crate) struct FollowArgs {
    #[command(subcommand)]
    other: Option<FollowCommand>,
    /// The address of whom to follow
    #[arg(value_name = "HANDLE@HOST", value_parser = address, required = true)]
    whom: Option<Address>,
    /// Who follows: the name of an account or a provider, or `instance`
    #[arg(long = "as", value_name = "HANDLE", required = true)]
    follower: Option<String>,
    /// Follow them no longer
    #[arg(long)]
    undo: bool,
}

#[derive(Debug, Subcommand)]
enum FollowCommand {
    /// List whom somebody follows, and whether that was accepted
    List {
        /// Who follows: the name of an account or a provider, or `instance`
        #[arg(long = "as", value_name = "HANDLE")]
        follower: String,
    },
}

/// Somebody who is followed, for scripts.
#[derive(Serialize)]
struct Shown {
    followee: String,
    state: &'static str,
    since: String,
}

pub(super) fn address(text: &str) -> Result<Address, String> {
    Address::parse(text)
        .map_err(|_shape| "this is no address, such as hazelbank@care.example".to_owned())
}

fn state_word(state: FollowState) -> &'static str {
    match state {
        FollowState::Pending => "pending",
        FollowState::Accepted => "accepted",
        FollowState::Rejected => "rejected",
    }
}

impl FollowArgs {
    /// Runs the command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        if let Some(FollowCommand::List { follower }) = self.other {
            return list(desk, &follower).await;
        }
        let (Some(whom), Some(follower)) = (self.whom, self.follower) else {
            anyhow::bail!("whom to follow (HANDLE@HOST) and who follows (--as) are needed");
        };
        if self.undo {
            undo(desk, &follower, &whom).await
        } else {
            follow(desk, &follower, &whom).await
        }
    }
}

async fn follow(desk: &Desk, follower: &str, whom: &Address) -> anyhow::Result<()> {
    let view = match desk.app.follows().follow(&desk.caller, follower, whom).await {
        Ok(view) => view,
        Err(error) => {
            return Err(desk.plain_about(error, &format!("follow {whom}"), &whom.host).await);
        }
    };
    let state = state_word(view.state);
    let shown = serde_json::json!({
        "follower": follower,
        "followee": whom.to_string(),
        "state": state,
    });
    desk.out.show(&shown, || match view.state {
        FollowState::Accepted => format!("{follower} follows {whom}."),
        _ => format!("{follower} asked to follow {whom}; the server sends it."),
    })
}

async fn undo(desk: &Desk, follower: &str, whom: &Address) -> anyhow::Result<()> {
    let done = desk.app.follows().unfollow(&desk.caller, follower, whom).await;
    done.map_err(|error| plain(error, &format!("take back that {follower} follows {whom}")))?;
    let shown = serde_json::json!({
        "follower": follower,
        "followee": whom.to_string(),
        "state": null,
    });
    desk.out.show(&shown, || format!("{follower} does not follow {whom}."))
}

async fn list(desk: &Desk, follower: &str) -> anyhow::Result<()> {
    let page = Page::first(LISTED);
    let found = desk.app.follows().following(&desk.caller, follower, page).await;
    let found = found.map_err(|error| plain(error, &format!("list whom {follower} follows")))?;
    let shown = |view: &FollowView| Shown {
        followee: view.followee.address(),
        state: state_word(view.state),
        since: when(view.created),
    };
    let shown: Vec<Shown> = found.iter().map(shown).collect();
    desk.out.show(&shown, || {
        let cells = |s: &Shown| vec![s.followee.clone(), s.state.to_owned(), s.since.clone()];
        let rows: Vec<Vec<String>> = shown.iter().map(cells).collect();
        table(&["FOLLOWS", "STATE", "SINCE"], &rows, &format!("{follower} follows nobody yet."))
    })
}

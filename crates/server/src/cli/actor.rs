//! `carefolk actor`: what holds for people, providers and the instance alike.

use anyhow::bail;
use carefolk_app::Error;
use carefolk_app::blocks::BlockView;
use carefolk_app::profiles::{ChangeActor, NOT_NAMED_HERE};
use carefolk_domain::Address;
use clap::{ArgGroup, Args, Subcommand};
use serde::Serialize;

use super::desk::{Desk, text_from_stdin, when};
use super::follow::address;
use super::pictures::PortraitArgs;
use crate::output::table;
use crate::words::plain;

/// Actors of this server.
#[derive(Debug, Subcommand)]
pub(crate) enum ActorCommand {
    /// Give somebody new keys, and tell the servers of who follows them
    RotateKeys {
        /// An account, a provider, or `instance` for the server itself
        #[arg(value_name = "HANDLE")]
        handle: String,
    },
    /// Change what others see of somebody
    Update(UpdateArgs),
    /// Say that somebody elsewhere is the same person or provider, so that they can move here
    Alias {
        #[command(flatten)]
        both: Both,
        /// Say so no longer
        #[arg(long)]
        remove: bool,
    },
    /// Move somebody to another server: followers go with them, posts stay. The account there has to
    /// name this one first
    Move(Both),
    /// Close somebody for ever: posts and follows go, here and on other servers
    Delete {
        /// The name of an account or a provider
        handle: String,
        /// The same name again, so that nobody is closed by a slip
        #[arg(long, value_name = "HANDLE")]
        really: String,
    },
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

/// A change of what others see.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("change").required(true).multiple(true).args([
    "name",
    "summary_stdin",
    "discoverable",
    "indexable",
    "picture",
    "no_picture",
]))]
pub(crate) struct UpdateArgs {
    /// The name of an account or a provider
    handle: String,
    /// The name others see
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Read what they say about themselves (Markdown) from standard input
    #[arg(long)]
    summary_stdin: bool,
    /// Whether they want to be in lists
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    discoverable: Option<bool>,
    /// Whether their posts may be searched
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    indexable: Option<bool>,
    #[command(flatten)]
    portrait: PortraitArgs,
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("say yes or no".to_owned()),
    }
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
            Self::RotateKeys { handle } => rotate_keys(desk, &handle).await,
            Self::Update(args) => args.run(desk).await,
            Self::Alias { both, remove } => both.alias(desk, remove).await,
            Self::Move(both) => both.move_away(desk).await,
            Self::Delete { handle, really } => close(desk, &handle, &really).await,
            Self::Block { both, tell } => both.block(desk, tell).await,
            Self::Unblock(both) => both.unblock(desk).await,
            Self::Blocks { handle } => blocks(desk, &handle).await,
        }
    }
}

async fn rotate_keys(desk: &Desk, handle: &str) -> anyhow::Result<()> {
    let done = desk.app.actors().rotate_keys(&desk.caller, handle).await;
    let new = done.map_err(|error| plain(error, &format!("give {handle} new keys")))?;
    let shown = serde_json::json!({ "handle": handle, "rsa": new.rsa, "ed25519": new.ed25519 });
    desk.out.show(&shown, || {
        format!(
            "{handle} signs with new keys from now on, and what waits to be delivered does, \
             too:\n  {}\n  {}",
            new.rsa, new.ed25519
        )
    })
}

impl UpdateArgs {
    async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let handle = self.handle.clone();
        let summary = if self.summary_stdin { Some(text_from_stdin("summary")?) } else { None };
        let change = ChangeActor {
            handle: self.handle,
            name: self.name,
            summary,
            discoverable: self.discoverable,
            indexable: self.indexable,
            picture: self.portrait.take_in(desk).await?,
        };
        let done = desk.app.profiles().change(&desk.caller, change).await;
        done.map_err(|error| plain(error, &format!("change {handle}")))?;
        desk.out.show(&serde_json::json!({ "handle": handle, "changed": true }), || {
            format!("Changed {handle}; the servers of who follows them are told.")
        })
    }
}

async fn close(desk: &Desk, handle: &str, really: &str) -> anyhow::Result<()> {
    if handle != really {
        bail!("--really has to repeat the name {handle}; nothing was changed");
    }
    let done = desk.app.profiles().close(&desk.caller, handle).await;
    done.map_err(|error| plain(error, &format!("close {handle}")))?;
    desk.out.show(&serde_json::json!({ "handle": handle, "closed": true }), || {
        format!("Closed {handle} for ever; other servers are asked to forget them.")
    })
}

impl Both {
    async fn alias(self, desk: &Desk, remove: bool) -> anyhow::Result<()> {
        let Self { handle, whom } = self;
        let profiles = desk.app.profiles();
        let done = if remove {
            profiles.remove_alias(&desk.caller, &handle, &whom).await
        } else {
            profiles.add_alias(&desk.caller, &handle, &whom).await
        };
        if let Err(error) = done {
            let what = format!("change who {handle} is elsewhere");
            return Err(desk.plain_about(error, &what, &whom.host).await);
        }
        let shown =
            serde_json::json!({ "actor": handle, "alias": whom.to_string(), "is": !remove });
        desk.out.show(&shown, || {
            let not = if remove { "not " } else { "" };
            format!("{handle} says that {whom} is {not}the same.")
        })
    }

    async fn move_away(self, desk: &Desk) -> anyhow::Result<()> {
        let Self { handle, whom } = self;
        let done = desk.app.profiles().move_to(&desk.caller, &handle, &whom).await;
        let what = format!("move {handle} to {whom}");
        match done {
            Ok(()) => {}
            Err(Error::Conflict(NOT_NAMED_HERE)) => bail!(
                "could not {what}: {NOT_NAMED_HERE}; first run: carefolk actor alias {} {handle}@{}",
                whom.name,
                whom.host
            ),
            Err(error) => return Err(desk.plain_about(error, &what, &whom.host).await),
        }
        let shown = serde_json::json!({ "actor": handle, "moved_to": whom.to_string() });
        desk.out.show(&shown, || {
            format!("{handle} moved to {whom}; the servers of who follows them are told.")
        })
    }

    async fn block(self, desk: &Desk, tell: bool) -> anyhow::Result<()> {
        let Self { handle, whom } = self;
        let done = desk.app.blocks().block(&desk.caller, &handle, &whom, tell).await;
        if let Err(error) = done {
            return Err(desk.plain_about(error, &format!("block {whom}"), &whom.host).await);
        }
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

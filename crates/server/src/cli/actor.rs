//! `carefolk actor`: what holds for people, providers and the instance alike.

use clap::Subcommand;

use super::desk::Desk;
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
}

impl ActorCommand {
    /// Runs one command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let Self::RotateKeys { handle } = self;
        let done = desk.app.actors().rotate_keys(&desk.caller, &handle).await;
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
}

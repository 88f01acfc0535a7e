//! `carefolk follow`: follow somebody here or elsewhere.

use carefolk_domain::Address;
use carefolk_store::entity::follow::FollowState;
use clap::Args;

use super::desk::Desk;
use crate::words::plain;

/// Whom to follow, and in whose name.
#[derive(Debug, Args)]
#[command(after_help = "The other server is asked at once who that is; the follow itself is sent \
                        by the running server.")]
pub(crate) struct FollowArgs {
    /// The address of whom to follow
    #[arg(value_name = "HANDLE@HOST", value_parser = address)]
    whom: Address,
    /// Who follows: the name of an account or a provider
    #[arg(long = "as", value_name = "HANDLE")]
    follower: String,
}

pub(super) fn address(text: &str) -> Result<Address, String> {
    Address::parse(text)
        .map_err(|_shape| "this is no address, such as hazelbank@care.example".to_owned())
}

impl FollowArgs {
    /// Runs the command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let Self { whom, follower } = self;
        let followed = desk.app.follows().follow(&desk.caller, &follower, &whom).await;
        let view = followed.map_err(|error| plain(error, &format!("follow {whom}")))?;
        let state = match view.state {
            FollowState::Pending => "pending",
            FollowState::Accepted => "accepted",
            FollowState::Rejected => "rejected",
        };
        let shown = serde_json::json!({
            "follower": follower,
            "followee": whom.to_string(),
            "state": state,
        });
        desk.out.show(&shown, || match state {
            "accepted" => format!("{follower} follows {whom}."),
            _ => format!("{follower} asked to follow {whom}; the server sends it."),
        })
    }
}

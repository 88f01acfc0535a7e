//! Which rows of a queue a command is about: those that wait, those that failed, one of them.

use anyhow::anyhow;
use clap::Args;

/// One that failed, or all of a server, or all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    /// The one with this number.
    One(i64),
    /// All of this server.
    Host(String),
    /// All of them.
    All,
}

/// Which of those that failed are tried again.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct RetryArgs {
    /// The number of one, as `list --failed` shows it
    #[arg(value_name = "NUMBER")]
    id: Option<i64>,
    /// All of one server, such as social.example
    #[arg(long)]
    host: Option<String>,
    /// All that failed
    #[arg(long)]
    all: bool,
}

impl RetryArgs {
    pub(super) fn chosen(self) -> Chosen {
        match (self.id, self.host) {
            (Some(id), _) => Chosen::One(id),
            (None, Some(host)) => Chosen::Host(host),
            (None, None) => Chosen::All,
        }
    }
}

/// Which of those that failed are forgotten. Not all at once: that is how something is lost by mistake.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct DiscardArgs {
    /// The number of one, as `list --failed` shows it
    #[arg(value_name = "NUMBER")]
    id: Option<i64>,
    /// All of one server, such as social.example
    #[arg(long)]
    host: Option<String>,
}

impl DiscardArgs {
    /// # Errors
    ///
    /// Where nothing was named, which the command line does not let through.
    pub(super) fn chosen(self) -> anyhow::Result<Chosen> {
        match (self.id, self.host) {
            (Some(id), _) => Ok(Chosen::One(id)),
            (None, Some(host)) => Ok(Chosen::Host(host)),
            (None, None) => Err(anyhow!("which? Give a number or --host")),
        }
    }
}

/// Which are listed.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Those that failed
    #[arg(long, conflicts_with = "waiting")]
    pub(super) failed: bool,
    /// Those that wait; this is what is listed without any of the two
    #[arg(long)]
    waiting: bool,
    /// Those of one server, such as social.example
    #[arg(long)]
    pub(super) host: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(super) limit: u32,
}

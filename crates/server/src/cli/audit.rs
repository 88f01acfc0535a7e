//! `carefolk audit`: who did what.

use anyhow::bail;
use carefolk_app::audit::AuditView;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::desk::{Desk, when};
use crate::output::table;
use crate::words::plain;

/// Who did what.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// List the last acts of admins and of whoever used the command line
    List(ListArgs),
    /// Check that nothing in the list was changed or taken away
    Verify,
}

/// Which acts.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those before this number
    #[arg(long)]
    before: Option<i64>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

/// An act, for scripts.
#[derive(Serialize)]
struct Shown<'a> {
    number: i64,
    at: String,
    who: &'a str,
    act: &'a str,
    target: &'a str,
    detail: &'a str,
}

impl<'a> Shown<'a> {
    fn of(view: &'a AuditView) -> Self {
        Self {
            number: view.number,
            at: when(view.at),
            who: &view.who,
            act: &view.act,
            target: &view.target,
            detail: &view.detail,
        }
    }

    fn row(&self) -> Vec<String> {
        let number = self.number.to_string();
        let words = [self.who, self.act, self.target, self.detail];
        [number, self.at.clone()].into_iter().chain(words.map(str::to_owned)).collect()
    }
}

impl AuditCommand {
    /// Runs one command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let audit = desk.app.audit();
        match self {
            Self::List(args) => {
                let views = audit.list(&desk.caller, args.before, u64::from(args.limit)).await;
                let views = views.map_err(|error| plain(error, "list the audit"))?;
                let shown: Vec<Shown<'_>> = views.iter().map(Shown::of).collect();
                desk.out.show(&shown, || {
                    let rows: Vec<Vec<String>> = shown.iter().map(Shown::row).collect();
                    let heads = ["NUMBER", "WHEN", "WHO", "WHAT", "TO", "MORE"];
                    table(&heads, &rows, "Nothing was done yet.")
                })
            }
            Self::Verify => {
                let chain = audit.verify(&desk.caller).await;
                let chain = chain.map_err(|error| plain(error, "check the audit"))?;
                if let Some(number) = chain.broken_at {
                    bail!("the audit was changed: number {number} does not fit what is before it");
                }
                desk.out.show(&serde_json::json!({ "length": chain.length }), || {
                    format!("All {} acts are as they were written.", chain.length)
                })
            }
        }
    }
}

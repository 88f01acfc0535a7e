//! What moderators of a group read first.

use carefolk_domain::HeldId;
use clap::Subcommand;

use super::super::desk::{Desk, when};
use super::order::ReasonWord;
use crate::output::table;
use crate::words::plain;

/// What waits until moderators have read it.
#[derive(Debug, Subcommand)]
pub(crate) enum WaitingCommand {
    /// List what waits in a group until moderators have read it
    Waiting {
        /// The group's name
        group: String,
    },
    /// Publish something that waits
    LetThrough {
        /// The group's name
        group: String,
        /// Its number, as `group waiting` lists it
        number: i64,
    },
    /// Do not publish something that waits
    TurnDown {
        /// The group's name
        group: String,
        /// Its number, as `group waiting` lists it
        number: i64,
        /// Why
        #[arg(long, value_enum)]
        reason: ReasonWord,
    },
}

impl WaitingCommand {
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        match self {
            Self::Waiting { group } => list(desk, &group).await,
            Self::LetThrough { group, number } => {
                let done =
                    desk.app.groups().let_through(&desk.caller, &group, HeldId(number)).await;
                let page = done.map_err(|error| plain(error, "publish what waits"))?;
                let shown = serde_json::json!({ "number": number.to_string(), "page": page });
                desk.out.show(&shown, || format!("Published {page}"))
            }
            Self::TurnDown { group, number, reason } => {
                let (groups, id) = (desk.app.groups(), HeldId(number));
                let done = groups.turn_down(&desk.caller, &group, id, reason.into()).await;
                done.map_err(|error| plain(error, "turn down what waits"))?;
                let shown = serde_json::json!({ "number": number.to_string(), "published": false });
                desk.out.show(&shown, || format!("{number} is not published."))
            }
        }
    }
}

async fn list(desk: &Desk, group: &str) -> anyhow::Result<()> {
    let found = desk.app.groups().waiting(&desk.caller, group).await;
    let found = found.map_err(|error| plain(error, &format!("look into the group {group}")))?;
    let text = |html: &carefolk_domain::Html| html.to_plain();
    let shown: Vec<_> = found
        .iter()
        .map(|it| {
            serde_json::json!({ "number": it.id.to_string(), "who": it.author.address(),
                "title": it.title, "text": text(&it.html), "at": when(it.at) })
        })
        .collect();
    desk.out.show(&shown, || {
        let row = |it: &carefolk_app::groups::Waiting| {
            let words = it.title.clone().unwrap_or_else(|| text(&it.html));
            let begin: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
            let begin = begin.chars().take(60).collect();
            vec![it.id.to_string(), it.author.address(), when(it.at), begin]
        };
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        table(&["NUMBER", "WHO", "WHEN", "WORDS"], &rows, "Nothing waits.")
    })
}

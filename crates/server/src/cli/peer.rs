//! `carefolk peer`: other servers, and what was decided about them.

use carefolk_app::peers::{PeerView, RefusalView};
use clap::Subcommand;
use serde::Serialize;

use super::desk::{Desk, when, when_or_dash, word};
use crate::output::table;
use crate::words::plain;

/// Other servers.
#[derive(Debug, Subcommand)]
pub(crate) enum PeerCommand {
    /// List the servers we know of
    List,
    /// Show one server
    Show {
        /// The server's host name
        host: String,
    },
    /// Show what was refused of servers that we never met, and why
    Strangers,
    /// List the types of activity that came in the last week and that we do nothing about
    Unknown,
    /// Allow a server (and those below its name), or end a limit or a suspension
    Allow {
        /// The server's host name
        host: String,
    },
    /// Show posts from a server only to those who follow their authors
    Limit {
        /// The server's host name
        host: String,
    },
    /// Take nothing from a server (and those below its name) and send nothing to it
    Suspend {
        /// The server's host name
        host: String,
    },
}

/// A server, for scripts.
#[derive(Serialize)]
struct Shown<'a> {
    host: &'a str,
    standing: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<&'a str>,
    health: Option<String>,
    software: Option<&'a str>,
    last_heard: Option<String>,
    last_ok: Option<String>,
    last_error: Option<&'a str>,
    backoff_until: Option<String>,
    waiting: u64,
}

impl<'a> Shown<'a> {
    fn of(view: &'a PeerView) -> Self {
        Self {
            host: &view.host,
            standing: word(&view.standing),
            decided_by: view.decided_by.as_deref(),
            health: health(view),
            software: view.software.as_deref(),
            last_heard: view.last_heard.map(when),
            last_ok: view.last_ok.map(when),
            last_error: view.last_error.as_deref(),
            backoff_until: view.backoff_until.map(when),
            waiting: view.waiting,
        }
    }
}

/// How it answers, if it was ever asked anything.
fn health(view: &PeerView) -> Option<String> {
    let asked = view.last_heard.is_some() || view.last_ok.is_some() || view.last_error.is_some();
    asked.then(|| word(&view.health))
}

/// What holds for it, and by which decision.
fn standing(view: &PeerView) -> String {
    let standing = word(&view.standing);
    match &view.decided_by {
        Some(by) => format!("{standing} (by {by})"),
        None => standing,
    }
}

impl PeerCommand {
    /// Runs one command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let peers = desk.app.peers();
        let (done, host, what) = match self {
            Self::List => return list(desk).await,
            Self::Strangers => return strangers(desk).await,
            Self::Unknown => return unknown(desk).await,
            Self::Show { host } => return show(desk, &host).await,
            Self::Allow { host } => (peers.allow(&desk.caller, &host).await, host, "allowed"),
            Self::Limit { host } => (peers.limit(&desk.caller, &host).await, host, "limited"),
            Self::Suspend { host } => (peers.suspend(&desk.caller, &host).await, host, "suspended"),
        };
        done.map_err(|error| plain(error, &format!("decide about {host}")))?;
        let shown = serde_json::json!({ "host": host, "standing": what });
        desk.out.show(&shown, || format!("{host} is {what} from now on."))
    }
}

async fn list(desk: &Desk) -> anyhow::Result<()> {
    let views = desk.app.peers().list(&desk.caller).await;
    let views = views.map_err(|error| plain(error, "list the servers"))?;
    let shown: Vec<Shown<'_>> = views.iter().map(Shown::of).collect();
    desk.out.show(&shown, || {
        let row = |view: &PeerView| {
            vec![
                view.host.clone(),
                standing(view),
                health(view).unwrap_or_else(|| "-".to_owned()),
                view.waiting.to_string(),
                when_or_dash(view.last_heard),
                when_or_dash(view.last_ok),
            ]
        };
        let rows: Vec<Vec<String>> = views.iter().map(row).collect();
        let heads = ["HOST", "STANDING", "HEALTH", "WAITING", "LAST HEARD", "LAST REACHED"];
        table(&heads, &rows, "No other server is known yet.")
    })
}

async fn show(desk: &Desk, host: &str) -> anyhow::Result<()> {
    let peers = desk.app.peers();
    let view = peers.show(&desk.caller, host).await;
    let view = view.map_err(|error| plain(error, &format!("show {host}")))?;
    let refusals = peers.refusals(&desk.caller, Some(&view.host)).await;
    let refusals = refusals.map_err(|error| plain(error, &format!("show {host}")))?;
    let refusals: Vec<Refused> = refusals.iter().map(Refused::of).collect();
    desk.out.show(&Whole { peer: Shown::of(&view), not_taken: &refusals }, || {
        let lines = [
            ("Host", view.host.clone()),
            ("Standing", standing(&view)),
            ("Health", health(&view).unwrap_or_else(|| "-".to_owned())),
            ("Software", view.software.clone().unwrap_or_else(|| "-".to_owned())),
            ("Last heard", when_or_dash(view.last_heard)),
            ("Last reached", when_or_dash(view.last_ok)),
            ("Last error", view.last_error.clone().unwrap_or_else(|| "-".to_owned())),
            ("Tried again", when_or_dash(view.backoff_until)),
            ("Waiting", view.waiting.to_string()),
        ];
        let head = lines.map(|(name, value)| format!("{name:<13} {value}")).join("\n");
        let none = match view.last_heard {
            Some(_) => "Everything it sent was taken.",
            None if view.met => "It has sent nothing.",
            None => "We never met it. It has sent nothing.",
        };
        format!("{head}\n\n{}", refused_table(&refusals, none))
    })
}

/// A server with what was not taken of it, for scripts.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    peer: Shown<'a>,
    not_taken: &'a [Refused],
}

/// Why something was not taken, for scripts.
#[derive(Serialize)]
struct Refused {
    reason: String,
    count: u64,
    first: String,
    last: String,
}

impl Refused {
    fn of(view: &RefusalView) -> Self {
        let (first, last) = (when(view.first), when(view.last));
        Self { reason: view.reason.clone(), count: view.count, first, last }
    }
}

fn refused_table(refused: &[Refused], none: &str) -> String {
    let cells = |r: &Refused| vec![r.count.to_string(), r.reason.clone(), r.last.clone()];
    let rows: Vec<Vec<String>> = refused.iter().map(cells).collect();
    table(&["COUNT", "NOT TAKEN BECAUSE", "LAST"], &rows, none)
}

async fn strangers(desk: &Desk) -> anyhow::Result<()> {
    let found = desk.app.peers().refusals(&desk.caller, None).await;
    let found = found.map_err(|error| plain(error, "show what was refused"))?;
    let refused: Vec<Refused> = found.iter().map(Refused::of).collect();
    desk.out.show(&refused, || refused_table(&refused, "Nothing of strangers was refused."))
}

async fn unknown(desk: &Desk) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Unknown {
        kind: String,
        count: u64,
        last: String,
    }
    let found = desk.app.inbound().unknown_types(&desk.caller).await;
    let found = found.map_err(|error| plain(error, "list the unknown types"))?;
    let shown = found.into_iter();
    let shown: Vec<Unknown> =
        shown.map(|it| Unknown { kind: it.kind, count: it.count, last: when(it.last) }).collect();
    desk.out.show(&shown, || {
        let cells = |u: &Unknown| vec![u.kind.clone(), u.count.to_string(), u.last.clone()];
        let rows: Vec<Vec<String>> = shown.iter().map(cells).collect();
        table(&["TYPE", "COUNT", "LAST"], &rows, "Nothing of an unknown type came.")
    })
}

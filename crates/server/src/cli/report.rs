//! `carefolk report`: what somebody tells the moderators.

use anyhow::bail;
use carefolk_app::posts::PostRef;
use carefolk_app::reports::{NewReport, Readers, ReportState, ReportView};
use carefolk_app::{Error, Page};
use carefolk_domain::{Address, ReportId};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::desk::{Desk, text_from_stdin, when};
use super::follow::address;
use crate::output::table;
use crate::words::plain;

/// How many are listed at most.
const LISTED: u32 = 200;

/// How much of a comment stands in a list, in characters.
const LISTED_CHARS: usize = 60;

/// Reports.
#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Report somebody to the moderators
    Send(SendArgs),
    /// List reports
    List {
        /// Those that were dealt with
        #[arg(long)]
        closed: bool,
    },
    /// Show one report with the posts it names
    Show {
        /// The number in the list
        number: i64,
    },
    /// Say that a report was dealt with
    Close {
        /// The number in the list
        number: i64,
    },
}

/// A new report.
#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    /// Who it is about
    #[arg(value_name = "HANDLE@HOST", value_parser = address)]
    about: Address,
    /// Who reports: the name of an account
    #[arg(long = "as", value_name = "HANDLE")]
    reporter: String,
    /// The address of a post of theirs; may be given more than once
    #[arg(long = "post", value_name = "URL")]
    posts: Vec<String>,
    /// Read what is wrong from standard input
    #[arg(long, required = true)]
    reason_stdin: bool,
    /// Tell the moderators of the group that the posts are in, not those who run the community
    #[arg(long, requires = "posts")]
    to_group: bool,
    /// Tell their server as well; it is not told who reported
    #[arg(long)]
    forward: bool,
}

/// A report, for scripts. The number is text: many readers of JSON take a number for a double, which
/// cannot hold it.
#[derive(Serialize)]
struct Shown {
    number: String,
    about: String,
    reporter: Option<String>,
    group: Option<String>,
    from: Option<String>,
    comment: String,
    posts: Vec<String>,
    state: &'static str,
    forwarded: bool,
    at: String,
}

impl Shown {
    fn of(desk: &Desk, view: &ReportView) -> Self {
        Self {
            number: view.id.to_string(),
            about: view.about.address(),
            reporter: view.reporter.clone(),
            group: view.group.as_ref().map(|group| group.handle.clone()),
            from: view.host.clone(),
            comment: view.comment.clone(),
            posts: view.posts.iter().map(|post| desk.address(&post.url, &post.page)).collect(),
            state: if view.state == ReportState::Open { "open" } else { "closed" },
            forwarded: view.forwarded,
            at: when(view.created),
        }
    }

    /// Who says so.
    fn by(&self) -> &str {
        self.reporter.as_deref().or(self.from.as_deref()).unwrap_or("-")
    }
}

impl ReportCommand {
    /// Runs one command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        match self {
            Self::Send(args) => args.run(desk).await,
            Self::List { closed } => list(desk, closed).await,
            Self::Show { number } => show(desk, ReportId(number)).await,
            Self::Close { number } => {
                let done = desk.app.reports().close(&desk.caller, ReportId(number)).await;
                done.map_err(|error| plain(error, &format!("close report {number}")))?;
                let shown = serde_json::json!({ "number": number.to_string(), "state": "closed" });
                desk.out.show(&shown, || format!("Report {number} is closed."))
            }
        }
    }
}

impl SendArgs {
    async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let about = self.about.clone();
        let new = NewReport {
            reporter: self.reporter,
            about: self.about,
            posts: self.posts,
            comment: text_from_stdin("reason")?,
            to: if self.to_group { Readers::Group } else { Readers::Community },
            forward: self.forward,
        };
        let what = format!("report {about}");
        let posts = new.posts.clone();
        let id = match desk.app.reports().send(&desk.caller, new).await {
            Ok(id) => id,
            Err(error) => match not_by(desk, &about, &posts).await {
                Some(other) if matches!(error, Error::Invalid(_) | Error::NotFound("post")) => {
                    bail!("could not {what}: {other} is no post of {about}")
                }
                _ => return Err(plain(error, &what)),
            },
        };
        let told = match desk.app.reports().show(&desk.caller, id).await {
            Ok(made) => made.forwarded,
            // What the moderators of a group that stays here are told is for them alone, and nobody elsewhere hears it.
            Err(Error::NotFound("report")) => false,
            Err(error) => return Err(plain(error, &what)),
        };
        let shown = serde_json::json!({
            "number": id.to_string(),
            "about": about.to_string(),
            "forwarded": told,
        });
        desk.out.show(&shown, || {
            let told =
                if told { format!("{} is told", about.host) } else { "it stays here".to_owned() };
            format!("Reported {about}, as report {id}; {told}.")
        })
    }
}

/// The first of these posts that is not by `about`, or that is not here.
async fn not_by<'a>(desk: &Desk, about: &Address, posts: &'a [String]) -> Option<&'a str> {
    for post in posts {
        let found = desk.app.posts().find(&desk.caller, &PostRef::Uri(post.clone())).await;
        let by = found.ok().filter(|view| !view.deleted).map(|view| view.author.address());
        if by.is_none_or(|by| !by.eq_ignore_ascii_case(&about.to_string())) {
            return Some(post);
        }
    }
    None
}

async fn list(desk: &Desk, closed: bool) -> anyhow::Result<()> {
    let state = if closed { ReportState::Closed } else { ReportState::Open };
    let found = desk.app.reports().list(&desk.caller, state, Page::first(LISTED)).await;
    let found = found.map_err(|error| plain(error, "list the reports"))?;
    let shown: Vec<Shown> = found.iter().map(|view| Shown::of(desk, view)).collect();
    desk.out.show(&shown, || {
        let cells = |s: &Shown| {
            let comment = s.comment.replace('\n', " ").chars().take(LISTED_CHARS).collect();
            vec![s.number.clone(), s.about.clone(), s.by().to_owned(), comment, s.at.clone()]
        };
        let rows: Vec<Vec<String>> = shown.iter().map(cells).collect();
        table(&["NUMBER", "ABOUT", "BY", "COMMENT", "MADE"], &rows, "There are no such reports.")
    })
}

async fn show(desk: &Desk, id: ReportId) -> anyhow::Result<()> {
    let found = desk.app.reports().show(&desk.caller, id).await;
    let view = found.map_err(|error| plain(error, &format!("show report {id}")))?;
    let shown = Shown::of(desk, &view);
    desk.out.show(&shown, || {
        let mut lines = vec![
            format!("Report {} about {} ({})", shown.number, shown.about, shown.state),
            format!("By {}, {}", shown.by(), shown.at),
            String::new(),
            shown.comment.clone(),
        ];
        for (post, url) in view.posts.iter().zip(&shown.posts) {
            lines.extend([String::new(), url.clone(), post.html.to_plain()]);
        }
        lines.join("\n")
    })
}

//! `carefolk post create --poll-option`, `carefolk post vote`: making polls, and voting in them.

use carefolk_app::posts::{NewPoll, PollView, PostRef};
use carefolk_domain::poll::{OPEN_MAX, OPEN_MIN};
use carefolk_domain::{Moment, Span};
use clap::Args;
use serde::Serialize;

use super::desk::{Desk, when};
use crate::words::plain;

/// What makes a new post a poll.
#[derive(Debug, Args)]
pub(super) struct PollArgs {
    /// An answer to choose from, 2 to 8 times: the post becomes a poll
    #[arg(long = "poll-option", value_name = "TEXT")]
    options: Vec<String>,
    /// Let people choose several answers
    #[arg(long = "poll-multiple", requires = "options")]
    multiple: bool,
    /// When the poll closes, such as 12h or 7d; 1h to 30d [otherwise never]
    #[arg(long = "poll-ends-in", value_name = "TIME", requires = "options", value_parser = span)]
    ends_in: Option<Span>,
}

impl PollArgs {
    /// The poll, if answers were given.
    pub(super) fn poll(self) -> Option<NewPoll> {
        let Self { options, multiple, ends_in } = self;
        (!options.is_empty()).then_some(NewPoll { options, multiple, open_for: ends_in })
    }
}

/// Reads hours and days: `12h`, `7d`.
fn span(text: &str) -> Result<Span, String> {
    let wrong = || "this is no time from 1h to 30d, such as 12h or 7d".to_owned();
    let (count, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let count: i64 = count.parse::<u16>().map_err(|_odd| wrong())?.into();
    let span = match unit {
        "h" => Span::hours(count),
        "d" => Span::days(count),
        _ => return Err(wrong()),
    };
    if (OPEN_MIN..=OPEN_MAX).contains(&span) { Ok(span) } else { Err(wrong()) }
}

/// A vote.
#[derive(Debug, Args)]
pub(crate) struct VoteArgs {
    /// The poll's address
    url: String,
    /// Who votes: the name of a provider or an account
    #[arg(long = "as", value_name = "HANDLE")]
    actor: String,
    /// The number of an answer, as `post show` numbers them; again for another one
    #[arg(long = "option", value_name = "N", required = true,
        value_parser = clap::value_parser!(u16).range(1..))]
    options: Vec<u16>,
}

impl VoteArgs {
    /// Votes.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let Self { url, actor, options } = self;
        let places: Vec<usize> = options.iter().map(|number| usize::from(*number) - 1).collect();
        let post = PostRef::Uri(url.clone());
        let done = desk.app.posts().vote(&desk.caller, &actor, &post, &places).await;
        done.map_err(|error| plain(error, "vote"))?;
        let shown = serde_json::json!({ "actor": actor, "post": url, "options": options });
        desk.out.show(&shown, || format!("{actor} has voted in {url}."))
    }
}

/// A poll, for scripts.
#[derive(Serialize)]
pub(super) struct ShownPoll {
    multiple: bool,
    options: Vec<ShownOption>,
    voters: Option<u64>,
    closes: Option<String>,
    closed: bool,
}

#[derive(Serialize)]
struct ShownOption {
    title: String,
    votes: u64,
}

impl ShownPoll {
    /// How a poll stands at `now`.
    pub(super) fn of(poll: &PollView, now: Moment) -> Self {
        let option = |option: &carefolk_app::posts::PollOptionView| ShownOption {
            title: option.title.clone(),
            votes: option.votes,
        };
        Self {
            multiple: poll.multiple,
            options: poll.options.iter().map(option).collect(),
            voters: poll.voters,
            closes: poll.closes.map(when),
            closed: poll.is_closed(now),
        }
    }

    /// The same for people: a line for each option, and one for the whole.
    pub(super) fn lines(&self) -> String {
        let numbered = self.options.iter().enumerate();
        let mut lines: Vec<String> = numbered
            .map(|(place, option)| format!("{}. {}: {}", place + 1, option.title, option.votes))
            .collect();
        let kind = if self.multiple { "Several answers" } else { "One answer" };
        let end = match (&self.closes, self.closed) {
            (_, true) => "closed".to_owned(),
            (Some(closes), false) => format!("open until {closes}"),
            (None, false) => "open".to_owned(),
        };
        lines.push(format!("{kind}; {end}."));
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_hours_and_days_within_the_bounds() {
        assert_eq!(span("1h"), Ok(Span::hours(1)));
        assert_eq!(span("30d"), Ok(Span::days(30)));
        for wrong in ["", "h", "0h", "31d", "-1d", "12", "12m", "1é", "99999999999999999999d"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}

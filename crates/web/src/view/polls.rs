//! Polls as they stand in a page.

use carefolk_app::posts::PollView;
use carefolk_domain::Moment;
use carefolk_i18n as i18n;

use super::Frame;
use crate::dates;

/// What stands on a poll's page where one votes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ballot {
    /// The form.
    Form,
    /// The way to sign in, for a visitor.
    SignIn,
    /// That nobody votes in a poll of their own.
    Own,
    /// Nothing: the reader has voted, or it is closed.
    #[default]
    None,
}

/// A poll under its question.
#[derive(Clone, Debug, Default)]
pub(crate) struct PollCard {
    /// The options, in their order.
    pub options: Vec<PollLine>,
    /// How many voted, in words.
    pub voters: String,
    /// When it closes, or that it is closed, in words.
    pub end: String,
    /// Whether one may choose several options.
    pub multiple: bool,
    /// Whether the reader has voted.
    pub has_voted: bool,
    /// Whether nobody can vote any more.
    pub is_closed: bool,
    /// What stands where one votes.
    pub ballot: Ballot,
    /// What was wrong with a vote.
    pub error: Option<String>,
}

/// An option with its result.
#[derive(Clone, Debug, Default)]
pub(crate) struct PollLine {
    /// What it says, plain text.
    pub title: String,
    /// How many chose it, in words.
    pub result: String,
    /// Whether the reader chose it.
    pub is_mine: bool,
    /// Its place among the options, from 0: what the form sends.
    pub place: usize,
    /// The `id` of its button. The first is the field's name, for links of errors.
    pub id: String,
}

impl PollCard {
    /// A poll in the language and at the moment of a request.
    pub(crate) fn new(frame: &Frame, poll: &PollView) -> Self {
        let is_closed = poll.is_closed(Moment(frame.now_ms));
        let line = |place: usize, option: &carefolk_app::posts::PollOptionView| {
            let percent = poll.percent(option.votes).to_string();
            let words = [("count", option.votes.into()), ("percent", percent.into())];
            PollLine {
                title: option.title.clone(),
                result: i18n::text(frame.locale, "poll-result", &words),
                is_mine: option.is_mine,
                place,
                id: if place == 0 { "choice".to_owned() } else { format!("choice-{place}") },
            }
        };
        let options = poll.options.iter().enumerate().map(|(place, it)| line(place, it)).collect();
        let voters = poll
            .voters
            .map(|count| i18n::text(frame.locale, "poll-voters", &[("count", count.into())]));
        let when = |moment: Moment| dates::in_words(frame.locale, moment.0, frame.now_ms);
        let end = match (poll.closes, is_closed) {
            (_, true) => i18n::text(frame.locale, "poll-closed", &[]),
            (Some(closes), false) => {
                i18n::text(frame.locale, "poll-closes", &[("when", when(closes).into())])
            }
            (None, false) => i18n::text(frame.locale, "poll-open", &[]),
        };
        Self {
            options,
            voters: voters.unwrap_or_default(),
            end,
            multiple: poll.multiple,
            has_voted: poll.has_voted(),
            is_closed,
            ballot: match (is_closed, poll) {
                (false, PollView { may_vote: true, .. }) => Ballot::Form,
                (false, PollView { is_own: true, .. }) => Ballot::Own,
                (false, _) if frame.me.is_none() && !poll.has_voted() => Ballot::SignIn,
                _ => Ballot::None,
            },
            error: None,
        }
    }

    /// Whether a list leads to where one can vote, at once or after signing in.
    pub(crate) fn can_lead_to_vote(&self) -> bool {
        matches!(self.ballot, Ballot::Form | Ballot::SignIn)
    }
}

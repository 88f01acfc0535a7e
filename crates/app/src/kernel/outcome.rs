//! What came of an activity that another server told us.

use carefolk_store::entity::inbound_activity::InboundState;

/// What an activity did, or why it did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It had its effect.
    Applied,
    /// It is nothing that we do anything about; its row stays for 30 days, for who wonders.
    Ignored(&'static str),
    /// It was not allowed.
    Refused(&'static str),
}

impl Outcome {
    /// The state of the activity's row.
    pub(crate) fn state(self) -> InboundState {
        match self {
            Self::Applied => InboundState::Done,
            Self::Ignored(_) => InboundState::Ignored,
            Self::Refused(_) => InboundState::Refused,
        }
    }

    /// Why, for the row and the log.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Ignored(why) | Self::Refused(why) => why,
        }
    }
}

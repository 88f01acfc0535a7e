//! What is to be done about an activity.

use carefolk_store::entity::actor;
use carefolk_wire::read::Note;

use super::Outcome;
use crate::actors;
use crate::follows::receive as follows;
use crate::posts::fetch::Found;
use crate::posts::quotes::Asked;
use crate::posts::votes::Ballot;
use crate::posts::words::Words;
use crate::profiles::receive::Destination;
use crate::reactions::receive::Reacting;
use crate::reports::receive::Flag;

/// What is to be done, with everything fetched that had to be.
pub(super) enum Plan {
    Nothing(Outcome),
    Follow {
        actor: actor::Model,
        uri: String,
        object: String,
    },
    Answer {
        actor: actor::Model,
        follow: follows::Named,
        accepted: bool,
    },
    Undo {
        actor: actor::Model,
        what: follows::Named,
    },
    React(Reacting),
    /// A post from elsewhere comes here because somebody who is followed passed it on.
    PassOn {
        actor: actor::Model,
        uri: String,
        found: Box<Found>,
    },
    /// A group elsewhere closes a conversation that is in it, or opens it again.
    Lock {
        group: actor::Model,
        object: String,
        is_locked: bool,
    },
    /// An answer that a group elsewhere passed on comes into its conversation.
    Find {
        found: Box<Found>,
    },
    Create {
        actor: actor::Model,
        note: Box<Note>,
        words: Words,
    },
    /// As far as is known before what stands beside it in the batch is applied.
    CreateForNobody {
        actor: actor::Model,
        note: Box<Note>,
    },
    Update {
        actor: actor::Model,
        note: Box<Note>,
        words: Words,
    },
    Vote {
        actor: actor::Model,
        ballot: Ballot,
    },
    UpdateActor {
        described: Box<actors::Described>,
    },
    Move {
        actor: actor::Model,
        to: Destination,
    },
    Quote {
        actor: actor::Model,
        asked: Asked,
    },
    Flag {
        actor: actor::Model,
        flag: Flag,
    },
    Block {
        actor: actor::Model,
        uri: String,
        object: String,
    },
    Pin {
        actor: actor::Model,
        object: String,
        pinned: bool,
    },
    Delete {
        actor: actor::Model,
        object: String,
    },
    DeleteActor {
        actor: actor::Model,
    },
}

/// Why a post is not kept.
pub(super) const FOR_NOBODY: Outcome =
    Outcome::Ignored("nobody here follows, is named or is answered");

/// Why nothing is done about what is said in words that we do not know: its text is kept for a week.
pub(super) const UNKNOWN: Outcome = Outcome::Ignored("we do nothing about its type");

impl Plan {
    /// What comes of it without any effect, if `beside`, the plans of its batch that have one,
    /// change nothing about that: a follow that is accepted by its host, a post that it answers.
    pub(super) fn without_effect<'a>(
        &self,
        host: &str,
        mut beside: impl Iterator<Item = &'a str>,
    ) -> Option<Outcome> {
        match self {
            Self::Nothing(outcome) => Some(*outcome),
            Self::CreateForNobody { note, .. } => {
                let depends = beside.any(|other| other == host || note.in_reply_to.is_some());
                (!depends).then_some(FOR_NOBODY)
            }
            _ => None,
        }
    }

    /// The id of the post that it is about, if it is about one.
    pub(super) fn post(&self) -> Option<&str> {
        match self {
            Self::Create { note, .. }
            | Self::CreateForNobody { note, .. }
            | Self::Update { note, .. } => Some(&note.id),
            Self::PassOn { found, .. } | Self::Find { found } => Some(&found.note.id),
            Self::React(Reacting { object, .. })
            | Self::Delete { object, .. }
            | Self::Pin { object, .. } => Some(object),
            _ => None,
        }
    }

    /// Whether it may change something.
    pub(super) fn has_effect(&self) -> bool {
        !matches!(self, Self::Nothing(_) | Self::CreateForNobody { .. })
    }
}

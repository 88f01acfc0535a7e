//! What can be wrong with what somebody asked, in the domain's words.

use thiserror::Error;

/// One thing that is wrong with one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name, as in the command.
    pub field: &'static str,
    /// What is wrong with it.
    pub invalid: Invalid,
}

/// What is wrong with a value. Faces find the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Invalid {
    /// Nothing was given.
    #[error("is missing")]
    Missing,
    /// More than this many characters were given.
    #[error("is longer than {0} characters")]
    TooLong(usize),
    /// Fewer than this many characters were given.
    #[error("is shorter than {0} characters")]
    TooShort(usize),
    /// More than this many of it were given.
    #[error("is more than {0}")]
    TooMany(usize),
    /// Fewer than this many of it were given.
    #[error("is fewer than {0}")]
    TooFew(usize),
    /// It cannot be read as what it should be.
    #[error("is not in the right form")]
    Format,
    /// Somebody else has it.
    #[error("is taken")]
    Taken,
    /// It is kept for the software's own use.
    #[error("is reserved")]
    Reserved,
    /// It is none of the choices.
    #[error("is not one of the choices")]
    Choice,
    /// It names something that is not there.
    #[error("was not found")]
    Unknown,
    /// It takes more room than there is.
    #[error("is too large")]
    TooLarge,
    /// It begins as it should, and cannot be read to its end.
    #[error("cannot be read")]
    Broken,
}

/// Why somebody may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Denial {
    /// Nobody is signed in.
    #[error("not signed in")]
    NotSignedIn,
    /// The account's role does not allow it.
    #[error("not allowed for this role")]
    Role,
    /// The account is not in the provider's team, or not high enough in it.
    #[error("not in the team")]
    Team,
    /// Only members begin conversations in that group.
    #[error("only members write in this group")]
    GroupMembers,
    /// Only moderators, and providers that they chose, do that in the group.
    #[error("only moderators do this in the group")]
    GroupModerators,
    /// Only who keeps order in the group does that.
    #[error("only who keeps order in the group does this")]
    GroupOrder,
    /// The group does not want them.
    #[error("not wanted in the group")]
    GroupBanned,
    /// The conversation is closed: who keeps order in it wants no more answers.
    #[error("the conversation is closed")]
    Locked,
    /// Moderators of the group read it first.
    #[error("moderators read it first")]
    ReadFirst,
    /// The post or actor is somebody else's.
    #[error("not the author")]
    NotAuthor,
    /// The account is suspended.
    #[error("suspended")]
    Suspended,
    /// Who is meant blocks them.
    #[error("blocked")]
    Blocked,
    /// The peer is suspended, or the federation mode leaves it out.
    #[error("peer refused")]
    Peer,
    /// The name and password do not belong together.
    #[error("wrong name or password")]
    Credentials,
    /// An activity speaks for an actor of another origin (FEP-fe34).
    #[error("origins differ")]
    Origin,
    /// The set-up link is wrong or used.
    #[error("set-up link not valid")]
    SetupToken,
}

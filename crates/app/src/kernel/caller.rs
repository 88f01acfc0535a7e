//! Who asks.

use carefolk_domain::authorise::{self, Act};
use carefolk_domain::{AccountId, AccountState, ActorId, Denial, Lang, Role};

use super::error::Error;

/// Who asks. Built by a face from what it *verified*, never from what it was told.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Nobody in particular.
    Visitor,
    /// Somebody who signed in.
    Member(Member),
    /// Whoever has a shell on the server; the name goes into the audit.
    Operator(String),
}

/// Somebody who signed in.
#[derive(Clone, Debug)]
pub struct Member {
    /// The account.
    pub account: AccountId,
    /// The account's own actor.
    pub actor: ActorId,
    /// What it is here.
    pub role: Role,
    /// Its local name.
    pub handle: String,
    /// Its display name.
    pub name: String,
    /// The language it chose.
    pub locale: Option<Lang>,
}

impl Caller {
    /// The member who asks.
    ///
    /// # Errors
    ///
    /// [`Denial::NotSignedIn`] for a visitor, [`Denial::NotAuthor`] for an operator, who has no
    /// voice of its own.
    pub fn member(&self) -> Result<&Member, Error> {
        match self {
            Self::Member(member) => Ok(member),
            Self::Visitor => Err(Denial::NotSignedIn.into()),
            Self::Operator(_) => Err(Denial::NotAuthor.into()),
        }
    }

    /// Whether the caller may do `act`. An operator may do everything.
    ///
    /// # Errors
    ///
    /// The [`Denial`] of the rule.
    pub fn may(&self, act: Act) -> Result<(), Error> {
        match self {
            Self::Operator(_) => Ok(()),
            Self::Visitor => Err(Denial::NotSignedIn.into()),
            Self::Member(member) => {
                let who = authorise::Standing { role: member.role, state: AccountState::Active };
                Ok(authorise::may(who, act)?)
            }
        }
    }

    /// The name for the audit.
    pub fn name(&self) -> String {
        match self {
            Self::Visitor => "visitor".to_owned(),
            Self::Member(member) => format!("account {} {}", member.account, member.handle),
            Self::Operator(name) => format!("operator {name}"),
        }
    }

    /// The account, for rows that remember who made them.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Member(member) => Some(member.account),
            _ => None,
        }
    }
}

//! Who may do what: pure rules over facts that the caller looked up.

use crate::group::GroupRole;
use crate::invalid::Denial;
use crate::roles::{AccountState, Role, TeamRole};

/// What is known about the account that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it is here.
    pub role: Role,
    /// Whether it may act at all.
    pub state: AccountState,
}

/// An act that needs a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Write as oneself.
    WriteAsSelf,
    /// Write as a provider in whose team one has this role, if any.
    WriteAsProvider(Option<TeamRole>),
    /// Change or delete what one wrote as oneself.
    ChangeOwn,
    /// Change or delete what a provider said.
    ChangeProviders(Option<TeamRole>),
    /// Say who is in a provider's team.
    ManageTeam(Option<TeamRole>),
    /// Make a provider.
    CreateProvider,
    /// Make a group.
    CreateGroup,
    /// Say who is what in a group in which one is this, if anything.
    ModerateGroup(Option<GroupRole>),
    /// Read what people tell those who run the community.
    ReadReports,
    /// Make or suspend accounts, decide about peers.
    RunInstance,
}

/// Whether an account may do `act`.
///
/// # Errors
///
/// The [`Denial`] that says why not.
pub fn may(who: Standing, act: Act) -> Result<(), Denial> {
    if !who.state.may_sign_in() {
        return Err(Denial::Suspended);
    }
    let team = |role: Option<TeamRole>, least: TeamRole| match role {
        Some(role) if role >= least => Ok(()),
        _ => Err(Denial::Team),
    };
    match act {
        Act::WriteAsSelf | Act::ChangeOwn | Act::ModerateGroup(Some(GroupRole::Moderator)) => {
            Ok(())
        }
        Act::WriteAsProvider(role) | Act::ChangeProviders(role) => team(role, TeamRole::Author),
        Act::ManageTeam(_) if who.role == Role::Admin => Ok(()),
        Act::ManageTeam(role) => team(role, TeamRole::Owner),
        Act::ModerateGroup(_) | Act::ReadReports if who.role >= Role::Moderator => Ok(()),
        Act::ModerateGroup(_) => Err(Denial::GroupOrder),
        Act::ReadReports | Act::CreateProvider | Act::CreateGroup | Act::RunInstance => {
            if who.role == Role::Admin { Ok(()) } else { Err(Denial::Role) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn active(role: Role) -> Standing {
        Standing { role, state: AccountState::Active }
    }

    #[test]
    fn only_a_team_speaks_for_a_provider_not_even_an_admin() {
        let admin = active(Role::Admin);
        assert_eq!(may(admin, Act::WriteAsProvider(None)), Err(Denial::Team));
        assert_eq!(may(active(Role::Member), Act::WriteAsProvider(Some(TeamRole::Author))), Ok(()));
    }

    #[test]
    fn a_suspended_account_may_do_nothing() {
        let who = Standing { role: Role::Admin, state: AccountState::Suspended };
        for act in [Act::WriteAsSelf, Act::ChangeOwn, Act::RunInstance, Act::CreateProvider] {
            assert_eq!(may(who, act), Err(Denial::Suspended));
        }
    }

    #[test]
    fn moderators_of_a_group_or_of_everything_say_who_is_what_in_it() {
        let (member, moderator) = (active(Role::Member), active(Role::Moderator));
        let own = Act::ModerateGroup(Some(GroupRole::Moderator));
        assert_eq!(may(member, own), Ok(()));
        assert_eq!(may(moderator, Act::ModerateGroup(None)), Ok(()));
        for role in [None, Some(GroupRole::Member), Some(GroupRole::Announcer)] {
            let denied = may(member, Act::ModerateGroup(role));
            assert_eq!(denied, Err(Denial::GroupOrder), "{role:?}");
        }
        assert_eq!(may(moderator, Act::CreateGroup), Err(Denial::Role));
        assert_eq!(may(moderator, Act::ReadReports), Ok(()));
        assert_eq!(may(member, Act::ReadReports), Err(Denial::Role));
    }

    #[test]
    fn owners_and_admins_say_who_is_in_a_team() {
        assert_eq!(
            may(active(Role::Member), Act::ManageTeam(Some(TeamRole::Author))),
            Err(Denial::Team)
        );
        assert_eq!(may(active(Role::Member), Act::ManageTeam(Some(TeamRole::Owner))), Ok(()));
        assert_eq!(may(active(Role::Admin), Act::ManageTeam(None)), Ok(()));
    }
}

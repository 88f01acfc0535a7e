//! Providers and council teams, and who speaks for them.
//!
//! Invariant: a provider has a team, never an owner alone; who of the team wrote something is
//! recorded and never leaves this server.

mod commands;
mod queries;

use carefolk_domain::TeamRole;

pub(crate) use queries::team_role;

use crate::App;

/// The handle of this capability.
pub struct Providers<'a>(pub(crate) &'a App);

/// A provider about to be made.
#[derive(Clone, Debug)]
pub struct NewProvider {
    /// Its local name.
    pub handle: String,
    /// Its display name.
    pub name: String,
    /// What it says about itself, in Markdown.
    pub summary: String,
    /// The local name of the first member of its team.
    pub owner: String,
}

/// Somebody in a provider's team.
#[derive(Clone, Debug)]
pub struct TeamMemberView {
    /// The local name.
    pub handle: String,
    /// The display name.
    pub name: String,
    /// What they may do for the provider.
    pub role: TeamRole,
}

//! What one process does, where several share the work.

/// A part of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Answers browsers, and other servers that read.
    Web,
    /// Takes in what other servers send, and applies it.
    Inbox,
    /// Sends to other servers.
    Delivery,
    /// Does what was put off, and takes away what is old.
    Jobs,
}

/// Every role, and what it is called.
const NAMES: [(&str, Role); 4] = [
    ("web", Role::Web),
    ("inbox", Role::Inbox),
    ("delivery", Role::Delivery),
    ("jobs", Role::Jobs),
];

/// The parts of the work that this process does; never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Roles(Vec<Role>);

impl Roles {
    /// Reads their names; `None` if one is unknown, or there is none.
    pub(crate) fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let of = |name: &str| {
            let known = NAMES.iter().find(|(known, _)| *known == name.trim());
            known.map(|(_, role)| *role)
        };
        let roles = names.into_iter().map(of).collect::<Option<Vec<_>>>()?;
        (!roles.is_empty()).then_some(Self(roles))
    }

    /// Whether this process does that.
    pub(crate) fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether this process does everything.
    pub(crate) fn are_all(&self) -> bool {
        NAMES.iter().all(|(_, role)| self.has(*role))
    }

    /// Their names, with commas.
    pub(crate) fn names(&self) -> String {
        let names = NAMES.iter().filter(|(_, role)| self.has(*role)).map(|(name, _)| *name);
        names.collect::<Vec<_>>().join(",")
    }
}

//! What kinds of groups there are, and who may write in them.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::invalid::Denial;

/// How many moderators a group has at least: one alone is ill one day.
pub const GROUP_MODERATORS_MIN: usize = 2;

/// How many lines of rules a group has at most, and how long each may be, in characters.
pub const GROUP_RULES_MAX: usize = 5;
/// The longest line of rules, in characters.
pub const GROUP_RULE_MAX_CHARS: usize = 200;

/// How many conversations of a group its moderators pin at most.
pub const GROUP_PINS_MAX: u64 = 5;

/// The longest that somebody may not write in a group before that ends by itself, in days.
pub const GROUP_BAN_DAYS_MAX: u32 = 366;

/// The longest name of the area that a group is for, in characters.
pub const GROUP_AREA_MAX_CHARS: usize = 100;

/// What a group is for others than its members.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum GroupKind {
    /// Anyone reads; people here and elsewhere write, as the posting rule says.
    #[sea_orm(string_value = "open")]
    Open,
    /// Anyone reads; moderators, and the providers that they chose, begin conversations.
    #[sea_orm(string_value = "announce")]
    Announce,
    /// Anyone sees what it is; who its moderators let in reads and writes. Never leaves this server.
    #[sea_orm(string_value = "closed")]
    Closed,
    /// Only who is in it, or is invited, knows of it. Never leaves this server.
    #[sea_orm(string_value = "private")]
    Private,
}

impl GroupKind {
    /// The word used on the command line and in forms, or `None`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "open" => Some(Self::Open),
            "announce" => Some(Self::Announce),
            "closed" => Some(Self::Closed),
            "private" => Some(Self::Private),
            _ => None,
        }
    }

    /// The same word back.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Announce => "announce",
            Self::Closed => "closed",
            Self::Private => "private",
        }
    }

    /// Whether other servers know of it: it has an actor, which they follow. The others have none, and so there
    /// is nothing that could be asked for, followed or sent.
    pub fn federates(self) -> bool {
        matches!(self, Self::Open | Self::Announce)
    }
}

/// Who may begin conversations in an open group.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum PostingRule {
    /// Whoever reads it.
    #[sea_orm(string_value = "anyone")]
    Anyone,
    /// Who joined: here by joining, elsewhere by following.
    #[sea_orm(string_value = "members")]
    Members,
    /// Its moderators, and the providers that they chose.
    #[sea_orm(string_value = "moderators")]
    Moderators,
}

impl PostingRule {
    /// The word used on the command line and in forms, or `None`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "anyone" => Some(Self::Anyone),
            "members" => Some(Self::Members),
            "moderators" => Some(Self::Moderators),
            _ => None,
        }
    }

    /// The same word back.
    pub fn word(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Members => "members",
            Self::Moderators => "moderators",
        }
    }
}

/// What moderators of a group read before anybody else does.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum ApprovalRule {
    /// Nothing.
    #[sea_orm(string_value = "none")]
    None,
    /// The first posts of each person.
    #[sea_orm(string_value = "first")]
    First,
    /// Everything.
    #[sea_orm(string_value = "all")]
    All,
}

/// How many posts of a person are read first, where the first ones are.
pub const FIRST_POSTS: u64 = 3;

impl ApprovalRule {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::None, Self::First, Self::All];

    /// The word used on the command line and in forms, or `None`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.word() == word)
    }

    /// The same word back.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::First => "first",
            Self::All => "all",
        }
    }

    /// Whether something by `role`, of whom so many posts were taken, waits.
    pub fn holds(self, role: Option<GroupRole>, taken: u64) -> bool {
        let is_trusted = matches!(role, Some(GroupRole::Moderator | GroupRole::Announcer));
        match self {
            Self::None => false,
            _ if is_trusted => false,
            Self::First => taken < FIRST_POSTS,
            Self::All => true,
        }
    }
}

/// What somebody is in a group.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum GroupRole {
    /// May not write in it.
    #[sea_orm(string_value = "banned")]
    Banned,
    /// Asked to be let in.
    #[sea_orm(string_value = "asked")]
    Asked,
    /// Was asked to come in, and has not answered.
    #[sea_orm(string_value = "invited")]
    Invited,
    /// Reads and writes.
    #[sea_orm(string_value = "member")]
    Member,
    /// A provider that may begin conversations where only moderators do.
    #[sea_orm(string_value = "announcer")]
    Announcer,
    /// Also keeps order.
    #[sea_orm(string_value = "moderator")]
    Moderator,
}

/// Why a moderator takes a post away: what everybody who finds the gap is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter)]
pub enum RemovalReason {
    /// It says what is somebody's own to say.
    Private,
    /// It hurts somebody.
    Unkind,
    /// It could do somebody harm.
    Harmful,
    /// It wants to sell something, or is spam.
    Advertising,
    /// It is about something else.
    OffTopic,
    /// It is against another rule of the group.
    Rules,
}

impl RemovalReason {
    /// The word used in rows, on the command line and in forms, or `None`.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "private" => Self::Private,
            "unkind" => Self::Unkind,
            "harmful" => Self::Harmful,
            "advertising" => Self::Advertising,
            "off-topic" => Self::OffTopic,
            "rules" => Self::Rules,
            _ => return None,
        })
    }

    /// The same word back.
    pub fn word(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Unkind => "unkind",
            Self::Harmful => "harmful",
            Self::Advertising => "advertising",
            Self::OffTopic => "off-topic",
            Self::Rules => "rules",
        }
    }
}

impl GroupRole {
    /// Who is in the group. The others are only talked about.
    pub const INSIDE: [Self; 3] = [Self::Member, Self::Announcer, Self::Moderator];

    /// Whether who is this is in the group.
    pub fn is_inside(self) -> bool {
        Self::INSIDE.contains(&self)
    }
}

/// Whether somebody may write in a group: `role` is what they are in it, `replies` whether they
/// answer something that is in it.
///
/// # Errors
///
/// The [`Denial`] that says why not.
pub fn may_write(
    kind: GroupKind,
    posting: PostingRule,
    role: Option<GroupRole>,
    replies: bool,
) -> Result<(), Denial> {
    let inside = role.is_some_and(GroupRole::is_inside);
    match (role, posting) {
        (Some(GroupRole::Banned), _) => Err(Denial::GroupBanned),
        _ if !inside && !kind.federates() => Err(Denial::GroupMembers),
        (_, PostingRule::Members) if !inside && !replies => Err(Denial::GroupMembers),
        (_, PostingRule::Moderators) if role < Some(GroupRole::Announcer) && !replies => {
            Err(Denial::GroupModerators)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;

    #[test]
    fn who_may_write_follows_from_the_rule_and_the_role() {
        use GroupRole::{Announcer, Asked, Banned, Invited, Member, Moderator};
        use PostingRule::{Anyone, Members, Moderators};
        let table = [
            (Anyone, None, Ok(())),
            (Members, None, Err(Denial::GroupMembers)),
            (Members, Some(Asked), Err(Denial::GroupMembers)),
            (Members, Some(Member), Ok(())),
            (Moderators, Some(Member), Err(Denial::GroupModerators)),
            (Moderators, None, Err(Denial::GroupModerators)),
            (Moderators, Some(Announcer), Ok(())),
            (Moderators, Some(Moderator), Ok(())),
        ];
        for (rule, role, wanted) in table {
            let may = may_write(GroupKind::Open, rule, role, false);
            assert_eq!(may, wanted, "{rule:?} {role:?}");
        }
        for (kind, rule) in GroupKind::iter().zip(PostingRule::iter()) {
            for replies in [false, true] {
                let may = may_write(kind, rule, Some(Banned), replies);
                assert_eq!(may, Err(Denial::GroupBanned));
            }
        }
        for rule in PostingRule::iter() {
            let may = may_write(GroupKind::Open, rule, None, true);
            assert_eq!(may, Ok(()), "anybody answers: {rule:?}");
            for kind in [GroupKind::Closed, GroupKind::Private] {
                for role in [None, Some(Asked), Some(Invited)] {
                    let may = may_write(kind, rule, role, true);
                    assert_eq!(may, Err(Denial::GroupMembers), "{kind:?} {rule:?} {role:?}");
                }
                assert_eq!(may_write(kind, rule, Some(Member), true), Ok(()));
            }
        }
    }

    #[test]
    fn words_go_both_ways() {
        for kind in GroupKind::iter() {
            assert_eq!(GroupKind::from_word(kind.word()), Some(kind));
        }
        for rule in PostingRule::iter() {
            assert_eq!(PostingRule::from_word(rule.word()), Some(rule));
        }
        for reason in RemovalReason::iter() {
            assert_eq!(RemovalReason::from_word(reason.word()), Some(reason));
        }
        assert_eq!(GroupKind::from_word("secret"), None);
    }
}

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
}

impl GroupKind {
    /// The word used on the command line and in forms, or `None`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "open" => Some(Self::Open),
            "announce" => Some(Self::Announce),
            _ => None,
        }
    }

    /// The same word back.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Announce => "announce",
        }
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

/// Whether somebody may write in a group: `role` is what they are in it, `replies` whether they
/// answer something that is in it.
///
/// # Errors
///
/// The [`Denial`] that says why not.
pub fn may_write(
    posting: PostingRule,
    role: Option<GroupRole>,
    replies: bool,
) -> Result<(), Denial> {
    match (role, posting) {
        (Some(GroupRole::Banned), _) => Err(Denial::GroupBanned),
        (None, PostingRule::Members) if !replies => Err(Denial::GroupMembers),
        (None | Some(GroupRole::Member), PostingRule::Moderators) if !replies => {
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
        use GroupRole::{Announcer, Banned, Member, Moderator};
        use PostingRule::{Anyone, Members, Moderators};
        let table = [
            (Anyone, None, Ok(())),
            (Members, None, Err(Denial::GroupMembers)),
            (Members, Some(Member), Ok(())),
            (Moderators, Some(Member), Err(Denial::GroupModerators)),
            (Moderators, None, Err(Denial::GroupModerators)),
            (Moderators, Some(Announcer), Ok(())),
            (Moderators, Some(Moderator), Ok(())),
        ];
        for (rule, role, wanted) in table {
            assert_eq!(may_write(rule, role, false), wanted, "{rule:?} {role:?}");
        }
        for rule in PostingRule::iter() {
            for replies in [false, true] {
                assert_eq!(may_write(rule, Some(Banned), replies), Err(Denial::GroupBanned));
            }
        }
        for rule in PostingRule::iter() {
            assert_eq!(may_write(rule, None, true), Ok(()), "anybody answers: {rule:?}");
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
        assert_eq!(GroupKind::from_word("secret"), None);
    }
}

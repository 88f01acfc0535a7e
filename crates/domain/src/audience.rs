//! Who a post is for.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// Who may see a post.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Anyone, and shown in lists.
    #[sea_orm(string_value = "public")]
    Public,
    /// Anyone who has the address; in no public list.
    #[sea_orm(string_value = "quiet")]
    Quiet,
    /// People with an account here. Never leaves this server.
    #[sea_orm(string_value = "local")]
    Local,
    /// Who follows the author.
    #[sea_orm(string_value = "followers")]
    Followers,
    /// Members of one group. Never leaves this server.
    #[sea_orm(string_value = "group")]
    Group,
    /// Who is named in it.
    #[sea_orm(string_value = "direct")]
    Direct,
}

impl Audience {
    /// The word used on the command line and in forms, or `None`.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "public" => Self::Public,
            "quiet" => Self::Quiet,
            "local" => Self::Local,
            "followers" => Self::Followers,
            "group" => Self::Group,
            "direct" => Self::Direct,
            _ => return None,
        })
    }

    /// The same word back.
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Quiet => "quiet",
            Self::Local => "local",
            Self::Followers => "followers",
            Self::Group => "group",
            Self::Direct => "direct",
        }
    }

    /// Whether a visitor without an account may read it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Public | Self::Quiet)
    }

    /// Whether it may be sent to other servers at all.
    pub fn federates(self) -> bool {
        !matches!(self, Self::Local | Self::Group)
    }

    /// For whom a reply is that was meant for `self` and answers something for `parent`: never for
    /// more people than either. `None` where no audience is both, and the writer has to choose.
    ///
    /// Followers of the one are not those of the other: a reply to what somebody else's followers
    /// may read goes to whom it names and answers.
    pub fn within(self, parent: Self, voice: Voice) -> Option<Self> {
        use Audience::{Direct, Followers, Group, Local, Public, Quiet};
        Some(match (self, parent) {
            (Direct, Local | Group) => return None,
            (Direct, _) | (_, Direct) => Direct,
            (Group | Local | Quiet | Public, Group) => Group,
            (Group, _) | (_, Group) | (Followers, Local) | (Local, Followers) => return None,
            (Local, _) | (_, Local) => Local,
            (_, Followers) if voice == Voice::Another => Direct,
            (Followers, _) | (_, Followers) => Followers,
            (Quiet, _) | (_, Quiet) => Quiet,
            (Public, Public) => Public,
        })
    }
}

/// Whether a reply has the author of what it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Who answers themselves.
    Same,
    /// Anybody else.
    Another,
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;

    /// Who is in an audience, of five kinds of reader.
    fn readers(audience: Audience, voice: Voice) -> [bool; 5] {
        let follower = voice == Voice::Same;
        // Anybody; somebody with an account here; a follower here; a follower elsewhere; who is named.
        match audience {
            Audience::Public | Audience::Quiet => [true; 5],
            Audience::Local => [false, true, true, false, true],
            Audience::Followers => [false, false, follower, follower, true],
            Audience::Group | Audience::Direct => [false, false, false, false, true],
        }
    }

    #[test]
    fn a_reply_is_never_for_more_people_than_what_it_answers() {
        for parent in Audience::iter() {
            for wanted in Audience::iter() {
                for voice in [Voice::Same, Voice::Another] {
                    let Some(audience) = wanted.within(parent, voice) else { continue };
                    // The followers of the reply's author, against the readers of the parent.
                    let reply = readers(audience, Voice::Same);
                    let parent_readers = readers(parent, voice);
                    let wider = reply.iter().zip(parent_readers).any(|(reply, may)| *reply && !may);
                    assert!(!wider, "{wanted:?} under {parent:?} by {voice:?}: {audience:?}");
                    assert!(audience.federates() <= parent.federates(), "{wanted:?} {parent:?}");
                }
            }
        }
        assert_eq!(Audience::Public.within(Audience::Local, Voice::Same), Some(Audience::Local));
        assert_eq!(Audience::Followers.within(Audience::Local, Voice::Another), None);
        assert_eq!(
            Audience::Public.within(Audience::Followers, Voice::Another),
            Some(Audience::Direct)
        );
    }
}
